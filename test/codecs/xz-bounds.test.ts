// The headers, blocks and index of a .xz file at the edges of their fields (.xz file format 1.2.1), made by hand.
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkStreamFooter, readBlockHeader, readStreamHeader, readVarint } from '../../src/codecs/xz-header.ts';
import type { XzBlockHeader } from '../../src/codecs/xz-header.ts';
import { xz } from '../../src/codecs/xz.ts';
import { buildXz } from '../build/xz.ts';
import { requireTool, runRaw } from '../oracles.ts';
import { decodeAll, formatErrorOf, noise, prose } from './harness.ts';

class Refused extends Error {}

function fail(code: string): never {
  throw new Refused(code);
}

function crcOf(bytes: Uint8Array): Buffer {
  const field = Buffer.alloc(4);
  field.writeUInt32LE(crc32(bytes));
  return field;
}

describe('a stream header', () => {
  const magic = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
  const header = (first: number, second: number): Buffer =>
    Buffer.concat([magic, Uint8Array.of(first, second), crcOf(Uint8Array.of(first, second))]);

  it.each([0, 1, 4, 10, 15])('names the check %i', (check) => {
    expect(readStreamHeader(header(0, check), fail)).toBe(check);
  });

  it.each([
    [1, 1],
    [0x80, 4],
    [0, 16],
    [0, 0x14],
    [0, 0xff],
  ])('with reserved flags %i and %i is refused', (first, second) => {
    expect(() => readStreamHeader(header(first, second), fail)).toThrow('unsupported');
  });

  it('with a wrong CRC or another magic is refused', () => {
    const wrong = header(0, 1);
    wrong[8] = wrong.readUInt8(8) ^ 1;
    expect(() => readStreamHeader(wrong, fail)).toThrow('bad-checksum');
    expect(() => readStreamHeader(header(0, 1).fill(0, 5, 6).fill(1, 4, 5), fail)).toThrow('bad-magic');
  });
});

describe('a stream footer', () => {
  const footer = (length: number, first: number, second: number, magic = 'YZ'): Buffer => {
    const fields = Buffer.from([0, 0, 0, 0, first, second]);
    fields.writeUInt32LE(length / 4 - 1);
    return Buffer.concat([crcOf(fields), fields, Buffer.from(magic)]);
  };
  const check = (bytes: Uint8Array): void => checkStreamFooter(bytes, 4, 32, fail);

  it('agrees with what was read', () => {
    expect(() => check(footer(32, 0, 4))).not.toThrow();
  });

  it.each([
    ['of another check', footer(32, 0, 1), 'bad-header'],
    ['with a shorter index', footer(28, 0, 4), 'bad-length'],
    ['with a longer index', footer(36, 0, 4), 'bad-length'],
    ['with reserved flags', footer(32, 1, 4), 'unsupported'],
    ['with another magic', footer(32, 0, 4, 'YY'), 'bad-header'],
    ['with a wrong CRC', footer(32, 0, 4).fill(0, 0, 4), 'bad-checksum'],
  ])('%s is refused', (_, bytes, code) => {
    expect(() => check(bytes)).toThrow(code);
  });
});

describe('a block header', () => {
  /** `fields` behind the flags, filled with zeros to a multiple of four. */
  function header(flags: number, fields: readonly number[], padding = 0): Buffer {
    const length = Math.ceil((2 + fields.length + padding) / 4) * 4;
    const bytes = Buffer.alloc(length);
    bytes.set([length / 4, flags, ...fields]);
    return Buffer.concat([bytes, crcOf(bytes)]);
  }
  const read = (bytes: Uint8Array): XzBlockHeader => readBlockHeader(bytes, fail);

  it.each([
    [0, 4096],
    [1, 6144],
    [2, 8192],
    [22, 8_388_608],
    [38, 2 ** 31],
    [39, 3 * 2 ** 30],
    [40, 2 ** 32 - 1],
  ])('with the dictionary %i means %i bytes', (code, dictionary) => {
    expect(read(header(0, [0x21, 1, code]))).toEqual({
      compressed: null,
      uncompressed: null,
      dictionary,
      filters: [],
    });
  });

  it('may tell sizes, of up to nine bytes', () => {
    expect(read(header(0x40, [5, 0x21, 1, 0]))).toMatchObject({ compressed: 5, uncompressed: null });
    expect(read(header(0x80, [0, 0x21, 1, 0]))).toMatchObject({ compressed: null, uncompressed: 0 });
    const both = [0x80, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
    expect(read(header(0xc0, [...both, 0x21, 1, 0]))).toMatchObject({ compressed: 128, uncompressed: 2 ** 53 - 1 });
  });

  it('may be longer than its fields, in zeros', () => {
    expect(read(header(0, [0x21, 1, 0], 40)).dictionary).toBe(4096);
  });

  it('may name up to three filters before LZMA2', () => {
    const three = [0x03, 1, 255, 0x04, 0, 0x07, 4, 4, 0, 0, 0];
    expect(read(header(3, [...three, 0x21, 1, 0])).filters).toHaveLength(3);
  });

  it.each([
    ['with a dictionary above 40', header(0, [0x21, 1, 41]), 'bad-header'],
    ['with two properties', header(0, [0x21, 2, 0]), 'bad-header'],
    ['with no property', header(0, [0x21, 0, 0]), 'bad-header'],
    ['with padding that is not zero', header(0, [0x21, 1, 0, 0, 1], 8), 'bad-header'],
    ['with padding that is not zero at once', header(0, [0x21, 1, 0, 1], 8), 'bad-header'],
    ['with padding that is not zero at its end', header(0, [0x21, 1, 0, 0, 0, 1]), 'bad-header'],
    ['with an unknown filter', header(0, [0x0b, 0, 0]), 'unsupported'],
    ['with an unknown filter before the last', header(1, [0x0b, 0, 0x21, 1, 0]), 'unsupported'],
    ['with no filter that compresses', header(0, [0x04, 0]), 'bad-header'],
    ['with two that compress', header(1, [0x21, 1, 0, 0x21, 1, 0]), 'bad-header'],
    ['with one that compresses, without properties, before the last', header(1, [0x21, 0, 0x21, 1, 0]), 'bad-header'],
    ['with one behind that which compresses', header(1, [0x21, 1, 0, 0x04, 0]), 'bad-header'],
    ['with delta without a distance', header(1, [0x03, 0, 0x21, 1, 0]), 'bad-header'],
    ['with delta of two properties', header(1, [0x03, 2, 0, 0, 0x21, 1, 0]), 'bad-header'],
    ['with a start offset of two bytes', header(1, [0x04, 2, 0, 0, 0x21, 1, 0]), 'bad-header'],
    ['with a start offset within an instruction', header(1, [0x07, 4, 2, 0, 0, 0, 0x21, 1, 0]), 'bad-header'],
    ['with properties longer than the header', header(1, [0x04, 4, 0, 0, 0]), 'bad-header'],
    ['with properties of a length without end', header(1, [0x03, 0x80, 0x80, 0x80, 0x80, 0x80]), 'bad-header'],
    ['with reserved flags', header(0x04, [0x21, 1, 0]), 'unsupported'],
    ['with the highest reserved flag', header(0x20, [0x21, 1, 0]), 'unsupported'],
    ['of an empty block', header(0x40, [0, 0x21, 1, 0]), 'bad-header'],
    [
      'with a number above 2^53 - 1',
      header(0x40, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0x21, 1, 0]),
      'bad-header',
    ],
    ['that ends inside a number', header(0x40, [0x80, 0x80]), 'bad-header'],
    // Exactly four bytes, CRC aside: the properties' byte would be that of the CRC.
    ['that ends before its properties', header(0, [0x21, 1]), 'bad-header'],
    ['with a wrong CRC', header(0, [0x21, 1, 0]).fill(0xee, 8), 'bad-checksum'],
  ])('%s is refused', (_, bytes, code) => {
    expect(() => read(bytes)).toThrow(code);
  });
});

describe('a number', () => {
  const seven = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80];

  it.each<[string, readonly number[], number | null]>([
    ['0', [0], 0],
    ['127', [0x7f], 127],
    ['128', [0x80, 1], 128],
    ['2^49, in eight bytes', [...seven, 1], 2 ** 49],
    ['nothing', [], null],
    ['cut off', [0x80], null],
    ['not in its shortest form', [0x80, 0], null],
    ['of nine bytes, above 2^53', [...seven, 0x80, 1], null],
    ['of ten bytes', [...seven, 0x80, 0x80, 1], null],
    ['of ten bytes that say nothing', [...seven, 0x80, 0x80, 0], null],
  ])('%s', (_, bytes, value) => {
    const expected = value === null ? null : { value, length: bytes.length };
    expect(readVarint(Uint8Array.from(bytes))).toEqual(expected);
    // What follows is of no interest.
    if (value !== null) expect(readVarint(Uint8Array.from([...bytes, 0xff]))).toEqual(expected);
  });
});

const hasXz = requireTool('xz');

describe('a stream', () => {
  const content = prose(1000);
  // With the end of its chunks a block of n bytes takes n + 4: every length of padding is among these.
  const contents = [0, 1, 2, 3, 4, 1000].map((length) => content.subarray(0, length));

  it.each([0, 1] as const)('of blocks of every padding is what xz reads, with the check %i', async (check) => {
    for (let count = 0; count <= contents.length; count++) {
      const blocks = contents.slice(0, count).map((bytes) => ({ content: bytes }));
      const encoded = buildXz({ blocks, check });
      const whole = Buffer.concat(contents.slice(0, count));
      expect((await decodeAll(xz, encoded, { step: 7 })).bytes).toEqual(whole);
      if (hasXz) expect(runRaw('xz', ['-dc'], { input: encoded })).toEqual(whole);
    }
  });

  it('may tell sizes in its block headers', async () => {
    for (const sizes of [{ compressed: 1004 }, { uncompressed: 1000 }, { compressed: 1004, uncompressed: 1000 }]) {
      const encoded = buildXz({ blocks: [{ content, ...sizes }] });
      expect((await decodeAll(xz, encoded)).bytes).toEqual(content);
      if (hasXz) expect(runRaw('xz', ['-dc'], { input: encoded })).toEqual(content);
    }
  });

  it.each([
    ['a compressed size that is too small', { compressed: 1003 }],
    ['a compressed size that is too large', { compressed: 1005, uncompressed: 1000 }],
    ['a size that is too small', { uncompressed: 999 }],
    ['a size that is too large', { compressed: 1004, uncompressed: 1001 }],
  ])('with %s is refused', async (_, sizes) => {
    const error = await formatErrorOf(xz, buildXz({ blocks: [{ content, ...sizes }] }));
    expect(error).toMatchObject({ code: 'bad-length', message: expect.stringContaining('what its header says') });
  });

  it('with padding that is not zero is refused, of a block and of the index', async () => {
    const block = await formatErrorOf(xz, buildXz({ blocks: [{ content: content.subarray(0, 1), padding: 1 }] }));
    expect(block.code).toBe('bad-block');
    const index = await formatErrorOf(xz, buildXz({ blocks: [], padding: 1 }));
    expect(index).toMatchObject({ code: 'bad-index', message: expect.stringContaining('padding') });
  });

  it.each<[string, Parameters<typeof buildXz>[0], string]>([
    ['fewer blocks', { blocks: [{ content }, { content }], count: 1 }, 'another number of blocks'],
    ['more blocks', { blocks: [{ content }], count: 2 }, 'another number of blocks'],
    ['another length of a block', { blocks: [{ content, listed: [1024, 1000] }] }, 'contradicts its blocks'],
    ['another size of a block', { blocks: [{ content, listed: [1020, 999] }] }, 'contradicts its blocks'],
    ['a number that is too long', { blocks: [], numbers: [0x80, 0] }, 'bad number'],
  ])('whose index tells %s is refused', async (_, stream, message) => {
    const error = await formatErrorOf(xz, buildXz(stream));
    expect(error).toMatchObject({ code: 'bad-index', message: expect.stringContaining(message) });
  });

  it('whose index holds a number without an end is refused after nine bytes of it', async () => {
    const error = await formatErrorOf(xz, buildXz({ blocks: [], numbers: Array.from({ length: 30 }, () => 0x80) }));
    // Behind the header of 12 bytes and the index's first.
    expect(error).toMatchObject({ code: 'bad-index', offset: 12 + 1 + 9 });
  });

  it('with another length of its index in the footer is refused', async () => {
    expect((await formatErrorOf(xz, buildXz({ blocks: [{ content }], indexLength: 8 }))).code).toBe('bad-length');
  });

  it('may be followed by padding and another, by nothing else', async () => {
    const encoded = buildXz({ blocks: [{ content }] });
    const two = Buffer.concat([encoded, Buffer.alloc(8), encoded]);
    expect((await decodeAll(xz, two, { step: 5 })).bytes).toEqual(Buffer.concat([content, content]));
    for (const at of [0, 1]) {
      const bent = Buffer.concat([encoded, encoded]);
      bent.writeUInt8(bent.readUInt8(encoded.length + at) ^ 1, encoded.length + at);
      const error = await formatErrorOf(xz, bent);
      expect(error).toMatchObject({ code: 'bad-magic', message: expect.stringContaining('continues after') });
    }
  });

  it.skipIf(!hasXz)('has marks inside a block where they are asked for', async () => {
    const mixed = Buffer.concat([prose(60_000), noise(60_000), prose(60_000)]);
    const encoded = runRaw('xz', ['-c'], { input: mixed });
    const marks: number[] = [];
    const decoder = xz.create({
      maxWindow: 1 << 27,
      takeBuffer: () => new Uint8Array(1 << 20),
      mark: (end) => void marks.push(end),
    });
    decoder.write(encoded, () => {});
    decoder.finish(() => {});
    expect(marks.length).toBeGreaterThan(20);
    expect(marks).toEqual(marks.toSorted((a, b) => a - b));
    expect(marks.at(-1)).toBe(mixed.length);
  });
});
