// Which sections lie in which segment, by the rules that GNU tools apply: file range, address range and kind all have to fit.
import * as C from './constants.ts';
import { type ElfFile, type ElfSection, type ElfSegment, elfSizes } from './file.ts';
import type { Load, OutSection } from './strip-layout.ts';
import { refuse } from './strip-refusal.ts';

const PT_DYNAMIC = 2;
const PT_PHDR = 6;
const PT_TLS = 7;
const PT_GNU_EH_FRAME = 0x6474_e550;
const PT_GNU_STACK = 0x6474_e551;
const PT_GNU_RELRO = 0x6474_e552;

/** Above this many pairs of segment and section the file is none that a system would load. */
const maxPairs = 1 << 22;

/** Whether `segment` holds `section`; an empty section at its very start or end counts. */
export function isInSegment(section: ElfSection, segment: ElfSegment): boolean {
  return (
    kindFits(section, segment) &&
    fits(section, segment, BigInt(section.offset), segment.offset, segment.filesz, section.type !== C.SHT_NOBITS) &&
    fits(section, segment, section.addr, segment.vaddr, segment.memsz, (section.flags & C.SHF_ALLOC) !== 0)
  );
}

function kindFits(section: ElfSection, { type }: ElfSegment): boolean {
  const tls = (section.flags & C.SHF_TLS) !== 0;
  if (tls ? type !== PT_TLS && type !== PT_GNU_RELRO && type !== C.PT_LOAD : type === PT_TLS || type === PT_PHDR) {
    return false;
  }
  if ((section.flags & C.SHF_ALLOC) !== 0) return true;
  return !(
    type === C.PT_LOAD ||
    type === PT_DYNAMIC ||
    type === PT_GNU_EH_FRAME ||
    type === PT_GNU_STACK ||
    type === PT_GNU_RELRO
  );
}

function fits(
  section: ElfSection,
  segment: ElfSegment,
  at: bigint,
  start: bigint,
  length: bigint,
  applies: boolean,
): boolean {
  if (!applies) return true;
  const thread = (section.flags & C.SHF_TLS) !== 0 && section.type === C.SHT_NOBITS && segment.type !== PT_TLS;
  const size = thread ? 0n : BigInt(section.size);
  return at >= start && at - start + size <= length;
}

/** The address at which a section is loaded: its own, moved by its segment's physical address where segments have one. */
export function lmaOf(elf: ElfFile, section: ElfSection): bigint {
  const { segments } = elf;
  if ((section.flags & C.SHF_ALLOC) === 0 || !hasPhysical(elf)) return section.addr;
  let lma = section.addr;
  for (const segment of segments) {
    const tls = (section.flags & C.SHF_TLS) !== 0;
    if (segment.type !== PT_TLS && (segment.type !== C.PT_LOAD || tls)) continue;
    if (!isInSegment(section, segment)) continue;
    lma =
      section.type === C.SHT_NOBITS
        ? segment.paddr + section.addr - segment.vaddr
        : segment.paddr + BigInt(section.offset) - segment.offset;
    const end = section.addr + BigInt(section.size);
    if (section.addr >= segment.vaddr && end <= segment.vaddr + segment.memsz) break;
  }
  return lma;
}

function hasPhysical({ segments }: ElfFile): boolean {
  if (segments.some((segment) => segment.paddr !== 0n)) return true;
  return segments.filter((segment) => segment.type === C.PT_LOAD && segment.memsz !== 0n).length <= 1;
}

export interface OutSegments {
  /** Program headers in the output. */
  readonly count: number;
  /** Loadable segments in the order in which they are placed. */
  readonly loads: readonly Load[];
}

export function segmentsOf(elf: ElfFile, sections: readonly OutSection[]): OutSegments {
  const { segments } = elf;
  checkPairs(elf, sections);
  const sizes = elfSizes(elf);
  const headersEnd = BigInt(elf.phoff + segments.length * sizes.phdr);
  const physical = hasPhysical(elf);
  const loaded = sections.filter((out) => (out.section.flags & C.SHF_ALLOC) !== 0);
  const loads: Load[] = [];
  let count = segments.length;
  let tableHeld = false;
  for (const segment of segments) {
    if (segment.type !== C.PT_LOAD) continue;
    const held = loaded.filter((out) => isInSegment(out.section, segment));
    const header = segment.offset === 0n && segment.filesz >= BigInt(sizes.ehdr);
    const table: boolean =
      !tableHeld && segment.offset <= BigInt(elf.phoff) && segment.offset + segment.filesz >= headersEnd;
    tableHeld ||= table;
    if (held.length === 0 && !table) {
      count--;
      continue;
    }
    const sorted = held
      .map((out) => ({ out, lma: lmaOf(elf, out.section) }))
      .toSorted((a, b) => compareBig(a.lma, b.lma) || compareSections(a.out, b.out))
      .map(({ out }) => out);
    loads.push({
      segment: physical ? segment : { ...segment, paddr: segment.vaddr },
      header,
      table,
      sections: sorted,
    });
  }
  loads.sort((a, b) => Number(b.header) - Number(a.header) || compareBig(a.segment.paddr, b.segment.paddr));
  return { count: count + addedSegments(elf, sections), loads };
}

function checkPairs(elf: ElfFile, sections: readonly OutSection[]): void {
  const count = elf.segments.length;
  if (count * sections.length > maxPairs) refuse('failed', `it has ${count} segments for ${sections.length} sections`);
}

function compareBig(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// At one place: by address, content before room without content, empty before filled.
function compareSections(a: OutSection, b: OutSection): number {
  return (
    compareBig(a.section.addr, b.section.addr) ||
    Number(isLast(a)) - Number(isLast(b)) ||
    (a.stored ? a.size : 0) - (b.stored ? b.size : 0)
  );
}

function isLast({ section, size, stored }: OutSection): boolean {
  return !stored && (section.flags & C.SHF_TLS) === 0 && size !== 0;
}

/** Sections in any segment of one type. */
export function sectionsOf(elf: ElfFile, sections: readonly OutSection[], type: number): ReadonlySet<OutSection> {
  checkPairs(elf, sections);
  const segments = elf.segments.filter((segment) => segment.type === type);
  return new Set(sections.filter((out) => segments.some((segment) => isInSegment(out.section, segment))));
}

// Segments that strip adds where a processor's ABI wants them for a section and the file has none.
const wanted: readonly { machines: readonly number[]; name: string; type: number }[] = [
  { machines: [C.EM_ARM], name: '.ARM.exidx', type: 0x7000_0001 },
  { machines: [C.EM_RISCV], name: '.riscv.attributes', type: 0x7000_0003 },
  { machines: [C.EM_MIPS], name: '.reginfo', type: 0x7000_0000 },
  { machines: [C.EM_MIPS], name: '.MIPS.abiflags', type: 0x7000_0003 },
];

function addedSegments(elf: ElfFile, sections: readonly OutSection[]): number {
  return wanted.filter(
    ({ machines, name, type }) =>
      machines.includes(elf.machine) &&
      !elf.segments.some((segment) => segment.type === type) &&
      sections.some((out) => out.section.name === name),
  ).length;
}
