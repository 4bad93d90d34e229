// What members make of each other: hard links, duplicates, conflicts, names, and the sizes that follow.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { tarReader } from '../../src/formats/tar/tar.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { createCollector } from '../../src/scan/collector.ts';
import type { Collected } from '../../src/scan/collector.ts';
import { entriesOf, totalsOf } from '../../src/scan/entries.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { buildElf } from '../build/elf.ts';
import { buildTar } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { cpuTime } from '../build/cpu-time.ts';
import { reusedPieces } from '../build/pieces.ts';

interface Result extends Collected {
  readonly entries: readonly Entry[];
  readonly lines: readonly string[];
  readonly codes: readonly string[];
  readonly content: number;
}

function collect(specs: readonly TarSpec[], limits: { maxUnpacked?: number; maxEntries?: number } = {}): Result {
  const collector = createCollector({ ...defaultLimits, ...limits, hashAtOnce: true, facts: 'all' });
  const reader = tarReader(collector);
  reader.write(buildTar(specs));
  reader.finish();
  const collected = collector.collected();
  const entries = entriesOf(collected, false, limits.maxEntries ?? defaultLimits.maxEntries);
  const lines = entries
    .filter(({ kind }) => kind !== 'directory')
    .map(({ path, kind, size, link }) => `${kind} ${path} ${size}${link === null ? '' : ` -> ${link}`}`);
  const codes = collected.notices.map(({ code }) => code);
  return { ...collected, entries, lines, codes, content: totalsOf(entries, null, null).content };
}

const a: TarSpec = { name: 'a', content: 'hello' };
const link = (name: string, target: string): TarSpec => ({ name, type: '1', link: target });

describe('hard links', () => {
  it('count once, at their first name in byte order', () => {
    const { lines, content } = collect([{ name: 'z', content: 'hello' }, link('b', 'z'), link('m', './z')]);
    expect(lines).toEqual(['file b 5', 'hardlink m 0 -> b', 'hardlink z 0 -> b']);
    expect(content).toBe(5);
  });

  it('count once through a chain of 50', () => {
    const chain = Array.from({ length: 50 }, (_, index) => link(`l${index}`, index === 0 ? 'a' : `./l${index - 1}`));
    expect(collect([a, ...chain]).content).toBe(5);
  });

  it('may come before their target', () => {
    const { lines, codes } = collect([link('b', 'a'), a]);
    expect(lines).toEqual(['file a 5', 'hardlink b 0 -> a']);
    expect(codes).toEqual(['link-before-target']);
  });

  it('may come before their target in a chain', () => {
    const { lines, codes } = collect([link('c', 'b'), link('b', 'a'), a]);
    expect(lines).toEqual(['file a 5', 'hardlink b 0 -> a', 'hardlink c 0 -> a']);
    expect(codes).toEqual(['link-before-target', 'link-before-target']);
  });

  it('may come before their target in a chain of any length', () => {
    const names = Array.from({ length: 40_000 }, (_, index) => `l${String(index).padStart(5, '0')}`);
    const links = names.map((name, index) => link(name, names[index + 1] ?? 'a'));
    const started = cpuTime();
    const { entries, codes, content } = collect([...links, a, link('x', 'y'), link('y', 'z'), link('z', 'y')]);
    expect(content).toBe(5);
    expect(entries.filter(({ link: to }) => to === 'a')).toHaveLength(names.length);
    expect(codes.filter((code) => code === 'broken-hardlink')).toHaveLength(3);
    // Quadratic work takes minutes.
    expect(cpuTime() - started).toBeLessThan(20_000);
  });

  it.each([
    ['nothing', [link('b', 'gone')]],
    ['itself', [link('b', 'b')]],
    ['each other', [link('b', 'c'), link('c', 'b')]],
    ['something outside', [link('b', '../../etc/passwd')]],
    ['a directory', [{ name: 'd/', type: '5' }, link('b', 'd')]],
  ])('to %s count 0 bytes and are reported', (_what, specs) => {
    const { codes, content } = collect(specs);
    expect(codes).toContain('broken-hardlink');
    expect(content).toBe(0);
  });

  it('keep the content when their target is replaced', () => {
    const { lines, content, superseded } = collect([a, link('b', 'a'), { name: 'a', content: 'new content' }]);
    expect(lines).toEqual(['file a 11', 'file b 5']);
    expect(content).toBe(16);
    expect(superseded).toEqual([]);
  });

  it('give their first name all that is known of the content, and keep nothing of it', () => {
    const pyc = Buffer.concat([Buffer.from([0x6f, 0x0d, 0x0d, 0x0a]), Buffer.alloc(12)]);
    const cached = (name: string): string => `__pycache__/${name}.cpython-310.pyc`;
    const { entries } = collect([
      { name: cached('z'), content: pyc },
      link(cached('b'), cached('z')),
      link(cached('m'), cached('z')),
    ]);
    const [first, ...others] = entries.filter(({ path }) => path.endsWith('.pyc'));
    const digest = `sha256:${createHash('sha256').update(pyc).digest('hex')}`;
    expect(first).toMatchObject({ path: cached('b'), kind: 'file', size: 16, disk: 4096, digest, link: null });
    // Bytecode belongs to the source that its own name tells.
    expect(first?.facts).toMatchObject({ type: 'pyc', source: 'b.py' });
    const nothing = { kind: 'hardlink', size: 0, disk: 0, digest: null, facts: null, link: cached('b') };
    expect(others).toMatchObject(['m', 'z'].map((name) => ({ path: cached(name), ...nothing })));
  });

  it('lose content with its last name, and not before', () => {
    const specs = [{ name: 'z', content: 'hello' }, link('b', 'z'), link('m', 'z')];
    const again = (name: string): TarSpec => ({ name, content: 'new' });
    const lost = (...names: readonly string[]) => collect([...specs, ...names.map(again)]).superseded;
    expect(lost('z', 'b')).toEqual([]);
    expect(lost('b', 'm')).toEqual([]);
    expect(lost('z', 'm', 'b')).toEqual([{ path: 'b', size: 5 }]);
    expect(lost('z', 'z', 'z')).toEqual(['z', 'z'].map((path) => ({ path, size: 3 })));
  });

  it('replace an earlier member of their name, unless that is the one they lead to', () => {
    const over = collect([a, { name: 'b', content: 'other' }, link('./a', 'b')]);
    expect(over.lines).toEqual(['file a 5', 'hardlink b 0 -> a']);
    expect([over.codes, over.superseded]).toEqual([['duplicate-entry'], [{ path: 'a', size: 5 }]]);
    const itself = collect([a, link('./a', 'a')]);
    expect([itself.lines, itself.codes, itself.superseded]).toEqual([['file a 5'], ['self-link'], []]);
  });

  it('that come before their target are nothing where another member replaces them', () => {
    const { lines, codes } = collect([link('b', 'a'), { name: 'b', content: 'own' }, a]);
    expect(lines).toEqual(['file a 5', 'file b 3']);
    expect(codes).toEqual(['duplicate-entry']);
  });

  it('to a symlink are symlinks', () => {
    expect(collect([{ name: 's', type: '2', link: 'x' }, link('t', 's')]).lines).toEqual([
      'symlink s 0 -> x',
      'symlink t 0 -> x',
    ]);
  });
});

describe('paths that come twice', () => {
  it.each(['a', './a', '/a', './/./a'])('%s is the same as a: the last one counts', (name) => {
    const { lines, content, codes, superseded } = collect([a, { name, content: 'later and longer' }]);
    expect(lines).toEqual(['file a 16']);
    expect(content).toBe(16);
    expect(codes).toContain('duplicate-entry');
    expect(superseded).toEqual([{ path: 'a', size: 5 }]);
  });

  it('as directories are no oddity', () => {
    expect(
      collect([
        { name: 'd/', type: '5' },
        { name: 'd', type: '5', mode: 0o700 },
      ]).codes,
    ).toEqual([]);
  });

  it('as file and directory are a conflict', () => {
    const { codes, content } = collect([a, { name: 'a', type: '5' }, { name: 'a/b', content: 'xy' }]);
    expect(codes).toEqual(['type-conflict']);
    expect(content).toBe(2);
  });
});

describe('names', () => {
  it('that escape are counted under their literal name and reported', () => {
    const { lines, codes } = collect([
      { name: '../../evil', content: 'x' },
      { name: '/abs', content: 'yy' },
    ]);
    expect(lines).toEqual(['file ../../evil 1', 'file abs 2']);
    expect(codes.toSorted()).toEqual(['absolute-path', 'path-escape']);
  });

  it('below a symlink or a file are reported', () => {
    expect(
      collect([
        { name: 's', type: '2', link: '/tmp' },
        { name: 's/x', content: 'x' },
      ]).codes,
    ).toEqual(['not-a-directory']);
    expect(collect([a, { name: 'a/x', content: 'x' }]).codes).toEqual(['not-a-directory']);
  });

  it('may be anything but the root', () => {
    expect(collect([{ name: '', content: 'x' }]).codes).toContain('empty-name');
    for (const name of ['__proto__', 'constructor', 'toJSON', '0', ' ', '...', '-', '\xff\xfe']) {
      expect(collect([{ name, content: 'x' }]).lines).toEqual([`file ${name} 1`]);
    }
  });

  it('imply the directories above them', () => {
    const { entries } = collect([{ name: 'x/y/z', content: 'x' }]);
    expect(entries.map(({ path, kind, disk }) => `${kind} ${path} ${disk}`)).toEqual([
      'directory . 4096',
      'directory x 4096',
      'directory x/y 4096',
      'file x/y/z 4096',
    ]);
  });

  it('may be as deep as a system call takes, and no deeper', () => {
    const nested = (levels: number): TarSpec[] => [
      { name: '././@LongLink', type: 'L', content: `${'d/'.repeat(levels)}f\0`, magic: 'gnu' },
      { name: 'x', content: 'abc' },
    ];
    expect(collect(nested(2000)).content).toBe(3);
    expect(() => collect(nested(30_000))).toThrow('2048');
    expect(() => collect(nested(2048))).toThrow('2049 levels');
    expect(collect(nested(2047)).content).toBe(3);
  });
});

describe('content', () => {
  it('is hashed whatever the size of the pieces', () => {
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 251));
    const expected = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    for (const step of [1, 100, 511, 100_000]) {
      const collector = createCollector({ ...defaultLimits, hashAtOnce: true, facts: 'all' });
      const reader = tarReader(collector);
      const archive = buildTar([{ name: 'f', content: bytes }, { name: 'empty' }]);
      for (const piece of reusedPieces(archive, step)) reader.write(piece);
      reader.finish();
      const { drafts } = collector.collected();
      expect(drafts.get('f')?.digest).toBe(expected);
      expect(drafts.get('empty')?.digest).toBe(`sha256:${createHash('sha256').digest('hex')}`);
    }
  });

  it('that is broken ELF or bytecode is counted and reported', () => {
    const { codes, content } = collect([
      { name: 'lib.so', content: `\x7fELF\x02\x01\x01${'\xff'.repeat(60)}` },
      { name: 'm.pyc', content: 'short' },
      { name: 'empty.pyc', content: '' },
    ]);
    expect(content).toBe(72);
    expect(codes).toHaveLength(3);
  });

  it('of a sparse file too large to hash leaves nothing behind for the next', () => {
    const library = readFileSync(process.execPath).subarray(0, 0x40);
    const collector = createCollector({ ...defaultLimits, hashAtOnce: true, facts: 'all' });
    const member = {
      name: 'huge',
      kind: 'file',
      mode: 0,
      uid: 0,
      gid: 0,
      mtime: 0,
      link: null,
      offset: 0,
      disk: null,
      inode: null,
    } as const;
    collector.begin({ ...member, size: 0x40 + 2 ** 31 });
    collector.data(library);
    collector.hole(2 ** 31);
    collector.end();
    const content = buildElf({ sections: [] });
    collector.begin({ ...member, name: 'next', size: content.length });
    collector.data(content.subarray(0, 70));
    collector.data(content.subarray(70));
    collector.end();
    const { drafts, notices } = collector.collected();
    expect(notices.map(({ code }) => code)).toEqual(['sparse-not-hashed']);
    expect(drafts.get('next')?.facts).toMatchObject({ type: 'elf' });
  });

  it('that is bytecode of an unknown Python is reported and keeps its facts', () => {
    const { codes, entries } = collect([{ name: '__pycache__/m.x.pyc', content: `\xff\xff\r\n${'\0'.repeat(12)}` }]);
    expect(codes).toEqual(['unknown-python']);
    expect(entries.at(-1)?.facts).toMatchObject({ type: 'pyc', python: null, mode: 'timestamp' });
  });

  it('is bounded by --max-unpacked, and members by --max-entries', () => {
    expect(() => collect([a], { maxUnpacked: 4 })).toThrow('--max-unpacked');
    expect(() => collect([a, { name: 'b' }], { maxEntries: 1 })).toThrow('--max-entries');
    expect(() => collect([a], { maxUnpacked: 4 })).toThrow(FormatError);
  });

  it('counts directories that only paths tell of among the entries', () => {
    const deep = { name: `${'d/'.repeat(9)}f` };
    expect(collect([deep], { maxEntries: 10 }).entries).toHaveLength(11);
    expect(() => collect([deep], { maxEntries: 9 })).toThrow('holds more than 9 entries (see --max-entries)');
  });
});
