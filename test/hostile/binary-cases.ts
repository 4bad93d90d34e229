// Cases 44 to 50: deb, ar, ELF and pyc. What is broken inside a sound archive counts by its size; as the artifact itself an ELF does, too.
import { gzipSync } from 'node:zlib';
import { buildAr } from '../build/ar.ts';
import type { ArSpec } from '../build/ar.ts';
import { buildDeb, control, data, dataTar, version } from '../build/deb.ts';
import { buildElf } from '../build/elf.ts';
import type { ElfSpec } from '../build/elf.ts';
import { code39, counted, marshal } from '../build/pyc-code.ts';
import { buildPyc } from '../build/pyc.ts';
import { pycSamples } from '../build/pyc-samples.ts';
import { buildTar } from '../build/tar.ts';
import { refused, sound } from './case.ts';
import type { HostileCase, HostileSample } from './case.ts';
import { compressedTar } from './compressed.ts';

const deb = (what: string, members: readonly ArSpec[], content: number, notices?: readonly string[]) =>
  sound(what, () => buildDeb(members), content, notices);
const badDeb = (what: string, members: readonly ArSpec[], error: string) =>
  refused(what, () => buildDeb(members), error);

/** Bytes of the control part and of the data part of the packages that the builder makes. */
const debContent = 16 + 5 + 7;

const object = buildElf({ sections: [{ name: '.text', content: 'code' }] });
const badAr = (what: string, members: readonly ArSpec[], error = 'bad-ar'): HostileSample[] => {
  const bytes = (): Buffer => buildAr([{ name: 'x.o/', content: object }, ...members]);
  return [refused(what, bytes, error), inTar(`${what}, inside a tar`, 'lib/x.a', bytes, error)];
};

/** A member that is broken: it counts by its size, with a notice; `notice` null where it is fine. */
function inTar(what: string, name: string, make: () => Buffer, notice: string | null): HostileSample {
  // Lengths are known where the sample is made, and the samples are small.
  const { length } = make();
  return sound(what, () => buildTar([{ name, content: make() }]), length, notice === null ? [] : [notice], 1);
}

const far = 2n ** 63n;
const tables: readonly (readonly [what: string, spec: ElfSpec])[] = [
  ['e_shnum 65535', { shnum: 0xffff }],
  ['e_shnum 60,000', { shnum: 60_000 }],
  ['e_shoff past the end', { shoff: 1 << 20 }],
  ['e_shoff 2^64 - 1', { shoff: 2n ** 64n - 1n }],
  ['e_shoff 2^63', { shoff: far }],
  ['e_shentsize 0', { shentsize: 0 }],
  ['e_shentsize 1', { shentsize: 1 }],
  ['e_shentsize 65535', { shentsize: 65_535 }],
  ['e_shstrndx 200', { shstrndx: 200 }],
  ['names in no string table', { shstrndx: 1, sections: [{ name: '.text', content: 'x' }] }],
];
const sections: readonly (readonly [what: string, spec: ElfSpec])[] = [
  ['2^63 bytes', { sections: [{ name: '.a', size: far }] }],
  ['2^64 - 1 bytes', { sections: [{ name: '.a', size: 2n ** 64n - 1n }] }],
  ['2^53 + 1 bytes', { sections: [{ name: '.a', size: 2n ** 53n + 1n }] }],
  ['offset wraps', { sections: [{ name: '.a', size: 16, offset: 2n ** 64n - 8n }] }],
  ['past the end', { sections: [{ name: '.a', size: 5000 }] }],
  ['NOBITS of 2^60 bytes', { sections: [{ name: '.bss', type: 8, size: 2n ** 60n }] }],
  ['name outside the table', { sections: [{ name: '.a', content: 'x', nameOffset: 5000 }] }],
];
const legalSections: readonly (readonly [what: string, spec: ElfSpec])[] = [
  [
    '100 over the whole file',
    { sections: Array.from({ length: 100 }, () => ({ name: '.debug_x', offset: 0, size: 300 })) },
  ],
  [
    'two that overlap',
    {
      sections: [
        { name: '.debug_a', offset: 64, size: 100 },
        { name: '.debug_b', offset: 100, size: 100 },
      ],
    },
  ],
  ['entsize 0, 1, huge', { sections: [0, 1, 0xffffffff].map((entsize) => ({ name: '.a', content: 'abcd', entsize })) }],
  [
    'cyclic links',
    {
      sections: [
        { name: '.a', type: 4, link: 2, info: 2, content: 'x' },
        { name: '.b', type: 4, link: 1, info: 1, content: 'x' },
      ],
    },
  ],
  ['strings without an end', { sections: [{ name: '.strtab', type: 3, content: 'x'.repeat(5000) }] }],
  ['note of 2^32 - 1', { sections: [{ name: '.note', type: 7, content: Buffer.alloc(12, 0xff) }] }],
  ['note of 0', { sections: [{ name: '.note', type: 7, content: Buffer.alloc(12) }] }],
  [
    'compressed size of 2^63',
    {
      sections: [
        {
          name: '.debug_info',
          flags: 0x800,
          content: Buffer.concat([
            Buffer.from('0100000000000000', 'hex'),
            Buffer.from('0000000000000080', 'hex'),
            Buffer.alloc(8, 1),
            Buffer.alloc(8),
          ]),
        },
      ],
    },
  ],
  ['.zdebug without a header', { sections: [{ name: '.zdebug_info', content: 'no' }] }],
];

const escape = '\u001b[31m::error::\r\n\xe2\x80\xae';

function pyc(what: string, make: () => Buffer, notice: string | null = 'bad-bytecode'): HostileSample {
  return inTar(what, 'm.pyc', make, notice);
}

const around = (rest: Uint8Array): Buffer => buildPyc({ magic: 3425, words: [0, 1, 2], rest });

export const binaryCases: readonly HostileCase[] = [
  {
    number: 44,
    what: 'deb: forms and faults',
    outcome: 'sound forms plain result or notice; else error',
    samples: [
      deb('gzip', [version, control, data], debContent),
      deb(
        'names that end in a slash',
        [version, control, data].map((member) => ({ ...member, name: `${member.name}/` })),
        debContent,
      ),
      deb('no compression', [version, control, { name: 'data.tar', content: dataTar }], debContent),
      deb('xz', [version, control, { name: 'data.tar.xz', content: compressedTar('xz') }], 26),
      deb('zstd', [version, control, { name: 'data.tar.zst', content: compressedTar('zstd') }], 26),
      deb('signature', [version, control, data, { name: '_gpgorigin', content: 'x' }], debContent, ['extra-member']),
      badDeb('bzip2', [version, control, { name: 'data.tar.bz2', content: compressedTar('bzip2') }], 'unsupported'),
      badDeb('lzma', [version, control, { ...data, name: 'data.tar.lzma' }], 'unsupported'),
      badDeb('no data', [version, control], 'truncated'),
      badDeb('wrong order', [version, data, control], 'bad-deb'),
      badDeb('version 3', [{ name: 'debian-binary', content: '3.0\n' }, control, data], 'unsupported'),
      badDeb(
        'truncated data',
        [version, control, { ...data, content: gzipSync(dataTar).subarray(0, -20) }],
        'truncated',
      ),
      refused('cut', () => buildDeb().subarray(0, -5), 'truncated'),
    ],
    tests: [['formats/deb.test.ts', 'broken packages']],
  },
  {
    number: 45,
    what: 'ar: sizes, names and padding that lie',
    outcome: 'error as the artifact, notice inside one',
    samples: [
      ...badAr('negative size', [{ name: 'a/', size: '-1' }]),
      ...badAr('text', [{ name: 'a/', size: 'many' }]),
      ...badAr('hex', [{ name: 'a/', size: '0x10' }]),
      ...badAr('4e0', [{ name: 'a/', size: '4e0', content: 'abcd' }]),
      ...badAr('blank', [{ name: 'a/', size: '' }]),
      ...badAr('past the end', [{ name: 'a/', size: 9_999_999_999 }], 'truncated'),
      ...badAr('bad header', [{ name: 'a/', magic: 'xx' }]),
      ...badAr('long name without a table', [{ name: '/0', content: 'x' }]),
      ...badAr('BSD name longer than its member', [{ name: '#1/9', content: 'short' }]),
      inTar('thin archive', 'lib/x.a', () => buildAr([{ name: 'a.o/', size: 5 }], '!<thin>\n'), null),
      inTar(
        '50,000 members',
        'lib/x.a',
        () => buildAr(Array.from({ length: 50_000 }, () => ({ name: 'a.o/', content: 'x' }))),
        null,
      ),
      inTar(
        '30 deep',
        'lib/x.a',
        () =>
          Array.from({ length: 30 }).reduce<Buffer>((content) => buildAr([{ name: 'in.a/', content }]), buildAr([])),
        null,
      ),
    ],
    tests: [['inspectors/ar.test.ts', 'ends with success only at the end of a member']],
  },
  {
    number: 46,
    what: 'ELF tables that lie',
    outcome: 'notice; the file counts by its size',
    samples: tables.map(([what, spec]) => inTar(what, 'bin/x', () => buildElf(spec), 'bad-elf')),
    tests: [['inspectors/elf.test.ts', 'broken ELF files']],
  },
  {
    number: 47,
    what: 'ELF sections that lie',
    outcome: 'notice, or no byte counted twice',
    samples: [
      ...sections.map(([what, spec]) => inTar(what, 'bin/x', () => buildElf(spec), 'bad-elf')),
      ...legalSections.map(([what, spec]) => inTar(what, 'bin/x', () => buildElf(spec), null)),
    ],
    tests: [
      ['inspectors/elf.test.ts', 'take no quadratic time'],
      ['inspectors/section-sizes.test.ts', 'sum to the length of any file that can be read'],
      ['inspectors/hostile.test.ts', 'survive damaged files'],
    ],
  },
  {
    number: 48,
    what: 'ELF that is rare but legal; other executables',
    outcome: 'plain result',
    samples: [
      inTar(
        '70,002 sections',
        'bin/x',
        () => buildElf({ extended: true, sections: Array.from({ length: 70_000 }, () => ({ name: '' })) }),
        null,
      ),
      inTar('big-endian', 'bin/x', () => buildElf({ endian: 'big' }), null),
      inTar('32-bit', 'bin/x', () => buildElf({ class: 32 }), null),
      inTar('big-endian, 32-bit', 'bin/x', () => buildElf({ class: 32, endian: 'big' }), null),
      inTar('stripped', 'bin/x', () => buildElf({ type: 2, load: true, shoff: 0, shnum: 0, shstrndx: 0 }), null),
      inTar('overlay', 'bin/x', () => buildElf({ appended: 'payload'.repeat(100) }), null),
      inTar('unknown machine', 'bin/x', () => buildElf({ machine: 0xfeed }), null),
      inTar('Java class', 'x.class', () => Buffer.from('cafebabe00000034', 'hex'), null),
      inTar('Mach-O', 'bin/x', () => Buffer.from('cffaedfe07000001', 'hex'), null),
      inTar('PE', 'x.exe', () => Buffer.from(`4d5a${'00'.repeat(62)}`, 'hex'), null),
    ],
  },
  {
    number: 49,
    what: 'escapes in names of sections and symbols, and in file names of bytecode',
    outcome: 'escaped',
    samples: [
      inTar(
        'section',
        'bin/x',
        () =>
          buildElf({
            sections: [
              { name: escape, content: 'x' },
              { name: '.\xff\xfe', content: 'x' },
            ],
          }),
        null,
      ),
      inTar('symbol', 'bin/x', () => buildElf({ symbols: [{ name: escape }] }), null),
      inTar(
        'debuglink',
        'bin/x',
        () => buildElf({ sections: [{ name: '.gnu_debuglink', content: '\u001b]0;x\u0007\0\0\0\0\x01\x02\x03\x04' }] }),
        null,
      ),
      pyc('co_filename', () => around(code39({ consts: [marshal.text('\u001b[31m')] })), null),
    ],
    tests: [['inspectors/section-sizes.test.ts', 'names that are not UTF-8 are spelled out']],
  },
  {
    number: 50,
    what: 'pyc of every wrong kind; headers of 11 Pythons',
    outcome: 'notice; the file counts by its size',
    samples: [
      ...[0, 1, 3, 4, 8, 15].map((length) =>
        pyc(`${length} bytes`, () => around(Buffer.alloc(0)).subarray(0, length), 'truncated'),
      ),
      pyc('unknown magic', () => buildPyc({ magic: 1, words: [0, 0, 0] }), 'unknown-python'),
      pyc('future magic', () => buildPyc({ magic: 3999, words: [0, 0, 0] }), 'unknown-python'),
      pyc('unknown flags', () => buildPyc({ magic: 3425, words: [99, 0, 0] }), 'bad-pyc'),
      pyc('code cut', () => around(code39({}).subarray(0, 30))),
      pyc('garbage', () => around(Buffer.from('garbage'))),
      pyc('no code object', () => around(marshal.none)),
      pyc('tuple of 2^31', () => around(code39({ consts: [counted('(', 2 ** 31)] }))),
      pyc('tuple in itself', () => around(code39({ consts: [marshal.flagged(marshal.tuple(marshal.reference(0)))] }))),
      pyc('depth 100,000', () => around(Buffer.alloc(500_000, marshal.tuple(marshal.none).subarray(0, 5)))),
      ...pycSamples.map((one) => pyc(`Python ${one.python}`, () => Buffer.from(one.pyc, 'base64'), null)),
    ],
    tests: [['inspectors/pyc-hostile.test.ts', 'hostile bytecode']],
  },
];
