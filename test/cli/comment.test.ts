// `comment` and `report` as a workflow runs them: a saved report in, a comment on a GitHub or GitLab in miniature out.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failure, startGithub, token } from '../forge/github-server.ts';
import type { GithubServer } from '../forge/github-server.ts';
import { startGitlab } from '../forge/gitlab-server.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from './run.ts';
import type { Ran } from './run.ts';
import { spawned } from './spawned.ts';

const work = tempDirectory('comment');
const at = (name: string): string => join(work, name);
let server: GithubServer;

beforeAll(async () => {
  server = await startGithub();
  mkdirSync(at('old/lib'), { recursive: true });
  mkdirSync(at('new/lib'), { recursive: true });
  writeFileSync(at('old/lib/a'), 'a'.repeat(5000));
  writeFileSync(at('new/lib/a'), 'a'.repeat(3000));
  writeFileSync(at('new/lib/@octocat #1 `x`|y'), 'b'.repeat(10));
  const tar = buildTar([{ name: 'a', content: 'text '.repeat(999) }]);
  writeFileSync(at('fast.gz'), gzipSync(tar, { level: 1 }));
  writeFileSync(at('best.gz'), gzipSync(tar, { level: 9 }));
  writeFileSync(at('changed.json'), sizecheck(['diff', at('old'), at('new'), '--json']).stdout);
  writeFileSync(at('same.json'), sizecheck(['diff', at('old'), at('old'), '--json']).stdout);
});

beforeEach(() => {
  Object.assign(server, { login: 'octocat' });
  for (const list of [server.comments, server.received, server.instead, server.pulls]) list.length = 0;
});

afterAll(async () => {
  await server.close();
  expect(server.faults).toEqual([]);
});

async function comment(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Ran> {
  const ran = await spawned(['comment', ...args], {
    env: { GITHUB_TOKEN: token, GITHUB_API_URL: server.url, ...env },
    input,
    cwd: work,
  });
  expect(`${ran.stdout}${ran.stderr}`).not.toContain(token);
  return ran;
}

const here = ['--from', 'changed.json', '--repo', 'o/r', '--pr', '7'];

describe('comment', () => {
  it('creates, then updates the one comment of its key', async () => {
    const first = await comment(here);
    expect(first).toEqual({
      code: 0,
      stdout: 'created the comment: https://github.example/o/r/pull/7#issuecomment-1\n',
      stderr: '',
    });
    expect(server.comments[0]?.body).toMatch(/^<!-- sizecheck:new -->\n### Smaller: content −1\.9/);
    expect((await comment([...here, '--units', 'bytes'])).stdout).toMatch(/^updated the comment: /);
    expect((await comment([...here, '--units', 'bytes'])).stdout).toMatch(/^left the comment as it is: /);
    expect((await comment([...here, '--key', 'other', '--quiet'])).stdout).toBe('');
    expect(server.comments.map(({ body }) => body.split('\n')[0])).toEqual([
      '<!-- sizecheck:new -->',
      '<!-- sizecheck:other -->',
    ]);
  });

  it('reads standard input', async () => {
    const ran = await comment(
      ['--from', '-', '--repo', 'o/r', '--pr', '7'],
      {},
      readFileSync(at('changed.json'), 'utf8'),
    );
    expect(ran.code, ran.stderr).toBe(0);
    expect(server.comments).toHaveLength(1);
  });

  it.each([
    ['an event of a pull request', { pull_request: { number: 7 } }, {}],
    ['a comment on a pull request', { issue: { number: 7, pull_request: {} } }, {}],
    ['a ref', {}, { GITHUB_REF: 'refs/pull/7/merge' }],
  ])('finds the pull request by %s', async (_, event, env) => {
    writeFileSync(at('event.json'), JSON.stringify(event));
    const ran = await comment(['--from', 'changed.json'], {
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_EVENT_PATH: at('event.json'),
      ...env,
    });
    expect(ran.code, ran.stderr).toBe(0);
    expect(server.received.findLast(({ method }) => method !== 'GET')).toMatchObject({
      method: 'POST',
      path: '/repos/o/r/issues/7/comments',
    });
  });

  it('finds the pull request of a fork by the commit that was measured, and nothing else', async () => {
    const workflow = { head_branch: 'fix', head_sha: 'abc', head_repository: { owner: { login: 'fork' } } };
    writeFileSync(at('event.json'), JSON.stringify({ workflow_run: workflow }));
    const env = { GITHUB_REPOSITORY: 'o/r', GITHUB_EVENT_PATH: at('event.json'), GITHUB_REF: 'refs/heads/main' };
    server.pulls.push({ head: 'fork:fix', sha: 'abc', number: 9 });
    expect((await comment(['--from', 'changed.json'], env)).code).toBe(0);
    expect(server.received.findLast(({ method }) => method !== 'GET')).toMatchObject({
      method: 'POST',
      path: '/repos/o/r/issues/9/comments',
    });
    server.pulls.length = 0;
    const stale = await comment(['--from', 'changed.json'], env);
    expect(stale).toMatchObject({
      code: 0,
      stdout: 'posted nothing: no open pull request of o/r from fork:fix is at the commit that was measured\n',
    });
  });

  it.each([
    ['a comment on an issue', { issue: { number: 7 } }],
    ['a run of a fork that is gone', { workflow_run: { head_branch: 'b', head_sha: 's', head_repository: null } }],
    ['a run without a commit', { workflow_run: { head_branch: 'b', head_repository: { owner: { login: 'o' } } } }],
    ['a run without a branch', { workflow_run: { head_sha: 's', head_repository: { owner: { login: 'o' } } } }],
    ['no object', [null]],
  ])('takes %s for no pull request', async (_, event) => {
    writeFileSync(at('event.json'), JSON.stringify(event));
    const ran = await comment(['--from', 'changed.json', '--repo', 'o/r'], {
      GITHUB_EVENT_PATH: at('event.json'),
      GITHUB_REF: '',
    });
    expect(ran).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sizecheck: which pull request? Give --pr N; this run is not of a pull request\n',
    });
    expect(server.received).toEqual([]);
  });

  it('creates none where nothing changed, but updates one', async () => {
    const args = ['--from', 'same.json', '--repo', 'o/r', '--pr', '7', '--only-on-change', '--key', 'k'];
    expect((await comment(args)).stdout).toMatch(/^posted nothing: nothing changed/);
    expect(server.comments).toEqual([]);
    await comment(['--from', 'changed.json', '--repo', 'o/r', '--pr', '7', '--only-on-change', '--key', 'k']);
    expect((await comment(args)).stdout).toMatch(/^updated the comment/);
    expect(server.comments[0]?.body).toContain('### No change');
  });

  it.each([
    ['a gate that fails', ['check', 'old', '--max-uncompressed', '1']],
    ['a gate that is not known', ['check', 'old', '--max-growth', '1']],
    ['a gate that holds, with a change', ['check', 'new', '--max-uncompressed', '1MiB', '--baseline', 'old']],
    ['other compressed bytes alone', ['diff', 'fast.gz', 'best.gz']],
  ])('creates one for %s', async (_, args) => {
    const from = ['--from', '-', '--repo', 'o/r', '--pr', '7', '--only-on-change'];
    expect((await comment(from, {}, sizecheck([...args, '--json'], { cwd: work }).stdout)).code).toBe(0);
    expect(server.comments).toHaveLength(1);
  });

  it.each(['new', 'fixed'])('creates one for a finding alone that is %s', async (kind) => {
    const same = JSON.parse(readFileSync(at('same.json'), 'utf8'));
    const found = {
      rule: 'debug-symbols',
      severity: 'warn',
      title: 't',
      bytes: 0,
      claims: [],
      fix: { commands: [], advice: null },
    };
    const saved = JSON.stringify({ ...same, findings: { ...same.findings, [kind]: [found] } });
    const ran = await comment(['--from', '-', '--repo', 'o/r', '--pr', '7', '--only-on-change'], {}, saved);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(server.comments).toHaveLength(1);
  });

  it('creates none for a finding alone of a rule that nobody knows', async () => {
    const same = JSON.parse(readFileSync(at('same.json'), 'utf8'));
    const fix = { commands: [], advice: null };
    const found = { rule: 'x', severity: 'warn', title: 't', bytes: 0, claims: [], fix };
    const saved = JSON.stringify({ ...same, findings: { ...same.findings, new: [found] } });
    const ran = await comment(['--from', '-', '--repo', 'o/r', '--pr', '7', '--only-on-change'], {}, saved);
    expect(ran.stdout).toMatch(/^posted nothing: nothing changed/);
  });

  it('creates none for a gate that holds where nothing changed, with or without a baseline', async () => {
    for (const more of [[], ['--baseline', 'old']]) {
      const saved = sizecheck(['check', 'old', '--max-uncompressed', '1MiB', '--json', ...more], { cwd: work }).stdout;
      const ran = await comment(['--from', '-', '--repo', 'o/r', '--pr', '7', '--only-on-change'], {}, saved);
      expect(ran.stdout).toMatch(/^posted nothing: nothing changed/);
    }
    expect(server.comments).toEqual([]);
  });

  it('in a dry run prints the text, and says what it would do', async () => {
    const ran = await comment([...here, '--dry-run']);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^<!-- sizecheck:new -->\n### Smaller/);
    expect(ran.stderr).toBe('sizecheck: dry run: would have created the comment: o/r#7\n');
    expect(server.received.every(({ method }) => method === 'GET')).toBe(true);
    const offline = await comment(['--from', 'changed.json', '--dry-run'], { GITHUB_TOKEN: '' });
    expect(offline).toMatchObject({
      code: 0,
      stderr: 'sizecheck: dry run: which repository? Give --repo OWNER/NAME\n',
    });
  });

  it.each([
    [['--repo', 'a b', '--pr', '7'], '--repo takes OWNER/NAME, not "a b"'],
    [['--repo', 'a/..', '--pr', '7'], '--repo takes OWNER/NAME, not "a/.."'],
    [['--repo', '../a', '--pr', '7'], '--repo takes OWNER/NAME, not "../a"'],
    [['--forge', 'gitlab', '--repo', '..', '--pr', '7'], '--repo takes GROUP/PROJECT or its number, not ".."'],
    [['--forge', 'gitlab', '--pr', '7'], 'which project? Give --repo GROUP/PROJECT or its number'],
    [['--repo', 'o/r', '--pr', 'x'], '--pr takes the number of a pull request, not "x"'],
  ])('a dry run for %j fails as the real one would', async (target, reason) => {
    const args = ['--from', 'changed.json', '--dry-run', ...target];
    const ran = await comment(args, { GITHUB_TOKEN: '' });
    expect([ran.code, ran.stderr]).toEqual([2, `sizecheck: dry run: ${reason}\n`]);
    expect(ran.stdout).toMatch(/^<!-- sizecheck:/);
    expect(await comment([...args, '--quiet'], { GITHUB_TOKEN: '' })).toMatchObject({ code: 2, stderr: '' });
  });

  it('appends the same text to the summary of the run', async () => {
    writeFileSync(at('summary.md'), 'before\n');
    await comment([...here, '--summary'], { GITHUB_STEP_SUMMARY: at('summary.md') });
    expect(readFileSync(at('summary.md'), 'utf8')).toBe(`before\n${server.comments[0]?.body}\n`);
    expect((await comment([...here, '--summary'])).code).toBe(0);
    writeFileSync(at('summary.md'), '');
    await comment([...here, '--summary', '--dry-run'], { GITHUB_STEP_SUMMARY: at('summary.md') });
    expect(readFileSync(at('summary.md'), 'utf8')).toBe('');
  });

  it.each(['diff', 'check'])('%s does so too', (command) => {
    writeFileSync(at('summary.md'), '');
    const artifacts = command === 'diff' ? [at('old'), at('new')] : [at('new'), '--max-uncompressed=1'];
    const args = [command, ...artifacts, '--summary', '--format'];
    const ran = sizecheck([...args, 'csv'], { env: { GITHUB_STEP_SUMMARY: at('summary.md') } });
    expect(ran.code, ran.stderr).toBe(command === 'diff' ? 0 : 1);
    expect(readFileSync(at('summary.md'), 'utf8')).toBe(
      `${sizecheck([...args, 'markdown'], { env: { GITHUB_STEP_SUMMARY: '' } }).stdout}\n`,
    );
  });

  it('posts to GitLab, where that is the CI system', async () => {
    const gitlab = await startGitlab();
    const env = {
      GITLAB_CI: 'true',
      CI_API_V4_URL: gitlab.url,
      CI_PROJECT_ID: '12',
      CI_MERGE_REQUEST_IID: '7',
      GITLAB_TOKEN: token,
    };
    const ran = await comment(['--from', 'changed.json'], env);
    expect(ran).toEqual({ code: 0, stdout: 'created the comment: 12!7, note 1\n', stderr: '' });
    expect(gitlab.notes[0]?.body).toMatch(/^<!-- sizecheck:new -->/);
    await gitlab.close();
  });
});

describe('comment that cannot be', () => {
  async function fails(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
    const ran = await comment(args, env);
    expect(ran.code, ran.stderr).toBe(2);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toMatch(/^sizecheck: [^\n]+\n$/);
    return ran.stderr.trimEnd();
  }

  it.each([
    [[], /comment takes --from FILE/],
    [['changed.json'], /is "changed\.json" for --from\?/],
    [['--from', 'missing.json', '--repo', 'o/r', '--pr', '7'], /missing\.json: cannot be read \(ENOENT\)/],
    [['--from', 'changed.json', '--pr', '7'], /which repository\?/],
    [['--from', 'changed.json', '--repo', 'o/r'], /which pull request\?/],
    [['--from', 'changed.json', '--repo', 'o r', '--pr', '7'], /--repo takes OWNER\/NAME/],
    [['--from', 'changed.json', '--repo', 'o/r', '--pr', '7;x'], /--pr takes the number/],
    [[...here, '--api-url', 'ftp://x'], /is not the address of an API/],
    [[...here, '--api-url', 'http://u:secret@x'], /^(?!.*secret).*holds a name or password/s],
    [[...here, '--api-url', 'http://:secret@x'], /^(?!.*secret).*holds a name or password/s],
    [[...here, '--api-url', 'nonsense'], /is not the address of an API/],
    [[...here, '--token-env', 'NONE'], /NONE holds no token/],
    [[...here, '--forge', 'gitea'], /--forge takes one of auto, github, gitlab/],
  ] as const)('%j', async (args, says) => {
    expect(await fails(args)).toMatch(says);
    expect(server.received).toEqual([]);
  });

  it('a token that is none', async () => {
    expect(await fails(here, { GITHUB_TOKEN: 'two\nlines' })).toMatch(
      /GITHUB_TOKEN holds characters that no token has/,
    );
    expect(await fails(here, { GITHUB_TOKEN: 'wrong' })).toMatch(/does not accept the token in GITHUB_TOKEN/);
  });

  it('a server that repeats the token', async () => {
    server.instead.push(['POST', { status: 403, body: failure(403, `no ${token} here`) }]);
    expect(await fails(here)).toContain('(HTTP 403, no *** here)');
  });

  it('an hour of rate limit', async () => {
    const headers = { 'retry-after': '3600' };
    server.instead.push(['GET /repos', { status: 429, headers, body: failure(429, 'slow down') }]);
    expect(await fails([...here, '--timeout', '5'])).toMatch(
      /GitHub limits requests \(HTTP 429\) until .*longer than --timeout 5$/,
    );
  });

  it('a server that never answers', async () => {
    server.instead.push(['GET /user', { status: 200, delay: 10_000 }]);
    const started = Date.now();
    expect(await fails([...here, '--timeout', '1'])).toMatch(/GitHub cannot be reached \(no answer in time\)/);
    expect(Date.now() - started).toBeLessThan(5000);
    server.faults.length = 0;
  });

  it('a summary that cannot be written', async () => {
    expect(await fails([...here, '--summary'], { GITHUB_STEP_SUMMARY: at('no/such/summary') })).toMatch(
      /cannot be written \(ENOENT\)/,
    );
  });
});

describe('reports of several checks', () => {
  const files = [at('x86.json'), at('arm.json')];

  it('make one comment, with its own key, and print as one', async () => {
    writeFileSync(at('leg.gz'), readFileSync(at('best.gz')));
    for (const file of files) {
      const ran = sizecheck(['check', 'leg.gz', '--max-compressed', '100', '--json', '-o', file], { cwd: work });
      expect(ran.code).toBe(1);
    }
    const ran = await comment(['--from', ...files, '--repo', 'o/r', '--pr', '7']);
    expect(ran.code, ran.stderr).toBe(0);
    expect(server.comments.map(({ body }) => body)).toEqual([
      expect.stringMatching(/^<!-- sizecheck:leg\.gz -->\n### ❌ Over budget: `leg\.gz \(x86\)` compressed is /),
    ]);
    expect(server.comments[0]?.body).toContain('| ❌ | `leg.gz (arm)` | compressed |');
    const twice = await comment(['--from', files[0] ?? '', '--from', files[1] ?? '', '--repo', 'o/r', '--pr', '7']);
    expect(twice.stdout).toMatch(/^left the comment as it is/);
    const json = sizecheck(['report', ...files, '--json']);
    writeFileSync(at('joined.json'), json.stdout);
    expect(sizecheck(['report', at('joined.json')])).toEqual(sizecheck(['report', ...files]));
    const piped = await comment(
      ['--from', 'x86.json', '-', '--dry-run', '-q'],
      {},
      readFileSync(at('arm.json'), 'utf8'),
    );
    expect(piped.stdout).toContain('`leg.gz (standard input)`');
  });
});

describe('report', () => {
  it.each(['table', 'json', 'markdown', 'github', 'csv', 'du'])(
    'prints a saved diff as %s, as diff itself does',
    (format) => {
      const direct = sizecheck(['diff', at('old'), at('new'), '--format', format === 'du' ? 'table' : format]);
      const again = sizecheck(['report', at('changed.json'), '--format', format === 'du' ? 'table' : format]);
      expect(again).toMatchObject({ code: 0, stderr: '' });
      expect(again.stdout).toBe(direct.stdout);
    },
  );

  it.each([
    [['report'], /^sizecheck: report takes a saved report: a file, or - for standard input$/m],
    [['report', 'none', at('changed.json')], /^sizecheck: none: cannot be read \(ENOENT\)$/m],
    [['report', at('changed.json'), at('changed.json')], /changed\.json is given twice$/m],
    [['report', '-', '-'], /^sizecheck: standard input is given twice$/m],
    [
      ['report', at('same.json'), at('changed.json')],
      /same\.json: is of a diff, and only reports of "check --json" are/,
    ],
    [['report', at('changed.json'), '--format', 'junit'], /a diff is not printed as "junit"; choose one of table, /],
  ])('%j', (args, says) => {
    const ran = sizecheck(args);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(says);
  });
});
