// One comment a key, on a GitHub in miniature that checks every request and answer against GitHub's own description.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../src/errors.ts';
import type { Connection, Forge } from '../../src/forge/forge.ts';
import { findPullRequest, githubForge } from '../../src/forge/github.ts';
import { createSend } from '../../src/forge/http.ts';
import { upsert } from '../../src/forge/upsert.ts';
import type { Posted } from '../../src/forge/upsert.ts';
import { failure, startGithub, token } from './github-server.ts';
import type { GithubServer, StoredComment } from './github-server.ts';

let server: GithubServer;
let waits: number[];

beforeEach(async () => {
  server = await startGithub();
  waits = [];
});

afterEach(async () => {
  await server.close();
  expect(server.faults).toEqual([]);
});

const marker = '<!-- sizecheck:layer -->';
const body = `${marker}\n### Smaller\n`;

interface Setup {
  readonly timeLimit?: number;
  readonly requestLimit?: number;
  readonly token?: string;
  readonly api?: string;
}

/** Waits are noted instead of waited for; the clock goes on all the same. */
function connection({
  timeLimit = 120_000,
  requestLimit = 5000,
  token: held = token,
  api = server.url,
}: Setup = {}): Connection {
  let skipped = 0;
  const send = createSend({
    service: 'GitHub',
    api,
    timeLimit,
    requestLimit,
    wait: async (milliseconds) => {
      waits.push(milliseconds);
      skipped += milliseconds;
    },
    now: () => Date.now() + skipped,
  });
  return { api, token: held, tokenName: 'GITHUB_TOKEN', agent: 'sizecheck/0.0.0', send };
}

function forge(setup?: Setup): Forge {
  return githubForge(connection(setup), { owner: 'o', repo: 'r', number: 7 });
}

function post(text = body, setup?: Setup, options = { create: true, dryRun: false }): Promise<Posted> {
  const wait = async (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
  };
  return upsert(forge(setup), text.split('\n', 1)[0] ?? '', text, { ...options, wait });
}

async function refused(promise: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await promise.then(
    () => new Error('did not fail'),
    (caught: unknown) => caught,
  );
  if (!(error instanceof ServiceError)) throw error;
  expect(error.message).not.toContain(token);
  expect(error.message).not.toContain('\n');
  return error;
}

function add(count: number, more: Partial<StoredComment> = {}): void {
  for (let index = 0; index < count; index++) {
    server.comments.push({
      id: server.comments.length + 1,
      login: 'someone',
      type: 'User',
      body: `chat ${index}`,
      ...more,
    });
  }
}

const sent = (): string[] => server.received.map(({ method, path }) => `${method} ${path.split('?')[0]}`);

describe('upsert', () => {
  it('creates, updates, and leaves alone what is the same', async () => {
    expect((await post()).action).toBe('created');
    expect((await post()).action).toBe('unchanged');
    const updated = await post(`${body}more\n`);
    expect(updated).toMatchObject({
      action: 'updated',
      comment: { id: 1, url: 'https://github.example/o/r/pull/7#issuecomment-1' },
    });
    expect(server.comments).toEqual([{ id: 1, login: 'octocat', type: 'User', body: `${body}more\n` }]);
    expect(server.received.every(({ authorization }) => authorization === `token ${token}`)).toBe(true);
  });

  it.each([31, 100, 101, 250, 1001])('finds its comment behind %d others', async (count) => {
    add(count);
    add(1, { login: 'octocat', body });
    const posted = await post(`${body}new\n`);
    expect(posted).toMatchObject({ action: 'updated', comment: { id: count + 1 } });
    expect(sent().filter((one) => one.startsWith('GET /repos'))).toHaveLength(Math.ceil((count + 1) / 100));
    expect(sent().filter((one) => one.startsWith('POST'))).toEqual([]);
  });

  it.each([30, 250])('creates one after looking at all %d', async (count) => {
    add(count);
    expect((await post()).action).toBe('created');
    expect(server.comments).toHaveLength(count + 1);
  });

  it('keeps two keys apart', async () => {
    const other = body.replace('layer', 'layer-2');
    await post();
    await post(other);
    await post(`${body}1`);
    await post(`${other}2`);
    expect(server.comments.map((one) => one.body)).toEqual([`${body}1`, `${other}2`]);
  });

  it('never edits what a stranger wrote, though it begins with the marker', async () => {
    add(1, { body });
    add(1, { login: 'octocat', body: `> ${body}` });
    add(1, { login: 'octocat', body: `${marker} and more\n` });
    expect((await post()).action).toBe('created');
    expect(server.comments[0]?.body).toBe(body);
    expect(sent().filter((one) => one.startsWith('PATCH'))).toEqual([]);
  });

  it('as an installation, takes only what a bot wrote for its own', async () => {
    server.login = null;
    add(1, { body });
    expect((await post()).action).toBe('created');
    expect((await post(`${body}x`)).action).toBe('updated');
    expect((await post(`${body}y`, { token: `ghs_${token}` })).action).toBe('updated');
    expect(sent().filter((one) => one === 'GET /user')).toHaveLength(2);
    expect(server.comments.map(({ login }) => login)).toEqual(['someone', 'github-actions[bot]']);
  });

  it('goes on to the next where it may not edit one, and to a new one at last', async () => {
    add(3, { login: 'octocat', body });
    server.locked.add(1);
    expect(await post(`${body}a`)).toMatchObject({ action: 'updated', comment: { id: 2 } });
    server.locked.add(2).add(3);
    expect(await post(`${body}b`)).toMatchObject({ action: 'created', comment: { id: 4 } });
  });

  it('creates another one where its own was deleted meanwhile', async () => {
    add(1, { login: 'octocat', body });
    server.instead.push(['PATCH', { status: 404, body: failure(404, 'Not Found') }]);
    expect(await post(`${body}a`)).toMatchObject({ action: 'created', comment: { id: 2 } });
  });

  it('creates no other one where its own cannot be updated', async () => {
    add(1, { login: 'octocat', body });
    server.instead.push(['PATCH', { status: 422, body: { ...failure(422, 'Validation Failed'), errors: [] } }]);
    expect((await refused(post(`${body}a`))).message).toMatch(/^GitHub rejects the comment on o\/r#7/);
    expect(server.comments).toHaveLength(1);
  });

  it.each([{}, 'hidden'])('may not know who it is: %j', async (user) => {
    add(1, { login: 'octocat', body });
    add(1, { login: 'app[bot]', type: 'Bot', body });
    server.instead.push(['GET /user', user === 'hidden' ? { status: 404 } : { status: 200, body: user }]);
    server.instead.push(['POST /graphql', { status: 403, body: failure(403, 'Resource not accessible') }]);
    expect(await post(`${body}x`)).toMatchObject({ action: 'updated', comment: { id: 2 } });
    server.faults.length = 0;
  });

  it('passes by comments without text, address or author', async () => {
    const bare = { id: 1, user: { login: 'octocat', type: 'User' } };
    const own = { id: 2, body, user: bare.user };
    server.instead.push([
      'GET /repos',
      { status: 200, body: [bare, { id: 3, body, user: null }, { id: 4, body }, own] },
    ]);
    expect(await post()).toEqual({ action: 'unchanged', comment: { id: 2, body, url: null, own: 'yes' } });
    server.faults.length = 0;
  });

  it('of several updates the oldest and leaves the others', async () => {
    add(2);
    add(3, { login: 'octocat', body });
    expect(await post(`${body}new`)).toMatchObject({ action: 'updated', comment: { id: 3 } });
    expect(server.comments.map((one) => one.body)).toEqual(['chat 0', 'chat 1', `${body}new`, body, body]);
  });

  it('takes line ends and trimming by the service for no change', async () => {
    add(1, { login: 'octocat', body: body.trim().replaceAll('\n', '\r\n') });
    expect((await post()).action).toBe('unchanged');
  });

  it('creates nothing where it is only to update', async () => {
    expect(await post(body, {}, { create: false, dryRun: false })).toEqual({ action: 'left', comment: null });
    add(1, { login: 'octocat', body });
    expect((await post(`${body}x`, {}, { create: false, dryRun: false })).action).toBe('updated');
  });

  it('changes nothing in a dry run', async () => {
    expect((await post(body, {}, { create: true, dryRun: true })).action).toBe('created');
    add(1, { login: 'octocat', body });
    expect((await post(`${body}x`, {}, { create: true, dryRun: true })).action).toBe('updated');
    expect(sent().every((one) => one.startsWith('GET'))).toBe(true);
  });
});

describe('a bot', () => {
  const held = { token: `ghs_${token}` };
  const bot = (login: string): Partial<StoredComment> => ({ login, type: 'Bot', body });

  beforeEach(() => {
    server.login = null;
  });

  it.each([
    ['my-app[bot]', 'my-app[bot]'],
    // As GraphQL names bots elsewhere.
    ['my-app[bot]', 'my-app'],
  ])('%s edits its own comment and no other, where it is told who it is: %s', async (login, viewer) => {
    server.app = viewer;
    for (const author of ['renovate[bot]', 'github-actions[bot]', login]) add(1, bot(author));
    add(1, { login: 'my-app', body });
    expect(await post(`${body}x`, held)).toMatchObject({ action: 'updated', comment: { id: 3 } });
    expect(server.comments.map((one) => one.body)).toEqual([body, body, `${body}x`, body]);
    expect(server.received.filter(({ path }) => path === '/graphql')).toEqual([
      expect.objectContaining({ method: 'POST', body: { query: '{ viewer { login } }' } }),
    ]);
  });

  it('creates its own beside those of others', async () => {
    add(1, bot('renovate[bot]'));
    expect(await post(`${body}x`, held)).toMatchObject({ action: 'created', comment: { id: 2 } });
    expect(server.comments[0]?.body).toBe(body);
  });

  it.each([
    [{ status: 404, body: failure(404, 'Not Found') }],
    [{ status: 502, body: {} }],
    [{ status: 200, body: { errors: [{ message: 'no' }] } }],
    [{ status: 200, body: { data: { viewer: { login: '' } } } }],
    [{ status: 200, body: [] }],
  ])('that nobody tells who it is (%j) takes the comment of workflows first, then one of any bot', async (answer) => {
    for (const author of ['renovate[bot]', 'github-actions[bot]']) add(1, bot(author));
    add(1, { body });
    for (let index = 0; index < 10; index++) server.instead.push(['POST /graphql', answer]);
    expect(await post(`${body}x`, held)).toMatchObject({ action: 'updated', comment: { id: 2 } });
    server.comments.splice(1, 1);
    expect(await post(`${body}x`, held)).toMatchObject({ action: 'updated', comment: { id: 1 } });
    expect(server.comments.at(-1)?.body).toBe(body);
  });

  it('asks again where the answer fails to come', async () => {
    server.instead.push(['POST /graphql', { status: 502, body: {} }]);
    add(1, bot('renovate[bot]'));
    expect((await post(`${body}x`, held)).action).toBe('created');
    expect(waits).toEqual([1000]);
  });

  it('whose token is wrong is refused, and a limit is waited for', async () => {
    server.instead.push(['POST /graphql', { status: 401, body: failure(401, 'Bad credentials') }]);
    expect((await refused(post(body, held))).message).toMatch(/^GitHub does not accept the token/);
    const limited = { status: 403, headers: { 'retry-after': '5' }, body: failure(403, 'slow down') };
    server.instead.push(['POST /graphql', limited]);
    expect((await post(body, held)).action).toBe('created');
    expect(waits).toEqual([5000]);
    server.instead.push(['POST /graphql', { ...limited, headers: { 'retry-after': '3600' } }]);
    expect(await refused(post(body, held))).toMatchObject({ code: 'rate-limited' });
  });

  it('asks a server of its own at the address that it has there', async () => {
    const paths: string[] = [];
    const send: typeof fetch = async (input) => {
      paths.push(new URL(input instanceof Request ? input.url : input).pathname);
      return Response.json(paths.length === 1 ? { data: { viewer: { login: 'x' } } } : []);
    };
    const own = githubForge(
      { ...connection(held), api: 'https://own.example/api/v3', send },
      { owner: 'o', repo: 'r', number: 7 },
    );
    for await (const _ of own.comments());
    expect(paths).toEqual(['/api/graphql', '/api/v3/repos/o/r/issues/7/comments']);
  });
});

describe('a comment of its own that is only to be updated', () => {
  const only = { create: false, dryRun: false };

  it('and may not be, as on a locked pull request, is not said to be missing', async () => {
    add(1, { login: 'octocat', body });
    server.locked.add(1);
    const error = await refused(post(`${body}x`, {}, only));
    expect(error.message).toMatch(/^GitHub does not let this token comment on o\/r#7 \(HTTP 403, Must have admin/);
  });

  it('and is deleted meanwhile is left so', async () => {
    add(1, { login: 'octocat', body });
    server.instead.push(['PATCH', { status: 404, body: failure(404, 'Not Found') }]);
    expect(await post(`${body}x`, {}, only)).toEqual({ action: 'left', comment: null });
  });

  it('and is perhaps of another bot is left so', async () => {
    server.login = null;
    add(1, { login: 'renovate[bot]', type: 'Bot', body });
    server.locked.add(1);
    server.instead.push(['POST /graphql', { status: 404, body: failure(404, 'Not Found') }]);
    expect(await post(`${body}x`, {}, only)).toEqual({ action: 'left', comment: null });
  });
});

describe('two runs at once', () => {
  /** What a look finds that comes before the other run's creation. */
  const nothingYet = ['GET /repos', { status: 200, body: [] }] satisfies [string, object];

  it.each([2, 3])('leave one comment, the oldest, of %d', async (runs) => {
    for (let run = 0; run < runs; run++) server.instead.push(nothingYet);
    const texts = Array.from({ length: runs }, (_, run) => `${body}run ${run}\n`);
    await Promise.all(texts.map((text) => post(text)));
    expect(server.comments).toHaveLength(1);
    expect(server.comments[0]?.id).toBe(1);
    expect(texts).toContain(server.comments[0]?.body);
  });

  it.each([
    [`${body}more\n`, 'updated'],
    [body, 'unchanged'],
  ])('of which the other was first: %j', async (text, action) => {
    server.instead.push(nothingYet);
    add(2);
    add(1, { login: 'octocat', body });
    expect(await post(text)).toMatchObject({ action, comment: { id: 3 } });
    expect(server.comments.map((one) => one.body)).toEqual(['chat 0', 'chat 1', text]);
  });

  it('of which this one was first: it looks once more, and leaves the newer one alone', async () => {
    server.instead.push(nothingYet, [
      'GET /repos',
      { status: 200, body: [{ id: 5, body, user: { login: 'octocat', type: 'User' } }] },
    ]);
    expect(await post()).toMatchObject({ action: 'created', comment: { id: 1 } });
    expect(sent().filter((one) => one.startsWith('GET /repos'))).toHaveLength(2);
    expect(sent().filter((one) => one.startsWith('DELETE'))).toEqual([]);
    server.faults.length = 0;
  });

  it('of which another key, a stranger or a refusal is none', async () => {
    server.instead.push(nothingYet);
    add(1, { body });
    add(1, { login: 'octocat', body: body.replace('layer', 'other') });
    add(1, { login: 'octocat', body });
    server.locked.add(3);
    expect(await post(`${body}x`)).toMatchObject({ action: 'created', comment: { id: 4 } });
    expect(server.comments).toHaveLength(4);
  });

  it('of which the newer one cannot be deleted, or nobody can look', async () => {
    add(1, { login: 'octocat', body });
    server.instead.push(nothingYet, ['DELETE', { status: 403, body: failure(403, 'Must have admin rights') }]);
    expect(await post(`${body}x`)).toMatchObject({ action: 'updated', comment: { id: 1 } });
    expect(server.comments.map(({ id }) => id)).toEqual([1, 2]);
    server.instead.push(nothingYet, ['GET /repos', { status: 410, body: failure(410, 'Gone') }]);
    expect(await post(`${body}y`)).toMatchObject({ action: 'created', comment: { id: 3 } });
  });
});

describe('refusals', () => {
  it.each([
    [
      'GET /user',
      401,
      'Bad credentials',
      /^GitHub does not accept the token in GITHUB_TOKEN for o\/r#7 \(HTTP 401, Bad credentials\)$/,
    ],
    [
      'GET /repos',
      404,
      'Not Found',
      /^GitHub does not know, or hides from this token, o\/r#7 \(HTTP 404, Not Found\)$/,
    ],
    ['GET /repos', 410, 'Gone', /hides from this token/],
    [
      'POST',
      403,
      'Resource not accessible by integration',
      /does not let this token comment on o\/r#7 .*pull-requests: write.*docs\/guides\/github-actions\.md$/,
    ],
    ['POST', 404, 'Not Found', /^GitHub does not know/],
    ['POST', 422, 'Validation Failed', /^GitHub rejects the comment on o\/r#7 \(HTTP 422, Validation Failed\)$/],
  ])('%s %d', async (match, status, message, says) => {
    const extra = status === 422 ? { errors: [] } : {};
    server.instead.push([match, { status, body: { ...failure(status, message), ...extra } }]);
    expect((await refused(post())).message).toMatch(says);
    expect(waits).toEqual([]);
  });

  it.each([
    'Unable to create comment because issue is locked.',
    'Repository was archived so is read-only.',
    'Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization.',
  ])('of what no permission of the token would change gives no hint: %s', async (said) => {
    server.instead.push(['POST', { status: 403, body: failure(403, said) }]);
    expect((await refused(post())).message).toBe(`GitHub does not let this token comment on o/r#7 (HTTP 403, ${said})`);
  });

  it.each(['Must have admin rights to Repository.', 'Resource not accessible by personal access token', ''])(
    'of a token that may too little gives one: %j',
    async (said) => {
      server.instead.push(['POST', { status: 403, body: failure(403, said) }]);
      expect((await refused(post())).message).toMatch(/; give the job "permissions: pull-requests: write"; for /);
    },
  );

  it('hides what a server repeats of the request', async () => {
    const words = `no\nfor you ${'x'.repeat(999)}`;
    server.instead.push(['POST', { status: 403, body: failure(403, words) }]);
    expect((await refused(post())).message.length).toBeLessThan(700);
  });

  it.each(['page', { message: 'hello' }, [5], [null]])('a list that is none: %j', async (answer) => {
    server.instead.push(['GET /repos', { status: 200, body: answer }]);
    expect((await refused(post())).message).toMatch(/^GitHub's answer is not a list or a comment; is http/);
    server.faults.length = 0;
  });

  it('a user without a name owns nothing', async () => {
    add(1, { body });
    server.instead.push(['GET /user', { status: 200, body: {} }]);
    expect((await post()).action).toBe('created');
    server.faults.length = 0;
  });

  it('an answer that is no comment', async () => {
    server.instead.push(['POST', { status: 204 }]);
    const error = await refused(post());
    expect(error.message).toMatch(
      /^GitHub's answer is not a list or a comment; is http:\/\/127\.0\.0\.1:\d+ its API\?$/,
    );
    server.faults.length = 0;
  });
});

describe('rate limits', () => {
  const limited = failure(429, 'Too many requests');

  it('waits as long as retry-after says, also before a creation', async () => {
    server.instead.push(['GET /repos', { status: 429, headers: { 'retry-after': '7' }, body: limited }]);
    server.instead.push(['POST', { status: 429, headers: { 'retry-after': '3' }, body: limited }]);
    expect((await post()).action).toBe('created');
    expect(waits).toEqual([7000, 3000]);
    expect(server.comments).toHaveLength(1);
  });

  it('takes a date in retry-after', async () => {
    const date = new Date(Date.now() + 20_000).toUTCString();
    server.instead.push(['GET /repos', { status: 429, headers: { 'retry-after': date }, body: limited }]);
    await post();
    expect(waits[0]).toBeGreaterThan(15_000);
    expect(waits[0]).toBeLessThanOrEqual(20_000);
  });

  it('waits until a primary limit resets', async () => {
    const reset = Math.ceil(Date.now() / 1000) + 30;
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
    server.instead.push(['POST', { status: 403, headers, body: failure(403, 'API rate limit exceeded') }]);
    expect((await post()).action).toBe('created');
    expect(waits[0]).toBeGreaterThan(29_000);
    expect(waits[0]).toBeLessThan(33_000);
  });

  it('waits a minute for a secondary limit that names no time', async () => {
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
    server.instead.push(['POST', { status: 403, body: failure(403, message) }]);
    expect((await post()).action).toBe('created');
    expect(waits).toEqual([60_000]);
  });

  it('gives up at once where the wait is longer than the time limit', async () => {
    const reset = Math.ceil(Date.now() / 1000) + 3600;
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
    server.instead.push(['GET /repos', { status: 403, headers, body: failure(403, 'API rate limit exceeded') }]);
    const error = await refused(post());
    expect(error.message).toMatch(
      /^GitHub limits requests \(HTTP 403\) until \d{4}-\d\d-\d\dT[\d:]{8}Z, longer than --timeout 120$/,
    );
    expect(waits).toEqual([]);
  });

  it('gives up after a while where the limit stays', async () => {
    for (let index = 0; index < 20; index++)
      server.instead.push(['GET /repos', { status: 429, headers: { 'retry-after': '1' }, body: limited }]);
    expect((await refused(post())).message).toMatch(/HTTP 429/);
    expect(waits.length).toBeLessThan(6);
  });
});

describe('rate limits of an update', () => {
  const reset = Math.ceil(Date.now() / 1000) + 3600;
  const primary = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
  const options = [
    { create: true, dryRun: false },
    { create: false, dryRun: false },
  ];

  it('are waited for', async () => {
    add(1, { login: 'octocat', body });
    server.instead.push(['PATCH', { status: 403, headers: { 'retry-after': '9' }, body: failure(403, 'slow') }]);
    expect(await post(`${body}x`)).toMatchObject({ action: 'updated', comment: { id: 1 } });
    expect(waits).toEqual([9000]);
  });

  it.each(options)('that last too long are no sign of a comment of somebody else: %j', async (option) => {
    add(1, { login: 'octocat', body });
    server.instead.push(['PATCH', { status: 403, headers: primary, body: failure(403, 'API rate limit exceeded') }]);
    const error = await refused(post(`${body}x`, {}, option));
    expect(error).toMatchObject({ code: 'rate-limited', status: 403 });
    expect(server.comments).toHaveLength(1);
    expect(sent().filter((one) => one.startsWith('POST'))).toEqual([]);
  });

  it.each(options)('that come again and again neither: %j', async (option) => {
    add(1, { login: 'octocat', body });
    for (let index = 0; index < 9; index++)
      server.instead.push(['PATCH', { status: 403, headers: { 'retry-after': '1' }, body: failure(403, 'slow') }]);
    const error = await refused(post(`${body}x`, {}, option));
    expect(error.message).toBe('GitHub limits requests (HTTP 403), and still does after 5 tries');
    expect(server.comments).toHaveLength(1);
  });

  it('of the question who it is are none of its answer', async () => {
    add(1, { login: 'bot', type: 'Bot', body });
    server.instead.push([
      'GET /user',
      { status: 403, headers: primary, body: failure(403, 'API rate limit exceeded') },
    ]);
    expect(await refused(post(`${body}x`))).toMatchObject({ code: 'rate-limited' });
    expect(server.comments[0]?.body).toBe(body);
  });
});

describe('faults', () => {
  it.each([500, 502, 503, 504])('%d, then an answer', async (status) => {
    server.instead.push(['GET /repos', { status }], ['GET /repos', { status }]);
    expect((await post()).action).toBe('created');
    expect(waits).toEqual([1000, 2000]);
  });

  it('5xx forever', async () => {
    for (let index = 0; index < 20; index++) server.instead.push(['GET /repos', { status: 503 }]);
    expect((await refused(post())).message).toMatch(/^GitHub fails for o\/r#7 \(HTTP 503, made up\)$/);
    expect(sent().filter((one) => one.startsWith('GET /repos'))).toHaveLength(5);
  });

  it('a comment that was created though the answer says otherwise is found, not created again', async () => {
    server.instead.push(['POST', { status: 502, afterwards: true }]);
    expect((await post()).action).toBe('unchanged');
    expect(server.comments).toHaveLength(1);
    expect(waits).toEqual([2000]);
    server.comments.length = 0;
    server.instead.push(['POST', { status: 500, afterwards: true }]);
    expect((await post()).action).toBe('unchanged');
  });

  it('a creation that fails forever', async () => {
    for (let index = 0; index < 9; index++) server.instead.push(['POST', { status: 502 }]);
    expect((await refused(post())).message).toMatch(/^GitHub fails for o\/r#7 \(HTTP 502, made up\)$/);
    expect(sent().filter((one) => one.startsWith('POST'))).toHaveLength(3);
    expect(waits).toEqual([2000, 4000]);
  });

  it('a creation that hangs up, with and without effect', async () => {
    server.instead.push(['POST', { status: 0, hangUp: true, afterwards: true }]);
    expect((await post()).action).toBe('unchanged');
    server.comments.length = 0;
    server.instead.push(['POST', { status: 0, hangUp: true }]);
    expect((await post()).action).toBe('created');
    expect(server.comments).toHaveLength(1);
  });

  it('an update that fails is sent again', async () => {
    add(1, { login: 'octocat', body });
    server.instead.push(['PATCH', { status: 502, afterwards: true }], ['PATCH', { status: 0, hangUp: true }]);
    expect((await post(`${body}x`)).action).toBe('updated');
    expect(server.comments[0]?.body).toBe(`${body}x`);
  });

  it('nobody listens', async () => {
    const gone = await startGithub();
    await gone.close();
    const error = await refused(post(body, { api: gone.url }));
    expect(error.message).toBe('GitHub cannot be reached (ECONNREFUSED)');
    expect(waits).toEqual([1000, 2000, 4000, 8000]);
  });

  it('a server that takes too long', async () => {
    for (let index = 0; index < 6; index++) server.instead.push(['GET /repos', { status: 200, body: [], delay: 400 }]);
    const error = await refused(post(body, { requestLimit: 100 }));
    expect(error.message).toBe('GitHub cannot be reached (no answer in time)');
    expect(waits).toEqual([1000, 2000, 4000, 8000]);
  });

  it('the time limit holds for all tries together', async () => {
    for (let index = 0; index < 6; index++) server.instead.push(['GET /repos', { status: 503 }]);
    const error = await refused(post(body, { timeLimit: 5000 }));
    expect(error.message).toBe('GitHub fails (HTTP 503), and --timeout 5 leaves no time for another try');
    expect(waits).toEqual([1000, 2000]);
  });
});

describe('redirects', () => {
  it.each([301, 302, 307, 308])('%d on the same host is followed with the same method', async (status) => {
    const location = '/repos/o/r/issues/7/comments';
    server.instead.push(['POST', { status, headers: { location } }]);
    expect((await post()).action).toBe('created');
    expect(server.comments).toHaveLength(1);
    expect(sent().filter((one) => one.startsWith('POST'))).toHaveLength(2);
  });

  it('to another host is refused: the token stays', async () => {
    const other = await startGithub();
    const location = `${other.url}/repos/o/r/issues/7/comments`;
    server.instead.push(['GET /repos', { status: 302, headers: { location } }]);
    expect((await refused(post())).message).toMatch(
      /^GitHub points to another host, 127\.0\.0\.1:\d+, where the token must not go$/,
    );
    server.instead.push(['GET /repos', { status: 200, body: [], headers: { link: `<${location}>; rel="next"` } }]);
    expect((await refused(post())).message).toMatch(/^GitHub points to another host/);
    expect(other.received).toEqual([]);
    await other.close();
  });

  it('in a circle', async () => {
    for (let index = 0; index < 9; index++) {
      server.instead.push(['GET /repos', { status: 302, headers: { location: '/repos/o/r/issues/7/comments' } }]);
    }
    expect((await refused(post())).message).toBe('GitHub redirects in a circle');
  });
});

describe('the pull request of a branch', () => {
  it('is the open one at the measured commit', async () => {
    server.pulls.push(
      { head: 'fork:fix', sha: 'old', number: 3 },
      { head: 'fork:fix', sha: 'abc', number: 4 },
      { head: 'x:fix', sha: 'abc', number: 5 },
    );
    const find = (sha: string) =>
      findPullRequest(connection(), { owner: 'o', repo: 'r' }, { owner: 'fork', branch: 'fix', sha });
    expect(await find('abc')).toBe(4);
    expect(await find('newer')).toBeNull();
  });
});
