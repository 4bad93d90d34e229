// What members make of each other where it is odd, or just within a limit or just beyond it.
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLedger } from '../../src/formats/ledger.ts';
import { tarReader } from '../../src/formats/tar/tar.ts';
import { createCollector } from '../../src/scan/collector.ts';
import type { Collected, CollectorOptions } from '../../src/scan/collector.ts';
import { entriesOf, sortEntries, totalsOf } from '../../src/scan/entries.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildTar } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

interface Result extends Collected {
  readonly lines: readonly string[];
  readonly codes: readonly string[];
}

function collect(specs: readonly TarSpec[], options: Partial<CollectorOptions> = {}): Result {
  const collector = createCollector({ ...defaultLimits, hashAtOnce: true, facts: 'all', ...options });
  const reader = tarReader(collector);
  reader.write(buildTar(specs));
  reader.finish();
  const collected = collector.collected();
  const codes = collected.notices.map(({ code }) => code);
  const lines = [...collected.drafts.values()].map(({ path, kind, size, disk }) => `${kind} ${path} ${size} ${disk}`);
  return { ...collected, lines, codes };
}

const a: TarSpec = { name: 'a', content: 'hello' };
const directory = (name: string): TarSpec => ({ name, type: '5' });
const link = (name: string, target: string): TarSpec => ({ name, type: '1', link: target });
const symlink = (name: string, target: string): TarSpec => ({ name, type: '2', link: target });

describe('odd names', () => {
  it('of members without a name of their own are told, but for the directory that all lie in', () => {
    const codes = (spec: TarSpec) => collect([spec]).codes;
    for (const name of ['.', './', './/.']) expect(codes(directory(name))).toEqual([]);
    for (const name of ['.', './.']) expect(codes({ name, content: 'x' })).toEqual(['empty-name']);
    expect(codes(directory(''))).toContain('empty-name');
    expect(codes(symlink('.', 'x'))).toEqual(['empty-name']);
    expect(codes(a)).toEqual([]);
  });

  it('that are absolute are told in an archive, and are what they are in a layer', () => {
    expect(collect([{ name: '/a' }]).codes).toEqual(['absolute-path']);
    const layer = collect([{ name: '/a' }, link('b', 'c')], { isLayer: true });
    expect([layer.codes, layer.unresolved.length]).toEqual([[], 1]);
  });

  const named = (path: string): TarSpec[] => [
    { name: '././@LongLink', type: 'L', content: `${path}\0`, magic: 'gnu' },
    { name: 'x', content: 'abc' },
  ];

  it('are told from 4,097 bytes on, and end a scan beyond 16,383 bytes or 2,048 levels', () => {
    expect(collect(named('n'.repeat(4096))).codes).toEqual([]);
    expect(collect(named('n'.repeat(4097))).codes).toEqual(['long-path']);
    expect(collect(named('n'.repeat(16_383))).codes).toEqual(['long-path']);
    expect(() => collect(named('n'.repeat(16_384)))).toThrow('is a name of 16384 bytes, more than 16383');
    const deep = (levels: number) => `${'d/'.repeat(levels - 1)}${'f'.repeat(9000)}`;
    expect(collect(named(deep(2048))).codes).toEqual(['long-path']);
    expect(() => collect(named(deep(2049)))).toThrow('is a name of 2049 levels, more than 2048');
  });

  it('end a scan where a hard link leads to one, and nothing where a symlink does', () => {
    const linked = (kind: '1' | '2', path: string): TarSpec[] => [
      { name: '././@LongLink', type: 'K', content: `${path}\0`, magic: 'gnu' },
      { name: 'x', type: kind, link: 'short' },
    ];
    expect(collect(linked('1', 'n'.repeat(16_383))).codes).toEqual(['broken-hardlink']);
    expect(() => collect(linked('1', 'n'.repeat(16_384)))).toThrow(
      'is a hard link to a name of 16384 bytes, more than',
    );
    expect(() => collect(linked('1', `${'d/'.repeat(2048)}${'f'.repeat(4096)}`))).toThrow('a name of 2049 levels');
    expect(collect(linked('2', 'n'.repeat(60_000))).codes).toEqual([]);
  });
});

describe('members of one path', () => {
  it.each<[string, TarSpec, TarSpec, string]>([
    ['a file and a directory', a, directory('a'), 'type-conflict'],
    ['a directory and a file', directory('a'), a, 'type-conflict'],
    ['a directory and a symlink', directory('a'), symlink('a', 'x'), 'type-conflict'],
    ['a file and a symlink', a, symlink('a', 'x'), 'duplicate-entry'],
    ['a file and a symlink to itself', a, symlink('a', 'a'), 'duplicate-entry'],
    ['a symlink and a file', symlink('a', 'x'), a, 'duplicate-entry'],
    ['a directory and a hard link to itself', directory('a'), link('a', 'a'), 'type-conflict'],
  ])('%s: the later one counts', (_, first, second, code) => {
    const { drafts, codes, superseded } = collect([first, second]);
    const kinds: Readonly<Record<string, string>> = { 1: 'hardlink', 2: 'symlink', 5: 'directory' };
    expect(drafts.get('a')?.kind).toBe(kinds[second.type ?? ''] ?? 'file');
    expect(codes.filter((one) => one !== 'broken-hardlink')).toEqual([code]);
    expect(superseded).toEqual(first === a ? [{ path: 'a', size: 5 }] : []);
  });

  it('are members of the artifact each, also a hard link to itself', () => {
    const ledger = createLedger();
    const { members } = collect([a, link('a', 'a'), { name: 'b', content: 'xy' }], { ledger });
    expect(members.map(({ path }) => path)).toEqual(['a', 'a', 'b']);
    expect(ledger.charges()?.members).toHaveLength(3);
    expect(collect([a, link('a', 'a')]).members).toEqual([]);
  });

  it('and hard links to what is gone leave what they lead to', () => {
    const { lines } = collect([link('b', 'gone'), { name: 'b', content: 'own' }, link('c', 'b')]);
    expect(lines).toEqual(['file b 3 4096', 'hardlink c 0 0']);
    expect(collect([{ ...link('b', 'gone'), content: 'body' }]).lines).toEqual(['hardlink b 0 0']);
  });
});

describe('what takes blocks', () => {
  it('are files, directories, and symlinks of 60 bytes or more', () => {
    const { lines } = collect([
      directory('d'),
      { name: 'e', content: '' },
      { name: 'f', content: 'x'.repeat(4096) },
      { name: 'g', content: 'x'.repeat(4097) },
      symlink('s', 'x'.repeat(59)),
      symlink('t', 'x'.repeat(60)),
      { name: 'p', type: '6' },
    ]);
    expect(lines).toEqual([
      'directory d 0 4096',
      'file e 0 0',
      'file f 4096 4096',
      'file g 4097 8192',
      'symlink s 0 0',
      'symlink t 0 4096',
      'other p 0 0',
    ]);
  });

  it('is a file once in a directory, however many names it has', async () => {
    const root = tempDirectory('links');
    mkdirSync(join(root, 'd'));
    for (const name of ['m', 'alone', 'd/twin']) writeFileSync(join(root, name), name.padEnd(5000));
    for (const name of ['z', 'd/b']) linkSync(join(root, 'm'), join(root, name));
    linkSync(join(root, 'd/twin'), join(root, 'another'));
    symlinkSync('gone', join(root, 's'));
    const { entries, totals } = await scan(root);
    expect(
      entries.filter(({ kind }) => kind !== 'directory').map(({ path, kind, size }) => `${kind} ${path} ${size}`),
    ).toEqual([
      'file alone 5000',
      'file another 5000',
      'file d/b 5000',
      'hardlink d/twin 0',
      'hardlink m 0',
      'symlink s 0',
      'hardlink z 0',
    ]);
    expect(totals).toMatchObject({ content: 15_000, files: 3, hardlinks: 3 });
    if (requireTool('du')) expect(totals.disk).toBe(Number(run('du', ['-s', '-B1', root]).split('\t')[0]));
  });
});

describe('entries', () => {
  it('of hard links have the stored bytes at the first name, where stored bytes are asked for', async () => {
    const archive = join(tempDirectory('stored'), 'a.tar');
    writeFileSync(archive, buildTar([{ name: 'z', content: 'zz' }, link('b', 'z'), a, link('c', 'a')]));
    const { entries, overhead, totals } = await scan(archive, { stored: true });
    const stored = entries.map(({ path, stored: bytes }) => `${path} ${bytes}`);
    expect(stored).toEqual(['. undefined', 'a 5', 'b 2', 'c 0', 'z 0']);
    expect(Object.values(overhead ?? {}).reduce((sum, bytes) => sum + bytes, 7)).toBe(totals.compressed);
    expect((await scan(archive)).entries.some((entry) => 'stored' in entry)).toBe(false);
  });

  it('begin with the root, and go on in the order of bytes', () => {
    const { drafts } = collect([{ name: '-' }, { name: 'b' }, directory('.'), { name: '!' }, { name: 'a/b' }]);
    const sorted = ['.', '!', '-', 'a/b', 'b'];
    expect(sortEntries([...drafts.values()]).map(({ path }) => path)).toEqual(sorted);
    expect(sortEntries([...drafts.values()].toReversed()).map(({ path }) => path)).toEqual(sorted);
  });

  it('are as many as may be, the root not counted', () => {
    const flat = [a, { name: 'b' }];
    expect(entriesOf(collect(flat, { maxEntries: 2 }), false, 2)).toHaveLength(3);
    expect(() => collect(flat, { maxEntries: 1 })).toThrow('holds more than 1 entries');
    const again = collect([a, a, a], { maxEntries: 1 });
    expect(totalsOf(entriesOf(again, false, 1), null, null)).toMatchObject({ content: 5, files: 1, directories: 1 });
  });
});

describe('notices of a format', () => {
  it('name the path as entries have it, or none', () => {
    const collector = createCollector({ ...defaultLimits, hashAtOnce: true, facts: 'all' });
    collector.notice({ code: 'one', path: './/x/', message: '' });
    collector.notice({ code: 'two', path: null, message: '' });
    expect(collector.collected().notices.map(({ path }) => path)).toEqual(['x', null]);
  });
});
