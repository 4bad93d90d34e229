// A GitHub in miniature on the loopback interface: pull-request comments as GitHub describes them. Every request and every answer
// is checked against GitHub's own description; what does not fit is in `faults`, which a test expects to be empty.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { answerFaults, operationOf, requestFaults, sampleOf } from './description.ts';
import type { Operation } from './description.ts';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Milliseconds until it is sent. */
  readonly delay?: number;
  /** The request is carried out all the same, though its answer says otherwise. */
  readonly afterwards?: boolean;
  /** Closes the connection instead of answering. */
  readonly hangUp?: boolean;
}

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

export interface StoredComment {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Bot';
  body: string;
}

export const token = 'test-token-that-must-never-be-seen';

export interface GithubServer {
  readonly url: string;
  readonly comments: StoredComment[];
  readonly received: Received[];
  readonly faults: string[];
  /** Answers to give instead of what would be given, by `METHOD` or `METHOD path-part`; each once, in order. */
  readonly instead: [match: string, answer: Answer][];
  /** Ids of comments that the token may not edit. */
  readonly locked: Set<number>;
  /** Login of the token's user; null for an installation token, which may not ask. */
  login: string | null;
  /** Login of the installation. */
  app: string;
  /** Open pull requests. */
  readonly pulls: { readonly head: string; readonly sha: string; readonly number: number }[];
  close(): Promise<void>;
}

export async function startGithub(): Promise<GithubServer> {
  const state: GithubServer = {
    url: '',
    comments: [],
    received: [],
    faults: [],
    instead: [],
    locked: new Set(),
    login: 'octocat',
    app: 'github-actions[bot]',
    pulls: [],
    close: async () => {},
  };
  const server = createServer((request, response) => {
    handle(state, request, response).catch((error: unknown) => {
      state.faults.push(String(error));
      response.destroy();
    });
  });
  const url = await listen(server);
  return Object.assign(state, {
    url,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  });
}

/** Starts on a free port of the loopback interface; gives its address. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}

async function handle(state: GithubServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', state.url);
  const method = request.method ?? '';
  const text = await bodyOf(request);
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  const { authorization } = request.headers;
  state.received.push({ method, path: `${url.pathname}${url.search}`, authorization, body });
  if (request.headers['user-agent']?.startsWith('sizecheck/') !== true) state.faults.push('no user agent of ours');
  if (url.pathname === '/graphql') {
    const answer = viewer(state, authorization);
    response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', ...answer.headers });
    response.end(JSON.stringify(answer.body));
    return;
  }
  const operation = operationOf(method, url.pathname);
  if (operation === null) {
    state.faults.push(`${method} ${url.pathname} is not described`);
    response.writeHead(404).end();
    return;
  }
  state.faults.push(...requestFaults(operation, url.searchParams, body));
  const at = state.instead.findIndex(([match]) => `${method} ${url.pathname}`.startsWith(match));
  const [scripted] = at < 0 ? [] : state.instead.splice(at, 1);
  const planned = scripted?.[1];
  const real =
    planned === undefined || planned.afterwards === true ? act(state, operation, url, body, authorization) : null;
  const answer = planned ?? real ?? { status: 500 };
  if (answer.delay !== undefined) {
    await new Promise((resolve) => {
      setTimeout(resolve, answer.delay);
    });
  }
  if (answer.hangUp === true) {
    response.destroy();
    return;
  }
  const content = answer.body ?? (answer.status >= 400 ? failure(answer.status, 'made up') : undefined);
  if (answer.status < 300 || answer.status >= 400) {
    state.faults.push(...answerFaults(operation, answer.status, content));
  }
  response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', ...answer.headers });
  response.end(content === undefined ? '' : JSON.stringify(content));
}

function act(
  state: GithubServer,
  { template, method, path }: Operation,
  url: URL,
  body: unknown,
  authorization: string | undefined,
): Answer {
  if (!isKnown(authorization)) {
    return { status: 401, body: failure(401, 'Bad credentials') };
  }
  const text = typeof body === 'object' && body !== null && 'body' in body ? String(body.body) : '';
  if (text.length > 65_536) return { status: 422, body: { ...failure(422, 'Validation Failed'), errors: [] } };
  switch (`${method} ${template}`) {
    case 'get /user':
      return state.login === null
        ? { status: 403, body: failure(403, 'Resource not accessible by integration') }
        : { status: 200, body: { ...sampleOf('private-user'), login: state.login } };
    case 'get /repos/{owner}/{repo}/issues/{issue_number}/comments':
      return page(state, url);
    case 'post /repos/{owner}/{repo}/issues/{issue_number}/comments': {
      const id = Math.max(0, ...state.comments.map((comment) => comment.id)) + 1;
      const login = state.login ?? state.app;
      const created: StoredComment = { id, login, type: state.login === null ? 'Bot' : 'User', body: text };
      state.comments.push(created);
      return { status: 201, body: commentJson(state, created) };
    }
    case 'patch /repos/{owner}/{repo}/issues/comments/{comment_id}': {
      const found = state.comments.find(({ id }) => id === Number(path['comment_id']));
      if (found === undefined) return { status: 404, body: failure(404, 'Not Found') };
      if (state.locked.has(found.id))
        return { status: 403, body: failure(403, 'Must have admin rights to Repository.') };
      found.body = text;
      return { status: 200, body: commentJson(state, found) };
    }
    case 'delete /repos/{owner}/{repo}/issues/comments/{comment_id}': {
      const found = state.comments.findIndex(({ id }) => id === Number(path['comment_id']));
      if (found < 0) return { status: 404, body: failure(404, 'Not Found') };
      state.comments.splice(found, 1);
      return { status: 204 };
    }
    case 'get /repos/{owner}/{repo}/pulls':
      return {
        status: 200,
        body: state.pulls.filter(({ head }) => head === url.searchParams.get('head')).map(pullJson),
      };
    default:
      return { status: 404, body: failure(404, 'Not Found') };
  }
}

/** Whose token it is, which an installation may ask by GraphQL alone. */
function viewer(state: GithubServer, authorization: string | undefined): Answer {
  const at = state.instead.findIndex(([match]) => match === 'POST /graphql');
  const [scripted] = at < 0 ? [] : state.instead.splice(at, 1);
  if (scripted !== undefined) return scripted[1];
  if (!isKnown(authorization)) return { status: 401, body: failure(401, 'Bad credentials') };
  return { status: 200, body: { data: { viewer: { login: state.login ?? state.app } } } };
}

function isKnown(authorization: string | undefined): boolean {
  return authorization === `token ${token}` || authorization === `token ghs_${token}`;
}

function page(state: GithubServer, url: URL): Answer {
  const size = Number(url.searchParams.get('per_page') ?? 30);
  const number = Number(url.searchParams.get('page') ?? 1);
  const rows = state.comments.slice((number - 1) * size, number * size);
  const next = new URL(url);
  next.searchParams.set('page', String(number + 1));
  const headers: Record<string, string> =
    number * size < state.comments.length ? { link: `<${next.href}>; rel="next"` } : {};
  return { status: 200, headers, body: rows.map((comment) => commentJson(state, comment)) };
}

export function failure(status: number, message: string): Readonly<Record<string, unknown>> {
  return { message, documentation_url: 'https://docs.github.com/rest', status: String(status) };
}

function commentJson({ url }: GithubServer, { id, login, type, body }: StoredComment): object {
  return {
    ...sampleOf('issue-comment'),
    id,
    html_url: `https://github.example/o/r/pull/7#issuecomment-${id}`,
    url: `${url}/repos/o/r/issues/comments/${id}`,
    body,
    user: { ...sampleOf('simple-user'), login, type },
  };
}

function pullJson({ number, sha }: GithubServer['pulls'][number]): object {
  const sample = sampleOf('pull-request-simple');
  return { ...sample, number, head: { ...Object(sample['head']), sha } };
}
