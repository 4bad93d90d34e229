// Content that streams by, however it is cut, is known as well as content at hand; and limits on it hold to the byte.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import type { Member } from '../../src/formats/format.ts';
import type { PackageFacts } from '../../src/model/facts.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { createCollector } from '../../src/scan/collector.ts';
import type { Collector, CollectorOptions } from '../../src/scan/collector.ts';
import { maxHoles } from '../../src/scan/content.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { arMember, buildAr } from '../build/ar.ts';
import { buildElf } from '../build/elf.ts';
import { buildPyc } from '../build/pyc.ts';

const nothing = {
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
const memberOf = (name: string, size: number): Member => ({ ...nothing, name, size });

function collectorOf(options: Partial<CollectorOptions> = {}): Collector {
  return createCollector({ ...defaultLimits, hashAtOnce: true, facts: 'needed', ...options });
}

/** Each piece is written over when it was taken, as those of a decoder are. */
function stream(collector: Collector, name: string, bytes: Uint8Array, cuts: readonly number[]): void {
  collector.begin(memberOf(name, bytes.length));
  let from = 0;
  for (const to of [...cuts.filter((cut) => cut < bytes.length), bytes.length]) {
    const piece = Uint8Array.from(bytes.subarray(from, to));
    collector.data(piece);
    piece.fill(0xee);
    from = to;
  }
  collector.end();
}

const library = buildElf({ type: 3, load: true, sections: [{ name: '.debug_info', content: 'x'.repeat(700) }] });
const object = buildElf({ type: 1, sections: [{ name: '.debug_info', content: 'y'.repeat(300) }] });
const pyc = buildPyc({ magic: 3425, words: [0, 1, 2] });
const record = Buffer.from('m.py,sha256=x,10\nm-1.dist-info/RECORD,,\n');
const contents: readonly (readonly [string, Buffer])[] = [
  ['text', Buffer.from('no more than text'.repeat(20))],
  ['lib.so', library],
  ['lib.a', buildAr([{ name: 'o.o/', content: object }])],
  ['copy-of-lib.a', buildAr([{ name: 'o.o/', content: object }])],
  ['as-long-as-lib.a', buildAr([{ name: 'p.o/', content: object }])],
  ['broken.a', Buffer.concat([buildAr([]), arMember({ name: 'o.o/', content: 'z'.repeat(90) }).subarray(0, 100)])],
  [
    'broken-at-once.a',
    Buffer.concat([buildAr([{ name: 'o.o/', magic: 'xx' }]), buildAr([{ name: 'o.o/', content: object }])]),
  ],
  ['broken.so', library.subarray(0, 100)],
  ['m.pyc', pyc],
  ['odd.pyc', buildPyc({ magic: 9, words: [0, 1, 2] })],
  ['m-1.dist-info/RECORD', record],
  ['short.so', Buffer.from('\x7fELF')],
  ['other/lib.so', library],
  ['other/__pycache__/m.cpython-39.pyc', pyc],
  ['empty.pyc', Buffer.alloc(0)],
];

type Known = readonly [
  Pick<Entry, 'digest' | 'facts'>[],
  readonly string[],
  readonly (readonly [string, PackageFacts])[],
];

function known(collector: Collector, packageLists: ReadonlyMap<string, PackageFacts>): Known {
  const { drafts, notices } = collector.collected();
  return [
    [...drafts.values()].map(({ digest, facts }) => ({ digest, facts })),
    notices.map(({ code, path, message }) => `${code} ${path} ${message}`),
    [...packageLists],
  ];
}

const choices: readonly Partial<CollectorOptions>[] = [
  {},
  { facts: 'all' },
  { bytecode: true },
  { stripShare: true },
  { knownFacts: new Map() },
  { digestPurpose: 'equality' },
];

const hasBuildId = existsSync('/bin/true') && readFileSync('/bin/true').includes('GNU\0');

describe('content in pieces', () => {
  it.each(choices)('is known as at hand: %o', (choice) => {
    const lists = new Map<string, PackageFacts>();
    const atHand = collectorOf({ ...choice, packageLists: lists });
    for (const [name, bytes] of contents) {
      atHand.file(memberOf(name, bytes.length), () => ({ source: memorySource(bytes), close() {} }));
    }
    const expected = known(atHand, lists);
    expect(lists.size).toBe(1);
    const told = (path: string): string[] => (choice.bytecode === true ? [`bad-bytecode ${path}`] : []);
    expect(expected[1].map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      expect.stringContaining('broken.a'),
      expect.stringContaining('broken-at-once.a'),
      expect.stringContaining('broken.so'),
      ...told('m.pyc'),
      expect.stringContaining('odd.pyc'),
      expect.stringContaining('short.so'),
      ...told('other/__pycache__/m.cpython-39.pyc'),
      'truncated empty.pyc',
    ]);
    for (const cuts of [[], [1], [63], [64], [65], [10, 20, 64], [5, 64, 70, 100], [64, 65, 66, 67, 300]]) {
      const packageLists = new Map<string, PackageFacts>();
      const collector = collectorOf({ ...choice, packageLists });
      for (const [name, bytes] of contents) stream(collector, name, bytes, cuts);
      expect(known(collector, packageLists)).toEqual(expected);
    }
  });

  it('is read as a list of packages where that is asked for alone, and the last one of a path counts', () => {
    const plain = collectorOf();
    stream(plain, 'm-1.dist-info/RECORD', record, [3]);
    stream(plain, 'n-1.dist-info/RECORD', Buffer.from('"never ends'), [3]);
    expect(plain.collected()).toMatchObject({ notices: [] });
    expect(plain.collected().drafts.get('m-1.dist-info/RECORD')).toMatchObject({ facts: null });
    const packageLists = new Map<string, PackageFacts>();
    const collector = collectorOf({ packageLists });
    stream(collector, 'm-1.dist-info/RECORD', record, []);
    expect(packageLists.size).toBe(1);
    stream(collector, 'm-1.dist-info/RECORD', Buffer.from('"never ends'), []);
    expect(packageLists.size).toBe(0);
    expect(collector.collected().notices.map(({ code }) => code)).toEqual(['duplicate-entry', expect.any(String)]);
  });

  it('that is less or more than was announced ends the scan', () => {
    const collector = collectorOf();
    for (const bytes of [4, 6]) {
      collector.begin(memberOf('a', 5));
      collector.data(Buffer.alloc(bytes));
      expect(() => collector.end()).toThrow(`has ${bytes} bytes, but 5 were announced`);
    }
  });

  it.skipIf(!hasBuildId)(
    'has a digest of what strip keeps where a build id says what it may equal, unless it can be read again',
    () => {
      const bytes = readFileSync('/bin/true');
      const kept = (choice: Partial<CollectorOptions>): boolean => {
        const collector = collectorOf(choice);
        collector.file(memberOf('lib.so', bytes.length), () => ({ source: memorySource(bytes), close() {} }));
        const facts = collector.collected().drafts.get('lib.so')?.facts;
        return facts?.type === 'elf' && facts.kept !== undefined;
      };
      expect([kept({}), kept({ facts: 'all' })]).toEqual([true, true]);
      expect([kept({ hashAtOnce: false }), kept({ hashAtOnce: false, facts: 'all' })]).toEqual([false, true]);
    },
  );

  it.each([
    [2, 5],
    [5, 5],
    [5, 1],
    [1, 1],
  ])('of pieces of %d and %d bytes is not 5 bytes', (...pieces) => {
    const collector = collectorOf();
    collector.begin(memberOf('a', 5));
    for (const length of pieces) collector.data(Buffer.alloc(length));
    expect(() => collector.end()).toThrow('but 5 were announced');
  });

  it('that is no content of its own is nobody else’s', () => {
    const collector = collectorOf();
    stream(collector, 'a', library, [30]);
    collector.begin({ ...memberOf('b', 10), kind: 'hardlink', link: 'a' });
    collector.data(Buffer.alloc(10));
    collector.hole(10);
    collector.end();
    collector.begin({ ...memberOf('d', 10), kind: 'hardlink', link: 'gone' });
    collector.end();
    expect(collector.collected().drafts.get('d')).toMatchObject({ kind: 'hardlink', size: 0, disk: 0 });
    collector.begin({ ...memberOf('c', 10), unreadable: 'is encrypted' });
    collector.end();
    const { drafts, notices } = collector.collected();
    expect(drafts.get('a')?.digest).toBe(`sha256:${createHash('sha256').update(library).digest('hex')}`);
    expect(drafts.get('c')).toMatchObject({ size: 10, digest: null });
    expect(notices.map(({ code, path }) => `${code} ${path}`)).toEqual(['broken-hardlink d', 'unreadable-content c']);
  });

  it('is bounded to the byte', () => {
    stream(collectorOf({ maxUnpacked: 10 }), 'a', Buffer.alloc(10), [4]);
    expect(() => stream(collectorOf({ maxUnpacked: 9 }), 'a', Buffer.alloc(10), [4])).toThrow('more than 9 bytes');
  });
});

describe('holes', () => {
  const sparse = (collector: Collector, name: string, hole: number): void => {
    collector.begin(memberOf(name, hole + 3));
    collector.hole(hole);
    collector.data(Buffer.from('abc'));
    collector.end();
  };

  it.each([1, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 3 << 18])('of %d bytes are zeros', (hole) => {
    const collector = collectorOf();
    sparse(collector, 'a', hole);
    const expected = createHash('sha256').update(Buffer.alloc(hole)).update('abc').digest('hex');
    expect(collector.collected().drafts.get('a')?.digest).toBe(`sha256:${expected}`);
  });

  it('are hashed up to 1 GiB in all, and no longer counted once they are not', () => {
    const collector = collectorOf({ digestPurpose: 'equality' });
    sparse(collector, 'half', maxHoles / 2);
    collector.begin(memberOf('huge', 2 ** 32));
    for (const part of [maxHoles, 2 ** 32 - maxHoles]) collector.hole(part);
    collector.end();
    sparse(collector, 'rest', maxHoles / 2);
    sparse(collector, 'beyond', 1);
    stream(collector, 'plain', Buffer.from('plain'), [2]);
    const { drafts, notices } = collector.collected();
    const unknown = [...drafts.values()].filter(({ digest }) => digest === null);
    expect(unknown.map(({ path }) => path)).toEqual(['huge', 'beyond']);
    expect(notices.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'sparse-not-hashed huge',
      'sparse-not-hashed beyond',
    ]);
  });

  it('of a library are read with it', () => {
    const bytes = buildElf({ type: 3, load: true, sections: [{ name: '.debug_info', content: '\0'.repeat(700) }] });
    const at = bytes.indexOf(Buffer.alloc(700));
    const [plain, collector] = [collectorOf(), collectorOf()];
    stream(plain, 'lib.so', bytes, []);
    collector.begin(memberOf('lib.so', bytes.length));
    collector.data(bytes.subarray(0, at));
    collector.hole(700);
    collector.data(bytes.subarray(at + 700));
    collector.end();
    expect(collector.collected().drafts).toEqual(plain.collected().drafts);
  });
});
