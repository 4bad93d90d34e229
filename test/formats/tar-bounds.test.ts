// Fields of tar headers at their edges: the last value that is taken and the first that is not, each read from its own bytes only.
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { checksumMatches, parseHeader, sizeField } from '../../src/formats/tar/header.ts';
import { base256, tarMember } from '../build/tar.ts';

const most = BigInt(Number.MAX_SAFE_INTEGER);

function header(edit: (block: Buffer) => void): Buffer {
  return tarMember({ name: 'a', edit }).subarray(0, 512);
}

/** A field whose neighbours would count if they were read: digits on both sides. */
function field(text: string | Buffer): Buffer {
  const block = Buffer.alloc(512, '7');
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  bytes.copy(block, 124, 0, 12);
  return block;
}

function size(text: string | Buffer): number {
  return sizeField(field(text), 124, 'size', 'a', 1000);
}

describe('sizes', () => {
  it.each([
    ['00000000000\0', 0],
    ['77777777777\0', 8 ** 11 - 1],
    ['77777777777 ', 8 ** 11 - 1],
    ['           7', 7],
    ['          70', 0o70],
    ['            ', 0],
    ['\0'.repeat(12), 0],
    ['1\0garbage 89', 1],
    ['       7 8  ', 7],
  ])('%j is %d', (text, value) => {
    expect(size(text)).toBe(value);
  });

  it.each(['777777777777', '000000000000', '00000000008\0', '0000000000/\0', '-0000000001\0', '+1\0', '0x10\0', ' - '])(
    '%j is none',
    (text) => {
      expect(() => size(text)).toThrow(FormatError);
      expect(() => size(text)).toThrow(/size field is not a size/);
    },
  );

  it('in base-256 are exact to 2^53 - 1', () => {
    expect(size(base256(most))).toBe(Number.MAX_SAFE_INTEGER);
    expect(size(base256(0n))).toBe(0);
    for (const value of [most + 1n, -1n, -most, -512n]) expect(() => size(base256(value))).toThrow(FormatError);
  });

  it('that are blank are told', () => {
    for (const blank of ['\0'.repeat(12), ' '.repeat(12), `\0${'7'.repeat(11)}`])
      expect(
        parseHeader(
          header((block) => block.write(blank, 124, 'latin1')),
          0,
        ).blankSize,
      ).toBe(true);
    expect(
      parseHeader(
        header((block) => block.write(' 0\0', 124, 'latin1')),
        0,
      ).blankSize,
    ).toBe(false);
  });

  it('that are none name their place', () => {
    expect(() => size('9')).toThrow(expect.objectContaining({ code: 'bad-number', path: 'a', offset: 1124 }));
  });
});

describe('times and owners', () => {
  it('may be negative, are exact, or unknown', () => {
    const mtime = (value: bigint): number | null =>
      parseHeader(
        header((block) => base256(value).copy(block, 136)),
        0,
      ).mtime;
    expect([0n, 1n, -1n, -512n].map(mtime)).toEqual([0, 1, -1, -512]);
    expect([most, -most].map(mtime)).toEqual([Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]);
    expect([most + 1n, -most - 1n].map(mtime)).toEqual([null, null]);
    expect(
      parseHeader(
        header((block) => block.write('9999999\0', 108, 'latin1')),
        0,
      ).uid,
    ).toBe(null);
  });
});

describe('magic', () => {
  const magicOf = (text: string): string =>
    parseHeader(
      header((block) => block.fill(0, 257, 265).write(text, 257, 'latin1')),
      0,
    ).magic;

  it.each([
    ['ustar\x0000', 'posix'],
    ['ustar\0\0\0', 'posix'],
    ['ustar  \0', 'gnu'],
    ['', 'v7'],
    ['ustar   ', 'v7'],
    ['ustar \0\0', 'v7'],
    ['ustarx \0', 'v7'],
    ['ustar x\0', 'v7'],
    ['Ustar\x0000', 'v7'],
    ['uStar\x0000', 'v7'],
    ['usTar\x0000', 'v7'],
    ['ustAr\x0000', 'v7'],
    ['ustaR\x0000', 'v7'],
  ])('%j is %s', (text, magic) => {
    expect(magicOf(text)).toBe(magic);
  });
});

describe('names', () => {
  it('end at a NUL or with their field', () => {
    const named = (name: string): string =>
      parseHeader(
        header((block) => block.fill(0x78, 0, 100).write(name, 0, 'latin1')),
        0,
      ).name;
    expect(named('a\0b')).toBe('a');
    expect(named('\0b')).toBe('');
    expect(named('')).toBe('x'.repeat(100));
    expect(named(`${'y'.repeat(99)}\0`)).toBe('y'.repeat(99));
  });
});

describe('checksums', () => {
  const block = header(() => {});

  it('are of 512 bytes, unsigned or signed, and of every byte', () => {
    expect(checksumMatches(block)).toBe(true);
    expect(checksumMatches(block.subarray(0, 511))).toBe(false);
    for (const at of [0, 3, 147, 156, 511]) {
      const damaged = Buffer.from(block);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(checksumMatches(damaged)).toBe(false);
    }
    for (const signedChecksum of [false, true])
      expect(checksumMatches(tarMember({ name: '\xff\xfe\x80'.repeat(20), signedChecksum }).subarray(0, 512))).toBe(
        true,
      );
  });

  it('that are no number match nothing', () => {
    expect(checksumMatches(tarMember({ name: 'a', checksum: '9' }).subarray(0, 512))).toBe(false);
  });
});
