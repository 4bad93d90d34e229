// A plan carried out on a directory: what else is there stays as it was, with permissions and times, though its owner is not root.
import { chmodSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { lutimesSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyDirectory, fixDirectory, timeOf } from '../../src/fix/directory.ts';
import { createStripper } from '../../src/fix/strip-tool.ts';
import type { FixAction } from '../../src/model/fix.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('fix-directory');
const user = 65_534;
let number = 0;

/** Does `task` as a user who may not change what is closed to its owner. */
async function unprivileged<T>(task: () => Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(user);
  try {
    return await task();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

function temp(): string {
  const root = join(work, `${number++}`);
  mkdirSync(root);
  chmodSync(work, 0o755);
  return root;
}

/** Permissions, names and time of each path as find tells them. */
function listed(root: string): string[] {
  return run('find', [root, '-printf', '%P %y %m %T@ (%l)\n']).trimEnd().split('\n').toSorted();
}

/** Gives it to who works on it; that takes setuid bits away. */
function give(root: string): void {
  if (process.geteuid?.() === 0) run('chown', ['-Rh', `${user}:${user}`, root]);
}

/** @returns what did not go as promised. */
async function act(root: string, actions: readonly FixAction[]): Promise<string[]> {
  const broken: string[] = [];
  const plan = { actions, rules: [], promised: 0, leftAlone: [] };
  await unprivileged(async () => {
    const stripper = createStripper(() => {});
    try {
      await fixDirectory(root, plan, stripper, (path, what) => broken.push(`${path}: ${what}`));
    } finally {
      stripper.close();
    }
  });
  return broken;
}

const remove = (path: string): FixAction => ({ kind: 'remove', path });

describe.skipIf(!['find', 'cp', 'chown'].every(requireTool))('a plan on a directory', () => {
  function tree(): string {
    const root = temp();
    for (const path of ['closed', 'closed/empty', 'open', 'untouched']) mkdirSync(join(root, path));
    for (const path of ['closed/a', 'closed/b', 'closed/c', 'closed/empty/x', 'open/d', 'untouched/e', 'top'])
      writeFileSync(join(root, path), path);
    symlinkSync('../untouched', join(root, 'open/link'));
    for (const path of ['untouched', 'closed/empty', 'closed', 'open']) utimesSync(join(root, path), 1e9, 1e9);
    for (const path of ['untouched', 'closed/empty', 'closed']) chmodSync(join(root, path), 0o555);
    chmodSync(root, 0o555);
    utimesSync(root, 5e8, 5e8);
    give(root);
    return root;
  }

  it('changes what lies in closed directories, which are as closed and as old as before', async () => {
    const root = tree();
    const before = listed(root);
    const broken = await act(root, [
      remove('closed/a'),
      remove('closed/empty/x'),
      remove('top'),
      remove('open/d'),
      { kind: 'remove-directory', path: 'closed/empty' },
      { kind: 'drop-superseded', path: 'untouched/e', bytes: 1 },
    ]);
    expect(broken).toEqual([]);
    const gone = new Set(['closed/a', 'closed/empty', 'closed/empty/x', 'top', 'open/d']);
    const left = before.filter((line) => !gone.has(line.split(' ')[0] ?? ''));
    expect(listed(root)).toEqual(left);
  });

  it('makes hard links, and symlinks beside what they lead to', async () => {
    const root = tree();
    await act(root, [
      { kind: 'hard-link', path: 'closed/b', target: 'untouched/e' },
      { kind: 'symlink', path: 'closed/c', target: 'closed/a' },
    ]);
    expect(lstatSync(join(root, 'closed/b')).ino).toBe(lstatSync(join(root, 'untouched/e')).ino);
    expect(readlinkSync(join(root, 'closed/c'))).toBe('a');
    expect(lstatSync(join(root, 'closed')).mtimeMs).toBe(1e12);
    expect(lstatSync(join(root, 'closed')).mode & 0o7777).toBe(0o555);
  });

  it('does not open what a symlink leads to', async () => {
    const root = tree();
    await expect(act(root, [remove('open/link/e')])).rejects.toThrow('cannot be changed (EACCES)');
    expect(readdirSync(join(root, 'untouched'))).toEqual(['e']);
    await expect(act(root, [remove('nowhere/e')])).rejects.toMatchObject({ path: 'nowhere' });
  });

  it.skipIf(!['gcc', 'strip'].every(requireTool))(
    'strips a file with all its names, whoever may write to it',
    async () => {
      const root = temp();
      writeFileSync(join(work, 'x.c'), 'int twice(int x) { return 2 * x; }');
      const [from, oracle] = [join(root, 'libx.so'), join(work, 'oracle.so')];
      run('gcc', ['-g', '-shared', '-fPIC', '-o', from, join(work, 'x.c')]);
      run('strip', ['--strip-unneeded', '-o', oracle, from]);
      writeFileSync(join(root, 'text'), 'no ELF file');
      for (const mode of [0o444, 0o755, 0o4711]) {
        const path = join(root, `${mode}.so`);
        writeFileSync(path, readFileSync(from));
        linkSync(path, join(root, `${mode}.linked`));
        if (process.geteuid?.() === 0) run('chown', ['-Rh', `${user}:${user}`, root]);
        chmodSync(path, mode);
        utimesSync(path, 1e9, 1e9);
        const after = lstatSync(oracle).size;
        const stripped = (name: string, left: number): FixAction => ({
          kind: 'strip',
          path: name,
          mode: '--strip-unneeded',
          program: 'strip',
          before: lstatSync(from).size,
          after: left,
        });
        expect(await act(root, [stripped(`${mode}.so`, after)])).toEqual([]);
        const { mode: is, mtimeMs, nlink } = lstatSync(path);
        expect([is & 0o7777, mtimeMs, nlink]).toEqual([mode, 1e12, 2]);
        expect(readFileSync(join(root, `${mode}.linked`)).equals(readFileSync(oracle))).toBe(true);
        expect(await act(root, [stripped(`${mode}.so`, after + 1)])).toEqual([
          `${mode}.so: strip left ${after} bytes, not ${after + 1} as predicted`,
        ]);
        expect(await act(root, [stripped('text', 1)])).toEqual([expect.stringContaining('text: strip refuses it: ')]);
      }
      expect(readFileSync(join(root, 'text'), 'utf8')).toBe('no ELF file');
    },
  );
});

describe.skipIf(!requireTool('cp'))('a copy of a directory', () => {
  const copy = (from: string, to: string, onStart: (stop: () => void) => void = () => {}) =>
    copyDirectory(from, to, onStart);

  it('has what cp says where it cannot be made, else how cp ended', async () => {
    const root = temp();
    await expect(copy(join(root, 'nowhere'), join(root, 'to'))).rejects.toThrow(
      /^cannot be copied: cp: cannot stat '.*nowhere\/\.': No such file or directory$/,
    );
    // One that takes its time: a real one may be done before the signal comes.
    mkdirSync(join(root, 'slow'));
    writeFileSync(join(root, 'slow/cp'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    const path = process.env['PATH'];
    try {
      process.env['PATH'] = `${join(root, 'slow')}:${path}`;
      await expect(copy(work, join(root, 'to'), (stop) => stop())).rejects.toThrow(
        'cannot be copied: cp was ended by SIGKILL',
      );
      process.env['PATH'] = join(root, 'none');
      await expect(copy(root, join(work, 'to'))).rejects.toThrow('cannot be copied: ENOENT');
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('is like it', async () => {
    const root = temp();
    for (const name of ['one', 'two']) writeFileSync(join(root, name), name);
    linkSync(join(root, 'one'), join(root, 'three'));
    symlinkSync('nowhere', join(root, 'four'));
    const to = join(work, 'like');
    await copy(root, to);
    expect(listed(to)).toEqual(listed(root));
  });
});

describe('times', () => {
  const second = 1_000_000_000n;

  it.each([0n, 1n, 1_600_000_001n, 4_000_000_000n])('of whole seconds are exact: %s', (seconds) => {
    expect(timeOf(seconds * second)).toBe(Number(seconds));
  });

  it.each([
    1_600_000_001_999_500_000n,
    1_600_000_001_000_001_999n,
    1_999_999n,
    4_000_000_000_000_001_000n,
    -5_250_000_000n,
  ])('come back to the microsecond: %s', (time) => {
    const path = join(temp(), 'file');
    writeFileSync(path, '');
    lutimesSync(path, 0, timeOf(time));
    expect(lstatSync(path, { bigint: true }).mtimeNs / 1000n).toBe(time / 1000n);
  });
});
