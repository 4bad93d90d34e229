// Notes on merge requests: the same rules as on GitHub, in GitLab's words.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../src/errors.ts';
import { gitlabForge } from '../../src/forge/gitlab.ts';
import { createSend } from '../../src/forge/http.ts';
import { upsert } from '../../src/forge/upsert.ts';
import type { Posted } from '../../src/forge/upsert.ts';
import { token } from './github-server.ts';
import { self, startGitlab } from './gitlab-server.ts';
import type { GitlabServer } from './gitlab-server.ts';

let server: GitlabServer;
let waits: number[];

beforeEach(async () => {
  server = await startGitlab();
  waits = [];
});

afterEach(() => server.close());

const marker = '<!-- sizecheck:layer -->';
const body = `${marker}\n### Smaller\n`;

function post(text = body, project = '12', iid = 7, held = token): Promise<Posted> {
  const wait = async (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
  };
  const send = createSend({
    service: 'GitLab',
    api: server.url,
    timeLimit: 60_000,
    requestLimit: 5000,
    wait,
    now: Date.now,
  });
  const connection = { api: server.url, token: held, tokenName: 'GITLAB_TOKEN', agent: 'sizecheck/0.0.0', send };
  return upsert(gitlabForge(connection, { project, iid }), marker, text, { create: true, dryRun: false, wait });
}

async function refused(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  if (!(error instanceof ServiceError)) throw new Error('not refused');
  expect(error.message).not.toContain(token);
  return error.message;
}

describe('notes', () => {
  it('are created, updated, and left alone where they are the same', async () => {
    expect((await post()).action).toBe('created');
    expect((await post()).action).toBe('unchanged');
    expect((await post(`${body}x`)).action).toBe('updated');
    expect(server.notes).toEqual([{ id: 1, author: self, system: false, body: `${body}x` }]);
  });

  it('of a project by its path', async () => {
    expect((await post(body, 'group/project')).action).toBe('created');
  });

  it.each([
    [31, true],
    [250, true],
    [250, false],
    [250, 'relative'],
  ] as const)('are found behind %d others (links: %s)', async (count, links) => {
    server.links = links;
    for (let id = 1; id <= count; id++) server.notes.push({ id, author: 1, system: id % 2 === 0, body: `chat ${id}` });
    server.notes.push({ id: count + 1, author: self, system: false, body });
    expect(await post(`${body}x`)).toMatchObject({ action: 'updated', comment: { id: count + 1 } });
    expect(server.received.filter((one) => one.includes('/notes?'))).toHaveLength(Math.ceil((count + 1) / 100));
  });

  it('of strangers and of the system are never edited', async () => {
    server.notes.push({ id: 1, author: 1, system: false, body }, { id: 2, author: self, system: true, body });
    expect((await post(`${body}x`)).action).toBe('created');
    expect(server.notes.slice(0, 2).map((note) => note.body)).toEqual([body, body]);
  });

  it.each([403, 404, 200])('are all its own where the token may not ask who it is (%d)', async (status) => {
    server.notes.push({ id: 1, author: self, system: false, body });
    if (status === 200) server.user = { id: String(self) };
    else server.instead.push(['GET', status]);
    expect((await post(`${body}x`)).action).toBe('updated');
  });

  it('wait for rate limits and faults', async () => {
    server.instead.push(['GET', 429, { 'retry-after': '4' }], ['GET', 502], ['POST', 429, { 'retry-after': '2' }]);
    expect((await post()).action).toBe('created');
    expect(waits).toEqual([4000, 2000, 2000]);
  });
});

it('of two that two runs create at once the older stays', async () => {
  server.notes.push({ id: 1, author: self, system: false, body });
  server.instead.push(['GET', 200, {}, { id: self }], ['GET', 200, {}, []]);
  expect(await post(`${body}x`)).toMatchObject({ action: 'updated', comment: { id: 1 } });
  expect(server.notes).toEqual([{ id: 1, author: self, system: false, body: `${body}x` }]);
  expect(server.received.at(-1)).toBe('DELETE /api/v4/projects/12/merge_requests/7/notes/2');
});

it('a rate limit is no sign that a note is of somebody else, nor that nobody knows who asks', async () => {
  server.notes.push({ id: 1, author: self, system: false, body });
  server.instead.push(['PUT', 429, { 'retry-after': '3600' }]);
  expect(await refused(post(`${body}x`))).toMatch(/^GitLab limits requests \(HTTP 429\) until/);
  server.notes[0] = { id: 1, author: 1, system: false, body };
  server.instead.push(['GET', 403, { 'ratelimit-remaining': '0', 'ratelimit-reset': '9999999999' }]);
  expect(await refused(post(`${body}x`))).toMatch(/^GitLab limits requests \(HTTP 403\) until/);
  expect(server.notes.map((note) => note.body)).toEqual([body]);
});

describe('refusals', () => {
  it('401, with the scope that is needed', async () => {
    expect(await refused(post(body, '12', 7, 'wrong'))).toMatch(
      /^GitLab does not accept the token in GITLAB_TOKEN for 12!7 \(HTTP 401, 401 Unauthorized\); the token needs the scope "api"/,
    );
  });

  it('403', async () => {
    server.instead.push(['POST', 403, {}, { message: '403 Forbidden' }]);
    expect(await refused(post())).toMatch(/^GitLab does not let this token comment on 12!7 .*Reporter/);
  });

  it('404', async () => {
    expect(await refused(post(body, '99'))).toMatch(/^GitLab does not know, or hides from this token, 99!7/);
  });

  it.each([
    [{ error: 'insufficient_scope' }, 'HTTP 403, insufficient_scope', true],
    [{ message: { note: ['is too long'] } }, 'HTTP 403, {"note":["is too long"]}', false],
    [{}, 'HTTP 403', true],
    ['no', 'HTTP 403', true],
  ])('%j', async (answer, words, hinted) => {
    server.instead.push(['POST', 403, {}, answer]);
    const hint = hinted
      ? '; the token needs the scope "api" and at least the role Reporter (CI_JOB_TOKEN cannot comment)'
      : '';
    expect(await refused(post())).toBe(`GitLab does not let this token comment on 12!7 (${words})${hint}`);
  });

  it.each([{}, { id: 1 }, { body }, { id: '1', body }, [], 'page'])('an answer that is no note: %j', async (answer) => {
    server.instead.push(['POST', 201, {}, answer]);
    expect(await refused(post())).toMatch(/^GitLab's answer holds no notes; is http.* its API\?$/);
  });

  it('5xx forever', async () => {
    for (let index = 0; index < 9; index++) server.instead.push(['GET', 500]);
    expect(await refused(post())).toMatch(/^GitLab fails for 12!7 \(HTTP 500, 500 made up\)$/);
  });
});
