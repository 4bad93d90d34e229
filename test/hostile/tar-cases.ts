// Cases 1 to 24: the structure of tar archives.
import { base256, buildTar, gnuLong, pax, paxRecord, tarMember } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { refused, sound } from './case.ts';
import type { HostileCase, HostileSample } from './case.ts';

const a: TarSpec = { name: 'a', content: 'hello' };
const b: TarSpec = { name: 'dir/b', content: 'x'.repeat(1000) };
const long = gnuLong('L', `long/${'n'.repeat(300)}`);
const whole = buildTar([a, long, b, pax({ path: 'p' }), a]);

/** Where each part of `whole` begins: a, its body, the long name, its body, b, its body, pax, its body, a, its body, the end. */
const parts = [0, 512, 1024, 1536, 2048, 2560, 3584, 4096, 4608, 5120, 5632];

const tar = (what: string, specs: readonly TarSpec[], content: number, notices?: readonly string[], files?: number) =>
  sound(what, () => buildTar(specs), content, notices, files);
const bad = (what: string, specs: readonly TarSpec[], error: string) => refused(what, () => buildTar(specs), error);

function cuts(): HostileSample[] {
  return parts.slice(0, -1).flatMap((start) =>
    [1, 100, 511].map((more): HostileSample => {
      const length = start + more;
      const make = (): Uint8Array => whole.subarray(0, length);
      const what = `cut at ${length}`;
      if (length < 512) return refused(what, make, 'unknown-format');
      // Zeros that only pad a body may be missing where it is the last (case 3), and nothing follows headers that stand before a member.
      if (inPadding(length, [512, 5])) return sound(what, make, 5, ['no-end-of-archive']);
      if (inPadding(length, [5120, 5])) return sound(what, make, 1010, ['no-end-of-archive']);
      if (inPadding(length, [1536, 306]) || inPadding(length, [4096, 9])) return refused(what, make, 'orphan-header');
      return refused(what, make, 'truncated');
    }),
  );
}

function inPadding(length: number, [start, size]: readonly [number, number]): boolean {
  return length >= start + size && length < start + 512;
}

const sizes: readonly (readonly [what: string, size: string | Uint8Array])[] = [
  ['-512 in base 256', Buffer.from('fffffffffffffffffffffe00', 'hex')],
  ['-1 in base 256', Buffer.alloc(12, 0xff)],
  ['2^63', base256(2n ** 63n)],
  ['2^53', base256(2n ** 53n)],
  ['2^53 + 1', base256(2n ** 53n + 1n)],
  ['2^94', base256(2n ** 94n)],
  ['12 octal digits', '000000000005'],
  ['a minus sign', '-0000000005\0'],
  ['a plus sign', '+0000000005\0'],
  ['hex', '0x000000005\0'],
  ['digit 8', '00000000008\0'],
  ['digit 9', '00000000009\0'],
  ['text behind', '5abc\0'],
];

const records: readonly string[] = [
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
  paxRecord('linkpath', 'a\0b'),
  paxRecord('pa\0th', 'a'),
  `${paxRecord('path', 'fine')}0 `,
  `${paxRecord('path', 'fine')}\0\0`,
];

const numbers = ['1e3', '0x10', '1.5', '-5', '18446744073709551616', '9007199254740992', ' 5', '5 ', '+5', 'abc'];

const sparseKeys = { 'GNU.sparse.major': 1, 'GNU.sparse.minor': 0, 'GNU.sparse.name': 's' };

function sparse(realSize: number | string, map: string, stored = ''): TarSpec[] {
  const head = Buffer.from(map.padEnd(512 * Math.ceil(map.length / 512), '\0'), 'latin1');
  return [
    pax({ ...sparseKeys, 'GNU.sparse.realsize': realSize }),
    { name: 'GNUSparseFile.0/s', content: Buffer.concat([head, Buffer.from(stored)]) },
  ];
}

function sparseMap(realSize: number | string, map: string, stored = ''): TarSpec[] {
  return [pax({ 'GNU.sparse.size': realSize, 'GNU.sparse.map': map }), { name: 's', content: stored }];
}

/** Old GNU form: offset and length of each segment, then the logical size. */
function oldSparse(segments: readonly (readonly [number, number])[], realSize: number, stored: string): TarSpec {
  const octal = (value: number): string => `${value.toString(8).padStart(11, '0')}\0`;
  return {
    name: 's',
    type: 'S',
    magic: 'gnu',
    content: stored,
    edit(block) {
      block.write(segments.map(([offset, length]) => octal(offset) + octal(length)).join(''), 386, 'latin1');
      block.write(octal(realSize), 483, 'latin1');
    },
  };
}

const inner = buildTar([{ name: 'evil.sh', content: 'evil' }]);
const hardlink = (name: string, link: string, more: Partial<TarSpec> = {}): TarSpec => ({
  name,
  type: '1',
  link,
  ...more,
});

export const tarCases: readonly HostileCase[] = [
  {
    number: 1,
    what: 'a tar cut inside a header, body, pax or long-name block',
    outcome: 'error with the offset',
    samples: cuts(),
    tests: [['formats/tar.test.ts', 'is an error wherever it is cut, but between members']],
  },
  {
    number: 2,
    what: 'cut exactly between members, or without its end',
    outcome: 'notice `no-end-of-archive`',
    samples: [
      sound('after the first member', () => whole.subarray(0, 1024), 5, ['no-end-of-archive']),
      sound('after the second member', () => whole.subarray(0, 3584), 1005, ['no-end-of-archive']),
      sound('without end blocks', () => whole.subarray(0, 5632), 1010, ['no-end-of-archive']),
      refused('between a long name and its member', () => whole.subarray(0, 2048), 'orphan-header'),
      refused('between pax and its member', () => whole.subarray(0, 4608), 'orphan-header'),
    ],
  },
  {
    number: 3,
    what: 'last body without padding and end blocks',
    outcome: 'notice `no-end-of-archive`',
    samples: [
      sound('5 bytes', () => tarMember({ ...a, unpadded: true }), 5, ['no-end-of-archive']),
      sound('1,000 bytes', () => Buffer.concat([tarMember(a), tarMember({ ...b, unpadded: true })]), 1005, [
        'no-end-of-archive',
      ]),
    ],
  },
  {
    number: 4,
    what: 'lone zero block, data after the end, archives joined',
    outcome: 'notice with the number of bytes that are not counted',
    samples: [
      sound('lone zero block, more behind', () => Buffer.concat([tarMember(a), Buffer.alloc(512), buildTar([b])]), 5, [
        'data-after-end',
        'lone-zero-block',
      ]),
      sound('two archives', () => Buffer.concat([buildTar([a]), buildTar([b])]), 5, ['data-after-end']),
      sound('text behind', () => Buffer.concat([buildTar([a]), Buffer.from('text')]), 5, ['data-after-end']),
      sound('a megabyte of zeros behind', () => Buffer.concat([buildTar([a]), Buffer.alloc(1 << 20)]), 5),
    ],
    tests: [['formats/tar.test.ts', 'says how many bytes after the end are not counted']],
  },
  {
    number: 5,
    what: 'header checksum wrong',
    outcome: 'error',
    samples: [
      bad('first', [{ ...a, checksum: '000000\0 ' }, b, a], 'unknown-format'),
      bad('middle', [a, { ...b, checksum: '000000\0 ' }, a], 'bad-checksum'),
      bad('last', [a, b, { ...a, checksum: '000000\0 ' }], 'bad-checksum'),
      bad('of the long name', [a, { ...long, checksum: '777777\0 ' }, b], 'bad-checksum'),
      bad('no digits', [a, { ...b, checksum: '        ' }], 'bad-checksum'),
    ],
  },
  {
    number: 6,
    what: 'not a tar at all',
    outcome: 'error that says what it looks like',
    samples: [
      refused('empty', () => '', 'empty'),
      ...(
        [
          ['one byte', 'x'],
          ['text', 'some text\n'],
          ['HTML', '<!DOCTYPE html><html><body>404'],
          ['JSON error', '{"message": "Not Found"}'],
          ['Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'],
          ['0xff', '\xff'.repeat(2000)],
          ['spaces', ' '.repeat(2000)],
          ['zeros that are no block', '\0'.repeat(100)],
          ['a header of another magic', buildTar([a]).toString('latin1').replace('ustar', 'xstar')],
        ] as const
      ).map(([what, text]) => refused(what, () => Buffer.from(text, 'latin1'), 'unknown-format')),
    ],
    tests: [['cli/bad-input.test.ts', 'notArtifacts']],
  },
  {
    number: 7,
    what: 'legal oddities of headers',
    outcome: 'plain result',
    samples: [
      tar('v7', [{ ...a, magic: 'v7' }], 5),
      tar('signed checksum', [{ name: 'caf\xe9\xff', content: 'x', signedChecksum: true }], 1),
      tar('name of 100 bytes', [{ name: 'n'.repeat(100), content: 'x' }], 1),
      tar('prefix', [{ name: 'f', prefix: 'p/q', content: 'x' }], 1),
      tar('type 7', [{ ...a, type: '7' }], 5),
      tar('type NUL', [{ ...a, type: '\0' }], 5),
      tar('global header', [pax({ comment: 'x' }, 'g'), a], 5),
    ],
    tests: [['formats/tar.test.ts', 'legal archives']],
  },
  {
    number: 8,
    what: 'sizes that are no sizes',
    outcome: 'error; legal spellings: plain result',
    samples: [
      // A header that is refused at once is not recognised as a tar's first, so a sound member comes before.
      ...sizes.map(([what, size]) => bad(what, [b, { ...a, size }], 'bad-number')),
      tar('leading spaces', [{ ...a, size: '         5\0\0' }], 5),
      tar('a space behind', [{ ...a, size: '00000000005 ' }], 5),
      tar('NUL inside', [{ ...a, size: '5\x0077777777\0' }], 5),
      tar('base 256', [{ ...a, size: base256(5n) }], 5),
      tar('blank', [{ name: 'blank', size: '            ' }, a], 5, ['blank-size']),
    ],
  },
  {
    number: 9,
    what: 'huge claim, nothing there',
    outcome: 'error at once, no memory taken',
    samples: [
      bad('8 GiB', [{ ...a, size: base256(2n ** 33n) }], 'truncated'),
      bad('1 PiB', [{ ...a, size: base256(2n ** 50n) }], 'truncated'),
      bad('long name of 1 TiB', [{ ...gnuLong('L', 'x'), size: base256(2n ** 40n) }, a], 'extension-too-large'),
      bad('long link of 1 TiB', [{ ...gnuLong('K', 'x'), size: base256(2n ** 40n) }, a], 'extension-too-large'),
      bad('pax of 1 GiB', [{ ...pax({ path: 'x' }), size: base256(2n ** 30n) }, a], 'extension-too-large'),
      bad('pax size of 2^52', [pax({ size: 2 ** 52 }), a], 'truncated'),
    ],
  },
  {
    number: 10,
    what: 'pax size over a ustar size of 0 with an archive inside (CVE-2025-62518), and its mirror image',
    outcome: 'plain result: the inner names are content; mirror image by its pax size',
    samples: [
      tar(
        'inner archive',
        [{ name: 'one' }, pax({ size: inner.length }), { name: 'two', content: inner, size: 0 }, { name: 'three' }],
        inner.length,
        [],
        3,
      ),
      bad('mirror image', [pax({ size: 0 }), { name: 'two', content: 'text' }, a], 'bad-checksum'),
    ],
    tests: [['formats/tar.test.ts', 'CVE-2025-62518']],
  },
  {
    number: 11,
    what: 'pax size before a GNU long name (CVE-2026-53655)',
    outcome: 'notice, the size is the member’s'.replace('’', "'"),
    samples: [
      tar(
        'one member of 2,048 bytes',
        [pax({ size: 2048 }), gnuLong('L', 'n'), { name: 'x', content: 'y'.repeat(2048), size: 0 }],
        2048,
        ['conflicting-headers'],
        1,
      ),
    ],
  },
  {
    number: 12,
    what: 'several extensions for one member',
    outcome: 'notice `conflicting-headers` or `global-override`',
    samples: [
      tar('pax and GNU name', [pax({ path: 'p' }), gnuLong('L', 'g'), a], 5, ['conflicting-headers']),
      tar('two pax', [pax({ path: 'p' }), pax({ path: 'q' }), a], 5, ['conflicting-headers']),
      tar('two GNU names', [gnuLong('L', 'p'), gnuLong('L', 'q'), a], 5, ['conflicting-headers']),
      tar('g between', [pax({ path: 'p' }), pax({ comment: 'c' }, 'g'), a], 5, ['conflicting-headers']),
      tar('global size', [pax({ size: 5 }, 'g'), { ...a, size: 0 }], 5, ['global-override']),
      tar('global path', [pax({ path: 'x' }, 'g'), a], 5, ['global-override']),
    ],
  },
  {
    number: 13,
    what: 'malformed pax records',
    outcome: 'error',
    samples: records.map((record) => bad(JSON.stringify(record), [pax(record), a], 'bad-pax-record')),
  },
  {
    number: 14,
    what: 'pax numbers that are none',
    outcome: 'error; of two records the last wins',
    samples: [
      ...numbers.map((size) => bad(`size ${JSON.stringify(size)}`, [pax({ size }), a], 'bad-pax-record')),
      ...['1e3', 'x', '--1', '1.5.5', ''.padEnd(16, '9')].map((mtime) =>
        bad(`mtime ${mtime}`, [pax({ mtime }), a], 'bad-pax-record'),
      ),
      bad('uid of 2^64', [pax({ uid: '18446744073709551616' }), a], 'bad-pax-record'),
      tar('two sizes', [pax(paxRecord('size', '3') + paxRecord('size', '5')), { ...a, size: 0 }], 5),
      tar('a size and its cancellation', [pax(paxRecord('size', '3') + paxRecord('size', '')), a], 5),
    ],
  },
  {
    number: 15,
    what: 'extension without a member, or too many',
    outcome: 'error, bounded',
    samples: [
      bad('pax last', [a, pax({ path: 'x' })], 'orphan-header'),
      bad('long name last', [a, gnuLong('L', 'x')], 'orphan-header'),
      bad('3,000 pax headers', [...Array.from({ length: 3000 }, () => pax({ path: 'x' })), a], 'extension-too-large'),
      bad('pax above 1 MiB', [pax({ comment: 'c'.repeat(1 << 20) }), a], 'extension-too-large'),
    ],
  },
  {
    number: 16,
    what: 'size on what has no body',
    outcome: 'notice `size-on-link`; a hard link with a body counts once',
    samples: [
      tar('symlink', [{ name: 's', type: '2', link: 'x', size: 1000 }, a], 5, ['size-on-link']),
      tar('hard link', [a, hardlink('h', 'a', { size: 5 }), b], 1005, ['size-on-link'], 2),
      tar('hard link with its body', [a, hardlink('h', 'a', { content: 'hello' }), b], 1005, ['size-on-link'], 2),
      tar('directory', [{ name: 'd/', type: '5', size: 1000 }, a], 5, ['size-on-link']),
    ],
    tests: [['formats/tar.test.ts', 'size-on-link']],
  },
  {
    number: 17,
    what: 'unknown types',
    outcome: 'notice; they count as files',
    samples: [
      tar('Q', [{ ...a, type: 'Q' }], 5, ['unknown-type']),
      tar('multi-volume part', [{ ...a, type: 'M' }], 5, ['unknown-type']),
      tar('volume label', [{ name: 'label', type: 'V' }, a], 5, ['volume-label']),
      tar('Solaris X', [pax({ path: 'z' }, 'X'), a], 5, ['unknown-type']),
    ],
    tests: [['formats/tar.test.ts', 'dumpdir']],
  },
  {
    number: 18,
    what: 'sparse files',
    outcome: 'logical size; digest of the expanded file; above 1 GiB of holes a notice',
    samples: [
      tar('pax 1.0', sparse(1010, '1\n1000\n10\n', 'x'.repeat(10)), 1010),
      tar('pax 0.1', sparseMap(100, '95,5', 'hello'), 100),
      tar('old GNU', [oldSparse([[1000, 5]], 2000, 'hello')], 2000),
      tar('hole of 1 TiB', sparse(2 ** 40, '0\n'), 2 ** 40, ['sparse-not-hashed']),
    ],
    tests: [
      ['formats/tar-differential.test.ts', 'sparse files'],
      ['scan/collector.test.ts', 'of a sparse file too large to hash'],
    ],
  },
  {
    number: 19,
    what: 'sparse maps that lie',
    outcome: 'error',
    samples: [
      bad('overlap', sparse(100, '2\n0\n10\n5\n10\n', 'x'.repeat(20)), 'bad-sparse-map'),
      bad('unordered', sparse(100, '2\n50\n5\n0\n5\n', 'x'.repeat(10)), 'bad-sparse-map'),
      bad('past the end', sparse(100, '1\n95\n10\n', 'x'.repeat(10)), 'bad-sparse-map'),
      bad('less stored', sparse(100, '1\n0\n10\n', 'x'.repeat(5)), 'bad-sparse-map'),
      bad('more stored', sparse(100, '1\n0\n10\n', 'x'.repeat(15)), 'bad-sparse-map'),
      bad('negative', sparse(100, '1\n-5\n10\n', 'x'.repeat(10)), 'bad-sparse-map'),
      bad('10^9 segments', sparse(100, '1000000000\n'), 'bad-sparse-map'),
      bad('300 digits', sparse(100, `1\n${'9'.repeat(300)}\n`), 'bad-sparse-map'),
      bad('2^53 + 1', sparse(100, '1\n9007199254740993\n1\n'), 'bad-sparse-map'),
      bad('real size 2^53', sparse('9007199254740992', '0\n'), 'bad-pax-record'),
      bad('real size 2^63', sparse('9223372036854775808', '0\n'), 'bad-pax-record'),
      bad('odd map', sparseMap(100, '1,2,3', 'hello'), 'bad-sparse-map'),
      bad('map of words', sparseMap(100, 'a,b', 'hello'), 'bad-pax-record'),
      bad('0.1 past the end', sparseMap(3, '0,5', 'hello'), 'bad-sparse-map'),
      bad(
        'old GNU overlap',
        [
          oldSparse(
            [
              [0, 5],
              [2, 5],
            ],
            100,
            'x'.repeat(10),
          ),
        ],
        'bad-sparse-map',
      ),
      bad('old GNU past the end', [oldSparse([[1000, 5]], 10, 'hello')], 'bad-sparse-map'),
    ],
    tests: [['cli/bad-input.test.ts', 'sparse maps of half a million values']],
  },
  {
    number: 20,
    what: 'one path twice, however it is spelt',
    outcome: 'notice `duplicate-entry`; the last one counts',
    samples: [
      tar('a, a', [a, { name: 'a', content: 'xy' }], 2, ['duplicate-entry'], 1),
      tar('a, ./a', [a, { name: './a', content: 'xy' }], 2, ['duplicate-entry'], 1),
      tar('a, /a', [a, { name: '/a', content: 'xy' }], 2, ['absolute-path', 'duplicate-entry'], 1),
      tar(
        'x//a, x/./a',
        [
          { name: 'x//a', content: 'z' },
          { name: 'x/./a', content: 'xy' },
        ],
        2,
        ['duplicate-entry'],
        1,
      ),
    ],
    tests: [['scan/collector.test.ts', 'is the same as a: the last one counts']],
  },
  {
    number: 21,
    what: 'file and directory of one name; a path through a symlink',
    outcome: 'notice; the disk is never touched',
    samples: [
      tar('file, then directory', [a, { name: 'a/', type: '5' }], 0, ['type-conflict'], 0),
      tar('directory, then file', [{ name: 'a/', type: '5' }, a], 5, ['type-conflict'], 1),
      tar(
        'below a symlink',
        [
          { name: 's', type: '2', link: '/tmp' },
          { name: 's/x', content: 'y' },
        ],
        1,
        ['not-a-directory'],
      ),
      tar('below a file', [a, { name: 'a/b', content: 'y' }], 6, ['not-a-directory']),
    ],
  },
  {
    number: 22,
    what: 'names with "..", absolute, empty',
    outcome: 'notice; counted under the literal name',
    samples: [
      tar('..', [{ name: '../x', content: 'y' }], 1, ['path-escape']),
      tar('a/../../x', [{ name: 'a/../../x', content: 'y' }], 1, ['path-escape']),
      tar('absolute', [{ name: '/etc/x', content: 'y' }], 1, ['absolute-path']),
      tar('empty', [{ name: '', content: 'y' }, a], 6, ['empty-name', 'not-a-directory']),
      tar('.', [{ name: '.', content: 'y' }], 1, ['empty-name', 'not-a-directory']),
    ],
    tests: [['scan/collector.test.ts', 'that escape are counted under their literal name']],
  },
  {
    number: 23,
    what: 'hard links',
    outcome: 'counted once through any spelling and chain; broken ones 0 bytes and a notice',
    samples: [
      tar('other spelling', [a, hardlink('h', './/a')], 5, [], 1),
      tar(
        'chain of 50',
        [a, ...Array.from({ length: 50 }, (_, at) => hardlink(`h${at}`, at === 0 ? 'a' : `h${at - 1}`))],
        5,
        [],
        1,
      ),
      tar('missing target', [hardlink('h', 'nowhere'), a], 5, ['broken-hardlink']),
      tar('target later', [hardlink('h', 'a'), a], 5, ['link-before-target'], 1),
      tar('itself', [hardlink('h', 'h'), a], 5, ['broken-hardlink']),
      tar('cycle', [hardlink('h', 'i'), hardlink('i', 'h'), a], 5, ['broken-hardlink']),
      tar('outside', [hardlink('h', '../../etc/passwd'), a], 5, ['broken-hardlink']),
      tar('a directory', [{ name: 'd/', type: '5' }, hardlink('h', 'd'), a], 5, ['broken-hardlink']),
      tar('target replaced later', [a, hardlink('h', 'a'), { name: 'a', content: 'xy' }], 7, ['duplicate-entry'], 2),
    ],
    tests: [['scan/collector.test.ts', 'count once, at their first name in byte order']],
  },
  {
    number: 24,
    what: 'symlink loops and escapes, devices, fifos inside',
    outcome: 'plain result, 0 bytes',
    samples: [
      tar('loop', [{ name: 's', type: '2', link: 's' }, a], 5),
      tar('escape', [{ name: 's', type: '2', link: '../../../etc/passwd' }, a], 5),
      tar('devices and a fifo', [{ name: 'c', type: '3' }, { name: 'k', type: '4' }, { name: 'p', type: '6' }, a], 5),
    ],
  },
];
