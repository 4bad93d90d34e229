// Where GNU strip puts what segments hold, at the edges of segments and sections: lengths against the installed strip, in every mode.
import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { elfInspector } from '../../src/inspectors/elf/inspector.ts';
import { defaultStripVersion } from '../../src/inspectors/elf/strip-version.ts';
import type { ElfFacts } from '../../src/model/facts.ts';
import { buildElf } from '../build/elf.ts';
import type { ElfSectionSpec, ElfSegmentSpec, ElfSpec } from '../build/elf.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const directory = tempDirectory('strip-segments');
const base = 0x40_0000;
const page = 0x1000;
const [alloc, tls] = [2, 0x402];
const [ptTls, ptNote] = [7, 4];

/** Whether this strip is of the release that the lengths are predicted for. */
function isCompared(strip: string): boolean {
  return requireTool(strip) && run(strip, ['--version']).includes(defaultStripVersion);
}

function inspect(bytes: Uint8Array): ElfFacts {
  const file = { path: 'program', size: bytes.length, facts: 'all', strip: defaultStripVersion } as const;
  const facts = elfInspector.inspect(memorySource(bytes), file);
  if (facts.type !== 'elf') throw new Error('no ELF file');
  return facts;
}

function expectAsStrip(spec: ElfSpec, strip = 'strip'): void {
  const [input, output] = [join(directory, 'input'), join(directory, 'output')];
  const bytes = buildElf({ type: 2, ...spec });
  writeFileSync(input, bytes);
  const length = (option: string): number | null => {
    const { status } = spawnSync(strip, [option, '-o', output, input], { stdio: 'ignore' });
    return status === 0 ? statSync(output).size : null;
  };
  const expected = { debug: length('-g'), unneeded: length('--strip-unneeded'), all: length('-s') };
  expect(inspect(bytes).strip).toEqual(expected);
}

/** A section of `size` bytes at this offset, loaded `base` above it. */
function section(place: number, size: number, more: Partial<ElfSectionSpec> = {}): ElfSectionSpec {
  const content = more.type === 8 ? '' : 'x'.repeat(size);
  return { name: `.at${place}`, flags: alloc, addr: base + place, place, size, content, ...more };
}

/** A segment of `filesz` bytes at this offset, loaded `base` above it. */
function load(offset: number, filesz: number, more: ElfSegmentSpec = {}): ElfSegmentSpec {
  return { offset, filesz, vaddr: base + offset, align: page, ...more };
}

/** The first section of nearly every program here, and the headers with it. */
const text = section(0x300, 0x10);
const headers = load(0, 0x310);
/** The first section in a segment that need not keep to a page. */
const tight = load(0x300, 0x10, { align: 1 });
/** Addresses above the base. */
const [sooner, later] = [0x12_3f00, 0x23_4100];
const high = { addr: base + 0x1_2340, align: 1 };

function at(place: number, above: number, more: Partial<ElfSectionSpec> = {}): ElfSectionSpec {
  return section(place, 0x10, { name: `.at${place}-${above}`, addr: base + above, ...more });
}

function second(above: number, place = 0x340): ElfSegmentSpec {
  return load(place, 0x10, { vaddr: base + above });
}

const programs: readonly (readonly [what: string, readonly ElfSegmentSpec[], readonly ElfSectionSpec[]])[] = [
  ['one segment', [headers], [text]],
  [
    'a section that fills a segment',
    [headers, load(0x340, 0x20, { vaddr: high.addr })],
    [text, section(0x340, 0x20, high)],
  ],
  [
    'a section that begins before its segment does',
    [headers, load(0x341, 0x30, { vaddr: high.addr })],
    [text, section(0x340, 0x20, high), section(0x360, 0x10, { addr: high.addr + 0x20 })],
  ],
  [
    'a section with an address before that of its segment',
    [headers, load(0x340, 0x30, { vaddr: high.addr + 1 })],
    [text, section(0x340, 0x20, high), section(0x360, 0x10, { addr: high.addr + 0x20 })],
  ],
  [
    'a section that ends behind its segment',
    [headers, load(0x340, 0x1f, { vaddr: high.addr, memsz: 0x100 })],
    [text, section(0x340, 0x8, high), section(0x348, 0x18, { addr: high.addr + 8 })],
  ],
  [
    'a section with an end behind that of its segment in memory',
    [headers, load(0x340, 0x20, { vaddr: high.addr, memsz: 0x1f })],
    [text, section(0x340, 0x8, high), section(0x348, 0x18, { addr: high.addr + 8 })],
  ],
  [
    'room without content behind the bytes of a segment',
    [headers, load(0x340, 0x20, { vaddr: high.addr, memsz: 0x120 })],
    [text, section(0x340, 0x20, high), section(0x360, 0x100, { type: 8, addr: high.addr + 0x20 })],
  ],
  [
    'a section that is not loaded inside of a segment',
    [headers, load(0x340, 0x60, { vaddr: high.addr })],
    [
      text,
      section(0x340, 0x20, high),
      section(0x360, 0x20, { flags: 0, addr: high.addr + 0x20 }),
      section(0x380, 0x20, { addr: high.addr + 0x40 }),
    ],
  ],

  // Behind the headers, where strip counts the gap in front of such room twice.
  [
    'room without content that comes first, in front of content',
    [headers],
    [section(0x200, 8, { type: 8 }), section(0x300, 0x10)],
  ],
  [
    'room without content that comes first, in front of content, with a physical address',
    [{ ...headers, paddr: base }],
    [section(0x200, 8, { type: 8 }), section(0x300, 0x10)],
  ],
  [
    'thread-local room without content that comes first, in front of content',
    [{ ...headers, paddr: base }],
    [section(0x200, 8, { type: 8, flags: tls }), section(0x300, 0x10)],
  ],
  [
    'room without content that comes first in a segment without the headers',
    [{ ...headers, paddr: base }, load(0x340, 0x60, { vaddr: high.addr, paddr: high.addr })],
    [text, section(0x340, 8, { type: 8, addr: high.addr }), section(0x380, 0x10, { addr: high.addr + 0x40 })],
  ],

  // Segments without physical addresses are placed by their virtual ones; either order leaves other gaps.
  [
    'segments that do not ascend',
    [headers, second(later), second(sooner, 0x380)],
    [text, at(0x340, later), at(0x380, sooner)],
  ],
  [
    'physical addresses that descend',
    [headers, { ...second(sooner), paddr: 0x8000 }, { ...second(later, 0x380), paddr: 0x7000 }],
    [text, at(0x340, sooner), at(0x380, later)],
  ],
  [
    'physical addresses that ascend',
    [headers, { ...second(later), paddr: 0x7000 }, { ...second(sooner, 0x380), paddr: 0x8000 }],
    [text, at(0x340, later), at(0x380, sooner)],
  ],
  [
    'a physical address of one segment',
    [headers, { ...second(later), paddr: 0x7000 }, second(sooner, 0x380)],
    [text, at(0x340, later), at(0x380, sooner)],
  ],
  [
    'a physical address of notes',
    [headers, second(sooner), second(later, 0x380), { type: ptNote, paddr: 1 }],
    [text, at(0x340, sooner), at(0x380, later)],
  ],
  ['one segment to load, without a physical address', [load(0, 0x370)], [text, at(0x340, 0x348, { size: 0x10 })]],
  ['one segment to load, and notes', [load(0, 0x370), { type: ptNote, memsz: 8 }], [text, at(0x340, 0x348)]],
  ['one segment to load, and one without memory', [load(0, 0x370), load(0x370, 0)], [text, at(0x340, 0x348)]],
  [
    'two segments to load, without physical addresses',
    [load(0, 0x370), second(later, 0x380)],
    [text, at(0x340, 0x348), at(0x380, later)],
  ],
  ['a physical address, and a gap', [load(0, 0x370, { paddr: 0x100 })], [text, at(0x340, 0x348)]],
  ['a gap of pages behind the headers, without a physical address', [load(0, 0x2310)], [section(0x2300, 0x10)]],
  [
    'a gap of pages behind the headers, with a physical address',
    [load(0, 0x2310, { paddr: base })],
    [section(0x2300, 0x10)],
  ],
  ['a segment that begins in front of its first section', [load(0x2f8, 0x18, { align: 16 })], [text]],
  [
    'a segment that begins in front of its first section, with a physical address',
    [load(0x2f8, 0x18, { align: 16, paddr: 8 })],
    [text],
  ],

  // Without a page to keep to, what follows the headers tells how long they are.
  ['a segment without headers', [tight], [text]],
  ['a segment without sections', [tight, load(0x340, 0x10)], [text]],
  ['a segment without sections or bytes', [tight, load(0x340, 0)], [text]],
  ['the whole table in a segment', [load(0, 0xb0), tight], [text]],
  ['the table but for its last byte in a segment', [load(0, 0xaf), tight], [text]],
  ['the table behind the file header in a segment', [load(0x40, 0x70), tight], [text]],
  ['the table but for its first byte in a segment', [load(0x41, 0x6f), tight], [text]],
  ['the table in two segments', [load(0, 0x100), load(0, 0x100, { vaddr: base + 0x1000 }), tight], [text]],
  ['the file header alone in a segment', [load(0, 0x40), tight], [text]],
  ['a segment that begins with the table', [load(0x40, 0x2d0, { align: 1 })], [text]],
  ['a segment that begins inside of the table', [load(0x41, 0x2cf, { align: 1 })], [text]],
  ['a segment that begins with the file header', [load(0, 0x310, { align: 1 })], [text]],
  [
    'a segment that begins with the file header, and a physical address',
    [load(0, 0x310, { align: 1, paddr: 1 })],
    [text],
  ],
  ['a segment that begins with the table, and a physical address', [load(0x40, 0x2d0, { align: 1, paddr: 1 })], [text]],
  [
    'a segment that begins inside of the table, and a physical address',
    [load(0x41, 0x2cf, { align: 1, paddr: 1 })],
    [text],
  ],
  [
    'a segment that ends with the table',
    [load(0x40, 0x70, { align: 1, paddr: 1 }), { ...tight, paddr: 0x8000 }],
    [section(0xb0, 0), text],
  ],
  [
    'a segment that ends in front of the last byte of the table',
    [load(0x40, 0x6f, { align: 1, paddr: 1 }), { ...tight, paddr: 0x8000 }],
    [section(0xb0, 0, { addr: base + 0xaf, offset: 0xaf }), text],
  ],
  [
    'a segment that ends with the file header',
    [load(0, 0x40, { align: 1, paddr: 1 }), { ...tight, paddr: 0x8000 }],
    [section(0xb0, 0, { addr: base + 0x40, offset: 0x40 }), text],
  ],
  [
    'a segment that ends in front of the last byte of the file header',
    [load(0, 0x3f, { align: 1, paddr: 1 }), { ...tight, paddr: 0x8000 }],
    [section(0xb0, 0, { addr: base + 0x3f, offset: 0x3f }), text],
  ],
  [
    'the table in a segment of thread-local data',
    [
      { ...tight, paddr: 1 },
      { ...load(0x40, 0x70, { paddr: 0x8000 }), type: ptTls },
    ],
    [text],
  ],

  // Thread-local room without content takes no addresses of its own, but in a segment of its kind.
  [
    'thread-local data',
    [load(0, 0x360), { ...load(0x340, 0x10), type: ptTls }],
    [text, at(0x340, 0x348, { flags: tls }), at(0x350, 0x358)],
  ],
  [
    'thread-local data at physical addresses',
    [load(0, 0x360, { paddr: 0x1000 }), { ...load(0x340, 0x10, { paddr: 0x1340 }), type: ptTls }],
    [text, at(0x340, 0x340, { flags: tls }), at(0x350, 0x350)],
  ],
  [
    'thread-local data at physical addresses of its own',
    [load(0, 0x360, { paddr: 0x1000 }), { ...load(0x340, 0x10, { paddr: 0x1348 }), type: ptTls }],
    [text, at(0x340, 0x340, { flags: tls }), at(0x350, 0x350)],
  ],
  [
    'thread-local data that no segment of its kind holds',
    [load(0, 0x360, { paddr: 0x1000 })],
    [text, at(0x340, 0x340, { flags: tls }), at(0x350, 0x350)],
  ],
  [
    'thread-local data behind the segment of its kind',
    [load(0, 0x360, { paddr: 0x1000 }), { ...load(0x340, 0x10, { paddr: 0x1348 }), type: ptTls }],
    [text, at(0x350, 0x350, { flags: tls })],
  ],
  [
    'data in a segment of thread-local data',
    [load(0, 0x360, { paddr: 0x1000 }), { ...load(0x340, 0x10, { paddr: 0x1348 }), type: ptTls }],
    [text, at(0x340, 0x340), at(0x350, 0x350)],
  ],
  [
    'thread-local room',
    [load(0, 0x370, { paddr: base }), { ...load(0x340, 0x10, { memsz: 0x110, paddr: base + 0x340 }), type: ptTls }],
    [
      text,
      at(0x340, 0x340, { flags: tls }),
      at(0x350, 0x350, { flags: tls, type: 8, size: 0x100 }),
      at(0x350, 0x350),
      at(0x360, 0x360),
    ],
  ],
  [
    'thread-local room at the end of its segment',
    [load(0, 0x350, { paddr: base }), { ...load(0x340, 0x10, { memsz: 0x110, paddr: base + 0x340 }), type: ptTls }],
    [text, at(0x340, 0x340, { flags: tls }), at(0x350, 0x350, { flags: tls, type: 8, size: 0x100 })],
  ],
  [
    'room at the end of its segment in memory',
    [load(0, 0x350, { memsz: 0x450 })],
    [text, at(0x340, 0x340), at(0x350, 0x350, { type: 8, size: 0x100 })],
  ],
  [
    'room and content behind it',
    [load(0, 0x460)],
    [text, at(0x340, 0x340, { type: 8, size: 0x100 }), at(0x340, 0x440)],
  ],
  [
    'room and content at one address',
    [load(0, 0x360)],
    [text, at(0x340, 0x340, { type: 8, size: 0x10 }), at(0x340, 0x340)],
  ],
  ['sections that do not ascend', [load(0, 0x370)], [text, at(0x340, 0x360), at(0x360, 0x340)]],
  [
    'an empty section at the address of another',
    [load(0, 0x370)],
    [text, at(0x340, 0x340), at(0x350, 0x340, { content: '' })],
  ],
  [
    'notes, and a section of notes outside of them',
    [headers, { ...load(0x340, 0x10), type: ptNote }],
    [text, at(0x340, 0x340, { type: 7 }), at(0x350, 0x350, { type: 7, flags: 0 })],
  ],
  [
    'room that is among notes',
    [headers, { ...load(0x340, 0x20), type: ptNote }],
    [text, at(0x340, 0x340, { type: 7 }), at(0x350, 0x350, { type: 8, size: 0x10 })],
  ],
  [
    'room that is among notes but not loaded',
    [headers, { ...load(0x340, 0x20), type: ptNote }],
    [text, at(0x340, 0x340, { type: 7 }), at(0x350, 0x350, { type: 8, flags: 0, size: 0x10 })],
  ],
  [
    'thread-local room that is among notes',
    [headers, { ...load(0x340, 0x20), type: ptNote }],
    [text, at(0x340, 0x340, { type: 7 }), at(0x350, 0x350, { type: 8, flags: tls, size: 0x10 })],
  ],
  [
    'thread-local room in front of content',
    [headers, { ...load(0x340, 0x20), vaddr: base + later, align: 1 }],
    [text, at(0x340, later, { flags: tls, type: 8, size: 0x100 }), at(0x350, later + 0x10)],
  ],
  [
    'thread-local data that ends behind its segment',
    [headers, second(later)],
    [text, at(0x340, later, { flags: tls, size: 0x20, content: 'x'.repeat(0x20) })],
  ],
  [
    'thread-local room that ends behind the segment of its kind',
    [
      { ...headers, paddr: base },
      { ...load(0x340, 0x20), vaddr: base + later, paddr: base + later },
      { type: ptTls, offset: 0x340, vaddr: base + later, paddr: base + later - 0x10, memsz: 0x80 },
    ],
    [text, at(0x340, later, { flags: tls, type: 8, size: 0x100 }), at(0x350, later + 0x10)],
  ],
  [
    'thread-local room that the segment of its kind holds',
    [
      { ...headers, paddr: base },
      { ...load(0x340, 0x20), vaddr: base + later, paddr: base + later },
      { type: ptTls, offset: 0x340, vaddr: base + later, paddr: base + later - 0x10, memsz: 0x100 },
    ],
    [text, at(0x340, later, { flags: tls, type: 8, size: 0x100 }), at(0x350, later + 0x10)],
  ],
  [
    'room in front of content',
    [headers, load(0x340, 0x10, { vaddr: base + later, memsz: 0x110, align: 1 })],
    [text, at(0x340, later, { type: 8, size: 0x100 }), at(0x340, later + 0x100)],
  ],
  [
    'room in front of content, with an offset of its own',
    [{ ...headers, paddr: base }, load(0x340, 0x110, { vaddr: base + later, paddr: 0x8000 })],
    [text, at(0x350, later, { type: 8, size: 0x100 }), at(0x440, later + 0x100)],
  ],
  [
    'room that is neither loaded nor among notes',
    [headers, { ...load(0x340, 0x20), type: ptNote }],
    [text, at(0x340, 0x340, { type: 7 }), at(0x350, 0, { type: 8, flags: 0, size: 0x10 })],
  ],
  [
    'room between content, with an offset of its own',
    [{ ...headers, paddr: base }, load(0x340, 0x30, { vaddr: base + later, paddr: 0x8000 })],
    [text, at(0x340, later), at(0x350, later + 0x10, { type: 8, offset: 0x358 }), at(0x360, later + 0x20)],
  ],
];

describe.skipIf(!isCompared('strip'))('length after strip of a program with', () => {
  it.each(programs)('%s', (_, segments, sections) => {
    expectAsStrip({ segments, sections });
  });
});

it.skipIf(!isCompared('strip') || !requireTool('readelf'))(
  'room of no length at the address of content moves nothing',
  () => {
    const room = at(0x350, 0x340, { type: 8, size: 0 });
    const spec = { segments: [load(0, 0x370)], sections: [text, section(0x340, 0x10), room] };
    expectAsStrip(spec);
    const offsetIn = (name: string): string | undefined =>
      /\.at832 +PROGBITS +[0-9a-f]+ ([0-9a-f]+)/.exec(run('readelf', ['-SW', join(directory, name)]))?.[1];
    expect([offsetIn('input'), offsetIn('output')]).toEqual(['000340', '000340']);
    expect(inspect(buildElf({ type: 2, ...spec })).unsafe).toEqual([]);
  },
);

// Section .ARM.exidx wants a segment PT_ARM_EXIDX, .riscv.attributes one of PT_RISCV_ATTRIBUTES (psABI of either).
describe.each([
  ['arm-linux-gnueabihf-strip', { class: 32, machine: 40 }, '.ARM.exidx', 0x7000_0001, 0x7000_0001],
  ['riscv64-linux-gnu-strip', { class: 64, machine: 243 }, '.riscv.attributes', 0x7000_0003, 0x7000_0003],
  ['strip', { class: 64, machine: 62 }, '.ARM.exidx', 0x7000_0001, 1],
] as const)('length after %s of a program', (strip, kind, name, type, own) => {
  it.skipIf(!isCompared(strip)).each([
    ['without what its ABI wants', { name: 'other' }, []],
    ['with a section that wants a segment', { name, type: own, link: 1 }, []],
    ['with a section and its segment', { name, type: own, link: 1 }, [load(0x310, 0x10, { type })]],
  ])('%s', (_, wanting, more) => {
    const segments = [load(0x300, 0x20, { align: 1 }), ...more];
    expectAsStrip({ ...kind, segments, sections: [text, section(0x310, 0x10, wanting)] }, strip);
  });
});

it('a program of more than 4,194,304 pairs of segment and section is none that a system would load', () => {
  const segments = Array.from({ length: 2048 }, () => ({ type: 0 }));
  const sections = Array.from({ length: 2049 }, (_, index) => ({ name: `s${index}`, flags: alloc }));
  const refused = (count: number): string | undefined =>
    inspect(buildElf({ type: 2, segments, sections: sections.slice(0, count) })).strip.refused;
  expect(refused(2048)).toBeUndefined();
  expect(refused(2049)).toBe('it has 2048 segments for 2049 sections');
});
