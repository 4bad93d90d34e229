// Tars in which paths come more than once, hard links lead to what was there at the time, and copies stand before what they become
// links to: what `fix` makes of them unpacks with GNU tar to what the original unpacks to, but for what was removed.
import { lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildAr } from '../build/ar.ts';
import { buildTar } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run, runStatus } from '../oracles.ts';

const work = tempDirectory('fix-tar-links');
const at = (name: string): string => join(work, name);
const ready = requireTool('tar');
const isRoot = process.getuid?.() === 0;

const contents = {
  long: 'long '.repeat(800),
  short: 'short '.repeat(100),
  library: buildAr([{ name: 'a.o/', content: Buffer.from('no object') }]),
};

interface FixJson {
  promised: { content: number };
  achieved: { content: number };
  after: { content: number };
  rules: { rule: string; promised: number; achieved: number }[];
  actions: { kind: string; path: string; target?: string }[];
  leftAlone: { rule: string; reason: string; example: string }[];
  broken: unknown[];
}

/** What a path is, as text; two are equal where nothing that matters differs. */
function tree(root: string): Map<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return new Map(
    paths.map((path) => {
      const full = join(root, path);
      const status = lstatSync(full);
      const mode = status.mode.toString(8);
      if (status.isSymbolicLink()) return [path, `to ${readlinkSync(full)}`];
      return [path, status.isFile() ? `${mode} ${readFileSync(full).toString('latin1')}` : mode];
    }),
  );
}

/** Bytes of regular files below, each inode once. */
function contentBelow(root: string): number {
  const sizes = new Map<number, number>();
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const status = lstatSync(join(root, path));
    if (status.isFile()) sizes.set(status.ino, status.size);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function unpack(archive: string, to: string): number | null {
  rmSync(at(to), { recursive: true, force: true });
  mkdirSync(at(to));
  return runStatus('tar', ['-xpf', at(archive), '-C', at(to)]);
}

/** Fixes the archive and holds the result against GNU tar. */
function fixed(members: readonly TarSpec[], args: readonly string[] = []): FixJson {
  writeFileSync(at('t.tar'), buildTar(members));
  rmSync(at('o.tar'), { force: true });
  expect(unpack('t.tar', 'before')).toBe(0);
  const ran = sizecheck(['fix', 't.tar', '--out', 'o.tar', '--apply', '--json', ...args], { cwd: work });
  expect(ran.stderr).toBe('');
  expect(ran.code).toBe(0);
  const done: FixJson = JSON.parse(ran.stdout);
  expect(unpack('o.tar', 'after')).toBe(0);
  const expected = tree(at('before'));
  for (const { kind, path } of done.actions) if (kind.startsWith('remove')) expected.delete(path);
  expect(tree(at('after'))).toEqual(expected);
  expect(done.after.content).toBe(contentBelow(at('after')));
  expect(done.achieved.content).toBe(contentBelow(at('before')) - contentBelow(at('after')));
  expect(done.achieved).toEqual(done.promised);
  for (const { promised, achieved } of done.rules) expect(achieved).toBe(promised);
  expect(done.broken).toEqual([]);
  return done;
}

const file = (name: string, content: keyof typeof contents, more: Partial<TarSpec> = {}): TarSpec => ({
  name,
  content: contents[content],
  ...more,
});
const link = (name: string, target: string): TarSpec => ({ name, type: '1', link: target });
const listing = (): string[] =>
  run('tar', ['-tf', at('o.tar')])
    .trimEnd()
    .split('\n');
const inode = (path: string): number => lstatSync(at(`after/${path}`)).ino;

describe.skipIf(!ready)('fix of a tar with links', () => {
  it('makes a link of a copy that stands before the last member of a path', () => {
    const done = fixed([file('d1/a', 'long'), file('d2/a', 'long'), file('d1/a', 'long')]);
    expect(done.actions).toMatchObject([
      { kind: 'drop-superseded', path: 'd1/a' },
      { kind: 'hard-link', path: 'd2/a', target: 'd1/a' },
    ]);
    expect(listing()).toEqual(['d2/a', 'd1/a']);
    expect(inode('d2/a')).toBe(inode('d1/a'));
    // The same where the earlier members stay.
    fixed([file('d1/a', 'long'), file('d2/a', 'long'), file('d1/a', 'long')], ['--rules', 'duplicate-file']);
    expect(listing()).toEqual(['d1/a', 'd2/a', 'd1/a']);
    expect(inode('d2/a')).toBe(inode('d1/a'));
  });

  it('makes no link of an earlier member that was something else', () => {
    const done = fixed([
      { name: 'z', type: '2', link: 'a' },
      file('a', 'long'),
      file('z', 'short'),
      file('z', 'long'),
      link('y', 'a'),
    ]);
    expect(done.actions).toMatchObject([
      { kind: 'drop-superseded', path: 'z' },
      { kind: 'hard-link', path: 'z', target: 'a' },
    ]);
    expect(run('tar', ['-tvf', at('o.tar')]).match(/^./gm)).toEqual(['l', '-', 'h', 'h']);
  });

  it.each<[what: string, members: TarSpec[], left: string[]]>([
    [
      'a path and its link are both replaced',
      [file('a', 'long'), link('b', 'a'), file('a', 'short'), file('b', 'short')],
      ['duplicate-file b', 'duplicate-entry b'],
    ],
    [
      'a copy of what only a link leads to any more',
      [file('a', 'long'), link('b', 'a'), file('a', 'short'), file('c', 'long')],
      ['duplicate-file c'],
    ],
    [
      'a library that goes, and whose earlier content is in use elsewhere',
      [file('a.a', 'long'), link('b', 'a.a'), file('a.a', 'library')],
      ['static-library a.a'],
    ],
    [
      'a library that only a chain of links leads to',
      [file('a', 'library'), link('b.a', 'a'), file('a', 'short'), link('c.a', 'b.a')],
      ['static-library b.a'],
    ],
    [
      'a copy of what a link still leads to where a directory has come',
      [file('a', 'long'), link('b', 'a'), { name: 'a/', type: '5', mode: 0o755 }, file('c', 'long')],
      ['duplicate-file c'],
    ],
    [
      'members that are unpacked through a symlink',
      [
        { name: 'usr/lib/', type: '5', mode: 0o755 },
        { name: 'lib', type: '2', link: 'usr/lib' },
        file('usr/lib/x', 'long'),
        file('lib/x', 'short'),
        file('y', 'long'),
      ],
      ['duplicate-file y'],
    ],
  ])('leaves alone what hangs on the order of members: %s', (_what, members, left) => {
    writeFileSync(at('t.tar'), buildTar(members));
    const plan: FixJson = JSON.parse(sizecheck(['fix', 't.tar', '--json'], { cwd: work }).stdout);
    expect(plan.actions).toEqual([]);
    expect(new Set(plan.leftAlone.map(({ rule, example }) => `${rule} ${example}`))).toEqual(new Set(left));
    for (const { reason } of plan.leftAlone) expect(reason).toMatch(/earlier member|through a symlink/);
  });

  it('leaves copies alone whose names have different permissions in the archive', () => {
    const done = fixed([file('z', 'long', { mode: 0o755 }), link('a', 'z'), file('k', 'long')]);
    expect(done.actions).toEqual([]);
    expect(done.leftAlone[0]?.reason).toContain('permissions');
  });

  it('keeps a hard link to a symlink that goes', () => {
    const done = fixed([
      file('d/libx.a', 'library'),
      { name: 'd/to', type: '2', link: 'libx.a' },
      link('also', 'd/to'),
      file('d/k', 'long'),
    ]);
    expect(done.actions.map(({ kind, path }) => `${kind} ${path}`)).toEqual(['remove d/libx.a', 'remove d/to']);
    expect(readlinkSync(at('after/also'))).toBe('libx.a');
  });

  it.skipIf(!isRoot)('unpacks without root where directories are read-only', () => {
    const closed = (name: string): TarSpec => ({ name, type: '5', mode: 0o555 });
    const done = fixed([closed('b/'), file('b/y', 'long'), closed('a/'), file('a/x', 'long')]);
    expect(done.actions).toMatchObject([{ kind: 'hard-link', path: 'b/y', target: 'a/x' }]);
    const drop = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
    run('sh', ['-c', 'mkdir -m 777 open && chmod 755 . && chmod 644 o.tar'], { cwd: work });
    if (requireTool('setpriv')) run('setpriv', [...drop, 'tar', '-xf', 'o.tar', '-C', 'open'], { cwd: work });
  });

  it('unpacks to the same tree, whatever comes in which order', { timeout: 120_000 }, () => {
    const names = ['d/a', 'd/b', 'e/c', 'e/libq.a', 'f/libq.a', 'g'] as const;
    const step = fc.record({
      name: fc.constantFrom(...names),
      dotted: fc.boolean(),
      kind: fc.constantFrom('file', 'file', 'file', 'link', 'symlink'),
      content: fc.constantFrom('long', 'long', 'short', 'library'),
      target: fc.constantFrom(...names),
    } as const);
    let links = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 3, maxLength: 10 }), (steps) => {
        const members: TarSpec[] = [];
        const present = new Map<string, string>();
        for (const { name: path, dotted, kind, content, target } of steps) {
          const name = dotted ? `./${path}` : path;
          if (kind === 'link' && (path === target || !present.has(target))) continue;
          // tar puts placeholders for symlinks that leave their directory, and mistakes other files for them.
          if (kind === 'symlink') members.push({ name, type: '2', link: 'somewhere' });
          else members.push(kind === 'link' ? link(name, target) : file(name, content));
          present.set(path, kind);
        }
        links += fixed(members).actions.filter(({ kind }) => kind === 'hard-link').length;
      }),
      { seed: 20_261, numRuns: 60 },
    );
    expect(links).toBeGreaterThan(20);
  });
});
