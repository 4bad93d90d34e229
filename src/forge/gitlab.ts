// Merge-request notes through GitLab's REST API: https://docs.gitlab.com/api/notes/
import { ServiceError } from '../errors.ts';
import { fieldsOf } from './fields.ts';
import type { Comment, Connection, Forge } from './forge.ts';
import { isRefused, refusal } from './refusal.ts';

export interface MergeRequest {
  /** Number of the project, or its path `group/project`. */
  readonly project: string;
  readonly iid: number;
}

type Json = Readonly<Record<string, unknown>>;

interface Answer {
  readonly json: unknown;
  readonly headers: Headers;
}

export function gitlabForge(connection: Connection, { project, iid }: MergeRequest): Forge {
  const notes = `${connection.api}/projects/${encodeURIComponent(project)}/merge_requests/${iid}/notes`;
  const place = `${project}!${iid}`;
  const ask = (method: string, url: string, body?: string): Promise<Answer> =>
    request(connection, place, method, url, body);
  let self: number | null | undefined;
  return {
    name: 'GitLab',
    async *comments() {
      if (self === undefined) self = await userOf(connection, place);
      let next: string | null = `${notes}?sort=asc&order_by=created_at&per_page=100`;
      while (next !== null) {
        const { json, headers }: Answer = await ask('GET', next);
        if (!Array.isArray(json)) throw notNotes(connection);
        for (const raw of json) {
          const note = fieldsOf(raw);
          if (note['system'] === true) continue;
          const author = fieldsOf(note['author'])['id'];
          const own = self === null ? 'perhaps' : author === self ? 'yes' : 'no';
          yield { ...toComment(note, connection), own };
        }
        next = nextPage(headers, notes);
      }
    },
    async create(body) {
      return toComment(fieldsOf((await ask('POST', notes, body)).json), connection);
    },
    async update(id, body) {
      return toComment(fieldsOf((await ask('PUT', `${notes}/${id}`, body)).json), connection);
    },
    async remove(id) {
      await ask('DELETE', `${notes}/${id}`);
    },
  };
}

/** Number of the token's user; null where the token may not ask. */
async function userOf(connection: Connection, place: string): Promise<number | null> {
  try {
    const { json } = await request(connection, place, 'GET', `${connection.api}/user`);
    const id = fieldsOf(json)['id'];
    return typeof id === 'number' ? id : null;
  } catch (error) {
    if (isRefused(error)) return null;
    throw error;
  }
}

async function request(
  { send, token, tokenName, agent }: Connection,
  place: string,
  method: string,
  url: string,
  body?: string,
): Promise<Answer> {
  const headers = { 'private-token': token, 'user-agent': agent, accept: 'application/json' };
  const content =
    body === undefined
      ? { headers }
      : { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ body }) };
  const response = await send(url, { method, ...content });
  const text = await response.text();
  const json = parse(text);
  if (response.ok) return { json, headers: response.headers };
  throw refusal({ service: 'GitLab', tokenName, place, status: response.status, said: messageOf(json) });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `{message}` (text, or reasons by field) or `{error}`. */
function messageOf(json: unknown): string {
  const said = fieldsOf(json)['message'] ?? fieldsOf(json)['error'];
  if (said === undefined) return '';
  return typeof said === 'string' ? said : JSON.stringify(said);
}

function nextPage(headers: Headers, notes: string): string | null {
  const link = /<([^<>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1];
  // It may be relative (RFC 8288). One that is no address says nothing; the other header may.
  if (link !== undefined && URL.canParse(link, notes)) return new URL(link, notes).href;
  const page = headers.get('x-next-page') ?? '';
  return /^\d+$/.test(page) ? `${notes}?sort=asc&order_by=created_at&per_page=100&page=${page}` : null;
}

function toComment(note: Json, connection: Connection): Comment {
  const id = note['id'];
  const body = note['body'];
  if (typeof id !== 'number' || typeof body !== 'string') throw notNotes(connection);
  return { id, body, url: null, own: 'yes' };
}

function notNotes({ api }: Connection): ServiceError {
  return new ServiceError('bad-answer', `GitLab's answer holds no notes; is ${api} its API?`, null);
}
