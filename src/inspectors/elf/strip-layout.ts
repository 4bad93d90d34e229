// Where GNU strip puts the sections of its output: object files one after the other, linked files segment by segment.
import { EM_PARISC, PT_NOTE, SHF_ALLOC, SHF_TLS } from './constants.ts';
import { type ElfFile, elfSizes, type ElfSection } from './file.ts';
import type { ElfSegment } from './program-headers.ts';
import { isInSegment, segmentsOf } from './segments.ts';
import { refuse } from './strip-refusal.ts';
import type { StripSections } from './strip-sections.ts';
import type { StripVersion } from './strip-version.ts';
import { lowestBit } from './words.ts';

/** A section of the output. */
export interface OutSection {
  readonly section: ElfSection;
  /** Length in the output, which may differ from the input's. */
  readonly size: number;
  /** Whether it takes room in the file. */
  readonly stored: boolean;
  /** Alignment in the output. */
  readonly align: number;
}

export interface Layout {
  /** First free offset after all sections. */
  readonly end: number;
  /** Offsets of the sections that lie in segments, by section index; -1 for all others. Null in an object file. */
  readonly placed: Float64Array | null;
  /** Whether two sections claim the same addresses. */
  readonly conflict: boolean;
}

export function outSection(section: ElfSection, size: number, stored: boolean): OutSection {
  // The lowest power of two in alignment and address.
  const { addr } = section;
  const low = lowestBit(0, addr | 0);
  return { section, size, stored, align: low === 0 ? section.align : Math.min(section.align, low) };
}

export function alignUp(offset: number, align: number): number {
  const aligned = Math.ceil(offset / align) * align;
  if (!Number.isSafeInteger(aligned)) refuse('failed', 'its sections do not fit in a file');
  return aligned;
}

/** Object files: after the file header, by number. Sections without content are aligned too. */
export function layoutObject(view: StripSections, sections: readonly OutSection[], version: StripVersion): Layout {
  const { ehdr, word } = elfSizes(view.elf);
  // From 2.44 on the file, unlike the memory, needs no more than words to be aligned.
  const most = version === '2.44' ? word : Number.POSITIVE_INFINITY;
  let end = ehdr;
  for (const { size, stored, align } of sections) {
    end = alignUp(end, Math.min(align, most));
    if (stored) end = alignUp(end + size, 1);
  }
  return { end, placed: null, conflict: false };
}

/** Linked files: headers, loadable segments by address, then what no segment holds, by number. */
export function layoutLinked(view: StripSections, sections: readonly OutSection[]): Layout {
  const { elf } = view;
  const sizes = elfSizes(elf);
  const segments = segmentsOf(elf, sections);
  const tableBytes = segments.count * sizes.phdr;
  const placed = new Float64Array(elf.sections.length).fill(-1);
  const cursor: Cursor = {
    offset: sizes.ehdr + (segments.loads.some((load) => load.table) ? 0 : tableBytes),
    placed,
    conflict: false,
    machine: elf.machine,
  };
  for (const [number, load] of segments.loads.entries()) {
    // Offset at which the segment begins where it does not begin with its first section.
    const begin = load.header ? 0 : load.table ? cursor.offset : null;
    if (load.table) cursor.offset += tableBytes;
    placeSegment(cursor, load, number, begin);
  }
  for (const out of sections) {
    if (placed[out.section.index] === -1) placeLoose(cursor, out, out.stored || isInNotes(elf, out.section));
  }
  return { end: cursor.offset, placed, conflict: cursor.conflict };
}

function isInNotes(elf: ElfFile, section: ElfSection): boolean {
  return elf.segments.some((segment) => segment.type === PT_NOTE && isInSegment(section, segment));
}

interface Cursor {
  offset: number;
  readonly placed: Float64Array;
  conflict: boolean;
  readonly machine: number;
}

/** A section that is loaded with a segment, and the address at which that happens. */
export interface LoadedSection {
  readonly out: OutSection;
  lma: number;
}

export interface Load {
  readonly segment: ElfSegment;
  /** The physical address; null where no segment has one, and each begins with its first section or the headers in front of it. */
  readonly paddr: number | null;
  /** Whether it begins with the file header. */
  readonly header: boolean;
  /** Whether it holds the program headers. */
  readonly table: boolean;
  /** By address. */
  readonly sections: readonly LoadedSection[];
}

function placeSegment(cursor: Cursor, load: Load, number: number, begin: number | null): void {
  const { segment, sections } = load;
  const first = sections[0];
  if (first === undefined) return;
  const start = first.out.section.addr - (begin === null && load.paddr !== null ? first.lma - load.paddr : 0);
  const before = cursor.offset;
  cursor.offset = advance(before, pageBias(cursor, start, segment.align, number));
  // Address at which the next byte of the segment would be loaded, and how many bytes of memory have no room in the file yet.
  let address = load.paddr === null ? first.lma : load.paddr + (begin === null ? 0 : cursor.offset - begin);
  // In front of room without content strip counts the gap behind the headers twice where segments have physical addresses.
  const isDoubled = begin !== null && load.paddr !== null && !first.out.stored && !isSpecial(first.out);
  let hole = isDoubled ? cursor.offset - before : 0;
  let empty = true;
  for (const { out, lma } of sections) {
    const { section, size, stored } = out;
    const special = isSpecial(out);
    if (!special) {
      const gap = lma - address;
      if (gap < 0) cursor.conflict = true;
      else hole += gap;
      address += Math.max(gap, 0) + size;
    }
    if (stored) {
      empty = false;
      cursor.offset = advance(cursor.offset, hole);
      hole = 0;
    }
    cursor.placed[section.index] = cursor.offset;
    if (stored) cursor.offset = advance(cursor.offset, size);
    else if (!special) hole += size;
  }
  if (empty) cursor.offset = before;
}

/** Room for thread-local data, which takes none where it is loaded. */
function isSpecial({ section, stored }: OutSection): boolean {
  return !stored && (section.flags & SHF_TLS) !== 0;
}

function advance(offset: number, by: number): number {
  const next = offset + by;
  if (!Number.isSafeInteger(next)) refuse('failed', 'its sections do not fit in a file');
  return next;
}

/** The remainder that is never negative; exact, unlike a sum before the division. */
function modulo(value: number, by: number): number {
  const rest = value % by;
  return rest < 0 ? rest + by : rest;
}

/** Bytes to skip so that offset and address agree modulo the page size. */
function pageBias({ offset, machine }: Cursor, address: number, align: number, number: number): number {
  const page = align === 0 ? 1 : align;
  const bias = modulo(address - offset, page);
  // On PA-RISC two segments never share a page of the file.
  const apart = machine === EM_PARISC && number > 0 && offset % page !== 0;
  return apart && Math.floor(offset / page) === Math.floor((offset + bias) / page) ? bias + page : bias;
}

const loosePage = 0x1000;

/** @param stored whether the section takes room, which one in a segment of notes always does. */
function placeLoose(cursor: Cursor, { section, size, align }: OutSection, stored: boolean): void {
  if (!stored) return;
  if ((section.flags & SHF_ALLOC) === 0) {
    cursor.offset = alignUp(cursor.offset, align);
  } else {
    // Loaded content outside all segments keeps to its page where it did so in the input.
    const paged = size > 0 && (section.addr - section.offset) % loosePage === 0;
    cursor.offset = advance(cursor.offset, modulo(section.addr - cursor.offset, paged ? loosePage : align));
  }
  cursor.offset = advance(cursor.offset, size);
}
