// Objects at the edges of what strip takes, keeps and drops: lengths against the installed strip, in every mode.
import { describe, expect, it } from 'vitest';
import type { ElfSectionSpec, ElfSpec } from '../build/elf.ts';
import { isCompared, stripOracle } from '../strip-oracle.ts';

const expectAsStrip = stripOracle('strip-bounds');

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}

const text: ElfSectionSpec = { name: '.text', flags: 6, content: 'some code' };
const debug: ElfSectionSpec = { name: '.debug_info', content: 'debug data' };
const inGroup = 0x200;
const symbols = [{ name: 'f' }, { name: 'g', shndx: 2 }];

/** Relocations of section `info` by these symbols; of two sections and these symbols the table is section 4. */
function rela(info: number, used: readonly number[], more: Partial<ElfSectionSpec> = {}): ElfSectionSpec {
  const content = words(...used.flatMap((symbol) => [0, 0, 2, symbol, 0, 0]));
  return { name: '.rela.text', type: 4, link: 4, info, align: 8, entsize: 24, content, ...more };
}

/** A group of section 1 whose table of symbols is section 4. */
function group(members: readonly number[], more: Partial<ElfSectionSpec> = {}): ElfSectionSpec {
  return { name: '.group', type: 17, link: 4, info: 1, align: 4, entsize: 4, content: words(1, ...members), ...more };
}

/** Relocations where the table of symbols is section 5. */
function further(info: number): ElfSectionSpec {
  return rela(info, [1], { link: 5 });
}

const none = Buffer.alloc(24);
const dynamic = { name: '.dynsym', type: 11, flags: 2, link: 1, align: 8, entsize: 24, content: '' };
const twoGroups = { link: 5 };
const versions = { name: '.gnu.version', type: 0x6fff_ffff, flags: 2, content: '12345678' };
const grouped = { ...text, flags: 6 | inGroup };

const objects: readonly (readonly [what: string, spec: ElfSpec])[] = [
  ['a relocation by a symbol of code', { sections: [text, debug, rela(1, [1])], symbols }],
  ['a relocation by a symbol of debug data', { sections: [text, debug, rela(1, [2])], symbols }],
  ['a relocation of debug data by its own symbol', { sections: [text, debug, rela(2, [2])], symbols }],
  ['a relocation by the first symbol past the end', { sections: [text, debug, rela(1, [3])], symbols }],
  ['a group that is named by a symbol of code', { sections: [grouped, debug, group([1])], symbols }],
  ['a group that is named by a symbol of debug data', { sections: [grouped, debug, group([1], { info: 2 })], symbols }],
  ['a group without a name', { sections: [grouped, debug, group([1], { info: 0 })], symbols }],
  ['a group of nothing', { sections: [text, debug, group([])], symbols }],
  ['a group of a section that is in none', { sections: [grouped, debug, group([2])], symbols }],
  ['a section of a group in a file without one', { sections: [grouped, debug, text], symbols }],
  [
    'a group of debug data and its relocations',
    {
      sections: [
        text,
        { ...debug, flags: inGroup },
        group([2, 4], { link: 5 }),
        rela(2, [1], { link: 5, flags: inGroup }),
      ],
      symbols,
    },
  ],
  ['a global symbol of a section, with its name', { sections: [text], symbols: [{ name: 'section', type: 3 }] }],
  [
    'a relocation by the symbol of a section, which loses its name',
    { sections: [text, debug, rela(1, [1])], symbols: [{ name: 'of-a-section', type: 3, bind: 0 }, { name: 'g' }] },
  ],
  ['common symbols that are local', { sections: [text], symbols: commons(0) }],
  ['common symbols that are not', { sections: [text], symbols: commons(1) }],
  ['debug data that is loaded', { sections: [{ ...debug, flags: 2 }, debug], symbols: [{ name: 'f' }] }],
  ['a group with the name of debug data', { sections: [grouped, debug, group([1], { name: '.debug_x' })], symbols }],
  ['a local symbol of a section', { sections: [text], symbols: [{ name: 'section', type: 3, bind: 0 }] }],
  ['global symbols of files and sections', { sections: [text], symbols: ofFiles(1) }],
  ['weak symbols of files', { sections: [text], symbols: ofFiles(2).slice(0, 1) }],
  ['symbols of files that are undefined or common', { sections: [text], symbols: oddFiles(0) }],
  ['relocations in no table of symbols, of debug data', { sections: [text, debug, rela(2, [1])] }],
  ['relocations in no table of symbols, of code', { sections: [text, debug, rela(1, [1])] }],
  ...[0, 1, 5, 6].map(
    (link) =>
      [
        `relocations of debug data that link to section ${link}`,
        { sections: [text, debug, rela(2, [1], { link })], symbols },
      ] as const,
  ),
  ['two tables of relocations of debug data', { sections: [text, debug, further(2), further(2)], symbols }],
  ['relocations of relocations of debug data', { sections: [text, debug, further(2), further(3)], symbols }],
  ...[3, 4, 5, 6].map(
    (at) =>
      [`relocations of table ${at}`, { sections: [text, { name: '', type: 0 }, rela(at, [1])], symbols }] as const,
  ),
  ...[0, 1, 3, 4, 5, 6, 7, 99].map(
    (at) => [`a group that lists section ${at}, too`, { sections: [grouped, debug, group([1, at])], symbols }] as const,
  ),
  ['a group of relocations, too', { sections: [grouped, group([1, 3], { link: 4 }), rela(1, [1])], symbols }],
  ['a group of sections that do not say so', { sections: [text, debug, group([1])], symbols }],
  ['a group of sections in front of those that say so', { sections: [text, grouped, group([1])], symbols }],
  ['a group of sections behind those that say so', { sections: [grouped, text, group([2])], symbols }],
  ['two groups of one section', { sections: [grouped, group([1]), group([1])], symbols }],
  [
    'two groups of one section, and of another',
    { sections: [grouped, grouped, group([1], twoGroups), group([1, 2], twoGroups)], symbols },
  ],
  ...[0, 1, 2, 3, 4, 5, 6].map(
    (link) =>
      [
        `a section that is ordered by ${link}`,
        { sections: [text, debug, { ...text, flags: 0x82, link }], symbols },
      ] as const,
  ),
  ['debug data that is ordered by a table', { sections: [text, { ...debug, flags: 0x80, link: 3 }], symbols }],
  ...[0, 2, 4, 8].flatMap((entsize) => [
    [`versions of symbols of ${entsize} bytes`, { sections: [text, { ...versions, entsize }] }] as const,
    [`packed relocations of ${entsize} bytes`, { sections: [text, { ...versions, type: 19, entsize }] }] as const,
    [
      `packed relocations of ${entsize} bytes, ELF32`,
      { class: 32, sections: [text, { ...versions, type: 19, entsize }] },
    ] as const,
  ]),
  ['symbols alone', { sections: [], symbols: [] }],
  ['symbols to load that are announced and not there', { sections: [text, { ...dynamic, info: 1 }] }],
  ['no symbols to load', { sections: [text, dynamic] }],
  ['two tables of symbols to load', { sections: [text, { ...dynamic, content: none }, { ...dynamic, content: none }] }],
  [
    'symbols that are announced and not there',
    { sections: [text, { ...dynamic, type: 2, info: 1 }, rela(1, [0], { link: 2 })] },
  ],
  ['debug data alone', { sections: [debug], symbols: [] }],
];

/** Common, of the large model of x86-64, and absolute. */
function commons(bind: number): ElfSpec['symbols'] & object {
  return [0xfff2, 0xff02, 0xfff1].map((shndx) => ({ name: `common-${shndx}`, bind, shndx }));
}

function oddFiles(bind: number): ElfSpec['symbols'] & object {
  return [0, 0xfff2].map((shndx) => ({ name: `file-${shndx}`, type: 4, bind, shndx }));
}

function ofFiles(bind: number): ElfSpec['symbols'] & object {
  return [
    { name: 'file', type: 4, bind },
    { name: 'section', type: 3, bind },
    { name: 'other', bind: 0 },
  ];
}

describe.skipIf(!isCompared('strip'))('objects', () => {
  it.each(objects)('%s', (_, spec) => {
    expectAsStrip(spec);
  });

  it('symbols of files that are not local, which strip -g keeps in executables', () => {
    const sections = [{ ...text, addr: 64 + 56 }];
    for (const bind of [0, 1, 2])
      expectAsStrip({ type: 2, load: true, sections, symbols: ofFiles(bind).toSpliced(1, 1) });
    expectAsStrip({ type: 2, load: true, sections, symbols: oddFiles(0) });
  });

  it('symbols that are not local, in executables with relocations', () => {
    const sections = [{ ...text, addr: 64 + 56 }, rela(1, [1], { link: 3 })];
    const others = [{ name: 'weak', bind: 2 }, { name: 'global' }, { name: 'local', bind: 0 }];
    expectAsStrip({ type: 2, load: true, sections, symbols: [{ name: 'f' }, ...others] });
  });

  it.each([0, 3])('room for constructors in executables, of flags %i', (flags) => {
    const room = { name: '.init_array', type: 8, flags, addr: 64 + 56 + 9, size: 8, content: '' };
    const sections = [{ ...text, addr: 64 + 56 }, room];
    expectAsStrip({ type: 2, load: true, sections });
  });
});

/** What clang writes for profiles of calls: relocations without addends on every processor (SHT_REL). */
function callGraph(machine: number, size: 32 | 64, endian: 'big' | 'little', info: Buffer): ElfSpec {
  const rel = { name: '.rel.llvm.call-graph-profile', type: 9, link: 4, info: 2, align: size / 8, entsize: size / 4 };
  const profile = { name: '.llvm.call-graph-profile', content: 'calls...' };
  const content = Buffer.concat([Buffer.alloc(size / 8), info, Buffer.alloc(size / 8), info]);
  return { class: size, machine, endian, sections: [text, profile, { ...rel, content }], symbols };
}

const little = Buffer.from([0, 0, 0, 0, 1, 0, 0, 0]);
const profiles = [
  ['strip', callGraph(62, 64, 'little', little)],
  ['strip', callGraph(3, 32, 'little', Buffer.from([0, 1, 0, 0]))],
  ['strip', callGraph(62, 32, 'little', Buffer.from([0, 1, 0, 0]))],
  ['aarch64-linux-gnu-strip', callGraph(183, 64, 'little', little)],
  ['arm-linux-gnueabihf-strip', callGraph(40, 32, 'little', Buffer.from([0, 1, 0, 0]))],
  ['powerpc64le-linux-gnu-strip', callGraph(21, 64, 'little', little)],
  ['powerpc64le-linux-gnu-strip', callGraph(20, 32, 'big', Buffer.from([0, 0, 1, 0]))],
  ['riscv64-linux-gnu-strip', callGraph(243, 64, 'little', little)],
  ['s390x-linux-gnu-strip', callGraph(22, 64, 'big', Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]))],
] as const;

describe('relocations without addends, which strip writes as the processor has them', () => {
  for (const [strip, spec] of profiles) {
    it.skipIf(!isCompared(strip))(`${strip}, ELF${spec.class}, machine ${spec.machine}`, () => {
      expect(expectAsStrip(spec, strip)).not.toHaveProperty('refused');
    });
  }
});

describe.each([
  ['arm-linux-gnueabihf-strip', 40, 32],
  ['aarch64-linux-gnu-strip', 183, 64],
] as const)('%s: mapping symbols', (strip, machine, size) => {
  it.skipIf(!isCompared(strip)).each(['$a', '$b', '$d', '$t', '$x', '$x.1', '$xx', '$', 'x'])('%s', (name) => {
    for (const shndx of [1, 0xfff1]) {
      const local = { name, bind: 0, shndx };
      expectAsStrip({ machine, class: size, sections: [text], symbols: [local, { name: 'global' }] }, strip);
    }
  });
});

describe.skipIf(!isCompared('aarch64-linux-gnu-strip'))('aarch64-linux-gnu-strip', () => {
  it('common symbols that are local, of which those of the large model are none', () => {
    for (const symbol of commons(0)) {
      expectAsStrip({ machine: 183, sections: [text], symbols: [symbol] }, 'aarch64-linux-gnu-strip');
    }
  });
});

describe.each([
  ['strip', 62, 64],
  ['strip', 3, 32],
  ['aarch64-linux-gnu-strip', 183, 64],
] as const)('%s: executables of machine %i, in which -g adds symbols of sections', (strip, machine, size) => {
  it.skipIf(!isCompared(strip))('with symbols, without, and with relocations', () => {
    const code = { ...text, addr: size === 64 ? 64 + 56 : 52 + 32 };
    const kind = { machine, class: size, type: 2, load: true } as const;
    expectAsStrip({ ...kind, sections: [code, debug], symbols }, strip);
    expectAsStrip({ ...kind, sections: [code, debug], symbols: symbols.slice(1) }, strip);
    // R_X86_64_64 and R_AARCH64_ABS64.
    const content = words(0, 0, machine === 62 ? 1 : 257, 1, 0, 0);
    if (size === 64) expectAsStrip({ ...kind, sections: [code, debug, rela(1, [], { content })], symbols }, strip);
  });
});
