// `fix` for a user who may not write to directories of the artifact: the result is what it would be for root, and where there is none,
// nothing is left behind. As root the program runs under another user, who is held to permissions.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { tempDirectory } from '../build/temp.ts';
import { cli, sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('fix-read-only');
const at = (name: string): string => join(work, name);
const isRoot = process.getuid?.() === 0;
const ready = ['cp', 'find', 'chmod', 'chown'].every(requireTool);
const user = isRoot ? { uid: 65_534 } : {};

/** `path` and all below belong to who runs the program. */
function give(path: string): void {
  if (isRoot) run('chown', ['-R', '65534:0', path]);
}

const fix = (args: readonly string[], cp?: string) =>
  sizecheck(['fix', ...args], {
    cwd: work,
    ...user,
    ...(cp === undefined ? {} : { env: { PATH: `${at(cp)}:${process.env['PATH'] ?? ''}` } }),
  });

/** A program of that name which does what the script says. */
function fakeCp(folder: string, script: string): void {
  mkdirSync(at(folder), { recursive: true });
  writeFileSync(at(`${folder}/cp`), `#!/bin/sh\n${script}\n`);
  chmodSync(at(`${folder}/cp`), 0o755);
}

/** Every directory with its permissions and time. */
const directories = (path: string): string =>
  run('find', ['.', '-type', 'd', '-printf', '%P %m %T@\n'], { cwd: at(path) });

const names = (): string[] => readdirSync(work).toSorted();

describe.skipIf(!ready)('directories that are read-only', () => {
  beforeEach(() => {
    run('sh', ['-c', 'chmod -R u+rwx . && rm -rf ./* ./.s*'], { cwd: work });
    mkdirSync(at('t/closed/inner'), { recursive: true });
    mkdirSync(at('t/lost/only'), { recursive: true });
    for (const name of ['closed/x', 'closed/y', 'closed/inner/y', 'z']) writeFileSync(at(`t/${name}`), 'same\n');
    writeFileSync(at('t/lost/only/lib.a'), '!<arch>\n');
    writeFileSync(at('t/closed/inner/own'), 'own\n');
    run('touch', ['-d', '2020-01-01', 't/lost', 't/closed', 't/closed/inner', 't'], { cwd: work });
    for (const name of ['lost/only', 'lost', 'closed/inner', 'closed', '.']) chmodSync(at(`t/${name}`), 0o555);
    give(work);
    chmodSync(work, 0o700);
  });
  afterAll(() => void run('chmod', ['-R', 'u+rwx', work]));

  it('are fixed like others, and keep permissions and times', () => {
    const ran = fix(['t', '--out', 'o', '--apply', '--json']);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    const done = JSON.parse(ran.stdout);
    expect(done.achieved).toEqual(done.promised);
    expect(done.achieved.content).toBe(3 * 5 + 8);
    const inodes = ['closed/x', 'closed/y', 'closed/inner/y', 'z'].map((name) => lstatSync(at(`o/${name}`)).ino);
    expect(new Set(inodes).size).toBe(1);
    const kept = directories('t')
      .split('\n')
      .filter((line) => !line.startsWith('lost'));
    expect(directories('o').split('\n')).toEqual(kept);
    expect(names()).toEqual(['o', 't']);
  });

  it('go with what the result replaces', () => {
    const before = directories('t').split('\n');
    const ran = fix(['t', '--in-place', '--apply', '--json']);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(JSON.parse(ran.stdout).achieved.content).toBe(3 * 5 + 8);
    expect(lstatSync(at('t/z')).nlink).toBe(4);
    expect(directories('t').split('\n')).toEqual(before.filter((line) => !line.startsWith('lost')));
    expect(names()).toEqual(['t']);
  });

  it('leave nothing behind where the result is refused', () => {
    fakeCp(
      'loses',
      '/bin/cp "$@" && for to; do :; done && chmod u+w "$to" && echo more > "$to/new" && chmod u-w "$to"',
    );
    give(at('loses'));
    const ran = fix(['t', '--out', 'o', '--apply'], 'loses');
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(/^sizecheck: t: new: was not there before in the result[^\n]*\n$/);
    expect(names()).toEqual(['loses', 't']);
  });

  it('leave nothing behind after an interrupt', async () => {
    fakeCp('waits', `/bin/cp "$@"; touch '${at('copied')}'; exec sleep 60`);
    give(at('waits'));
    const child = spawn(process.execPath, [cli, 'fix', 't', '--out', 'o', '--apply'], {
      cwd: work,
      stdio: 'ignore',
      env: { ...process.env, PATH: `${at('waits')}:${process.env['PATH'] ?? ''}` },
      ...user,
    });
    const ended = once(child, 'close');
    while (!existsSync(at('copied'))) await sleep(20);
    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(143);
    expect(names()).toEqual(['copied', 't', 'waits']);
  });

  it('hide no error where not even the copy can be removed, and that is said', () => {
    mkdirSync(at('place'));
    fakeCp('fails', `/bin/cp "$@"; chmod 555 '${at('place')}'; echo "cp: no way" >&2; exit 1`);
    give(work);
    const ran = fix(['t', '--out', 'place/o', '--apply'], 'fails');
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(/^sizecheck: t: cannot be copied: cp: no way; place\/\.sizecheck-[^ ]+ cannot be/);
    chmodSync(at('place'), 0o755);
    const [left] = readdirSync(at('place'));
    expect(ran.stderr).toContain(` place/${left} cannot be removed and is left behind\n`);
  });
});

describe.skipIf(!ready || !requireTool('chattr'))('files that cannot be removed', () => {
  const root = tempDirectory('fix-immutable');
  const file = join(root, 'p/a');
  mkdirSync(join(root, 'p'));
  for (const name of ['a', 'b']) writeFileSync(join(root, 'p', name), 'same\n');

  it.skipIf(!isRoot)('of what was replaced are named, and the result is there', ({ skip }) => {
    if (spawnSync('chattr', ['+i', file]).status !== 0) skip('nothing can be made immutable');
    const ran = sizecheck(['fix', 'p', '--in-place', '--apply', '--json'], { cwd: root });
    const left = readdirSync(root).filter((name) => name !== 'p');
    run('find', [root, '-name', 'a', '-exec', 'chattr', '-i', '{}', ';']);
    expect(ran.code).toBe(1);
    expect(left).toEqual([expect.stringMatching(/^\.sizecheck-\d+-[0-9a-f]{8}\.old$/)]);
    expect(ran.stderr).toBe(
      `sizecheck: warning: p is replaced by the result, but what it was cannot be removed and is left in ${root}/${left[0]}\n`,
    );
    expect(JSON.parse(ran.stdout)).toMatchObject({ applied: true, achieved: { content: 5 }, broken: [] });
    expect(lstatSync(file).nlink).toBe(2);
  });
  if (!isRoot) console.log('skipped: only root can make a file immutable');
});
