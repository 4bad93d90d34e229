// Sections that refer to each other in ways that are rare or wrong: lengths against the installed strip, in every mode.
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { readElf } from '../../src/inspectors/elf/file.ts';
import { elfInspector } from '../../src/inspectors/elf/inspector.ts';
import { buildElf } from '../build/elf.ts';
import type { ElfSectionSpec, ElfSpec, ElfSymbolSpec } from '../build/elf.ts';
import { isCompared, stripOracle } from '../strip-oracle.ts';

const expectAsStrip = stripOracle('strip-tables');

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}

const inGroup = 0x200;
const ordered = 0x80;
const text: ElfSectionSpec = { name: '.text', flags: 6, content: 'some code' };
const grouped: ElfSectionSpec = { ...text, flags: 6 | inGroup };
const empty: ElfSectionSpec = { ...text, content: '' };
const debug: ElfSectionSpec = { name: '.debug_info', content: 'debug data' };
const strings: ElfSectionSpec = { name: '.names', type: 3, content: '\0ab\0' };
const dynsym: ElfSectionSpec = { name: '.dynsym', type: 11, align: 8, entsize: 24, content: Buffer.alloc(24) };
const symtab: ElfSectionSpec = { ...dynsym, name: '.symtab', type: 2 };
const odd = { align: 16, content: 'odd' };
const symbols = [{ name: 'f' }, { name: 'other', bind: 0 }];

/** Relocations with addends by these symbols. `link` is the table of symbols, which follows the given sections. */
function rela(
  link: number,
  info: number,
  used: readonly number[] = [1],
  more: Partial<ElfSectionSpec> = {},
): ElfSectionSpec {
  const content = words(...used.flatMap((symbol) => [0, 0, 2, symbol, 0, 0]));
  return { name: '.rela.text', type: 4, link, info, align: 8, entsize: 24, content, ...more };
}

/** Relocations without addends. */
function rel(link: number, info: number, used: readonly number[] = [1]): ElfSectionSpec {
  const content = words(...used.flatMap((symbol) => [0, 0, 2, symbol]));
  return { name: '.rel.text', type: 9, link, info, align: 8, entsize: 16, content };
}

function group(link: number, members: readonly number[], more: Partial<ElfSectionSpec> = {}): ElfSectionSpec {
  return { name: '.group', type: 17, link, info: 1, align: 4, entsize: 4, content: words(1, ...members), ...more };
}

type Case = readonly [what: string, sections: readonly ElfSectionSpec[], symbols?: readonly ElfSymbolSpec[] | null];

const relocations: readonly Case[] = [
  ['of a section without a byte', [empty, rela(3, 1)]],
  ['of a section without a byte, none', [empty, rela(3, 1, [])]],
  ['of sections with and without bytes', [empty, text, rela(5, 1), rela(5, 2, [1, 2])]],
  [
    'of a section without a byte, by a symbol of debug data',
    [empty, debug, rela(4, 1, [2])],
    [{ name: 'f' }, { name: 'd', shndx: 2 }],
  ],
  [
    'of sections with and without bytes, by a symbol of debug data',
    [text, empty, debug, rela(6, 1, [2]), rela(6, 2, [2])],
    [{ name: 'f' }, { name: 'd', shndx: 3 }],
  ],
  [
    'of a section without a byte, by the symbol of a section',
    [empty, text, rela(4, 1)],
    [{ name: '', type: 3, bind: 0, shndx: 2 }],
  ],
  ['of room without a byte', [{ ...text, type: 8, size: 0, content: '' }, rela(3, 1)]],
  ['of room', [{ ...text, type: 8, size: 16, content: '' }, rela(3, 1)]],
  ['that are none', [text, rela(3, 1, [])]],
  ['that are less than one', [text, { ...rela(3, 1), content: words(0, 0) }]],
  ['of a group', [grouped, group(4, [1]), rela(4, 2)]],
  ['twice, with addends', [text, rela(4, 1), rela(4, 1, [2])]],
  ['three times, without addends', [text, rel(5, 1), rel(5, 1, [2]), rel(5, 1, [1, 1])]],
  ['with addends and without', [text, rela(4, 1), rel(4, 1, [2, 2])]],
  ['without addends and with', [text, rel(4, 1), rela(4, 1, [2, 2])]],
  ['of debug data, with addends and without', [debug, text, rela(5, 1, [1]), rel(5, 1, [1])]],
  ['with addends, with and without, and again', [text, rela(6, 1), rel(6, 1), rela(6, 1), rel(6, 1)]],
  [
    'that lie before the symbols to load that they name',
    [text, rela(3, 1, [0]), { ...dynsym, flags: 2 }, { ...text, ...odd }],
  ],
  ['of themselves', [text, rela(3, 2)]],
  ['of relocations without addends of debug data', [debug, rel(5, 1), rela(5, 2)]],
  ['that are loaded', [text, rela(3, 1, [1], { flags: 2 })]],
  ...[0, 1, 2, 3, 4, 5, 6].map((info): Case => [
    `of section ${info} by symbols to load`,
    [text, dynsym, rela(2, info, [0])],
  ]),
];

const groups: readonly Case[] = [
  ['with a name behind the symbols', [grouped, group(3, [1], { info: 3 })]],
  ['with a name at the last symbol', [grouped, group(3, [1], { info: 2 })]],
  ['with a name behind the end of the file', [grouped, group(3, [1], { info: 1000 })]],
  ['that lists a section twice', [grouped, { ...debug, flags: inGroup }, group(4, [1, 2, 2])]],
  ['with relocations that are none', [grouped, rela(4, 1, [], { flags: inGroup }), group(4, [1, 2])]],
  ['with relocations that are none, and those of more', [grouped, grouped, rela(5, 1, []), group(5, [1, 2, 3])]],
  ['of relocations that are content', [text, rela(4, 0, [1], { flags: inGroup }), group(4, [2])]],
  [
    'of relocations that are content, and debug data',
    [{ ...debug, flags: inGroup }, rela(4, 0, [1]), group(4, [1, 2])],
  ],
  ['with debug data and its relocations, which do not say so', [grouped, debug, rela(5, 2), group(5, [1, 2])]],
  ['with debug data and both its relocations', [grouped, debug, rela(6, 2), rel(6, 2), group(6, [1, 2, 3, 4])]],
  ['with the symbols of another table', [grouped, group(4, [1]), symtab]],
  ['that sections link to without being ordered by it', [grouped, group(4, [1]), { ...text, link: 2 }]],
  ['with unlisted relocations of debug data', [grouped, debug, rela(5, 2, [1], { flags: inGroup }), group(5, [1, 2])]],
  ['with unlisted relocations that are none', [grouped, rela(4, 1, []), group(4, [1])]],
  // Of which each word moves what is behind by eight.
  ...[1, 2, 5, 6].map((length): Case => [
    `with unlisted relocations that are none, before ${length} bytes`,
    [{ ...grouped, content: 'x'.repeat(length) }, rela(4, 1, []), group(4, [1])],
  ]),
  ['of debug data, with a local name', [text, { ...debug, flags: inGroup }, group(4, [2], { info: 2 })]],
  ['with the symbols of a second table', [{ ...symtab, content: Buffer.alloc(48) }, grouped, group(4, [2])]],
  ['with symbols to load for its name', [grouped, group(3, [1]), dynsym]],
  ['with entries of eight bytes', [grouped, group(3, [1], { entsize: 8 })]],
  ['of nine bytes', [grouped, group(3, [1], { content: Buffer.concat([words(1, 1), Buffer.alloc(1)]) })]],
  ['of no byte', [grouped, group(3, [], { content: '' })]],
  ['of a word', [grouped, group(3, [])]],
  ['with symbols to load', [grouped, { ...dynsym, flags: inGroup }, group(4, [1, 2])]],
  ['with symbols to load in front', [{ ...dynsym, flags: inGroup }, grouped, group(4, [1, 2])]],
  ['in a group, which comes first', [group(3, [2], { flags: inGroup }), grouped]],
  ['in a group, which comes last', [grouped, group(3, [1], { flags: inGroup })]],
  ['behind what is aligned', [{ ...text, ...odd }, grouped, { ...text, ...odd }, group(5, [2])]],
  ['that sections are ordered by', [grouped, group(4, [1]), { ...text, flags: 2 | ordered, link: 2 }]],
  [
    'that goes and sections are ordered by',
    [grouped, group(4, [1], { info: 0 }), { ...text, flags: 2 | ordered, link: 2 }],
  ],
  ['without symbols', [grouped, group(0, [1])], null],
];

/** Numbers of sections for symbols whose own say that they are there (SHN_XINDEX). */
function numbers(link: number, ...values: readonly number[]): ElfSectionSpec {
  return { name: '.symtab_shndx', type: 18, link, align: 4, entsize: 4, content: words(0, ...values) };
}
const numbered = [
  { name: 'f', shndx: 0xffff },
  { name: 'g', shndx: 0xffff },
];

const tables: readonly Case[] = [
  ['numbers of sections of which one goes', [text, debug, numbers(4, 1, 2)], numbered],
  ['numbers of sections behind relocations', [text, debug, rela(5, 2), numbers(5, 1, 2)], numbered],
  ['numbers of sections behind those of no table', [text, debug, numbers(1, 2, 2), numbers(5, 1, 2)], numbered],
  ['debug data that is ordered by debug data', [text, debug, { ...debug, flags: ordered, link: 2 }]],
  ['symbols that are loaded', [text, { ...symtab, flags: 2, link: 3 }, strings], null],
  ...[8, 11].flatMap((size): Case[] => {
    const more = { ...text, ...odd, content: 'x'.repeat(size) };
    return [
      [
        'names of symbols, and of symbols to load',
        [strings, more, { ...symtab, link: 1 }, { ...dynsym, link: 1 }],
        null,
      ],
      [
        'relocations far before the symbols to load that they name',
        [text, rela(4, 1, [0]), more, { ...dynsym, flags: 2 }],
      ],
    ];
  }),
  ['two tables of symbols', [text, { ...symtab, link: 2 }, strings, rela(5, 1)]],
  [
    'two tables of symbols, the second with relocations in front of both',
    [text, rela(5, 1), { ...symtab, link: 4 }, strings],
  ],
  [
    'a table of symbols that announces local ones, behind its names',
    [text, strings, { ...symtab, link: 2, info: 1, content: '' }],
    null,
  ],
  [
    'a table of symbols that announces local ones, twice',
    [text, { ...symtab, link: 3, info: 1, content: '' }, strings],
    null,
  ],
  [
    'symbols to load that announce local ones, and their names',
    [text, strings, { ...dynsym, link: 2, info: 1, content: '' }],
  ],
  [
    'symbols to load that announce local ones, with relocations',
    [text, { ...dynsym, info: 1, content: '' }, rela(4, 2)],
  ],
  ['names of symbols to load', [strings, text, { ...dynsym, link: 1 }, { ...text, ...odd, link: 1 }]],
  ['names of symbols in front of them', [strings, { ...text, ...odd, link: 1 }, text, { ...symtab, link: 1 }], null],
  [
    'names of sections',
    [
      { ...text, ...odd, link: 4 },
      { ...text, link: 5 },
      { ...text, ...odd, link: 6 },
    ],
  ],
  ['names of what is unused', [strings, { ...text, type: 0, link: 1 }, { ...text, ...odd, link: 1 }, text]],
  ['names of names', [{ ...strings, link: 2 }, strings, text]],
  ['names of each other', [{ ...strings, link: 2 }, { ...strings, link: 1 }, text]],
  ['names of relocations of themselves', [strings, rela(1, 1, [], {}), text]],
  ['names that their relocations need', [strings, { ...rela(3, 1), info: 1 }]],
  [
    'a section that links to one that is no table of names',
    [
      { ...text, link: 3 },
      { ...text, ...odd },
      { ...text, ...odd, name: '.x' },
    ],
  ],
  [
    'an unused section that has names',
    [
      { ...strings, type: 0 },
      { ...text, link: 1 },
    ],
  ],
  ['libraries of an old kind', [text, { ...text, type: 10 }]],
  [
    'numbers of sections for symbols',
    [text, { ...text, type: 18, link: 3, align: 4, entsize: 4, content: Buffer.alloc(12) }],
  ],
  [
    'numbers of sections for no symbols',
    [text, { ...text, type: 18, link: 1, align: 4, entsize: 4, content: Buffer.alloc(12) }],
  ],
];

function named(cases: readonly Case[]): { what: string; sections: Case[1]; given: Case[2] }[] {
  return cases.map(([what, sections, given = symbols]) => ({ what, sections, given }));
}

const longest = 65;
/** Tables of names, each of which the next one links to. */
function chain(length: number): ElfSectionSpec[] {
  return Array.from({ length }, (_, index) => ({ ...strings, link: index }));
}

describe.skipIf(!isCompared('strip'))('lengths by strip', () => {
  const compare = (sections: readonly ElfSectionSpec[], given: Case[2]): void => {
    const spec: ElfSpec = given === null || given === undefined ? { sections } : { sections, symbols: given };
    expectAsStrip(spec);
    // The same loaded: each section at the address that is its place.
    const placed = readElf(memorySource(buildElf({ ...spec, load: true }))).sections.slice(1);
    const loaded = sections.map((section, index) =>
      ((section.flags ?? 0) & 2) === 0 ? section : { ...section, addr: placed[index]?.offset ?? 0 },
    );
    for (const type of [2, 3]) expectAsStrip({ ...spec, sections: loaded, type, load: true });
  };

  it.each(named(relocations))('relocations $what', ({ sections, given }) => compare(sections, given));
  it.each(named(groups))('a group $what', ({ sections, given }) => compare(sections, given));
  it.each(named(tables))('$what', ({ sections, given }) => compare(sections, given));

  it.each([
    [
      '.init_array',
      '.init_array.5',
      '.init_arrays',
      '.fini_array',
      '.preinit_array.0',
      '.rel',
      '.rela.text',
      '.relx',
      '.stabstr',
    ],
    [
      '.stab.indexstr',
      '.stab',
      '.dynamic',
      '.dynamic.x',
      '.dynstr',
      '.dynsym',
      '.hash',
      '.hash2',
      '.shstrtab',
      '.strtab',
      '.symtab',
    ],
    [
      '.gnu.hash',
      '.gnu.liblist',
      '.gnu.conflict',
      '.gnu.version',
      '.gnu.version_d',
      '.gnu.version_r',
      '.gnu.versions',
      '.note',
      '.bss',
    ],
    [
      '.comment',
      '.text',
      '.tbss',
      '.relr.dyn',
      '.stabs',
      '.interp',
      '.line',
      '.gnu.linkonce.b',
      '.eh_frame',
      '.gnu.attributes',
    ],
  ])('room by the name %s and others', (...names) => {
    for (const name of names) expectAsStrip({ sections: [text, { name, type: 8, flags: 3, size: 16, content: '' }] });
  });
});

describe.skipIf(!isCompared('strip'))('lengths by strip at the edges of tables', () => {
  it.each([
    { type: 1, flags: 0x280 },
    { type: 12 },
    { type: 3, link: 1 },
    { type: 9, entsize: 1 },
    { size: 5000, offset: 9 },
    { link: 99 },
  ])('what section 0 says is of no matter: %j', (first) => {
    expectAsStrip({ sections: [text, debug], symbols, first });
  });

  it('a group with a name at the end of the file', () => {
    const spec = (info: number, padding: number): ElfSpec => {
      const appended = Buffer.alloc(padding);
      return { sections: [grouped, group(3, [1], { info })], symbols, appended };
    };
    for (let padding = 0; padding < 24; padding += 4) {
      const bytes = buildElf(spec(1, padding));
      const table = readElf(memorySource(bytes)).sections[3];
      const last = Math.floor((bytes.length - (table?.offset ?? 0)) / 24) - 1;
      for (const info of [last, last + 1]) expectAsStrip(spec(info, padding));
    }
  });

  it.each([0xfefb, 0xfefc, 0xfefd, 0xfefe])('%i sections, of which symbols may need other numbers', (count) => {
    const sections = Array.from({ length: count }, () => ({ name: '.t', content: '' }));
    expectAsStrip({ sections, symbols, extended: true });
  });
});

describe.skipIf(!isCompared('strip'))('relocations by the symbol of a section', () => {
  it.each([0xfff1, 0xfff2, 0xff02, 0xff00, 0])('0x%x, which is none', (shndx) => {
    for (const [bind, type] of [0, 1, 2].flatMap((binding) => [[binding, 3] as const, [binding, 0] as const])) {
      const none = { name: 'section', type, bind, shndx };
      expectAsStrip({ sections: [text, rela(3, 1)], symbols: [none, { name: 'g' }] });
      expectAsStrip({ sections: [text, rela(3, 1, [2])], symbols: [none, { name: 'g' }] });
    }
  });
});

describe.skipIf(!isCompared('strip'))('relocations of sections without a byte on i386', () => {
  it.each([4, 9])('of type %i', (type) => {
    const table = { name: '', type, link: 3, info: 1, align: 4, entsize: type === 4 ? 12 : 8 };
    for (const content of ['', words(0, 0x101, 0).subarray(0, table.entsize)]) {
      for (const name of ['.a', '.ab', '.abc', '.abcd']) {
        expectAsStrip({
          class: 32,
          sections: [
            { ...empty, name },
            { ...table, content },
          ],
          symbols,
        });
      }
    }
  });
});

it('names of names of names are refused from a depth on that strip takes, and that no file has', () => {
  for (const [length, refused] of [
    [longest, undefined],
    [longest + 1, 'its sections refer to each other in a long chain'],
  ] as const) {
    const bytes = buildElf({ sections: [...chain(length), text] });
    const facts = elfInspector.inspect(memorySource(bytes), { path: 'chain.o', size: bytes.length, facts: 'all' });
    expect(facts.type === 'elf' ? facts.strip.refused : null).toBe(refused);
  }
});
