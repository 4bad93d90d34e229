// Where results go: what a file is before and after, what is never overwritten, and how much is written at once.
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import {
  isSameFile,
  print,
  checkOutput,
  removeUnfinished,
  trackUnfinished,
  writeFile,
  writeStdout,
} from '../../src/cli/output/streams.ts';
import { OutputError, UsageError } from '../../src/errors.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';
import { told } from './in-process.ts';

// What no test can arrange for in its own process: standard input that is a file, files of two devices with one inode number, and a disk
// that has written.
const system = vi.hoisted(() => {
  const calls: string[] = [];
  return { calls, input: 'none', elsewhere: 'none' };
});

vi.mock(import('node:fs'), async (original) => {
  const real = await original();
  const fstatSync = (fd: number, options: { bigint: true }): BigIntStats =>
    fd === 0 ? real.statSync(system.input, options) : real.fstatSync(fd, options);
  const statSync = (path: string, options: { bigint: true }): BigIntStats => {
    const stats = real.statSync(path === system.elsewhere ? system.input : path, options);
    return path === system.elsewhere ? Object.assign(stats, { dev: stats.dev + 1n }) : stats;
  };
  const fsyncSync = (fd: number): void => {
    system.calls.push('fsync');
    real.fsyncSync(fd);
  };
  const renameSync = (from: string, to: string): void => {
    system.calls.push('rename');
    real.renameSync(from, to);
  };
  return { ...real, ...({ fstatSync, statSync, fsyncSync, renameSync } as object) };
});

const work = tempDirectory('output');
const fresh = (): string => mkdtempSync(join(work, 'case-'));

/** The lengths of what is written to standard output at once. */
async function writes(pieces: readonly string[], error?: Error): Promise<number[]> {
  const lengths: number[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((...args: unknown[]) => {
    lengths.push(String(args[0]).length);
    for (const argument of args) if (typeof argument === 'function') argument(error);
    return true;
  });
  try {
    await writeStdout(pieces);
  } finally {
    spy.mockRestore();
  }
  return lengths;
}

describe('standard output', () => {
  it('gets pieces joined to 64 Ki characters or more, and nothing of nothing', async () => {
    expect(await writes([])).toEqual([]);
    expect(await writes(['', ''])).toEqual([]);
    expect(await writes(['a', 'b'])).toEqual([2]);
    expect(await writes(['x'.repeat(65_535), 'y', 'z'])).toEqual([65_536, 1]);
    expect(await writes(['x'.repeat(65_535), '', 'yz'])).toEqual([65_537]);
    expect(await writes(['x'.repeat(65_536), 'y'])).toEqual([65_536, 1]);
  });

  it('may be closed by its reader, and fails otherwise', async () => {
    const failing = (code: string): Error => Object.assign(new Error(code), { code });
    const long = 'x'.repeat(65_536);
    expect(await writes([long, long], failing('EPIPE'))).toEqual([65_536]);
    await expect(writes([long], failing('ENOSPC'))).rejects.toThrow(OutputError);
    await expect(writes([long], failing('ENOSPC'))).rejects.toThrow('cannot be written (ENOSPC)');
    await expect(writes([long], new Error('other'))).rejects.toThrow(OutputError);
  });

  it('is for what has no file', async () => {
    const path = join(fresh(), 'out');
    expect(await told(() => print(['a', 'b'], undefined))).toMatchObject({ stdout: 'ab' });
    expect(await told(() => print(['a', 'b'], '-'))).toMatchObject({ stdout: 'ab' });
    expect(await told(() => print(['a', 'b'], path))).toMatchObject({ stdout: '' });
    expect(readFileSync(path, 'utf8')).toBe('ab');
  });
});

describe('a file', () => {
  it('is another one, made whole beside it', () => {
    const folder = fresh();
    const path = join(folder, 'out');
    writeFileSync(path, 'old');
    linkSync(path, join(folder, 'kept'));
    // More than a umask leaves of a new one.
    chmodSync(path, 0o677);
    writeFile(path, ['new']);
    expect(lstatSync(path).mode & 0o777).toBe(0o677);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['kept', 'out']);
  });

  it('is on the disk before it has its name', () => {
    const path = join(fresh(), 'out');
    system.calls.length = 0;
    writeFile(path, ['new']);
    expect(system.calls).toEqual(['fsync', 'rename']);
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it('is that to which a link leads, which stays a link', () => {
    const folder = fresh();
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub/file'), 'old');
    symlinkSync('sub/file', join(folder, 'link'));
    writeFile(join(folder, 'link'), ['new']);
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'sub/file'), 'utf8')).toBe('new');
    expect(readdirSync(join(folder, 'sub'))).toEqual(['file']);
    symlinkSync('nowhere', join(folder, 'dangling'));
    expect(() => writeFile(join(folder, 'dangling'), ['new'])).toThrow('cannot be written (ENOENT)');
  });

  // Never tried with a device of the machine: what is wrong here would replace it.
  it.skipIf(!requireTool('mkfifo'))('that is none is written through', () => {
    const folder = fresh();
    const path = join(folder, 'pipe');
    run('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      writeFile(path, ['a', 'b']);
      expect(lstatSync(path).isFIFO()).toBe(true);
      const bytes = Buffer.alloc(9);
      expect(bytes.toString('latin1', 0, readSync(reader, bytes))).toBe('ab');
      expect(isSameFile(path, path)).toBe(false);
    } finally {
      closeSync(reader);
    }
    expect(readdirSync(folder)).toEqual(['pipe']);
    expect(() => writeFile(folder, ['x'])).toThrow('cannot be written (EISDIR)');
  });

  it('is what it was where writing fails', () => {
    const folder = fresh();
    const path = join(folder, 'out');
    writeFileSync(path, 'old');
    const pieces = function* (): Iterable<string> {
      yield 'x'.repeat(100_000);
      throw new Error('no more');
    };
    expect(() => writeFile(path, pieces())).toThrow(OutputError);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['out']);
    expect(() => writeFile(join(folder, 'none/out'), ['x'])).toThrow('cannot be written (ENOENT)');
  });
});

describe('what an interrupt undoes', () => {
  it('programs end before what they write is removed', () => {
    const folder = fresh();
    const path = join(folder, 'unfinished');
    mkdirSync(path);
    writeFileSync(join(path, 'file'), 'x');
    const seen: boolean[] = [];
    trackUnfinished(path);
    trackUnfinished(() => seen.push(existsSync(path)));
    removeUnfinished();
    expect(seen).toEqual([true]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('what is read', () => {
  const folder = fresh();
  const [path, other] = [join(folder, 'a'), join(folder, 'b')];
  for (const each of [path, other]) writeFileSync(each, 'same');
  symlinkSync('a', join(folder, 'link'));
  linkSync(path, join(folder, 'hard'));

  it('is one file by all its names', () => {
    expect(isSameFile(path, path)).toBe(true);
    expect(isSameFile(join(folder, 'link'), path)).toBe(true);
    expect(isSameFile(join(folder, 'hard'), path)).toBe(true);
    expect(isSameFile(path, other)).toBe(false);
    expect(isSameFile(join(folder, 'none'), join(folder, 'none'))).toBe(false);
    expect(isSameFile(path, '')).toBe(false);
    expect(isSameFile(folder, folder)).toBe(false);
  });

  it('is not overwritten', () => {
    expect(() => checkOutput(path, [other, join(folder, 'link')])).toThrow(UsageError);
    expect(() => checkOutput(path, [null, undefined, path])).toThrow(`--output names "${path}", which is read`);
    expect(() => checkOutput(path, [other, null, undefined])).not.toThrow();
    expect(() => checkOutput(undefined, [path])).not.toThrow();
    expect(() => checkOutput('-', [path])).not.toThrow();
  });

  it('from standard input is not overwritten, either', () => {
    system.input = path;
    expect(isSameFile(path, '-')).toBe(true);
    expect(isSameFile(other, '-')).toBe(false);
    expect(() => checkOutput(path, [other, '-'])).toThrow('--output names what standard input reads; it would be');
    expect(() => checkOutput(path, [path, '-'])).toThrow(`--output names "${path}", which is read`);
    expect(() => checkOutput(other, ['-'])).not.toThrow();
  });

  it('can be written, as far as can be told', () => {
    symlinkSync('none/x', join(folder, 'dangling'));
    for (const target of [folder, join(folder, 'none/x'), join(folder, 'dangling'), join(path, 'x')])
      expect(() => checkOutput(target, [])).toThrow(OutputError);
    for (const target of [path, join(folder, 'link'), join(folder, 'new'), '/dev/null'])
      expect(() => checkOutput(target, [])).not.toThrow();
  });

  it('is no file of another device', () => {
    Object.assign(system, { input: path, elsewhere: join(work, 'elsewhere') });
    expect(isSameFile(path, path)).toBe(true);
    expect(isSameFile(path, system.elsewhere)).toBe(false);
  });
});
