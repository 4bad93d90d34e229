// Headers at the edges of what strip takes: held against the installed strip, and where it is of one release alone, against the rule.
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { elfInspector } from '../../src/inspectors/elf/inspector.ts';
import { buildElf } from '../build/elf.ts';
import type { ElfSectionSpec, ElfSpec } from '../build/elf.ts';
import { isCompared, stripOracle } from '../strip-oracle.ts';

const expectAsStrip = stripOracle('strip-refusal');

const text: ElfSectionSpec = { name: '.text', flags: 6, content: 'some code' };
const symbols = [{ name: 'f' }, { name: 'g' }];
const rel = { name: '.rel.text', type: 9, link: 3, info: 1, align: 8, entsize: 16, content: Buffer.alloc(48) };
const linked = { type: 2, sections: [{ ...text, addr: 64 + 56 }] };
const segment = { flags: 5, filesz: 64 + 56 + 9, align: 0x1000 };

function withSection(more: Partial<ElfSectionSpec>): ElfSpec {
  return { sections: [text, { name: '.other', content: '12345678', ...more }], symbols };
}

function refusal(spec: ElfSpec, strip: '2.35' | '2.40' = '2.40'): string | undefined {
  const bytes = buildElf(spec);
  const facts = elfInspector.inspect(memorySource(bytes), { path: 'input.o', size: bytes.length, facts: 'all', strip });
  if (facts.type !== 'elf') throw new Error('no ELF file');
  return facts.strip.refused;
}

const cases: readonly (readonly [what: string, spec: ElfSpec])[] = [
  ['no names of sections', { sections: [text], shstrndx: 0 }],
  ['much room and few bytes', withSection({ type: 8, flags: 3, size: 10_000, content: '' })],
  ...[{ link: 5 }, { link: 6 }, { info: 6 }, { info: 6, flags: 0x40 }, { size: 40 }, { size: 10_000 }].map(
    (more) => [`an unused section of ${JSON.stringify(more)}`, withSection({ type: 0, content: '', ...more })] as const,
  ),
  ...[0, 1, 2, 3, 4096, 4097, 2n ** 32n, 2n ** 32n + 1n, 2n ** 63n, 2n ** 63n + 1n].map(
    (align) => [`a segment aligned to ${align}`, { ...linked, segments: [{ ...segment, align }] }] as const,
  ),
  ...[5, 6, 7].flatMap((at) => [
    [`a link to section ${at} of 6`, withSection({ link: at })] as const,
    [`section ${at} of 6 as information`, withSection({ info: at })] as const,
    [`section ${at} of 6 as information that is a section`, withSection({ info: at, flags: 0x40 })] as const,
    [`relocations of section ${at} of 6`, { sections: [text, { ...rel, info: at }], symbols }] as const,
  ]),
  ...[8, 16, 24].flatMap((entsize) => [
    [`relocations of ${entsize} bytes`, { sections: [text, { ...rel, entsize }], symbols }] as const,
    [
      `relocations with addends of ${entsize} bytes`,
      { sections: [text, { ...rel, type: 4, entsize }], symbols },
    ] as const,
    [
      `symbols of ${entsize} bytes`,
      { sections: [text, { ...text, type: 2, link: 3, entsize, content: Buffer.alloc(48) }] },
    ] as const,
    [`symbols to load of ${entsize} bytes`, withSection({ type: 11, entsize, content: Buffer.alloc(48) })] as const,
  ]),
  ...[0, 1, 2, 3].flatMap((info) => [
    [
      `${info} of 2 symbols to load that are local`,
      withSection({ type: 11, entsize: 24, info, content: Buffer.alloc(48) }),
    ] as const,
    [
      `${info} of no symbols to load that are local`,
      withSection({ type: 11, entsize: 24, info, content: '' }),
    ] as const,
  ]),
  ...[11, 12, 13, 14, 19, 20, 0x5fff_ffff, 0x6000_0000, 0x6fff_fff0, 0x7000_0000, 0x7000_0001, 0x7000_0002, 0x7fff_ffff]
    .concat([0x8000_0000, 0xffff_ffff])
    .flatMap((type) => [0, 2, 0x100].map((flags) => [type, flags] as const))
    .flatMap(([type, flags]) => [
      [
        `type 0x${type.toString(16)}, flags ${flags}`,
        withSection({ type, flags, entsize: type === 11 ? 24 : 8, content: Buffer.alloc(48) }),
      ] as const,
      [
        `type 0x${type.toString(16)}, flags ${flags}, i386`,
        { class: 32, ...withSection({ type, flags, entsize: type === 11 ? 16 : 4, content: Buffer.alloc(48) }) },
      ] as const,
    ]),
];

describe.skipIf(!isCompared('strip'))('headers', () => {
  it.each(cases)('%s', (_, spec) => {
    expectAsStrip(spec);
  });

  it('an unused section up to the end of the file, and behind it', () => {
    const spec = (size: number): ElfSpec => withSection({ type: 0, content: '', offset: 0, size });
    const { length } = buildElf(spec(0));
    for (const size of [length, length + 1]) expectAsStrip(spec(size));
  });
});

describe.each([
  ['strip', 62, 32, 'little'],
  ['aarch64-linux-gnu-strip', 183, 64, 'little'],
  ['arm-linux-gnueabihf-strip', 40, 32, 'little'],
  ['powerpc64le-linux-gnu-strip', 20, 32, 'big'],
  ['powerpc64le-linux-gnu-strip', 21, 64, 'little'],
  ['riscv64-linux-gnu-strip', 243, 64, 'little'],
  ['s390x-linux-gnu-strip', 22, 64, 'big'],
] as const)('%s, machine %i', (strip, machine, size, endian) => {
  it
    .skipIf(!isCompared(strip))
    .each([12, 0x6000_0000, 0x7000_0000, 0x7000_0001, 0x7000_0003, 0x7fff_ffff, 0x8000_0000])('type %i', (type) => {
    expectAsStrip({ machine, class: size, endian, ...withSection({ type, flags: 0x102 }) }, strip);
  });
});

describe('what is said', () => {
  it('of files without sections or their names', () => {
    expect(refusal({ shnum: 0, shoff: 0 })).toBe('it has no section headers');
    expect(refusal({ sections: [text], shstrndx: 0 })).toBe('it has no section names');
  });

  it('of packed relocations, which strip 2.35 does not know', () => {
    const packed = withSection({ type: 19, entsize: 8 });
    expect(refusal(packed)).toBeUndefined();
    expect(refusal(packed, '2.35')).toBe('section 2 has the unknown type 0x13');
    expect(refusal(withSection({ type: 18 }), '2.35')).toBeUndefined();
  });

  it('of sections that share more bytes than twice the file', () => {
    const sharing = (one: number, other: number): ElfSpec => ({
      sections: [
        { name: '.a', offset: 0, size: one },
        { name: '.b', offset: 0, size: other },
      ],
    });
    const size = buildElf(sharing(0, 0)).length;
    const names = '\0.a\0.b\0.shstrtab\0'.length;
    expect(refusal(sharing(size, size - names))).toBeUndefined();
    expect(refusal(sharing(size, size - names + 1))).toBe('its sections overlap');
  });

  it('of addresses in no known region', () => {
    const far = { vaddr: 2 ** 56, paddr: 2 ** 56 };
    expect(refusal({ ...linked, segments: [{ ...segment, ...far }] })).toMatch(/no known region/);
    expect(refusal({ ...linked, segments: [{ ...segment, ...far, type: 4 }] })).toBeUndefined();
    expect(refusal(withSection({ addr: 2 ** 56 }))).toMatch(/no known region/);
  });
});
