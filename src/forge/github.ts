// Pull-request comments through GitHub's REST API, by octokit: https://docs.github.com/en/rest/issues/comments
import { Octokit } from '@octokit/core';
import { paginateRest } from '@octokit/plugin-paginate-rest';
import { ServiceError } from '../errors.ts';
import { fieldsOf } from './fields.ts';
import type { Comment, Connection, Forge } from './forge.ts';
import { refusal } from './refusal.ts';

export interface PullRequest {
  readonly owner: string;
  readonly repo: string;
  readonly number: number;
}

/** The branch that a workflow ran on, perhaps of a fork. */
export interface Head {
  readonly owner: string;
  readonly branch: string;
  readonly sha: string;
}

/** Who wrote a comment; nobody where the account is gone. */
interface Author {
  readonly login: unknown;
  readonly type: unknown;
}

const Client = Octokit.plugin(paginateRest);
type Client = InstanceType<typeof Client>;

const version = { 'x-github-api-version': '2022-11-28' };

function connect({ api, token, agent, send }: Connection): Client {
  // Octokit would print deprecations and failures to the console.
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  return new Client({ auth: token, baseUrl: api, userAgent: agent, request: { fetch: send }, log: silent });
}

export function githubForge(connection: Connection, pull: PullRequest): Forge {
  const client = connect(connection);
  const { owner, repo } = pull;
  const guard = guardFor(connection, `${owner}/${repo}#${pull.number}`);
  let ownerOf: ((author: Author) => Comment['own']) | null = null;
  return {
    name: 'GitHub',
    async *comments() {
      ownerOf ??= await guard(ownComments(client, connection));
      const pages = client.paginate.iterator<unknown>({
        method: 'GET',
        url: '/repos/{owner}/{repo}/issues/{issue_number}/comments',
        owner,
        repo,
        issue_number: pull.number,
        per_page: 100,
        headers: version,
      });
      const iterator = pages[Symbol.asyncIterator]();
      for (;;) {
        const page = await guard(iterator.next());
        if (page.done === true) return;
        for (const raw of asList(page.value.data, connection)) {
          yield { ...toComment(raw, connection), own: ownerOf(authorOf(raw)) };
        }
      }
    },
    async create(body) {
      const answer = await guard(
        client.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
          owner,
          repo,
          issue_number: pull.number,
          body,
          headers: version,
        }),
      );
      return toComment(answer.data, connection);
    },
    async update(id, body) {
      const answer = await guard(
        client.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
          owner,
          repo,
          comment_id: id,
          body,
          headers: version,
        }),
      );
      return toComment(answer.data, connection);
    },
    async remove(id) {
      await guard(
        client.request('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', {
          owner,
          repo,
          comment_id: id,
          headers: version,
        }),
      );
    },
  };
}

/** The open pull request from this branch at this commit; null where there is none (any more). */
export async function findPullRequest(
  connection: Connection,
  { owner, repo }: Omit<PullRequest, 'number'>,
  head: Head,
): Promise<number | null> {
  const client = connect(connection);
  const answer = await guardFor(
    connection,
    `${owner}/${repo}`,
  )(
    client.request('GET /repos/{owner}/{repo}/pulls', {
      owner,
      repo,
      state: 'open',
      head: `${head.owner}:${head.branch}`,
      per_page: 100,
      headers: version,
    }),
  );
  const pull = asList(answer.data, connection)
    .map(fieldsOf)
    .find((one) => fieldsOf(one['head'])['sha'] === head.sha);
  return typeof pull?.['number'] === 'number' ? pull['number'] : null;
}

/** Who writes with the token that GitHub Actions gives a workflow. */
const workflowLogin = 'github-actions[bot]';

/**
 * Which comments are the token's own. Where GitHub tells whose token it is, those of that login. Else it is an installation's, whose
 * comments are by a bot: that of workflows comes before all others, and a person who quotes the marker is never taken for one.
 */
async function ownComments(client: Client, { token }: Connection): Promise<(author: Author) => Comment['own']> {
  // An installation token (`ghs_`, as in GitHub Actions) may not ask for its user, but for its viewer.
  const login = (token.startsWith('ghs_') ? null : await loginOf(client)) ?? (await viewerOf(client));
  return ({ login: author, type }) => {
    if (login === null) return type !== 'Bot' ? 'no' : author === workflowLogin ? 'yes' : 'perhaps';
    return author === login || (type === 'Bot' && author === `${login}[bot]`) ? 'yes' : 'no';
  };
}

/** Login of whoever the token acts as, by GraphQL; null where GitHub does not say. */
async function viewerOf(client: Client): Promise<string | null> {
  try {
    const login = fieldsOf(fieldsOf(await client.graphql<unknown>('{ viewer { login } }'))['viewer'])['login'];
    return typeof login === 'string' && login !== '' ? login : null;
  } catch (error) {
    if (statusOf(error) === 401 || (error instanceof Error && error.cause instanceof ServiceError)) throw error;
    return null;
  }
}

async function loginOf(client: Client): Promise<string | null> {
  try {
    const { data } = await client.request('GET /user', { headers: version });
    return typeof data.login === 'string' ? data.login : null;
  } catch (error) {
    const status = statusOf(error);
    if (status === 403 || status === 404) return null;
    throw error;
  }
}

/** @throws ServiceError where the answer is not a comment: a proxy's page, or another API. */
function toComment(raw: unknown, connection: Connection): Comment {
  const { id, body, html_url: url } = fieldsOf(raw);
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) {
    throw unreadable(connection, null);
  }
  return { id, body: typeof body === 'string' ? body : '', url: typeof url === 'string' ? url : null, own: 'yes' };
}

function authorOf(raw: unknown): Author {
  const { login, type } = fieldsOf(fieldsOf(raw)['user']);
  return { login, type };
}

function unreadable({ api }: Connection, cause: unknown): ServiceError {
  return new ServiceError('bad-answer', `GitHub's answer is not a list or a comment; is ${api} its API?`, null, {
    cause,
  });
}

function asList(value: unknown, connection: Connection): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw unreadable(connection, null);
}

/** Turns what octokit throws into one sentence. */
function guardFor(connection: Connection, place: string): <Value>(promise: Promise<Value>) => Promise<Value> {
  return async (promise) => {
    try {
      return await promise;
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      if (error instanceof Error && error.cause instanceof ServiceError) throw error.cause;
      const status = statusOf(error);
      // Octokit trips over answers of an unexpected kind.
      if (status === null) throw unreadable(connection, error);
      throw refusal({ service: 'GitHub', tokenName: connection.tokenName, place, status, said: messageOf(error) });
    }
  };
}

function statusOf(error: unknown): number | null {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null;
}

/** `Validation Failed`, as GitHub put it. */
function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split(' - https://')[0] ?? '') : '';
}
