// The fields of a zip at their edges, one lie at a time: the directory (APPNOTE 4.3.12), the records at the end (4.3.14 to 4.3.16), data
// descriptors (4.3.9), and what a member says of itself (4.4).
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { View } from '../../src/bytes/read-ahead.ts';
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import { localName } from '../../src/formats/zip-content.ts';
import { checkLayout, readDirectory } from '../../src/formats/zip-directory.ts';
import { findEnd } from '../../src/formats/zip-end.ts';
import { buildZip, extraField, u16, u32, u64 } from '../build/zip.ts';
import type { ZipSpec } from '../build/zip.ts';
import { readZip, refusal } from '../build/zip-read.ts';

const member = { name: 'a', method: 0, content: 'x' };
const plain = buildZip([member]);

function viewOf(bytes: Uint8Array): View {
  return (at, length) => bytes.subarray(at, at + length);
}

function told(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** Names in a directory of these bytes, or the error. */
function listed(bytes: Uint8Array): unknown {
  const place = { start: 0, end: bytes.length, base: 0, count: 1, zip64: false };
  return told(() => [...readDirectory(viewOf(bytes), place)].map(({ rawName }) => Buffer.from(rawName).toString()));
}

/** An entry of the directory whose member begins the file. */
function central(name: string, { method = 0, compressed = 0, size = 0, nameLength = name.length } = {}): Buffer {
  return Buffer.concat([
    u32(0x02014b50),
    u16(0, 20, 0, method, 0, 0),
    u32(0, compressed, size),
    u16(nameLength, 0, 0, 0, 0),
    u32(0, 0),
    Buffer.from(name),
  ]);
}

/** A copy with other bytes at one place. */
function patched(bytes: Uint8Array, at: number, other: Uint8Array): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(other, at);
  return copy;
}

describe('a directory', () => {
  it('holds entries that are whole', () => {
    expect(listed(central(''))).toEqual(['']);
    expect(listed(Buffer.concat([central('a'), central('')]))).toEqual(['a', '']);
    expect(listed(central('ab', { nameLength: 3 }))).toBe('bad-directory: has a directory entry that is cut');
  });

  it.each([1, 3, 4, 5, 6, 10, 45])('ends where no entry has room, %d bytes', (length) => {
    const message = `bad-directory: has ${length} bytes in its directory that are no entry`;
    expect(listed(Buffer.alloc(length))).toBe(message);
    expect(listed(central('').subarray(0, length))).toBe(message);
    // The signature of a digital signature that states another length.
    const signature = Buffer.concat([u32(0x05054b50), u16(50), Buffer.alloc(40)]);
    expect(listed(signature.subarray(0, length))).toBe(message);
  });

  it('is refused where an entry should be', () => {
    for (const length of [46, 47]) {
      expect(listed(Buffer.alloc(length))).toBe('bad-directory: has a directory entry without its signature');
    }
    // What stands where a signature has its length is right, but it is none.
    const unsigned = Buffer.concat([u32(1), u16(4), Buffer.alloc(4)]);
    expect(listed(unsigned)).toBe('bad-directory: has 10 bytes in its directory that are no entry');
  });

  it('may end with a digital signature', () => {
    for (const length of [0, 1, 40, 60]) {
      const signature = Buffer.concat([u32(0x05054b50), u16(length), Buffer.alloc(length)]);
      expect(listed(Buffer.concat([central('a'), signature]))).toEqual(['a']);
    }
  });
});

describe('the layout', () => {
  const unlimited = { maxEntries: 1e6, maxUnpacked: 1e9, maxWindow: 1 };
  const layoutOf = (directory: Uint8Array, count: number, start = 10_000): unknown => {
    const bytes = Buffer.concat([Buffer.alloc(start), directory]);
    const place = { start, end: bytes.length, base: 0, count, zip64: false };
    return told(() => checkLayout(viewOf(bytes), place, unlimited, () => {}).count);
  };

  it('has as many bytes as deflate can make', () => {
    expect(layoutOf(central('a', { method: 8, compressed: 2, size: 2064 }), 1)).toBe(1);
    const message = 'wrong-size: states a size of 2065, more than 2 deflated bytes can hold';
    expect(layoutOf(central('a', { method: 8, compressed: 2, size: 2065 }), 1)).toBe(message);
  });

  it('has as many bytes as are stored', () => {
    expect(layoutOf(central('a', { compressed: 2, size: 2 }), 1)).toBe(1);
    const message = 'wrong-size: is stored as 2 bytes, but states a size of 1';
    expect(layoutOf(central('a', { compressed: 2, size: 1 }), 1)).toBe(message);
    // What is not read may say what it likes.
    expect(layoutOf(central('a', { method: 12, compressed: 2, size: 1e6 }), 1)).toBe(1);
  });

  it('counts entries, in 16 bits that may wrap', () => {
    const one = central('');
    const many = Buffer.alloc(46 * 65_538, one);
    expect(layoutOf(many, 3)).toBe('bad-count: states 3 entries, but its directory holds 65538');
    // All of them begin at 0: the count is right, the layout is not.
    expect(layoutOf(many, 2)).toMatch(/^overlap: /);
    expect(layoutOf(many.subarray(0, 46 * 2), 3)).toBe('bad-count: states 3 entries, but its directory holds 2');
  });

  it('unpacks to as much as is allowed', async () => {
    const zip = buildZip([{ name: 'a', content: 'ten bytes.' }]);
    expect((await readZip(zip, { maxUnpacked: 10 })).records).toHaveLength(1);
    expect((await refusal(zip, { maxUnpacked: 9 })).code).toBe('too-much-unpacked');
  });
});

describe('the records at the end', () => {
  const zip64 = buildZip([member], { zip64: true });
  const [record, locator, end] = [79, 135, 155];
  const outcome = (zip: Uint8Array): unknown => told(() => findEnd(memorySource(zip)));

  it.each([
    ['disk', plain, 79 + 4],
    ['disk of the directory', plain, 79 + 6],
    ['entries of this disk', plain, 79 + 8],
    ['disk of the zip64 record', zip64, locator + 4],
    ['disk in the zip64 record', zip64, record + 16],
    ['disk of the directory in it', zip64, record + 20],
    ['entries of this disk in it', zip64, record + 24],
  ])('state that there are no volumes: %s', (_, zip, at) => {
    expect(outcome(zip)).toMatchObject({ place: { count: 1 } });
    expect(outcome(patched(zip, at, u16(7)))).toMatch(/^unsupported: is one volume/);
  });

  it.each([
    ['entries', end + 10, u16(1), u16(2)],
    ['size', end + 12, u32(47), u32(48)],
    ['offset', end + 16, u32(32), u32(33)],
  ])('agree on the %s', (_, at, same, other) => {
    expect(outcome(patched(zip64, at, same))).toMatchObject({ place: { count: 1, zip64: true } });
    expect(outcome(patched(zip64, at, other))).toMatch(/^bad-offset: has an end record that contradicts/);
  });

  it('are found by signature and length', () => {
    const none = /^bad-offset: points to a zip64 end record at 79, where there is none/;
    expect(outcome(patched(zip64, record, u32(1)))).toMatch(none);
    expect(outcome(patched(zip64, record + 4, u64(45)))).toMatch(none);
    expect(outcome(patched(zip64, record + 4, u64(43)))).toMatch(none);
    expect(outcome(zip64.subarray(locator))).toMatch(none);
    expect(outcome(zip64.subarray(locator - 10))).toMatch(none);
    expect(outcome(zip64.subarray(end))).toMatch(/^bad-size/);
  });

  it('state a directory of an entry at least', () => {
    expect(outcome(buildZip([{ ...member, name: '' }]))).toMatchObject({ place: { start: 31, end: 77, count: 1 } });
    const short = Buffer.concat([plain.subarray(0, 32 + 45), plain.subarray(79)]);
    const stated = patched(patched(short, 77 + 8, u16(0, 0)), 77 + 12, u32(45, 32));
    expect(outcome(stated)).toBe('bad-offset: states a directory where there is none');
  });

  it('are the last ones that reach to the end of the file and begin at its start', () => {
    const inner = buildZip([], { end: { offset: 101 } });
    expect(outcome(buildZip([member], { comment: inner }))).toMatchObject({ place: { count: 0 }, ambiguous: true });
    const behind = Buffer.concat([inner, Buffer.from('xx')]);
    expect(outcome(buildZip([member], { comment: behind }))).toMatchObject({
      place: { count: 1 },
      trailing: 0,
      ambiguous: true,
    });
    expect(outcome(buildZip([member], { comment: buildZip([]) }))).toMatchObject({ place: { count: 1 } });
  });
});

describe('a data descriptor', () => {
  const content = 'x'.repeat(100);
  const [crc, compressed, size] = [crc32(content), deflateRawSync(content).length, 100];
  const [signature, wrong] = [0x08074b50, 77];

  /** Differences and gaps that are told of a member with these bytes behind it. */
  async function oddities(bytes: Uint8Array, local = {}): Promise<string[]> {
    const first: ZipSpec = { name: 'a', content, descriptor: 'missing', local };
    const { notices } = await readZip(buildZip([first, { ...member, name: 'b', gap: bytes }]));
    return notices.map(({ message }) => message.replace(/^.*directory in /, ''));
  }

  it.each([
    ['bare', u32(crc, compressed, size)],
    ['signed', u32(signature, crc, compressed, size)],
    ['bare with 64 bits', Buffer.concat([u32(crc), u64(compressed, size)])],
    ['signed with 64 bits', Buffer.concat([u32(signature, crc), u64(compressed, size)])],
  ])('is known, %s', async (_, bytes) => {
    expect(await oddities(bytes)).toEqual([]);
  });

  it.each([
    u32(wrong, compressed, size),
    u32(crc, wrong, size),
    u32(crc, compressed, wrong),
    u32(signature, wrong, compressed, size),
    u32(signature, crc, wrong, size),
    u32(signature, crc, compressed, wrong),
    u32(wrong, crc, compressed, size),
    Buffer.concat([u32(wrong), u64(compressed, size)]),
    Buffer.concat([u32(crc), u64(wrong, size)]),
    Buffer.concat([u32(crc), u64(compressed, wrong)]),
    Buffer.concat([u32(signature, wrong), u64(compressed, size)]),
    Buffer.concat([u32(signature, crc), u64(wrong, size)]),
    Buffer.concat([u32(signature, crc), u64(compressed, wrong)]),
    u32(signature),
    u32(crc, compressed),
  ])('%# is none', async (bytes) => {
    const gap = `has ${bytes.length} bytes in one place between its members that belong to none`;
    expect(await oddities(bytes)).toEqual(['data descriptor', gap]);
  });

  it('stands in for what the local header leaves open', async () => {
    const good = u32(crc, compressed, size);
    expect(await oddities(good, { size: 0xffff_ffff, compressed: 0xffff_ffff, crc: 0xffff_ffff })).toEqual([]);
    expect(await oddities(good, { size: 5 })).toEqual(['size']);
    expect(await oddities(good, { compressed: 5 })).toEqual(['compressed size']);
    expect(await oddities(good, { crc: 5 })).toEqual(['checksum']);
    const closed = await readZip(buildZip([{ ...member, local: { crc: 0, size: 0, compressed: 1 } }]));
    expect(closed.notices.map(({ message }) => message)).toEqual([expect.stringMatching(/in size, checksum$/)]);
  });
});

describe('the name in a local header', () => {
  const header = (nameLength: number): Buffer =>
    Buffer.concat([u32(0x04034b50), Buffer.alloc(22), u16(nameLength, 0), Buffer.from('abcdefgh')]);
  const name = (bytes: Uint8Array, limit: number): unknown => localName(viewOf(bytes), 0, limit);

  it('is there where header and name have room', () => {
    expect(name(header(0), 30)).toBe('');
    expect(name(header(0), 29)).toBe(null);
    expect(name(header(3), 33)).toBe('abc');
    expect(name(header(3), 32)).toBe(null);
    expect(name(patched(header(3), 0, u32(1)), 33)).toBe(null);
  });

  it('is told of gaps', async () => {
    const gaps = await readZip(
      buildZip([member, { ...member, name: 'b', gap: header(3) }, { ...member, name: 'c', gap: '1' }]),
    );
    expect(gaps.notices.map(({ code, path, message }) => [code, path, message])).toEqual([
      ['unlisted-member', 'abc', expect.anything()],
      ['gap', null, 'has 39 bytes in 2 places between its members that belong to none'],
    ]);
  });
});

describe('a member', () => {
  async function only(spec: Partial<ZipSpec>): Promise<Record<string, unknown>> {
    const { records, notices } = await readZip(buildZip([{ ...member, ...spec }]));
    const { name, kind, mode, uid, gid, mtime, link } = records[0]?.member ?? {};
    return {
      name,
      kind,
      mode,
      uid,
      gid,
      mtime,
      link,
      content: records[0]?.content.toString(),
      notices: notices.length,
    };
  }
  const date = (month: number, day: number): number => (40 << 9) | (month << 5) | day;
  const time = (hour: number, minute: number, second: number): number => (hour << 11) | (minute << 5) | (second / 2);

  it.each([
    [1, 1, 0, 0, 0, true],
    [12, 31, 23, 59, 58, true],
    [0, 1, 0, 0, 0, false],
    [13, 1, 0, 0, 0, false],
    [1, 0, 0, 0, 0, false],
    [1, 1, 24, 0, 0, false],
    [1, 1, 0, 60, 0, false],
    [1, 1, 0, 0, 60, false],
  ])('has a time, %d-%d %d:%d:%d is %s', async (month, day, hour, minute, second, valid) => {
    const { mtime } = await only({ date: date(month, day), time: time(hour, minute, second) });
    expect(mtime).toBe(valid ? Date.UTC(2020, month - 1, day, hour, minute, second) / 1000 : null);
  });

  it('may have another time', async () => {
    const dos = Date.UTC(2020, 0, 1) / 1000;
    expect(await only({ extra: extraField(0x5455, Buffer.concat([Buffer.of(1), u32(5)])) })).toMatchObject({
      mtime: 5,
    });
    expect(await only({ extra: extraField(0x5455, Buffer.of(1, 5, 0, 0)) })).toMatchObject({ mtime: dos });
    expect(await only({ extra: extraField(0x5455, Buffer.concat([Buffer.of(2), u32(5)])) })).toMatchObject({
      mtime: dos,
    });
  });

  it.each([
    [[1, 1, 7, 1, 9], 7, 9],
    [[1, 2, 7, 1, 2, 9, 0], 263, 9],
    [[2, 1, 7, 1, 9], null, null],
    [[1, 1, 7, 2, 9], null, null],
    [[1, 0, 1, 9], null, null],
    [[1, 1, 7, 0], null, null],
    [[1, 8, 255, 255, 255, 255, 255, 255, 255, 255, 1, 9], null, null],
    [[1, 1, 7, 8, 255, 255, 255, 255, 255, 255, 255, 255], null, null],
  ])('has the owner of %j', async (bytes, uid, gid) => {
    expect(await only({ extra: extraField(0x7875, Buffer.from(bytes)) })).toMatchObject({ uid, gid });
  });

  it.each([
    ['DOS directory', { host: 0, external: 0x10, content: '' }, 'directory'],
    ['DOS directory with content', { host: 0, external: 0x10 }, 'file'],
    ['DOS file', { host: 0, external: 0, content: '' }, 'file'],
    ['Unix without a mode', { host: 3, external: 0x10, content: '' }, 'file'],
    ['fifo', { external: (0o010644 << 16) >>> 0, content: '' }, 'other'],
    ['fifo with content', { external: (0o010644 << 16) >>> 0 }, 'file'],
    ['directory by its mode', { external: (0o040755 << 16) >>> 0, content: '' }, 'directory'],
    ['directory with content', { external: (0o040755 << 16) >>> 0 }, 'file'],
  ])('is what its attributes say, %s', async (_, spec, kind) => {
    expect(await only(spec)).toMatchObject({
      kind,
      notices: 0,
      content: kind === 'file' ? ('content' in spec ? '' : 'x') : '',
    });
  });

  it('with a slash is a directory, and its content is nobody’s', async () => {
    expect(await only({ name: 'd/', content: '' })).toMatchObject({ kind: 'directory', notices: 0 });
    expect(await only({ name: 'd/' })).toMatchObject({ kind: 'directory', notices: 1, content: '' });
  });

  it('has the name that its flag, or its Unicode field, says', async () => {
    const unicode = (version: number, crc: number): Buffer =>
      extraField(0x7075, Buffer.concat([Buffer.of(version), u32(crc), Buffer.from('u')]));
    const [dos, crc] = [{ host: 0, name: '\xff', external: 0 }, crc32(Buffer.of(0xff))];
    expect(await only({ ...dos, flags: 1 << 11 })).toMatchObject({ name: '\xff' });
    // Code page 437 has a no-break space there.
    expect(await only(dos)).toMatchObject({ name: '\xc2\xa0' });
    expect(await only({ ...dos, extra: unicode(1, crc) })).toMatchObject({ name: 'u' });
    const empty = Buffer.concat([Buffer.of(1), u32(crc)]);
    expect(await only({ ...dos, extra: extraField(0x7075, empty) })).toMatchObject({ name: '' });
    expect(await only({ ...dos, extra: unicode(2, crc) })).toMatchObject({ name: '\xc2\xa0' });
    expect(await only({ ...dos, extra: unicode(1, crc + 1) })).toMatchObject({ name: '\xc2\xa0' });
    expect(await only({ ...dos, extra: extraField(0x7075, Buffer.of(1, 2, 3, 4)) })).toMatchObject({
      name: '\xc2\xa0',
    });
  });

  it('says why it cannot be read, if it cannot', async () => {
    const why = async (spec: Partial<ZipSpec>): Promise<unknown> => {
      const { records } = await readZip(buildZip([{ ...member, ...spec }]));
      return records.map((record) => ('unreadable' in record.member ? record.member.unreadable : null));
    };
    const others = 'only 0 (stored) and 8 (deflate) are read';
    expect(await why({})).toEqual([null]);
    expect(await why({ flags: 1 })).toEqual(['is encrypted']);
    expect(await why({ method: 12 })).toEqual([`is compressed with method 12 (bzip2); ${others}`]);
    expect(await why({ method: 77 })).toEqual([`is compressed with method 77; ${others}`]);
  });

  it('may be a symlink, whose target has a limit', async () => {
    const external = (0o120777 << 16) >>> 0;
    expect(await only({ external, content: 'to' })).toMatchObject({ kind: 'symlink', link: 'to', notices: 0 });
    const [long, longer] = ['t'.repeat(65_536), 't'.repeat(65_537)];
    expect(await only({ external, content: long })).toMatchObject({ link: long, notices: 0 });
    expect(await only({ external, content: longer })).toMatchObject({ link: null, notices: 1 });
    expect(await only({ external, content: 'to', flags: 1 })).toMatchObject({ kind: 'symlink', link: null });
  });
});
