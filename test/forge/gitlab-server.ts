// A GitLab in miniature on the loopback interface: notes of one merge request, as https://docs.gitlab.com/api/notes/ describes them.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, listen, token } from './github-server.ts';

export interface Note {
  readonly id: number;
  readonly author: number;
  readonly system: boolean;
  body: string;
}

export interface GitlabServer {
  readonly url: string;
  readonly notes: Note[];
  readonly received: string[];
  /** Statuses to answer with instead, each once; by method. With a body of their own, or none of interest. */
  readonly instead: [method: string, status: number, headers?: Readonly<Record<string, string>>, body?: unknown][];
  /** What `/user` answers. */
  user: unknown;
  /** Whether pages are linked by `Link`, as an address or from the root, or told by `X-Next-Page`. */
  links: boolean | 'relative';
  close(): Promise<void>;
}

export const self = 42;

export async function startGitlab(): Promise<GitlabServer> {
  const state: GitlabServer = {
    url: '',
    notes: [],
    received: [],
    instead: [],
    user: { id: self, username: 'bot' },
    links: true,
    close: async () => {},
  };
  const server = createServer((request, response) => {
    handle(state, request, response).catch(() => response.destroy());
  });
  const url = await listen(server);
  return Object.assign(state, {
    url: `${url}/api/v4`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  });
}

async function handle(state: GitlabServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', state.url);
  const { method = '' } = request;
  const text = await bodyOf(request);
  state.received.push(`${method} ${url.pathname}${url.search}`);
  const answer = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
  const at = state.instead.findIndex(([match]) => match === method);
  const [scripted] = at < 0 ? [] : state.instead.splice(at, 1);
  if (scripted !== undefined) {
    answer(scripted[1], scripted[3] ?? { message: `${scripted[1]} made up` }, scripted[2]);
    return;
  }
  if (request.headers['private-token'] !== token) {
    answer(401, { message: '401 Unauthorized' });
    return;
  }
  if (!['GET', 'DELETE'].includes(method) && request.headers['content-type'] !== 'application/json') {
    answer(415, { error: 'The provided content-type is not supported.' });
    return;
  }
  const notes = /^\/api\/v4\/projects\/([^/]+)\/merge_requests\/7\/notes(?:\/(\d+))?$/.exec(url.pathname);
  if (url.pathname === '/api/v4/user' && method === 'GET') answer(200, state.user);
  else if (notes === null || !['12', 'group%2Fproject'].includes(notes[1] ?? ''))
    answer(404, { message: '404 Not found' });
  else if (method === 'GET') listNotes(state, url, answer);
  else write(state, method, notes[2], text === '' ? '' : String(Object(JSON.parse(text)).body), answer);
}

type Send = (status: number, body: unknown, headers?: Record<string, string>) => void;

function listNotes(state: GitlabServer, url: URL, answer: Send): void {
  const size = Number(url.searchParams.get('per_page') ?? 20);
  const number = Number(url.searchParams.get('page') ?? 1);
  const sorted = url.searchParams.get('sort') === 'asc' ? state.notes : state.notes.toReversed();
  const rows = sorted.slice((number - 1) * size, number * size);
  const next = new URL(url);
  next.searchParams.set('page', String(number + 1));
  const more = number * size < state.notes.length;
  const address = state.links === 'relative' ? `${next.pathname}${next.search}` : next.href;
  const headers: Record<string, string> = state.links
    ? more
      ? { link: `<${address}>; rel="next", <${url.href}>; rel="first"` }
      : {}
    : { 'x-next-page': more ? String(number + 1) : '' };
  answer(200, rows.map(noteJson), headers);
}

function write(state: GitlabServer, method: string, id: string | undefined, body: string, answer: Send): void {
  if (method === 'POST' && id === undefined) {
    const note: Note = { id: state.notes.length + 1, author: self, system: false, body };
    state.notes.push(note);
    answer(201, noteJson(note));
    return;
  }
  const note = state.notes.find((one) => one.id === Number(id));
  if (method === 'DELETE' && note !== undefined) {
    state.notes.splice(state.notes.indexOf(note), 1);
    answer(204, undefined);
    return;
  }
  if (method !== 'PUT' || note === undefined) {
    answer(404, { message: '404 Not found' });
    return;
  }
  note.body = body;
  answer(200, noteJson(note));
}

function noteJson({ id, author, system, body }: Note): object {
  return {
    id,
    body,
    system,
    author: { id: author, username: `user-${author}` },
    noteable_iid: 7,
    noteable_type: 'MergeRequest',
  };
}
