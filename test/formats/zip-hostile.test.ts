// The zip reader on damaged and lying archives: an error with code, member and offset, never the claimed number.
import { array, assert, asyncProperty, nat, tuple } from 'fast-check';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { buildZip, extraField, u32, u64 } from '../build/zip.ts';
import type { ZipSpec } from '../build/zip.ts';
import { readZip, refusal } from '../build/zip-read.ts';

const text = 'content '.repeat(50);
const sample: ZipSpec[] = [
  { name: 'a.txt', content: text },
  { name: 'b.bin', method: 0, content: 'stored' },
  { name: 'c/d', content: 'descriptor', descriptor: 'signed' },
];

describe('truncation', () => {
  const inner = buildZip([{ name: 'inner', content: 'x' }], { comment: 'inner' });
  const archives: [string, Buffer][] = [
    ['plain', buildZip(sample)],
    ['with a comment', buildZip(sample, { comment: 'a comment of the archive' })],
    [
      'zip64',
      buildZip(
        sample.map((spec) => ({ ...spec, zip64: true })),
        { zip64: true },
      ),
    ],
    ['empty', buildZip([])],
    ['behind an interpreter line', buildZip(sample, { prefix: '#!/usr/bin/python3\n' })],
    ['with a zip stored inside', buildZip([...sample, { name: 'i.zip', method: 0, content: inner }, { name: 'z' }])],
    ['with a zip stored first', buildZip([{ name: 'i.zip', method: 0, content: inner }, ...sample])],
    ['with an empty zip stored last', buildZip([...sample, { name: 'i.zip', method: 0, content: buildZip([]) }])],
  ];
  it.each(archives)('of a zip %s, at every offset', async (_, archive) => {
    for (let length = 0; length < archive.length; length++) {
      expect(await refusal(archive.subarray(0, length))).toBeInstanceOf(FormatError);
    }
  });

  it('from the front, at every offset, shortens no total in silence', async () => {
    const archive = buildZip(sample);
    const first = archive.indexOf('PK\x03\x04', 4, 'latin1');
    for (let cut = 1; cut < first; cut++) {
      expect(await refusal(archive.subarray(cut))).toBeInstanceOf(FormatError);
    }
  });

  it('tells a cut zip from something else', async () => {
    expect((await refusal(buildZip(sample).subarray(0, 100))).code).toBe('truncated');
    const script = await refusal(Buffer.from('#!/bin/sh\necho hello\n'));
    expect([script.code, script.message]).toEqual(['not-a-zip', expect.stringContaining('is not a zip')]);
  });

  it('by a hole in the middle', async () => {
    const archive = buildZip([...sample, { name: 'e', content: text }]);
    archive.fill(0, 20, archive.indexOf('b.bin') + 10);
    expect((await refusal(archive)).code).toBe('bad-deflate');
  });
});

const bomb = deflateRawSync(Buffer.alloc(64 * 1024 * 1024));

const lies: [string, Buffer, string, string?][] = [
  ['checksum wrong', buildZip([{ name: 'm', content: text, crc: 1 }]), 'bad-checksum', 'm'],
  [
    'checksum of a stored member wrong',
    buildZip([{ name: 'm', content: text, method: 0, crc: 1 }]),
    'bad-checksum',
    'm',
  ],
  ['size too small', buildZip([{ name: 'm', content: text, size: 399 }]), 'wrong-size', 'm'],
  ['size 0', buildZip([{ name: 'm', content: text, size: 0 }]), 'wrong-size', 'm'],
  ['size too large', buildZip([{ name: 'm', content: text, size: 401 }]), 'wrong-size', 'm'],
  ['size 10^9 for 4,400 bytes', buildZip([{ name: 'm', content: 'x'.repeat(4400), size: 1e9 }]), 'wrong-size', 'm'],
  ['64 MiB behind a size of 1000', buildZip([{ name: 'm', data: bomb, size: 1000 }]), 'wrong-size', 'm'],
  ['stored sizes differ', buildZip([{ name: 'm', method: 0, content: 'four', size: 5 }]), 'wrong-size', 'm'],
  ['deflate stream cut', buildZip([{ name: 'm', content: text, compressed: 9 }]), 'truncated', 'm'],
  [
    'data left over',
    buildZip([{ name: 'm', content: text, data: Buffer.concat([deflateRawSync(text), u32(0)]) }]),
    'wrong-size',
    'm',
  ],
  ['data invalid', buildZip([{ name: 'm', data: Buffer.alloc(20, 0xff), size: 5 }]), 'bad-deflate', 'm'],
  ['data empty', buildZip([{ name: 'm', data: Buffer.alloc(0), size: 0 }]), 'truncated', 'm'],
  ['compressed size past the end', buildZip([{ name: 'm', content: text, compressed: 1e6 }]), 'bad-offset', 'm'],
  [
    'compressed size into the next',
    buildZip([
      { name: 'm', content: text, compressed: 40 },
      { name: 'n', content: text },
    ]),
    'overlap',
  ],
  [
    'stored, but said to be deflated',
    buildZip([{ name: 'm', method: 0, content: text, central: { method: 8 } }]),
    'bad-deflate',
    'm',
  ],
  [
    'local header elsewhere',
    buildZip([
      { name: 'm', content: text, central: { offset: 1 } },
      { name: 'n', gap: 'gap' },
    ]),
    'bad-local-header',
    'm',
  ],
  ['offset past the end', buildZip([{ name: 'm', content: text, central: { offset: 1e9 } }]), 'bad-offset', 'm'],
  ['count 9 for 3', buildZip(sample, { end: { count: 9 } }), 'bad-count'],
  ['count 2 for 3', buildZip(sample, { end: { count: 2 } }), 'bad-count'],
  ['count 0 for 3', buildZip(sample, { end: { count: 0 } }), 'bad-count'],
  ['count 65535', buildZip(sample, { end: { count: 0xffff } }), 'bad-count'],
  ['count 2^53 - 1', buildZip(sample, { zip64: true, end: { count: Number.MAX_SAFE_INTEGER } }), 'bad-count'],
  ['directory of 4 GiB', buildZip(sample, { end: { size: 0xfffffffe } }), 'bad-size'],
  ['directory of 2^64 - 1', buildZip(sample, { zip64: true, end: { size: 2n ** 64n - 1n } }), 'too-large'],
  ['directory one byte short', buildZip(sample, { end: { size: 150 } }), 'bad-offset'],
  ['directory at 4 GiB', buildZip(sample, { end: { offset: 0xfffffffe } }), 'bad-offset'],
  ['directory at 2^63', buildZip(sample, { zip64: true, end: { offset: 2n ** 63n } }), 'too-large'],
  ['locator to nowhere', buildZip(sample, { zip64: true, locator: { offset: 2 ** 40 } }), 'bad-offset'],
  ['locator to 2^64 - 1', buildZip(sample, { zip64: true, locator: { offset: 2n ** 64n - 1n } }), 'too-large'],
  ['split archive', buildZip(sample, { end: { disk: 1 } }), 'unsupported'],
  ['split zip64 archive', buildZip(sample, { zip64: true, locator: { disks: 3 } }), 'unsupported'],
  ['junk in the directory', buildZip(sample, { signature: Buffer.from('junk') }), 'bad-directory'],
  [
    'zip64 field too short',
    buildZip([{ name: 'm', central: { offset: 0xffffffff, extra: Buffer.from([1, 0, 4, 0, 0, 0, 0, 0]) } }]),
    'bad-directory',
    'm',
  ],
  ['comment longer than the file', buildZip(sample, { comment: 'abc', commentLength: 9 }), 'truncated'],
];

describe('lies', () => {
  it.each(lies)('%s', async (_, archive, code, path) => {
    const error = await refusal(archive);
    expect([error.code, error.path]).toEqual([code, path]);
    expect(error.offset).toBeTypeOf('number');
  });

  it('in 64-bit fields of members are refused', async () => {
    for (const value of [2n ** 64n - 1n, 2n ** 63n, 2n ** 53n + 1n, 2n ** 53n - 1n]) {
      const fields = {
        size: 0xffffffff,
        compressed: 0xffffffff,
        offset: 0xffffffff,
        extra: extraField(1, u64(value, value, value)),
      };
      const error = await refusal(buildZip([{ name: 'm', content: text, central: fields }]));
      expect(['too-large', 'bad-offset']).toContain(error.code);
    }
  });

  it('limits are named', async () => {
    const entries = await refusal(buildZip(sample), { maxEntries: 2 });
    expect([entries.code, entries.message]).toEqual(['too-many-entries', expect.stringContaining('--max-entries')]);
    const unpacked = await refusal(buildZip(sample), { maxUnpacked: 410 });
    expect([unpacked.code, unpacked.message]).toEqual(['too-much-unpacked', expect.stringContaining('--max-unpacked')]);
  });
});

function localOf(name: string): Buffer {
  return buildZip([{ name, data: Buffer.alloc(0) }]).subarray(0, 30 + name.length);
}

/** One kernel of zeros that `count` members share: each has the following local headers as stored blocks in its data. */
function quoted(count: number, kernel: Buffer): Buffer {
  const names = Array.from({ length: count }, (_, index) => `${index}`.padStart(4, '0'));
  const distance = localOf('0000').length + 5;
  const body: Buffer[] = names.map((name) =>
    Buffer.concat([localOf(name), Buffer.from([0]), Buffer.from([34, 0, 0xdd, 0xff])]),
  );
  const start = distance * count;
  const directory = buildZip(
    names.map((name, index) => ({
      name,
      data: Buffer.alloc(0),
      central: { offset: index * distance, compressed: start - index * distance - 34 + kernel.length, size: 4 << 20 },
    })),
  );
  const central = directory.subarray(directory.indexOf('PK\x01\x02', 0, 'latin1'));
  const archive = Buffer.concat([...body, kernel, central]);
  archive.writeUInt32LE(start + kernel.length, archive.length - 6);
  return archive;
}

describe('overlaps are refused before anything is inflated', () => {
  const kernel = deflateRawSync(Buffer.alloc(4 << 20));
  it('75 members on one header', async () => {
    const specs = Array.from({ length: 75 }, (_, index) => ({
      name: `${index}`,
      ...(index === 0 ? { data: kernel, size: 4 << 20 } : { unlisted: true }),
    }));
    const one = buildZip(specs.slice(0, 1));
    const directoryAt = one.indexOf('PK\x01\x02', 0, 'latin1');
    const central = one.subarray(directoryAt, one.length - 22);
    const end = Buffer.from(one.subarray(-22));
    end.writeUInt16LE(75, 8);
    end.writeUInt16LE(75, 10);
    end.writeUInt32LE(central.length * 75, 12);
    const archive = Buffer.concat([one.subarray(0, directoryAt), ...Array.from({ length: 75 }, () => central), end]);
    expect((await refusal(archive)).code).toBe('overlap');
  });

  it.each([250, 2000])('%i quoted headers', async (count) => {
    expect((await refusal(quoted(count, kernel))).code).toBe('overlap');
  });

  it('an extra field over the next member', async () => {
    const archive = buildZip([{ name: 'm' }, { name: 'n', content: text }]);
    archive.writeUInt16LE(60, 28);
    expect((await refusal(archive)).code).toBe('overlap');
  });
});

/** Whether all members have the stated size; null where the archive is refused. */
async function isConsistent(archive: Uint8Array): Promise<boolean | null> {
  try {
    const { records } = await readZip(archive);
    return records.every(({ member, content }) => member.unreadable !== undefined || content.length === member.size);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

describe('any damage', () => {
  it('ends in a FormatError or in members of the stated size', async () => {
    const archive = buildZip(sample, { comment: 'end', zip64: true });
    const changes = array(tuple(nat(archive.length - 1), nat(255)), { minLength: 1, maxLength: 6 });
    const property = asyncProperty(changes, async (some) => {
      const damaged = Buffer.from(archive);
      for (const [at, value] of some) damaged[at] = value;
      expect(await isConsistent(damaged)).not.toBe(false);
    });
    await expect(assert(property, { numRuns: 2000 })).resolves.toBeUndefined();
  });
});
