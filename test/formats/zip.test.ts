// The zip reader on archives that are legal or merely odd: every member with its content, every oddity a notice.
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { zipFormat } from '../../src/formats/zip.ts';
import { nameFromText } from '../../src/model/name.ts';
import { buildZip, extraField, u16, u32 } from '../build/zip.ts';
import type { ZipSpec } from '../build/zip.ts';
import { readZip } from '../build/zip-read.ts';

const two: ZipSpec[] = [
  { name: 'a.txt', content: 'first' },
  { name: 'dir/b.txt', content: 'second '.repeat(100) },
];

async function codes(archive: Uint8Array): Promise<string[]> {
  return (await readZip(archive)).notices.map((notice) => notice.code);
}

/** External attributes of a Unix host. */
function unix(mode: number): number {
  return (mode << 16) >>> 0;
}

function stamp(seconds: number): Buffer {
  return extraField(0x5455, Buffer.concat([Buffer.from([1]), u32(seconds >>> 0)]));
}

function unicodePath(crc: number): Buffer {
  return extraField(0x7075, Buffer.concat([Buffer.from([1]), u32(crc), Buffer.from('Ω')]));
}

describe('bid', () => {
  it.each([
    ['PK\x03\x04rest', 32],
    ['PK\x05\x06', 32],
    ['PK\x07\x08PK\x03\x04', 32],
    ['PK00PK\x03\x04', 64],
    ['#!/usr/bin/env python3\nPK', 16],
    ['PK\x01\x02', 0],
    ['PK00xxxx', 0],
    ['', 0],
  ])('of %j is %i', (head, bits) => {
    expect(zipFormat.bid(Buffer.from(head, 'latin1'))).toBe(bits);
  });
});

describe('members', () => {
  it('come in the order of the directory, with content', async () => {
    const sink = await readZip(buildZip([...two, { name: 'raw', method: 0, content: 'stored' }], { order: [2, 0, 1] }));
    expect(sink.records.map(({ member, content }) => [member.name, content.toString()])).toEqual([
      ['raw', 'stored'],
      ['a.txt', 'first'],
      ['dir/b.txt', 'second '.repeat(100)],
    ]);
    expect(sink.notices).toEqual([]);
  });

  it.each(['signed', 'bare', 'signed64', 'bare64'] as const)('with a %s data descriptor', async (descriptor) => {
    const sink = await readZip(buildZip(two.map((spec) => ({ ...spec, descriptor }))));
    expect(sink.records.map(({ content }) => content.length)).toEqual([5, 700]);
    expect(sink.notices).toEqual([]);
  });

  it('of DOS with backslashes alone in their names are told of, the first by name', async () => {
    const told = async (...members: readonly (readonly [name: string, host: number])[]) => {
      const { notices } = await readZip(buildZip(members.map(([name, host]) => ({ name, host, content: name }))));
      return notices.map(({ code, path, message }) => [code, path, /, like \d+ more/.exec(message)?.[0] ?? '']);
    };
    expect(await told(['a\\b', 0], ['c', 0])).toEqual([['backslash-name', 'a\\b', '']]);
    expect(await told(['c', 0], ['a\\b', 0], ['a\\c', 0], ['d\\e', 0])).toEqual([
      ['backslash-name', 'a\\b', ', like 2 more'],
    ]);
    // Elsewhere it is a letter like any other, and with a slash beside it unzip takes it for one, too.
    expect(await told(['a\\b', 3], ['a/b\\c', 0])).toEqual([]);
  });

  it('that are encrypted may have the time in the place of the checksum, before a descriptor', async () => {
    const member = (flags: number) =>
      ({ name: 'x', content: 'secret', descriptor: 'signed', flags, local: { crc: 7 } }) as const;
    expect(await codes(buildZip([member(9)]))).not.toContain('local-header-differs');
    expect(await codes(buildZip([member(8)]))).toContain('local-header-differs');
  });

  it('whose data look like a descriptor are read by the directory', async () => {
    const fake = Buffer.concat([u32(0x08074b50, 0, 0, 0), Buffer.from('PK\x03\x04PK\x01\x02PK\x05\x06')]);
    const sink = await readZip(buildZip([{ name: 'x', method: 0, content: fake, descriptor: 'signed' }]));
    expect(sink.records[0]?.content).toEqual(fake);
    expect(sink.notices).toEqual([]);
  });

  it('in zip64 form, alone and with a zip64 end', async () => {
    for (const zip64 of [false, true]) {
      const sink = await readZip(
        buildZip(
          two.map((spec) => ({ ...spec, zip64: true })),
          { zip64 },
        ),
      );
      expect(sink.records.map(({ member }) => member.size)).toEqual([5, 700]);
      expect(sink.notices).toEqual([]);
    }
  });

  it('larger than any buffer come in pieces', async () => {
    const content = Buffer.alloc(9_000_001, 'sizecheck ');
    const sink = await readZip(
      buildZip([
        { name: 'deflated', content },
        { name: 'stored', method: 0, content },
      ]),
    );
    expect(sink.records.map((record) => record.content.equals(content))).toEqual([true, true]);
  });

  it('of size 0 in every form', async () => {
    const specs: ZipSpec[] = [
      { name: 'deflated' },
      { name: 'stored', method: 0 },
      { name: 'block', data: deflateRawSync('', { level: 0 }) },
    ];
    expect((await readZip(buildZip(specs))).records.map(({ content }) => content.length)).toEqual([0, 0, 0]);
  });

  it('none at all', async () => {
    expect((await readZip(buildZip([]))).records).toEqual([]);
    expect((await readZip(buildZip([], { zip64: true }))).records).toEqual([]);
  });

  it('more than 65,535, with zip64 and with a count that wrapped', async () => {
    const specs = Array.from({ length: 70_000 }, (_, index) => ({ name: `${index}`, method: 0 }));
    const wide = await readZip(buildZip(specs, { zip64: true }));
    expect([wide.records.length, wide.notices]).toEqual([70_000, []]);
    const wrapped = await readZip(buildZip(specs));
    expect([wrapped.records.length, wrapped.notices.map(({ code }) => code)]).toEqual([
      70_000,
      ['entry-count-wrapped'],
    ]);
  });
});

describe('attributes', () => {
  const kinds: [string, Partial<ZipSpec>, string, number | null][] = [
    ['mode', { external: unix(0o100755) }, 'file', 0o755],
    ['mode without a type', { external: unix(0o600) }, 'file', 0o600],
    ['setuid', { external: unix(0o104755) }, 'file', 0o4755],
    ['no mode', { external: 0 }, 'file', null],
    ['mode bits of a DOS host', { host: 0, external: unix(0o100755) }, 'file', null],
    ['macOS', { host: 19, external: unix(0o100644) }, 'file', 0o644],
    ['trailing slash', { name: 'd/', external: unix(0o40755) }, 'directory', 0o755],
    ['mode of a directory', { external: unix(0o40755), content: '' }, 'directory', 0o755],
    ['mode of a directory, but content', { external: unix(0o40755) }, 'file', 0o755],
    ['DOS directory', { host: 0, external: 0x10, content: '' }, 'directory', null],
    ['fifo', { external: unix(0o10644), content: '' }, 'other', 0o644],
  ];
  it.each(kinds)('%s', async (_, spec, kind, mode) => {
    const archive = buildZip([
      { name: 'x', content: 'c', ...(spec.name === undefined ? {} : { content: '' }), ...spec },
    ]);
    const [record] = (await readZip(archive)).records;
    expect([record?.member.kind, record?.member.mode]).toEqual([kind, mode]);
  });

  it('symlinks take their target from the content', async () => {
    const external = unix(0o120777);
    const sink = await readZip(buildZip([{ name: 'link', content: '../t\xe9', external }]));
    expect(sink.records[0]?.member).toMatchObject({ kind: 'symlink', link: '../t\xe9', size: 0 });
    const long = await readZip(buildZip([{ name: 'link', content: 'x'.repeat(70_000), external }]));
    expect(long.records[0]?.member).toMatchObject({ kind: 'symlink', link: null, size: 0 });
    expect(long.notices.map(({ code }) => code)).toEqual(['long-target']);
  });

  it('a directory with content counts nothing and is told', async () => {
    const sink = await readZip(buildZip([{ name: 'd/', content: 'odd' }]));
    expect(sink.records[0]?.member).toMatchObject({ kind: 'directory', size: 0 });
    expect(sink.notices).toMatchObject([{ code: 'unexpected-content', path: 'd/' }]);
  });

  it('time from the extended timestamp, else from DOS fields as UTC, else none', async () => {
    const date = ((2024 - 1980) << 9) | (2 << 5) | 29;
    const time = (23 << 11) | (59 << 5) | 29;
    const sink = await readZip(
      buildZip([
        { name: 'a', extra: stamp(1_700_000_000) },
        { name: 'b', extra: stamp(-5) },
        { name: 'c', date, time },
        { name: 'd', date: 0, time: 0 },
        { name: 'e', date: (13 << 5) | 1 },
        { name: 'f', extra: extraField(0x5455, Buffer.from([2, 1, 2, 3, 4])), date, time },
      ]),
    );
    const leapDay = Date.UTC(2024, 1, 29, 23, 59, 58) / 1000;
    expect(sink.records.map(({ member }) => member.mtime)).toEqual([1_700_000_000, -5, leapDay, null, null, leapDay]);
  });

  it('owner from the Unix extra field', async () => {
    const owner = extraField(0x7875, Buffer.from([1, 4, 0xe8, 3, 0, 0, 2, 0xff, 0xff]));
    const cut = extraField(0x7875, Buffer.from([1, 4, 0xe8]));
    const { records } = await readZip(
      buildZip([
        { name: 'a', extra: owner },
        { name: 'b', extra: cut },
      ]),
    );
    expect(records.map(({ member }) => [member.uid, member.gid])).toEqual([
      [1000, 65_535],
      [null, null],
    ]);
  });
});

describe('names', () => {
  const table: [string, ZipSpec, string][] = [
    ['UTF-8 by the flag', { name: nameFromText('é'), flags: 0x800, host: 0 }, nameFromText('é')],
    ['UTF-8 without the flag', { name: nameFromText('é'), host: 0 }, nameFromText('é')],
    ['bytes of Unix', { name: '\xe9' }, '\xe9'],
    ['code page 437 of DOS', { name: '\x82\xe9\xff', host: 0 }, nameFromText('éΘ\u00a0')],
    ['Unicode path', { name: 'plain', extra: unicodePath(crc32('plain')) }, nameFromText('Ω')],
    ['stale Unicode path', { name: 'plain', extra: unicodePath(1) }, 'plain'],
    ['hostile', { name: '../\x1b[31m\n\0/etc' }, '../\x1b[31m\n\0/etc'],
  ];
  it.each(table)('%s', async (_, spec, name) => {
    expect((await readZip(buildZip([spec]))).records[0]?.member.name).toBe(name);
  });
});

describe('around the members', () => {
  it.each([
    ['interpreter line', { prefix: '#!/usr/bin/env python3\n' }, []],
    ['interpreter line, absolute offsets', { prefix: '#!/usr/bin/env python3\n', absolute: true }, []],
    ['stub', { prefix: '#!/bin/sh\nexec unzip $0\n' }, ['prefix']],
    ['any prefix', { prefix: 'MZ'.repeat(1000) }, ['prefix']],
    ['marker of a split archive', { prefix: 'PK\x07\x08', absolute: true }, []],
    ['marker of one that was not split', { prefix: 'PK00', absolute: true }, []],
    ['comment of 64 KiB', { comment: 'c'.repeat(65_535) }, []],
    ['junk behind', { trailing: 'junk\n' }, ['trailing-data']],
    ['comment and junk', { comment: 'hello', trailing: '\0'.repeat(1000) }, ['trailing-data']],
    ['another zip before', { prefix: buildZip([{ name: 'z', content: 'old' }]) }, ['prefix']],
    ['empty end record in the comment', { comment: buildZip([]) }, ['ambiguous-end']],
    ['text of an end record in the comment', { comment: `PK\x05\x06${'x'.repeat(40)}` }, []],
    ['zip in the comment', { comment: buildZip(two) }, ['ambiguous-end']],
    ['digital signature', { signature: Buffer.concat([u32(0x05054b50), u16(3), Buffer.from('sig')]) }, []],
  ] as const)('%s', async (_, options, expected) => {
    const sink = await readZip(buildZip(two, options));
    expect(sink.records.map(({ member }) => member.name)).toEqual(['a.txt', 'dir/b.txt']);
    expect(sink.notices.map(({ code }) => code)).toEqual(expected);
  });

  it('a gap between members is counted', async () => {
    const sink = await readZip(buildZip([{ name: 'a' }, { name: 'b', gap: 'x'.repeat(77) }]));
    expect(sink.notices).toMatchObject([{ code: 'gap', message: expect.stringContaining('77 bytes') }]);
  });

  it('an entry that the directory leaves out is named', async () => {
    const sink = await readZip(buildZip([{ name: 'a' }, { name: 'hidden', unlisted: true }, { name: 'b' }]));
    expect(sink.notices).toMatchObject([{ code: 'unlisted-member', path: 'hidden' }, { code: 'gap' }]);
    expect(await codes(buildZip([{ name: 'hidden', unlisted: true }, { name: 'b' }]))).toEqual(['unlisted-member']);
  });

  it.each([
    ['name', { name: 'other' }],
    ['method', { method: 0 }],
    ['size', { size: 3 }],
    ['compressed size', { compressed: 3 }],
    ['checksum', { crc: 3 }],
    ['encryption', { flags: 1 }],
  ])('a local header with another %s is told, and the directory counts', async (what, local) => {
    const sink = await readZip(buildZip([{ name: 'a', content: 'truth', local }]));
    expect(sink.records[0]?.content.toString()).toBe('truth');
    expect(sink.notices).toMatchObject([{ code: 'local-header-differs', path: 'a' }]);
    expect(sink.notices[0]?.message).toContain(what);
  });

  it('a data descriptor that is not there is told', async () => {
    expect(await codes(buildZip([{ name: 'a', content: 'x', descriptor: 'missing' }]))).toEqual([
      'local-header-differs',
    ]);
  });
});

describe('content that cannot be read', () => {
  it.each([1, 6, 9, 12, 14, 93, 95, 98, 99])('method %i counts by the directory', async (method) => {
    const [record] = (await readZip(buildZip([{ name: 'a', method, data: Buffer.alloc(10), size: 1234 }]))).records;
    expect(record?.member).toMatchObject({ size: 1234, unreadable: expect.stringContaining(`method ${method}`) });
    expect(record?.content.length).toBe(0);
  });

  it.each([0x1, 0x41, 0x2001])('flags %i: encrypted', async (flags) => {
    const spec = { name: 'a', content: 'secret', flags, local: flags === 0x2001 ? { name: '0', crc: 0 } : {} };
    const sink = await readZip(buildZip([spec]));
    expect(sink.records[0]?.member).toMatchObject({ size: 6, unreadable: 'is encrypted' });
    expect(sink.records[0]?.content.length).toBe(0);
    expect(sink.notices).toEqual([]);
  });
});
