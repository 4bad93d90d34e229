// The end of a zip at its edges: how far back its record is looked for, and which directory it may state.
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import { endsWithEndRecord, findEnd } from '../../src/formats/zip-end.ts';
import { extraField, widen } from '../../src/formats/zip-directory.ts';
import { buildZip, extraField as buildExtra, u32, u64 } from '../build/zip.ts';
import type { ZipEnd, ZipOptions } from '../build/zip.ts';

const member = { name: 'a', method: 0, content: 'x' };
/** 30 + 1 + 1 bytes of member, 46 + 1 of directory, 22 of end record. */
const plain = buildZip([member]);

function outcome(zip: Uint8Array): unknown {
  try {
    return findEnd(memorySource(zip));
  } catch (error) {
    if (error instanceof FormatError) return `${error.code}: ${error.message} (at ${error.offset})`;
    throw error;
  }
}

function stating(end: ZipEnd, options: ZipOptions = {}): unknown {
  return outcome(buildZip([member], { ...options, end }));
}

describe('the end record', () => {
  it('is where it is due', () => {
    expect(plain).toHaveLength(101);
    expect(outcome(plain)).toEqual({
      place: { start: 32, end: 79, base: 0, count: 1, zip64: false },
      trailing: 0,
      ambiguous: false,
    });
    expect(outcome(buildZip([]))).toMatchObject({ place: { start: 0, end: 0, count: 0 } });
  });

  it('may be followed by 64 KiB, and no more', () => {
    const full = Buffer.alloc(0xffff, 'c');
    expect(outcome(buildZip([member], { comment: full }))).toMatchObject({ trailing: 0 });
    expect(outcome(buildZip([member], { trailing: full }))).toMatchObject({ trailing: 0xffff });
    expect(outcome(buildZip([member], { trailing: Buffer.alloc(0x10000, 'c') }))).toMatch(/^truncated: .*65637\)$/);
    expect(outcome(Buffer.concat([Buffer.alloc(22), buildZip([], { comment: full })]))).toMatchObject({ trailing: 0 });
  });

  it('is whole, its comment included', () => {
    expect(outcome(buildZip([member], { comment: 'abc', commentLength: 3 }))).toMatchObject({ trailing: 0 });
    expect(outcome(buildZip([member], { comment: 'abc', commentLength: 2 }))).toMatchObject({ trailing: 1 });
    expect(outcome(buildZip([member], { comment: 'abc', commentLength: 4 }))).toMatch(/^truncated/);
    expect(outcome(plain.subarray(0, 100))).toMatch(/^truncated/);
    expect(outcome(plain.subarray(79, 101))).toMatch(/^bad-size: states a directory of 47 bytes, but only 0 come/);
  });

  it('of another zip is seen where it ends', () => {
    const two = memorySource(Buffer.concat([plain, plain]));
    expect([100, 101, 102, 202].map((end) => endsWithEndRecord(two, end))).toEqual([false, true, false, true]);
    expect(endsWithEndRecord(memorySource(Buffer.alloc(30)), 30)).toBe(false);
  });

  it('is not that of a split zip', () => {
    expect(stating({ disk: 1 })).toMatch(/^unsupported: is one volume/);
    expect(stating({ disk: 1 }, { zip64: true })).toMatch(/^unsupported: is one volume/);
    expect(stating({}, { zip64: true, locator: { disks: 2 } })).toMatch(/^unsupported: is one volume/);
    expect(stating({}, { zip64: true, locator: { disks: 1 } })).toMatchObject({ place: { zip64: true } });
    expect(stating({}, { zip64: true, locator: { disks: 0 } })).toMatchObject({ place: { zip64: true } });
  });
});

describe.each([{}, { zip64: true }])('the directory that it states, %j', (options) => {
  it('fits before it', () => {
    expect(stating({ size: 79, offset: 0 }, options)).toMatch(/^bad-offset: states a directory where there is none/);
    expect(stating({ size: 80, offset: 0 }, options)).toMatch(/^bad-size: states a directory of 80 bytes, but only 79/);
    expect(stating({ offset: 32 }, options)).toMatchObject({ place: { start: 32, base: 0 } });
    expect(stating({ offset: 33 }, options)).toMatch(/^bad-offset: states its directory at 33, but it lies at 32: 1 /);
  });

  it('holds no more entries than have room', () => {
    expect(stating({ count: 2 }, options)).toMatch(/^bad-count: states 2 entries in a directory of 47 bytes/);
    expect(stating({ count: 1 }, options)).toMatchObject({ place: { count: 1 } });
    expect(stating({ count: 0 }, options)).toMatchObject({ place: { count: 0 } });
  });

  it('begins with an entry', () => {
    expect(stating({ size: 45, offset: 32, count: 0 }, options)).toMatch(/^bad-offset: states a directory where/);
    expect(stating({ size: 46, offset: 32, count: 0 }, options)).toMatch(/^bad-offset: states a directory where/);
  });
});

describe('the zip64 end record', () => {
  it('is where its locator says, or right before it behind a prefix', () => {
    expect(stating({}, { zip64: true })).toMatchObject({ place: { start: 32, end: 79, zip64: true } });
    expect(stating({}, { zip64: true, prefix: 'prefix' })).toMatchObject({ place: { start: 38, base: 6 } });
    for (const offset of [80, 78, 2 ** 40, 2n ** 53n - 1n]) {
      expect(stating({}, { zip64: true, locator: { offset } })).toMatch(/^bad-offset: points to a zip64 end record at/);
    }
    expect(stating({}, { zip64: true, locator: { offset: 2n ** 53n } })).toMatch(/^too-large/);
  });
});

describe('zip64 fields', () => {
  const place = { path: 'a', offset: 0 };
  const all = 0xffff_ffff;

  it('hold what has all bits set, in order', () => {
    const extra = buildExtra(1, u64(5, 6));
    expect(widen(extra, [all, 1, all], place)).toEqual([5, 1, 6]);
    expect(widen(extra, [all, all, 3], place)).toEqual([5, 6, 3]);
    expect(widen(extra, [1, 2, 3], place)).toEqual([1, 2, 3]);
    expect(() => widen(extra, [all, all, all], place)).toThrow(/zip64 field that is too short/);
    expect(widen(new Uint8Array(0), [all], place)).toEqual([all]);
    expect(() => widen(buildExtra(1, Buffer.alloc(7)), [all], place)).toThrow(/zip64 field that is too short/);
  });

  it('end with the extra field', () => {
    const two = Buffer.concat([buildExtra(7, u32(1)), buildExtra(9, u32(2))]);
    expect(extraField(two, 9)).toEqual(u32(2));
    expect(extraField(two.subarray(0, 15), 9)).toBe(null);
    expect(extraField(two.subarray(0, 11), 9)).toBe(null);
    expect(extraField(buildExtra(9, Buffer.alloc(0)), 9)).toEqual(Buffer.alloc(0));
    expect(extraField(two, 8)).toBe(null);
  });
});
