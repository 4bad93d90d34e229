import { closeSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Reader } from '../../src/bytes/reader.ts';
import { fileSource, forEachChunk, memorySource, sliceSource } from '../../src/bytes/source.ts';
import type { ByteSource } from '../../src/bytes/source.ts';
import { Spool } from '../../src/bytes/spool.ts';
import { FormatError, InputError } from '../../src/errors.ts';
import { tempDirectory } from '../build/temp.ts';

const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256));

function sources(): [string, ByteSource][] {
  const path = join(tempDirectory('source'), 'file');
  writeFileSync(path, bytes);
  const small = new Spool(100);
  small.write(bytes);
  const large = new Spool();
  large.write(bytes.subarray(0, 500));
  large.write(bytes.subarray(500));
  return [
    ['memory', memorySource(bytes)],
    ['file', fileSource(openSync(path, 'r'), 1000)],
    ['slice', sliceSource(memorySource(Buffer.concat([Buffer.alloc(7), bytes, Buffer.alloc(9)])), 7, 1000)],
    ['spool in a file', small.source()],
    ['spool in memory', large.source()],
  ];
}

describe.each(sources())('source: %s', (_name, source) => {
  it('reads ranges', () => {
    expect(source.size).toBe(1000);
    expect(Buffer.from(source.read(0, 1000)).equals(bytes)).toBe(true);
    expect([...source.read(255, 3)]).toEqual([255, 0, 1]);
    expect(source.read(1000, 0)).toHaveLength(0);
  });

  it.each([
    [0, 1001],
    [1000, 1],
    [-1, 1],
    [0, -1],
    [0.5, 1],
    [Number.NaN, 1],
    [2 ** 53, 1],
    [1, 2 ** 53],
  ])('refuses %d, %d', (offset, length) => {
    expect(() => source.read(offset, length)).toThrow(FormatError);
  });

  it('hands over chunks in order', () => {
    const chunks: Uint8Array[] = [];
    forEachChunk(source, (chunk) => chunks.push(Buffer.from(chunk)), 333);
    expect(chunks.map(({ length }) => length)).toEqual([333, 333, 333, 1]);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });
});

describe('fileSource', () => {
  it('says when the file has become shorter', () => {
    const path = join(tempDirectory('short'), 'file');
    writeFileSync(path, bytes);
    const fd = openSync(path, 'r+');
    writeFileSync(path, 'x');
    expect(() => fileSource(fd, 1000).read(0, 1000)).toThrow(InputError);
    closeSync(fd);
  });
});

describe('a source that the system cannot read', () => {
  it('is an error of the input, and says where', () => {
    // A descriptor of a directory opens, and refuses to be read.
    const fd = openSync(tempDirectory('unreadable'), 'r');
    const read = (): unknown => fileSource(fd, 1000).read(100, 10);
    expect(read).toThrow(InputError);
    expect(read).toThrow(
      expect.objectContaining({ code: 'unreadable', message: 'cannot be read (EISDIR)', offset: 100 }),
    );
    closeSync(fd);
  });
});

describe('Spool', () => {
  it('leaves nothing behind in the temporary directory, even while it is open', () => {
    const ours = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith(`sizecheck-${process.pid}-`));
    const before = ours();
    const spool = new Spool(10);
    spool.write(bytes);
    expect(ours()).toEqual(before);
    expect(spool.source().size).toBe(1000);
    spool.close();
    expect(ours()).toEqual(before);
  });

  it('can be used again', () => {
    const spool = new Spool(10);
    spool.write(bytes);
    spool.reset();
    spool.write(Buffer.from('abc'));
    expect(Buffer.from(spool.source().read(0, 3)).toString()).toBe('abc');
    spool.close();
  });
});

describe('Reader', () => {
  const data = Buffer.from('0102030405060708ffffffffffffffff', 'hex');

  it('reads both byte orders', () => {
    const little = new Reader(data, 'little');
    const big = new Reader(data, 'big');
    expect([little.u8(0), little.u16(0), little.u32(0)]).toEqual([1, 0x0201, 0x04030201]);
    expect([big.u8(0), big.u16(0), big.u32(0)]).toEqual([1, 0x0102, 0x01020304]);
    expect(big.u64big(0)).toBe(0x0102030405060708n);
    expect(little.u64big(0)).toBe(0x0807060504030201n);
  });

  it('reads 64 bits as a number up to 2^53 - 1', () => {
    const reader = new Reader(Buffer.from('001fffffffffffff0020000000000000', 'hex'), 'big', 100);
    expect(reader.u64(0)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => reader.u64(8)).toThrow(FormatError);
  });

  it('refuses what is outside and names the offset in the file', () => {
    const reader = new Reader(data, 'little', 100);
    for (const attempt of [
      () => reader.u8(16),
      () => reader.u32(13),
      () => reader.u64(9),
      () => reader.slice(10, 7),
      () => reader.u8(-1),
    ]) {
      expect(attempt).toThrow(FormatError);
    }
    try {
      reader.u32(14);
    } catch (error) {
      expect(error).toMatchObject({ code: 'out-of-range', offset: 114 });
    }
  });
});
