// Which commit and which run a comment names, by the variables of CI systems; what these hold is never more than text.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { originOf } from '../../src/cli/commands/comment-origin.ts';
import { originLine } from '../../src/report/markdown/origin.ts';
import { startGithub, token } from '../forge/github-server.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from './run.ts';
import { spawned } from './spawned.ts';

const work = tempDirectory('comment-origin');
const event = join(work, 'event.json');
const sha = '0123456789abcdef0123456789abcdef01234567';
const other = sha.replace('0', 'f');
const github = {
  GITHUB_EVENT_PATH: event,
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_REPOSITORY: 'o/r',
  GITHUB_RUN_ID: '12',
  GITHUB_SHA: other,
};

function githubOf(payload: unknown, env: Record<string, string> = {}): unknown {
  writeFileSync(event, typeof payload === 'string' ? payload : JSON.stringify(payload));
  return originOf({ ...github, ...env });
}

const run = 'https://github.com/o/r/actions/runs/12';

describe('on GitHub', () => {
  it.each([
    ['the head of the pull request', { pull_request: { head: { sha } } }, {}, { commit: sha, run }],
    [
      'the run that is commented on',
      { workflow_run: { head_sha: sha, id: 5 } },
      {},
      { commit: sha, run: run.replace('12', '5') },
    ],
    ['a push', {}, { GITHUB_EVENT_NAME: 'push' }, { commit: other, run }],
    [
      'no commit, where the run is of another',
      { issue: { number: 1 } },
      { GITHUB_EVENT_NAME: 'issue_comment' },
      { commit: null, run },
    ],
    ['an event that cannot be read', '{', {}, { commit: null, run }],
    [
      'a server of its own',
      {},
      { GITHUB_SERVER_URL: 'https://own.example/' },
      { commit: null, run: run.replace('github.com', 'own.example') },
    ],
    ['variables that are empty', {}, { GITHUB_SERVER_URL: '', GITHUB_RUN_ID: '' }, { commit: null, run: null }],
    ['no repository', {}, { GITHUB_REPOSITORY: '' }, { commit: null, run: null }],
    ['a run without a number', { workflow_run: { head_sha: 7, id: 'x/../y' } }, {}, { commit: null, run: null }],
  ])('%s', (_, payload, env, expected) => {
    expect(githubOf(payload, env)).toEqual(expected);
  });
});

it('on GitLab the commit of the pipeline, or of the branch that was merged for it', () => {
  const env = { ...github, GITLAB_CI: 'true', CI_COMMIT_SHA: sha, CI_JOB_URL: 'https://e/j' };
  expect(originOf(env)).toEqual({ commit: sha, run: 'https://e/j' });
  const merged = { ...env, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: other, CI_PIPELINE_URL: 'https://e/p' };
  expect(originOf(merged)).toEqual({ commit: other, run: 'https://e/p' });
  expect(originOf({ GITLAB_CI: 'true', CI_COMMIT_SHA: '' })).toEqual({ commit: null, run: null });
});

describe('the line', () => {
  it('has both, one, or is not there', () => {
    expect(originLine({ commit: sha, run })).toEqual([
      `<sub>Measured at <code>0123456</code> · <a href="${run}">run</a></sub>`,
    ]);
    expect(originLine({ commit: `${sha}${sha.slice(16)}`, run: null })).toEqual([
      '<sub>Measured at <code>0123456</code></sub>',
    ]);
    expect(originLine({ commit: null, run: 'http://e:8080/a-b/c_d/-/pipelines/1' })).toEqual([
      '<sub><a href="http://e:8080/a-b/c_d/-/pipelines/1">Run</a></sub>',
    ]);
    expect(originLine({ commit: null, run: null })).toEqual([]);
  });

  it.each(['', 'abc', `${sha}0`, sha.toUpperCase(), `${sha}\n`, '<b>'])('has no commit %j', (commit) => {
    expect(originLine({ commit, run: null })).toEqual([]);
  });

  it.each([
    ['ftp://e/x'],
    ['javascript:alert(1)'],
    ['https://me:secret@e/x'],
    ['https://e/x"onclick="y'],
    ['https://e/<b>'],
    ['https://e/a b'],
    ['https://e/a\n'],
    ['https://e/[x](y)'],
    ['https://e/a?b=c'],
    [`https://e/${'a'.repeat(500)}`],
  ])('has no run %j', (address) => {
    expect(originLine({ commit: null, run: address })).toEqual([]);
  });
});

describe('a comment', () => {
  beforeAll(() => {
    mkdirSync(join(work, 'a'));
    writeFileSync(join(work, 'a/file'), 'text');
    const diff = sizecheck(['diff', 'a', 'a', '--json'], { cwd: work }).stdout;
    writeFileSync(join(work, 'diff.json'), diff);
  });

  it('ends with it, and is updated for a new commit alone', async () => {
    const server = await startGithub();
    const post = async (commit: string, more: readonly string[] = []): Promise<string> => {
      writeFileSync(event, JSON.stringify({ pull_request: { number: 7, head: { sha: commit } } }));
      const env = { ...github, GITHUB_TOKEN: token, GITHUB_API_URL: server.url };
      const ran = await spawned(['comment', '--from', 'diff.json', ...more], { cwd: work, env });
      expect([ran.code, ran.stderr]).toEqual([0, '']);
      return ran.stdout.split(':')[0] ?? '';
    };
    expect(await post(sha, ['--only-on-change'])).toBe('posted nothing');
    expect(await post(sha)).toBe('created the comment');
    expect(server.comments[0]?.body).toMatch(
      new RegExp(`</sub>\n<sub>Measured at <code>0123456</code> · <a href="${run}">run</a></sub>\n$`),
    );
    expect(await post(sha)).toBe('left the comment as it is');
    expect(await post(other, ['--only-on-change'])).toBe('updated the comment');
    expect(server.comments.map(({ body }) => body.includes('<code>f123456</code>'))).toEqual([true]);
    await server.close();
    expect(server.faults).toEqual([]);
  });
});
