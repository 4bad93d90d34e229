// The tar reader: legal archives of every dialect, and every damage of its structure.
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { FormatError } from '../../src/errors.ts';
import { tarReader } from '../../src/formats/tar/tar.ts';
import { base256, buildTar, endOfArchive, gnuLong, pax, paxRecord, tarMember } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { recordingSink } from '../build/sink.ts';
import type { RecordingSink } from '../build/sink.ts';
import { reusedPieces } from '../build/pieces.ts';

function read(archive: Uint8Array, step = archive.length): RecordingSink {
  const sink = recordingSink();
  const reader = tarReader(sink);
  for (const piece of reusedPieces(archive, step)) reader.write(piece);
  reader.finish();
  return sink;
}

function listing(sink: RecordingSink): string[] {
  return sink.records.map(({ member, content }) => `${member.kind} ${member.name} ${member.size} ${content.length}`);
}

function codes(sink: RecordingSink): string[] {
  return sink.notices.map(({ code }) => code);
}

function failure(archive: Uint8Array, step?: number): FormatError {
  try {
    read(archive, step);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error('no error');
}

const a: TarSpec = { name: 'a', content: 'hello' };
const b: TarSpec = { name: 'b', content: 'x'.repeat(1000) };

/** Archives that are fine: members, and nothing to notice. */
const legal: readonly (readonly [what: string, specs: readonly TarSpec[], expected: readonly string[]])[] = [
  ['plain files', [a, b], ['file a 5 5', 'file b 1000 1000']],
  ['v7 headers', [{ ...a, magic: 'v7', type: '\0' }], ['file a 5 5']],
  ['a v7 directory by its slash', [{ name: 'd/', magic: 'v7', type: '\0' }], ['directory d/ 0 0']],
  ['a signed checksum', [{ name: 'caf\xe9\xff', content: 'x', signedChecksum: true }], ['file caf\xe9\xff 1 1']],
  [
    'a seven-digit checksum',
    [{ name: 'a', checksum: '' }].map((spec) => ({ ...spec, checksum: sevenDigits(spec) })),
    ['file a 0 0'],
  ],
  ['a name of 100 bytes without NUL', [{ name: 'n'.repeat(100) }], [`file ${'n'.repeat(100)} 0 0`]],
  ['a prefix', [{ name: 'f', prefix: 'p/q' }], ['file p/q/f 0 0']],
  ['no prefix in GNU headers', [{ name: 'f', magic: 'gnu', prefix: '12345670123' }], ['file f 0 0']],
  ['type 7', [{ ...a, type: '7' }], ['file a 5 5']],
  [
    'links, devices, fifos',
    [
      { name: 's', type: '2', link: 'a' },
      { name: 'h', type: '1', link: 'a' },
      { name: 'c', type: '3' },
      { name: 'p', type: '6' },
      { name: 'd', type: '5' },
    ],
    ['symlink s 0 0', 'hardlink h 0 0', 'other c 0 0', 'other p 0 0', 'directory d 0 0'],
  ],
  ['a size with leading spaces', [{ ...a, size: '         5\0\0' }], ['file a 5 5']],
  ['a size that ends in a space', [{ ...a, size: '00000000005 ' }], ['file a 5 5']],
  ['a NUL inside the size', [{ ...a, size: '5\x0077777777\0' }], ['file a 5 5']],
  ['a base-256 size', [{ ...a, size: base256(5n) }], ['file a 5 5']],
  ['a GNU long name', [gnuLong('L', `long/${'n'.repeat(300)}`), a], [`file long/${'n'.repeat(300)} 5 5`]],
  [
    'pax path, size and mtime',
    [pax({ path: 'caf\xc3\xa9', size: 5, mtime: '-1.5' }), { ...a, size: 0 }],
    ['file caf\xc3\xa9 5 5'],
  ],
  ['a global header with a comment', [pax({ comment: 'deadbeef' }, 'g'), a], ['file a 5 5']],
  [
    'two size records, the last counts',
    [pax(paxRecord('size', '1') + paxRecord('size', '5')), { ...a, size: 0 }],
    ['file a 5 5'],
  ],
  ['an empty value that cancels', [pax(paxRecord('path', 'x') + paxRecord('path', '')), a], ['file a 5 5']],
];

function sevenDigits(spec: TarSpec): string {
  const block = tarMember(spec);
  const clean = Buffer.from(block.subarray(0, 512));
  clean.fill(0x20, 148, 156);
  return `${clean
    .reduce((sum, byte) => sum + byte, 0)
    .toString(8)
    .padStart(7, '0')}\0`;
}

describe('legal archives', () => {
  it.each(legal)('%s', (_what, specs, expected) => {
    for (const step of [undefined, 511, 1]) {
      const sink = read(buildTar(specs), step);
      expect(listing(sink)).toEqual(expected);
      expect(sink.notices).toEqual([]);
      expect(sink.open()).toBe(false);
    }
  });

  it('keeps content, mode, owner, time and offset', () => {
    const [first, second] = read(buildTar([{ ...a, mode: 0o4755, mtime: 1 }, b])).records;
    expect(first?.content.toString()).toBe('hello');
    expect(first?.member).toMatchObject({ mode: 0o4755, uid: 1000, gid: 1000, mtime: 1, offset: 0 });
    expect(second?.member.offset).toBe(1024);
  });

  it('rounds a negative pax time down', () => {
    expect(read(buildTar([pax({ mtime: '-1.5' }), a])).records[0]?.member.mtime).toBe(-2);
    expect(read(buildTar([pax({ mtime: '-2.0' }), a])).records[0]?.member.mtime).toBe(-2);
  });

  it('takes the name inside an inner archive for content only (CVE-2025-62518)', () => {
    const inner = buildTar([{ name: 'evil.sh', content: 'rm' }]);
    const archive = buildTar([pax({ size: inner.length }), { name: 'inner.tar', content: inner, size: 0 }, b]);
    expect(listing(read(archive))).toEqual([`file inner.tar ${inner.length} ${inner.length}`, 'file b 1000 1000']);
  });
});

/** Oddities that are reported while the totals stay certain. */
const odd: readonly (readonly [
  what: string,
  archive: Uint8Array,
  expected: readonly string[],
  notices: readonly string[],
])[] = [
  ['no end of archive', buildTar([a, b], Buffer.alloc(0)), ['file a 5 5', 'file b 1000 1000'], ['no-end-of-archive']],
  ['no padding and no end', tarMember({ ...a, unpadded: true }), ['file a 5 5'], ['no-end-of-archive']],
  [
    'a lone zero block',
    Buffer.concat([tarMember(a), Buffer.alloc(512), tarMember(b)]),
    ['file a 5 5'],
    ['lone-zero-block', 'data-after-end'],
  ],
  ['one archive after another', Buffer.concat([buildTar([a]), buildTar([b])]), ['file a 5 5'], ['data-after-end']],
  [
    'a hard link with a size and no body',
    buildTar([a, { name: 'h', type: '1', link: 'a', size: 5 }, b]),
    ['file a 5 5', 'hardlink h 0 0', 'file b 1000 1000'],
    ['size-on-link'],
  ],
  [
    'a hard link with a body',
    buildTar([a, { name: 'h', type: '1', link: 'a', content: 'hello' }, b]),
    ['file a 5 5', 'hardlink h 0 0', 'file b 1000 1000'],
    ['size-on-link'],
  ],
  [
    'a directory with a size',
    buildTar([{ name: 'd', type: '5', size: 4096 }, b]),
    ['directory d 0 0', 'file b 1000 1000'],
    ['size-on-link'],
  ],
  ['an unknown type', buildTar([{ ...a, type: 'Q' }]), ['file a 5 5'], ['unknown-type']],
  ['a volume label', buildTar([{ name: 'label', type: 'V' }, a]), ['file a 5 5'], ['volume-label']],
  [
    'a dumpdir',
    buildTar([{ name: 'd/', type: 'D', content: 'Yfile\0\0' }, a]),
    ['directory d/ 0 0', 'file a 5 5'],
    ['dumpdir'],
  ],
  ['a part of another volume', buildTar([{ ...a, type: 'M' }]), ['file a 5 5'], ['unknown-type']],
  ['a Solaris header', buildTar([pax({ path: 'z' }, 'X'), a]), ['file z 5 5'], ['unknown-type']],
  ['pax and GNU name', buildTar([pax({ path: 'p' }), gnuLong('L', 'g'), a]), ['file p 5 5'], ['conflicting-headers']],
  ['two pax headers', buildTar([pax({ path: 'p' }), pax({ path: 'q' }), a]), ['file q 5 5'], ['conflicting-headers']],
  ['two GNU names', buildTar([gnuLong('L', 'p'), gnuLong('L', 'q'), a]), ['file q 5 5'], ['conflicting-headers']],
  [
    'pax size against the header',
    buildTar([pax({ size: 5 }), { ...a, size: 4 }]),
    ['file a 5 5'],
    ['conflicting-headers'],
  ],
  ['a global size', buildTar([pax({ size: 5 }, 'g'), { ...a, size: 0 }]), ['file a 5 5'], ['global-override']],
  [
    'pax size before a GNU name (CVE-2026-53655)',
    buildTar([pax({ size: 2048 }), gnuLong('L', 'n'), { name: 'x', content: 'y'.repeat(2048) }]),
    ['file n 2048 2048'],
    ['conflicting-headers'],
  ],
];

describe('odd archives', () => {
  it.each(odd)('%s', (_what, archive, expected, notices) => {
    for (const step of [undefined, 511, 1]) {
      const sink = read(archive, step);
      expect(listing(sink)).toEqual(expected);
      expect(codes(sink)).toEqual(notices);
    }
  });

  it('says how many bytes after the end are not counted', () => {
    const second = buildTar([b]);
    const [notice] = read(Buffer.concat([buildTar([a]), second])).notices;
    expect(notice?.message).toContain(`${second.length} bytes after the end`);
  });

  it('takes any amount of zeros after the end for padding', () => {
    expect(read(buildTar([a], Buffer.alloc(102_400))).notices).toEqual([]);
  });
});

const bad: readonly (readonly [what: string, archive: Uint8Array, code: string])[] = [
  ['a wrong checksum in the first header', buildTar([{ ...a, checksum: '000000\0 ' }, b]), 'bad-checksum'],
  ['a wrong checksum in the last header', buildTar([b, { ...a, checksum: '000000\0 ' }]), 'bad-checksum'],
  [
    'a negative base-256 size',
    buildTar([{ ...a, size: Buffer.from('fffffffffffffffffffffe00', 'hex') }]),
    'bad-number',
  ],
  ['a size of 2^63', buildTar([{ ...a, size: base256(2n ** 63n) }]), 'bad-number'],
  ['a size of 2^53', buildTar([{ ...a, size: base256(2n ** 53n) }]), 'bad-number'],
  ['a size of 12 octal digits', buildTar([{ ...a, size: '000000000005' }]), 'bad-number'],
  ['a size with a sign', buildTar([{ ...a, size: '-0000000005\0' }]), 'bad-number'],
  ['a hexadecimal size', buildTar([{ ...a, size: '0x000000005\0' }]), 'bad-number'],
  ['a size with a digit 9', buildTar([{ ...a, size: '00000000009\0' }]), 'bad-number'],
  ['8 GiB claimed and nothing there', buildTar([{ ...a, size: base256(8n * 2n ** 30n) }]), 'truncated'],
  ['a long name of 1 TiB', buildTar([{ ...gnuLong('L', 'x'), size: base256(2n ** 40n) }, a]), 'extension-too-large'],
  ['a pax header of 1 GiB', buildTar([{ ...pax({ path: 'x' }), size: base256(2n ** 30n) }, a]), 'extension-too-large'],
  [
    '3,000 pax headers',
    buildTar([...Array.from({ length: 3000 }, () => pax({ path: 'x' })), a]),
    'extension-too-large',
  ],
  ['an extension without a member', buildTar([a, pax({ path: 'x' })]), 'orphan-header'],
  ['an extension without a member or an end', buildTar([a, pax({ path: 'x' })], Buffer.alloc(0)), 'orphan-header'],
  ...[
    '99 path=x\n',
    '5 path=x\n',
    '0 path=x\n',
    '-9 path=x\n',
    '99999999999999999999 path=x\n',
    'ab path=x\n',
    '9path=x\n',
    '9 pathxx\n',
    '9 path=xy',
    '7 =abc\n',
    paxRecord('path', 'a\0b'),
    paxRecord('pa\0th', 'a'),
    ...['1e3', '0x10', '1.5', '-5', '18446744073709551616', ' 5'].map((size) => paxRecord('size', size)),
    paxRecord('mtime', '1e3'),
  ].map((record): [string, Buffer, string] => [
    `pax ${JSON.stringify(record)}`,
    buildTar([pax(record), a]),
    'bad-pax-record',
  ]),
];

describe('damaged archives', () => {
  it.each(bad)('%s', (_what, archive, code) => {
    for (const step of [undefined, 511, 1]) {
      const error = failure(archive, step);
      expect(error.code).toBe(code);
      expect(error.offset).toBeTypeOf('number');
    }
  });

  it('is an error wherever it is cut, but between members', () => {
    const archive = buildTar([a, gnuLong('L', 'l'.repeat(600)), b, pax({ path: 'p' }), { ...b, name: 'c' }]);
    const lastBody = archive.length - endOfArchive.length;
    const between = new Set([1024, 1024 + 512 + 1024 + 512 + 1024, lastBody]);
    for (let length = 1; length < archive.length; length++) {
      const cut = archive.subarray(0, length);
      // Inside the zero bytes after a body the member is whole: some writers leave that padding out.
      const inPadding = [1024, 4096, lastBody].some((end) => length < end && length >= end - (end === 1024 ? 507 : 24));
      if (between.has(length) || inPadding) expect(codes(read(cut))).toEqual(['no-end-of-archive']);
      else if (length >= lastBody + 512 || length > lastBody) expect(() => read(cut), `${length}`).toSatisfy(cutEnd);
      else expect(failure(cut).code, `${length}`).toMatch(/^(?:truncated|orphan-header)$/);
    }
  });

  /** Cut inside the end mark: with one whole zero block it is an end, with less it is a cut header. */
  function cutEnd(attempt: () => RecordingSink): boolean {
    try {
      return attempt().records.length === 3;
    } catch (error) {
      return error instanceof FormatError && error.code === 'truncated';
    }
  }

  it('never throws anything but a FormatError', () => {
    const seed = buildTar([a, gnuLong('L', 'x'), b, pax({ size: 5, path: 'y' }), a]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { maxLength: 8 }), (edits) => {
        const damaged = Buffer.from(seed);
        for (const [at, byte] of edits) damaged[at] = byte;
        try {
          read(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reads back what was built', () => {
    const file = fc.record({
      name: fc.stringMatching(/^[a-z][a-z/]{0,40}[a-z]$/),
      content: fc.uint8Array({ maxLength: 2000 }),
    });
    fc.assert(
      fc.property(fc.array(file, { maxLength: 6 }), fc.integer({ min: 1, max: 700 }), (specs, step) => {
        const { records } = read(buildTar(specs), step);
        expect(records.map(({ member, content }) => [member.name, content])).toEqual(
          specs.map(({ name, content }) => [name, Buffer.from(content)]),
        );
      }),
    );
  });
});
