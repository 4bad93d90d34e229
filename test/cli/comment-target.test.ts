// Where a comment goes, by the command line and by the variables of CI systems as these document them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forgeOf, targetOf } from '../../src/cli/commands/comment-target.ts';
import type { Environment, TargetValues } from '../../src/cli/commands/comment-target.ts';
import { UsageError } from '../../src/errors.ts';
import { tempDirectory } from '../build/temp.ts';

const file = join(tempDirectory('comment-target'), 'event.json');
const none: TargetValues = { forge: 'auto', repo: undefined, pr: undefined, 'api-url': undefined };
const github = { GITHUB_REPOSITORY: 'o/r', GITHUB_REF: 'refs/pull/7/merge' };
const gitlab = { GITLAB_CI: 'true', CI_PROJECT_ID: '12', CI_MERGE_REQUEST_IID: '3' };

function target(values: Partial<TargetValues>, env: Environment): unknown {
  return targetOf({ ...none, ...values }, env);
}

/** The pull request of an event. */
function pullOf(event: unknown, env: Environment = {}): unknown {
  writeFileSync(file, typeof event === 'string' ? event : JSON.stringify(event));
  return target({}, { GITHUB_REPOSITORY: 'o/r', GITHUB_EVENT_PATH: file, ...env });
}

describe('the forge', () => {
  it.each([
    ['auto', {}, 'github'],
    ['auto', { GITLAB_CI: 'true' }, 'gitlab'],
    ['auto', { GITLAB_CI: 'false' }, 'github'],
    ['github', { GITLAB_CI: 'true' }, 'github'],
    ['gitlab', {}, 'gitlab'],
  ])('of %s and %j is %s', (forge, env, expected) => {
    expect(forgeOf(forge, env)).toBe(expected);
  });
});

describe('a place on GitHub', () => {
  it('is that of the variables, or the one that is given', () => {
    const api = 'https://api.github.com';
    expect(target({}, github)).toEqual({ forge: 'github', api, owner: 'o', repo: 'r', pull: 7 });
    const given = { repo: '..a/.b-c_d', pr: '12', 'api-url': 'http://own:8080/api/v3//' };
    const own = { forge: 'github', api: 'http://own:8080/api/v3', owner: '..a', repo: '.b-c_d', pull: 12 };
    expect(target(given, github)).toEqual(own);
    expect(target({}, { ...github, GITHUB_API_URL: 'https://e/' })).toMatchObject({ api: 'https://e' });
  });

  it.each([[''], ['.'], ['o'], ['o/'], ['/r'], ['o/r/x'], ['./r'], ['../r'], ['o/.'], ['o/..'], ['o/r\n'], ['o/r?x']])(
    'is not %j',
    (repo) => {
      expect(() => target({ repo }, github)).toThrow(UsageError);
      const says = repo === '' ? /^which repository\? Give --repo/ : /^--repo takes OWNER\/NAME, not "/;
      expect(() => target({ repo }, github)).toThrow(says);
    },
  );

  it('is asked for where nothing says it', () => {
    expect(() => target({ pr: '1' }, {})).toThrow('which repository?');
  });

  it.each([['0'], ['01'], ['1.5'], ['-1'], ['x'], ['12345678901']])('has no pull request %j', (pr) => {
    expect(() => target({ pr }, github)).toThrow(`--pr takes the number of a pull request, not "${pr}"`);
  });

  it.each([['ftp://e'], ['e'], [''], ['file:///etc/passwd']])('has no API at %j', (address) => {
    expect(() => target({ 'api-url': address }, github)).toThrow(`"${address}" is not the address of an API`);
  });

  it.each([['https://me@e'], ['https://me:secret@e'], ['https://:secret@e']])('has no secret in its API: %j', (url) => {
    expect(() => target({ 'api-url': url }, github)).toThrow(
      /^the address of the API in --api-url holds a name or password/,
    );
  });
});

describe('the pull request of an event', () => {
  const head = { head_repository: { owner: { login: 'me' } }, head_branch: 'topic', head_sha: 'abc' };

  it.each([
    ['its own', { pull_request: { number: 5 } }, 5],
    ['a comment on one', { issue: { number: 6, pull_request: {} } }, 6],
    ['a run that measured one', { workflow_run: head }, { owner: 'me', branch: 'topic', sha: 'abc' }],
  ])('is %s', (_, event, pull) => {
    expect(pullOf(event)).toMatchObject({ pull });
  });

  it('stands before that of the ref', () => {
    expect(pullOf({ pull_request: { number: 5 } }, github)).toMatchObject({ pull: 5 });
    for (const event of [
      {},
      [],
      null,
      'null',
      { pull_request: null },
      { issue: { number: 6 } },
      { workflow_run: head },
    ])
      expect(pullOf(event, github), JSON.stringify(event)).toMatchObject({ pull: 7 });
    expect(target({}, { ...github, GITHUB_EVENT_PATH: '' })).toMatchObject({ pull: 7 });
  });

  it.each([
    [{}],
    [{ issue: { number: 6 } }],
    [{ pull_request: { number: '5' } }],
    [{ workflow_run: { ...head, head_branch: null } }],
    [{ workflow_run: { ...head, head_sha: 1 } }],
    [{ workflow_run: { ...head, head_repository: null } }],
    [{ workflow_run: 1 }],
    ['"text"'],
  ])('is none of %j', (event) => {
    expect(() => pullOf(event)).toThrow('which pull request? Give --pr N');
    expect(() => pullOf(event, { GITHUB_REF: 'refs/heads/pull/7/x' })).toThrow('which pull request? Give --pr N');
  });

  it('has to be JSON that is there', () => {
    expect(() => pullOf('{')).toThrow('GITHUB_EVENT_PATH cannot be read');
    const gone = { ...github, GITHUB_EVENT_PATH: join(file, 'none') };
    expect(() => target({}, gone)).toThrow('GITHUB_EVENT_PATH cannot be read (ENOTDIR); give --pr N');
    expect(target({ pr: '9' }, gone)).toMatchObject({ pull: 9 });
  });
});

describe('a place on GitLab', () => {
  it('is that of the variables, or the one that is given', () => {
    const api = 'https://gitlab.com/api/v4';
    expect(target({}, gitlab)).toEqual({ forge: 'gitlab', api, project: '12', iid: 3 });
    // The merge request of a fork is in the project that it goes to.
    expect(target({}, { ...gitlab, CI_MERGE_REQUEST_PROJECT_ID: '1' })).toMatchObject({ project: '1' });
    const own = { repo: 'a/b/c', pr: '4', 'api-url': 'https://own/api/v4/' };
    expect(target(own, gitlab)).toEqual({ forge: 'gitlab', api: 'https://own/api/v4', project: 'a/b/c', iid: 4 });
    expect(target({}, { ...gitlab, CI_API_V4_URL: 'https://e/v4' })).toMatchObject({ api: 'https://e/v4' });
  });

  it.each([
    [{ repo: '.' }, '--repo takes GROUP/PROJECT or its number, not "."'],
    [{ repo: '..' }, '--repo takes GROUP/PROJECT or its number, not ".."'],
    [{ repo: '' }, 'which project?'],
    [{ pr: '0' }, '--pr takes the number'],
  ])('%j is refused', (values, says) => {
    expect(() => target(values, gitlab)).toThrow(says);
  });

  it('is asked for where nothing says it', () => {
    expect(() => target({}, { GITLAB_CI: 'true' })).toThrow('which project?');
    expect(() => target({}, { GITLAB_CI: 'true', CI_PROJECT_ID: '1' })).toThrow('which merge request?');
  });
});

describe('a variable', () => {
  it('that is empty is as one that is not set', () => {
    const api = 'https://api.github.com';
    expect(target({}, { ...github, GITHUB_API_URL: '', GITHUB_EVENT_PATH: '' })).toMatchObject({ api, pull: 7 });
    const empty = { CI_API_V4_URL: '', CI_MERGE_REQUEST_PROJECT_ID: '' };
    expect(target({}, { ...gitlab, ...empty })).toMatchObject({ api: 'https://gitlab.com/api/v4', project: '12' });
    expect(() => target({}, { ...gitlab, CI_MERGE_REQUEST_IID: '' })).toThrow('which merge request?');
    expect(() => target({}, { ...github, GITHUB_REPOSITORY: '' })).toThrow('which repository?');
    expect(() => target({}, { ...gitlab, CI_PROJECT_ID: '' })).toThrow('which project?');
  });

  it.each([
    [
      github,
      'GITHUB_API_URL',
      'api.github.com',
      '"api.github.com" is not the address of an API, such as https://api.github.com',
    ],
    [github, 'GITHUB_REPOSITORY', 'o', 'takes OWNER/NAME, not "o"'],
    [gitlab, 'CI_API_V4_URL', 'ftp://e', '"ftp://e" is not the address of an API, such as https://gitlab.com/api/v4'],
    [gitlab, 'CI_PROJECT_ID', '..', 'takes GROUP/PROJECT or its number, not ".."'],
    [gitlab, 'CI_MERGE_REQUEST_IID', 'x', 'takes the number of a pull request, not "x"'],
  ])('that is wrong is named: %j %s', (env, name, value, says) => {
    expect(() => target({}, { ...env, [name]: value })).toThrow(
      new RegExp(`^${name}:? ${says.replace(/[.?]/g, '\\$&')}$`),
    );
  });

  it('that holds a secret is named without it', () => {
    const env = { ...github, GITHUB_API_URL: 'https://me:secret@e' };
    expect(() => target({}, env)).toThrow(
      'the address of the API in GITHUB_API_URL holds a name or password; leave it out',
    );
  });
});
