// Which sections lie in which segment, by the rules that GNU tools apply: file range, address range and kind all have to fit.
import { EM_ARM, EM_MIPS, EM_RISCV, PT_LOAD, SHF_ALLOC, SHF_TLS, SHT_NOBITS } from './constants.ts';
import { type ElfFile, type ElfSection, elfSizes } from './file.ts';
import type { ElfSegment } from './program-headers.ts';
import type { Load, LoadedSection, OutSection } from './strip-layout.ts';
import { refuse } from './strip-refusal.ts';

const PT_TLS = 7;

/** Above this many pairs of segment and section the file is none that a system would load. */
const maxPairs = 1 << 22;

/**
 * Whether `segment` holds `section`; an empty section at its very start or end counts. Segments are those to load, of thread-local data
 * and of notes: GNU tools have rules for more kinds.
 */
export function isInSegment(section: ElfSection, segment: ElfSegment): boolean {
  const { type, flags } = section;
  const tls = (flags & SHF_TLS) !== 0;
  const loaded = (flags & SHF_ALLOC) !== 0;
  if (!kindFits(tls, loaded, segment.type)) return false;
  const size = tls && type === SHT_NOBITS && segment.type !== PT_TLS ? 0 : section.size;
  if (type !== SHT_NOBITS && !fits(section.offset, size, segment.offset, segment.filesz)) return false;
  return !loaded || fits(section.addr, size, segment.vaddr, segment.memsz);
}

function kindFits(tls: boolean, loaded: boolean, type: number): boolean {
  return type === PT_LOAD ? loaded : tls === (type === PT_TLS);
}

function fits(at: number, size: number, start: number, length: number): boolean {
  return at >= start && at - start + size <= length;
}

/** Whether segments have physical addresses of their own. */
function hasPhysical({ segments }: ElfFile): boolean {
  let loads = 0;
  for (const { type, paddr, memsz } of segments) {
    if (paddr !== 0) return true;
    if (type === PT_LOAD && memsz !== 0) loads++;
  }
  return loads <= 1;
}

export interface OutSegments {
  /** Program headers in the output. */
  readonly count: number;
  /** Loadable segments in the order in which they are placed. */
  readonly loads: readonly Load[];
}

interface Held {
  readonly segment: ElfSegment;
  readonly sections: LoadedSection[];
}

export function segmentsOf(elf: ElfFile, sections: readonly OutSection[]): OutSegments {
  const { segments } = elf;
  checkPairs(elf, sections);
  const sizes = elfSizes(elf);
  const headersEnd = elf.phoff + segments.length * sizes.phdr;
  const physical = hasPhysical(elf);
  const addressed = segments.some(({ paddr }) => paddr !== 0);
  const loads: Load[] = [];
  let tableHeld = false;
  for (const { segment, sections: held } of heldSections(elf, sections, physical)) {
    const { offset, filesz } = segment;
    const table: boolean = !tableHeld && offset <= elf.phoff && offset + filesz >= headersEnd;
    tableHeld ||= table;
    const header = offset === 0 && filesz >= sizes.ehdr;
    const paddr = addressed ? segment.paddr : null;
    loads.push({ segment, paddr, header, table, sections: sorted(held) });
  }
  loads.sort((a, b) => Number(b.header) - Number(a.header) || placeOf(a) - placeOf(b));
  return { count: segments.length + addedSegments(elf, sections), loads };
}

/** The address by which loadable segments are placed. */
function placeOf({ paddr, sections }: Load): number {
  return paddr ?? sections[0]?.lma ?? 0;
}

/** The loadable segments with the sections that each holds. */
function heldSections(elf: ElfFile, sections: readonly OutSection[], physical: boolean): readonly Held[] {
  const held: Held[] = [];
  // Segments of thread-local data hold sections too where these are given an address to be loaded at.
  const chosen: Held[] = [];
  for (const segment of elf.segments) {
    if (segment.type !== PT_LOAD && segment.type !== PT_TLS) continue;
    const place = { segment, sections: [] };
    chosen.push(place);
    if (segment.type === PT_LOAD) held.push(place);
  }
  for (const out of sections) {
    if ((out.section.flags & SHF_ALLOC) !== 0) addLoaded(chosen, out, physical);
  }
  return held;
}

/** The address at which a section is loaded is its own, moved by its segment's physical address where segments have one. */
function addLoaded(chosen: readonly Held[], out: OutSection, physical: boolean): void {
  const { section } = out;
  const { addr } = section;
  const loaded: LoadedSection = { out, lma: addr };
  const tls = (section.flags & SHF_TLS) !== 0;
  let settled = !physical;
  for (const { segment, sections } of chosen) {
    if (!isInSegment(section, segment)) continue;
    sections.push(loaded);
    if (settled || (tls && segment.type === PT_LOAD)) continue;
    const { paddr, vaddr } = segment;
    loaded.lma = section.type === SHT_NOBITS ? paddr + addr - vaddr : paddr + section.offset - segment.offset;
    settled = true;
  }
}

/** By address; linkers number sections in this order, so that there is mostly nothing to do. */
function sorted(held: LoadedSection[]): readonly LoadedSection[] {
  for (let index = 1; index < held.length; index++) {
    const [before, loaded] = [held[index - 1], held[index]];
    if (before && loaded && compareLoaded(before, loaded) > 0) return held.toSorted(compareLoaded);
  }
  return held;
}

function checkPairs(elf: ElfFile, sections: readonly OutSection[]): void {
  const count = elf.segments.length;
  if (count * sections.length > maxPairs) refuse('failed', `it has ${count} segments for ${sections.length} sections`);
}

// At one place: by address, content before room without content, empty before filled.
function compareLoaded({ out: a, lma: lmaA }: LoadedSection, { out: b, lma: lmaB }: LoadedSection): number {
  return (
    lmaA - lmaB ||
    a.section.addr - b.section.addr ||
    Number(isLast(a)) - Number(isLast(b)) ||
    (a.stored ? a.size : 0) - (b.stored ? b.size : 0)
  );
}

function isLast({ size, stored }: OutSection): boolean {
  return !stored && size !== 0;
}

// Segments that strip adds where a processor's ABI wants them for a section and the file has none.
const wanted: readonly { machines: readonly number[]; name: string; type: number }[] = [
  { machines: [EM_ARM], name: '.ARM.exidx', type: 0x7000_0001 },
  { machines: [EM_RISCV], name: '.riscv.attributes', type: 0x7000_0003 },
  { machines: [EM_MIPS], name: '.reginfo', type: 0x7000_0000 },
  { machines: [EM_MIPS], name: '.MIPS.abiflags', type: 0x7000_0003 },
];

function addedSegments(elf: ElfFile, sections: readonly OutSection[]): number {
  let added = 0;
  for (const { machines, name, type } of wanted) {
    if (!machines.includes(elf.machine) || elf.segments.some((segment) => segment.type === type)) continue;
    if (sections.some((out) => out.section.name === name)) added++;
  }
  return added;
}
