// What stands between headers of a tar at its edges: pax records (POSIX pax, "pax Extended Header"), GNU long names, sparse maps (GNU tar
// manual, "Storing Sparse Files" and "Old GNU Format"), and where an archive may end.
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { sizeField } from '../../src/formats/tar/header.ts';
import { applyPaxRecords, parsePaxRecords } from '../../src/formats/tar/pax.ts';
import type { PaxFields } from '../../src/formats/tar/pax.ts';
import { checkSegments, readMapBlock, segmentsOfMap } from '../../src/formats/tar/sparse.ts';
import { tarFormat, tarReader } from '../../src/formats/tar/tar.ts';
import { recordingSink } from '../build/sink.ts';
import type { RecordingSink } from '../build/sink.ts';
import { buildTar, endOfArchive, gnuLong, pax, tarMember } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { reusedPieces } from '../build/pieces.ts';

function read(archive: Uint8Array, step = archive.length): RecordingSink {
  const sink = recordingSink();
  const reader = tarReader(sink);
  for (const piece of reusedPieces(archive, step)) reader.write(piece);
  reader.finish();
  return sink;
}

function refusal(use: () => unknown): string {
  try {
    use();
  } catch (error) {
    if (error instanceof FormatError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing';
}

const codes = (sink: RecordingSink): string[] => sink.notices.map(({ code }) => code);
const file: TarSpec = { name: 'f', content: 'content' };

describe('a pax record', () => {
  const parse = (text: string): unknown => {
    try {
      return parsePaxRecords(Buffer.from(text, 'latin1'), 0);
    } catch (error) {
      if (error instanceof FormatError) return error.message;
      throw error;
    }
  };

  it.each([
    ['6 a=b\n', [['a', 'b']]],
    ['5 a=\n', [['a', '']]],
    ['00000013 a=b\n', [['a', 'b']]],
    [
      '6 a=b\n6 c=d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['', []],
  ])('%j is read', (text, records) => {
    expect(parse(text)).toEqual(records);
  });

  it.each([
    ['000000014 a=b\n', 'without a decimal length'],
    [' a=b\n', 'without a decimal length'],
    ['6xa=b\n', 'without a decimal length'],
    ['6: a=b\n', 'without a decimal length'],
    ['6/ a=b\n', 'without a decimal length'],
    ['6', 'without a decimal length'],
    ['2 a=b\n', 'whose length 2 does not fit'],
    ['0 a=b\n', 'whose length 0 does not fit'],
    ['7 a=b\n', 'whose length 7 does not fit'],
    ['6 a=bc', 'that does not end in a newline'],
    ['4 a\n', 'without "="'],
    ['4 a\n=', 'without "="'],
    ['4 a\n6 c=d\n', 'without "="'],
    ['5 =b\n', 'with an unusable key'],
  ])('%j is none', (text, message) => {
    expect(parse(text)).toBe(`has a pax header record ${message}`);
  });

  const fields = (...records: [string, string][]): PaxFields => {
    const all: PaxFields = { path: 'p', linkpath: 'l', size: 1, uid: 2, gid: 3, mtime: 4 };
    applyPaxRecords(all, records, 0);
    return all;
  };

  it('with an empty value cancels', () => {
    for (const key of ['path', 'linkpath', 'size', 'uid', 'gid', 'mtime']) {
      expect(Object.keys(fields([key, '']))).toEqual(
        ['path', 'linkpath', 'size', 'uid', 'gid', 'mtime'].filter((other) => other !== key),
      );
    }
    expect(fields(['GNU.sparse.map', '']).sparse).toEqual({ map: [] });
    expect(fields(['GNU.sparse.map', '1,2']).sparse).toEqual({ map: [1, 2] });
  });

  it.each([
    ['12', 12],
    ['12.9', 12],
    ['-12', -12],
    ['-12.', -12],
    ['-12.0', -12],
    ['-12.5', -13],
  ])('with the time %s has whole seconds', (text, seconds) => {
    expect(fields(['mtime', text]).mtime).toBe(seconds);
  });

  it('that is wrong is shown in part', () => {
    const shown = (length: number): string => refusal(() => fields(['size', 'x'.repeat(length)]));
    expect(shown(40)).toContain(`size=${'x'.repeat(40)} that`);
    expect(shown(41)).toContain(`size=${'x'.repeat(40)}… that`);
  });
});

describe('extension headers', () => {
  it('have a limit in all', () => {
    const long = (size: number): Buffer => buildTar([{ name: 'L', type: 'L', content: 'n'.repeat(size) }, file]);
    expect(read(long(2 ** 20 - 512)).records[0]?.member.name).toHaveLength(2 ** 20 - 512);
    expect(refusal(() => read(long(2 ** 20 - 511)))).toMatch(/^extension-too-large: /);
  });

  it('name the member and its target', () => {
    const link: TarSpec = { name: 'short', type: '2', link: 'target' };
    const named = (...specs: TarSpec[]): unknown => {
      const { name, link: to } = read(buildTar([...specs, link])).records[0]?.member ?? {};
      return [name, to];
    };
    expect(named(gnuLong('L', 'name'))).toEqual(['name', 'target']);
    expect(named(gnuLong('K', 'to'))).toEqual(['short', 'to']);
    expect(named(gnuLong('L', 'name'), gnuLong('K', 'to'))).toEqual(['name', 'to']);
    expect(named({ name: 'L', type: 'L', content: 'unended' })).toEqual(['unended', 'target']);
    expect(named({ name: 'L', type: 'L', content: 'a\0b' })).toEqual(['a', 'target']);
    expect(named({ name: 'L', type: 'L', content: '\0b' })).toEqual(['', 'target']);
  });

  it('that are global belong to no member', () => {
    const global = pax({ comment: 'c' }, 'g');
    expect(codes(read(buildTar([file, global])))).toEqual([]);
    expect(refusal(() => read(buildTar([file, pax({ comment: 'c' })])))).toMatch(/^orphan-header: /);
    const between = read(buildTar([pax({ path: 'by pax' }), global, file]));
    expect(between.records.map(({ member }) => member.name)).toEqual(['by pax']);
    expect(codes(between)).toEqual(['conflicting-headers']);
  });

  it('are told where readers disagree about their order', () => {
    const size = pax({ size: 7 });
    expect(codes(read(buildTar([size, file])))).toEqual([]);
    for (const type of ['L', 'K'] as const) {
      expect(codes(read(buildTar([size, gnuLong(type, 'n'), file])))).toEqual(['conflicting-headers']);
      expect(codes(read(buildTar([gnuLong(type, 'n'), size, file])))).toEqual([]);
    }
    const two = read(buildTar([size, pax({ mtime: 1 }), file]));
    expect(two.notices.map(({ message }) => message)).toEqual(['has 2 pax headers; later records count']);
  });

  it('are where the member begins', () => {
    const { records } = read(buildTar([file, pax({ mtime: 1 }), file]));
    expect(records.map(({ member }) => [member.start, member.offset])).toEqual([
      [undefined, 0],
      [1024, 2048],
    ]);
  });
});

/** A sparse member in the old GNU format: pairs in the header, the others in blocks of 21 behind it. */
function oldSparse(pairs: readonly [string, string][], realSize: string, stored: Buffer, blocks = 0): Buffer {
  const put = (block: Buffer, from: number, own: readonly [string, string][]): void => {
    for (const [index, [offset, length]] of own.entries()) {
      block.write(offset, from + index * 24, 12, 'latin1');
      block.write(length, from + index * 24 + 12, 12, 'latin1');
    }
  };
  const more: Buffer[] = [];
  const rest = pairs.slice(4);
  const count = Math.max(blocks, Math.ceil(rest.length / 21));
  for (let index = 0; index < count; index++) {
    const block = Buffer.alloc(512);
    put(block, 0, rest.slice(index * 21, index * 21 + 21));
    block[504] = index + 1 < count ? 1 : 0;
    more.push(block);
  }
  const header = tarMember({
    name: 's',
    type: 'S',
    magic: 'gnu',
    size: stored.length,
    edit(block) {
      put(block, 386, pairs.slice(0, 4));
      block[482] = count > 0 ? 1 : 0;
      block.write(realSize, 483, 12, 'latin1');
    },
  });
  return Buffer.concat([header, ...more, stored, Buffer.alloc((512 - (stored.length % 512)) % 512)]);
}

const octal = (value: number): string => `${value.toString(8).padStart(11, '0')}\0`;
const pair = (offset: number, length: number): [string, string] => [octal(offset), octal(length)];
const end = endOfArchive;

describe('a sparse file in the old GNU format', () => {
  const expand = (...parts: Buffer[]): unknown => {
    const { records } = read(Buffer.concat([...parts, end]));
    return records.map(({ content }) => content.toString('latin1'));
  };

  it('has four pairs in its header', () => {
    const pairs = [0, 2, 4, 6].map((at) => pair(at, 1));
    const whole = 'a\0b\0c\0d\0';
    expect(expand(oldSparse(pairs, octal(8), Buffer.from('abcd')))).toEqual([whole]);
    // What follows the fourth is the file's size.
    expect(expand(oldSparse(pairs, '00000000010 ', Buffer.from('abcd')))).toEqual([whole]);
  });

  it('has any number of pairs in blocks behind it', () => {
    for (const count of [5, 24, 25, 26, 46, 47]) {
      const pairs = Array.from({ length: count }, (_, at) => pair(at * 2, 1));
      const archive = oldSparse(pairs, octal(count * 2), Buffer.alloc(count, 'x'));
      expect(expand(archive, tarMember(file))).toEqual(['x\0'.repeat(count), 'content']);
      expect(read(Buffer.concat([archive, end]), 1).records[0]?.content.toString('latin1')).toBe('x\0'.repeat(count));
    }
  });

  it('has pairs until one is empty on both sides', () => {
    const blank = '\0';
    const stored = Buffer.from('ab');
    expect(expand(oldSparse([[blank, octal(1)], pair(2, 1)], octal(3), stored))).toEqual(['a\0b']);
    expect(expand(oldSparse([pair(0, 1), [octal(1), blank], pair(2, 1)], octal(3), stored))).toEqual(['a\0b']);
    const ended = oldSparse([pair(0, 2), [blank, blank], pair(9, 9)], octal(3), stored);
    expect(expand(ended)).toEqual(['ab\0']);
  });

  it('has a map with a limit', () => {
    const most = oldSparse([pair(0, 1)], octal(1), Buffer.from('a'), 2048);
    expect(expand(most)).toEqual(['a']);
    const more = oldSparse([pair(0, 1)], octal(1), Buffer.from('a'), 2049);
    expect(refusal(() => expand(more))).toBe('bad-sparse-map: has a sparse map that is larger than 1048576 bytes');
  });

  it('leaves nothing to the next member, and no holes of 0 bytes', () => {
    const holes: number[] = [];
    const sink = { ...recordingSink(), hole: (count: number): unknown => holes.push(count) };
    const reader = tarReader(sink);
    const stored = Buffer.from('ab');
    reader.write(oldSparse([pair(0, 1), pair(5, 1)], octal(9), stored));
    reader.write(oldSparse([pair(0, 1), pair(1, 1)], octal(2), stored));
    reader.write(buildTar([file, { ...file, content: '' }]));
    reader.finish();
    expect(holes).toEqual([4, 3]);
  });
});

describe('a sparse file in pax headers', () => {
  const one = (records: Record<string, string | number>, content: string | Buffer): RecordingSink =>
    read(buildTar([pax(records), { ...file, content }]));
  const version = { 'GNU.sparse.major': 1, 'GNU.sparse.minor': 0, 'GNU.sparse.realsize': 8 };
  const block = (text: string): Buffer => Buffer.concat([Buffer.from(text), Buffer.alloc(512 - (text.length % 512))]);

  it('is of a known version', () => {
    const content = Buffer.concat([block('1\n2\n3\n'), Buffer.from('abc')]);
    expect(one(version, content).records[0]?.content.toString()).toBe('\0\0abc\0\0\0');
    for (const [major, minor] of [
      [2, 0],
      [1, 1],
    ]) {
      const records = { ...version, 'GNU.sparse.major': major ?? 0, 'GNU.sparse.minor': minor ?? 0 };
      expect(refusal(() => one(records, content))).toMatch(`uses sparse format ${major}.${minor}`);
    }
  });

  it('says the real size beside a map', () => {
    const map = { 'GNU.sparse.map': '2,3', 'GNU.sparse.size': 8 };
    expect(one(map, 'abc').records[0]?.content.toString()).toBe('\0\0abc\0\0\0');
    expect(refusal(() => one({ 'GNU.sparse.map': '2,3' }, 'abc'))).toMatch('comes without the real size of the file');
    expect(refusal(() => segmentsOfMap([1, 2, 3], 's', 0))).toMatch('holds an odd number of values');
  });

  it('has its map inside the member, in blocks that come in any pieces', () => {
    const pairs = 100;
    const text = `${pairs}\n${Array.from({ length: pairs }, (_, at) => `${at * 1000}\n1\n`).join('')}`;
    const content = Buffer.concat([block(text), Buffer.alloc(pairs, 'x')]);
    const records = { ...version, 'GNU.sparse.realsize': 100_000 };
    const archive = buildTar([pax(records), { ...file, content }]);
    const whole = Buffer.alloc(100_000);
    for (let at = 0; at < pairs; at++) whole.write('x', at * 1000);
    for (const step of [1, 100, 511, 512, 513, archive.length]) {
      expect(read(archive, step).records[0]?.content.equals(whole)).toBe(true);
    }
    const short = refusal(() => one(records, content.subarray(0, 512)));
    expect(short).toBe('bad-sparse-map: has a sparse map that is not inside the member');
  });

  it('has numbers that end', () => {
    const map = (text: string): unknown => readMapBlock({ count: null, values: [], rest: '' }, text, 's', 0);
    expect(map('262144\n')).toBe(null);
    expect(refusal(() => map('262145\n'))).toMatch('claims 262145 segments, more than a map of 1 MiB holds');
    expect(map('1'.repeat(20))).toBe(null);
    expect(refusal(() => map('1'.repeat(21)))).toMatch('holds a number of more than 20 digits');
    expect(map('0\n')).toEqual([]);
  });

  it('has segments in order, that may touch', () => {
    const check = (...segments: [number, number][]): string =>
      refusal(() =>
        checkSegments(
          segments.map(([offset, length]) => ({ offset, length })),
          10,
          10,
          's',
          0,
        ),
      );
    expect(check([0, 5], [5, 5])).toBe('nothing');
    expect(check([0, 5], [4, 5])).toMatch('overlap or are out of order');
    expect(check([0, 5], [6, 5])).toMatch("runs past the file's size of 10 bytes");
    expect(check([0, 5], [5, 4])).toMatch('covers 9 bytes, but 10 are stored');
  });
});

describe('a member', () => {
  const only = (spec: TarSpec): unknown => {
    const { records, notices } = read(buildTar([spec]));
    const { kind, link, mode } = records[0]?.member ?? {};
    return [kind, link, mode, notices.map(({ message }) => message)];
  };

  it('has the fields of its kind', () => {
    expect(only({ ...file, link: 'l' })).toEqual(['file', null, 0o644, []]);
    expect(only({ name: 'h', type: '1', link: 'l' })).toEqual(['hardlink', 'l', 0o644, []]);
    expect(only({ name: 's', type: '2', link: 'l' })).toEqual(['symlink', 'l', 0o644, []]);
    expect(only({ name: 'd', type: '3', link: 'l' })).toEqual(['other', null, 0o644, []]);
    expect(only({ ...file, edit: (block) => block.write('9', 100, 'latin1') })).toEqual(['file', null, null, []]);
    expect(only({ name: 'd', type: '5', size: '\0' })).toEqual(['directory', null, 0o644, []]);
    expect(only({ name: 'f', size: '\0' })).toEqual(['file', null, 0o644, ['has a blank size field, taken as 0']]);
  });

  it('is a directory by type, or by the slash of an old file', () => {
    expect(only({ name: 'd/' })).toEqual(['directory', null, 0o644, []]);
    expect(only({ name: 'd/', type: '7' })).toEqual(['file', null, 0o644, []]);
    expect(only({ ...file, type: 'M' })).toEqual([
      'file',
      null,
      0o644,
      [expect.stringMatching(/^is the continuation/)],
    ]);
    expect(only({ ...file, type: 'Q' })).toEqual(['file', null, 0o644, [expect.stringMatching(/unknown type "Q"/)]]);
  });

  it('has a size that ends inside its field', () => {
    const size = (text: string): unknown => {
      const block = Buffer.alloc(512);
      block.write(text, 124, 12, 'latin1');
      return refusal(() => sizeField(block, 124, 'size', 'a', 0));
    };
    expect(size('77777777777\0')).toBe('nothing');
    expect(size('777777777777')).toMatch(/^bad-number: /);
    expect(size('1/\0')).toMatch(/^bad-number: /);
    expect(size('18\0')).toMatch(/^bad-number: /);
  });
});

describe('an archive', () => {
  it('is known by its first block', () => {
    const header = tarMember(file).subarray(0, 512);
    expect(tarFormat.bid(header)).toBe(104);
    expect(tarFormat.bid(tarMember({ ...file, magic: 'v7' }).subarray(0, 512))).toBe(64);
    expect([1023, 1024, 1025].map((length) => tarFormat.bid(Buffer.alloc(length)))).toEqual([0, 8, 8]);
  });

  it('may be passed over where there is content or padding', () => {
    const reader = tarReader(recordingSink());
    const archive = buildTar([
      { ...file, content: 'x'.repeat(1000) },
      { name: 'd', type: '5' },
    ]);
    const skippable = (from: number, to: number): [number, boolean] => {
      reader.write(archive.subarray(from, to));
      return [reader.skippable(), reader.ended()];
    };
    expect(skippable(0, 100)).toEqual([0, false]);
    expect(skippable(100, 512)).toEqual([1000, false]);
    expect(skippable(512, 612)).toEqual([900, false]);
    reader.skip(900);
    expect(reader.skippable()).toBe(24);
    reader.skip(24);
    expect(skippable(1536, 2048)).toEqual([0, false]);
    expect(skippable(2048, 3072)).toEqual([0, true]);
    // Nothing is passed over where an extension is read, however much of it is left.
    const extended = tarReader(recordingSink());
    extended.write(buildTar([gnuLong('L', 'n'.repeat(1000))]).subarray(0, 600));
    expect(extended.skippable()).toBe(0);
    const sparse = tarReader(recordingSink());
    sparse.write(oldSparse([pair(0, 1)], octal(1), Buffer.from('a')).subarray(0, 512));
    expect(sparse.skippable()).toBe(0);
  });

  it('counts what follows its end, in whatever pieces it comes', () => {
    const archive = Buffer.concat([buildTar([file]), Buffer.from('\0\0x\0\0y\0')]);
    for (const step of [1, 2, 3, 511, archive.length]) {
      expect(read(archive, step).notices.map(({ message }) => message)).toEqual([
        'has 5 bytes after the end of the archive; they are not counted',
      ]);
    }
  });

  it('that begins with zeros is empty, or none', () => {
    expect(codes(read(endOfArchive))).toEqual([]);
    expect(refusal(() => read(Buffer.concat([endOfArchive, Buffer.from('x')])))).toMatch(/^unknown-format: /);
  });

  it('may lack padding and end, but nothing else', () => {
    const archive = buildTar([file]);
    const cut = (bytes: Uint8Array): string => {
      const found = refusal(() => expect(codes(read(bytes)).at(-1)).toBe('no-end-of-archive'));
      return found.replace(/^truncated: .*?([0-9]+ more bytes.*)$/, '$1');
    };
    for (const length of [519, 520, 1023, 1024]) expect(cut(archive.subarray(0, length))).toBe('nothing');
    expect(cut(archive.subarray(0, 518))).toBe('1 more bytes of this member should follow');
    expect(cut(archive.subarray(0, 512))).toBe('7 more bytes of this member should follow');
    expect(cut(archive.subarray(0, 412))).toBe('100 more bytes should follow');
    const extended = buildTar([file, pax({ mtime: 1 }), file]);
    expect(cut(extended.subarray(0, 1024 + 512))).toMatch(/^[0-9]+ more bytes should follow$/);
    expect(cut(extended.subarray(0, 1024 + 512 + 1))).not.toBe(cut(extended.subarray(0, 1024 + 512)));
    const named = buildTar([file, gnuLong('L', 'n'.repeat(2000))]);
    expect(cut(named.subarray(0, 1024 + 512 + 401))).toMatch(
      /a header or extension of 1600 more bytes|^1600 more bytes/,
    );
    const label = buildTar([{ name: 'v', type: 'V', content: 'x'.repeat(1024) }]);
    expect(cut(label.subarray(0, 512 + 512))).toBe('512 more bytes should follow');
    expect(cut(label.subarray(0, 512 + 513))).toBe('nothing');
  });
});
