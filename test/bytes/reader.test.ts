// Every access of a Reader at the edges of its bytes: the last that fits, the first that does not, and what is below 0 or no number.
import { describe, expect, it } from 'vitest';
import { Reader } from '../../src/bytes/reader.ts';
import { FormatError } from '../../src/errors.ts';

const bytes = Uint8Array.from({ length: 12 }, (_, at) => at + 1);
const little = new Reader(bytes, 'little', 1000);
const big = new Reader(bytes, 'big', 1000);

const widths = [
  ['u8', 1, (reader: Reader, at: number) => reader.u8(at)],
  ['u16', 2, (reader: Reader, at: number) => reader.u16(at)],
  ['u32', 4, (reader: Reader, at: number) => reader.u32(at)],
  ['u64', 8, (reader: Reader, at: number) => reader.u64(at)],
  ['u64big', 8, (reader: Reader, at: number) => reader.u64big(at)],
] as const;

function errorOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}

describe.each(widths)('%s', (name, width, read) => {
  it('reads up to the last byte', () => {
    // 64-bit numbers of these bytes are above 2^53, so for `u64` zeros do.
    const zeros = new Reader(new Uint8Array(12), 'little');
    for (const reader of name === 'u64' ? [zeros] : [little, big]) {
      expect(() => read(reader, 0)).not.toThrow();
      expect(() => read(reader, 12 - width)).not.toThrow();
    }
  });

  it.each([12 - width + 1, 12, 13, -1, -width, 2 ** 53, Number.NaN, -Infinity, Infinity])('refuses %d', (at) => {
    const error = errorOf(() => read(little, at));
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toMatchObject({ code: 'out-of-range', offset: 1000 + at });
  });
});

describe('numbers', () => {
  it('are little or big endian', () => {
    expect([little.u16(1), big.u16(1), little.u32(2), big.u32(2)]).toEqual([0x0302, 0x0203, 0x06050403, 0x03040506]);
    expect([little.u64big(0), big.u64big(0)]).toEqual([0x0807060504030201n, 0x0102030405060708n]);
  });

  it('of 64 bits are exact up to 2^53 - 1', () => {
    for (const [endian, most, above] of [
      ['little', 'ffffffffffff1f00', '0000000000002000'],
      ['big', '001fffffffffffff', '0020000000000000'],
    ] as const) {
      expect(new Reader(Buffer.from(most, 'hex'), endian).u64(0)).toBe(Number.MAX_SAFE_INTEGER);
      const error = errorOf(() => new Reader(Buffer.from(`00${above}`, 'hex'), endian, 7).u64(1));
      expect(error).toMatchObject({ code: 'too-large', offset: 8 });
    }
  });
});

describe('slices', () => {
  it('share the bytes, and may be empty anywhere', () => {
    expect(little.slice(10, 2)).toEqual(Uint8Array.of(11, 12));
    expect(little.slice(0, 12)).toHaveLength(12);
    expect(little.slice(12, 0)).toHaveLength(0);
    expect(little.slice(0, 12).buffer).toBe(bytes.buffer);
  });

  it.each([
    [0, 13],
    [12, 1],
    [13, 0],
    [-1, 2],
    [-1, 0],
    [5, -1],
    [0, Number.NaN],
    [1, 2 ** 53],
  ])('refuses %d, %d', (at, length) => {
    expect(errorOf(() => little.slice(at, length))).toMatchObject({ code: 'out-of-range', offset: 1000 + at });
  });
});
