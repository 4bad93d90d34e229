// The headers of a .xz file at the edges of their fields (.xz file format 1.2.1, sections 1.2, 2.1 and 3.1), made by hand.
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkStreamFooter, readBlockHeader, readStreamHeader, readVarint } from '../../src/codecs/xz-header.ts';
import type { XzBlockHeader } from '../../src/codecs/xz-header.ts';

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
    expect(read(header(0, [0x21, 1, code]))).toEqual({ compressed: null, uncompressed: null, dictionary });
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

  it.each([
    ['with a dictionary above 40', header(0, [0x21, 1, 41]), 'bad-header'],
    ['with two properties', header(0, [0x21, 2, 0]), 'bad-header'],
    ['with no property', header(0, [0x21, 0, 0]), 'bad-header'],
    ['with padding that is not zero', header(0, [0x21, 1, 0, 0, 1], 8), 'bad-header'],
    ['with padding that is not zero at once', header(0, [0x21, 1, 0, 1], 8), 'bad-header'],
    ['with padding that is not zero at its end', header(0, [0x21, 1, 0, 0, 0, 1]), 'bad-header'],
    ['with another filter', header(0, [0x04, 0, 0]), 'unsupported'],
    ['with two filters', header(1, [0x21, 1, 0, 0x21, 1, 0]), 'unsupported'],
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
