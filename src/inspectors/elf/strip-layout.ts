// Where GNU strip puts the sections of its output: object files one after the other, linked files segment by segment.
import * as C from './constants.ts';
import { type ElfSegment, elfSizes } from './file.ts';
import { lmaOf, sectionsOf, segmentsOf } from './segments.ts';
import { refuse } from './strip-refusal.ts';
import type { StripSections } from './strip-sections.ts';
import type { ElfSection } from './file.ts';

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
  /** Offsets of the sections that lie in segments, by section index. */
  readonly placed: ReadonlyMap<number, number>;
  /** Whether two sections claim the same addresses. */
  readonly conflict: boolean;
}

export function outSection(section: ElfSection, size: number, stored: boolean): OutSection {
  // The lowest power of two in alignment and address.
  const mask = (section.addralign === 0n ? 1n : section.addralign) | section.addr;
  return { section, size, stored, align: Number(mask & -mask) };
}

export function alignUp(offset: number, align: number): number {
  const aligned = align > 1 ? Math.ceil(offset / align) * align : offset;
  if (!Number.isSafeInteger(aligned)) refuse('failed', 'its sections do not fit in a file');
  return aligned;
}

/** Object files: after the file header, by number. Sections without content are aligned too. */
export function layoutObject(view: StripSections, sections: readonly OutSection[]): Layout {
  let end = elfSizes(view.elf).ehdr;
  for (const { size, stored, align } of sections) {
    end = alignUp(end, align);
    if (stored) end = alignUp(end + size, 1);
  }
  return { end, placed: new Map(), conflict: false };
}

/** Linked files: headers, loadable segments by address, then what no segment holds, by number. */
export function layoutLinked(view: StripSections, sections: readonly OutSection[]): Layout {
  const { elf } = view;
  const sizes = elfSizes(elf);
  const byIndex = new Map(sections.map((out) => [out.section.index, out]));
  const segments = segmentsOf(elf, sections);
  const tableBytes = segments.count * sizes.phdr;
  const cursor: Cursor = {
    offset: sizes.ehdr + (segments.loads.some((load) => load.table) ? 0 : tableBytes),
    placed: new Map(),
    conflict: false,
    machine: elf.machine,
  };
  for (const [number, load] of segments.loads.entries()) {
    // Offset at which the segment begins where it does not begin with its first section.
    const begin = load.header ? 0 : load.table ? cursor.offset : null;
    if (load.table) cursor.offset += tableBytes;
    placeSegment(cursor, view, load, number, begin);
  }
  const notes = sectionsOf(elf, sections, C.PT_NOTE);
  for (const out of byIndex.values()) {
    if (!cursor.placed.has(out.section.index)) placeLoose(cursor, notes.has(out) ? { ...out, stored: true } : out);
  }
  return { end: cursor.offset, placed: cursor.placed, conflict: cursor.conflict };
}

interface Cursor {
  offset: number;
  readonly placed: Map<number, number>;
  conflict: boolean;
  readonly machine: number;
}

export interface Load {
  readonly segment: ElfSegment;
  /** Whether it begins with the file header. */
  readonly header: boolean;
  /** Whether it holds the program headers. */
  readonly table: boolean;
  /** By address. */
  readonly sections: readonly OutSection[];
}

const mask64 = (1n << 64n) - 1n;

function placeSegment(cursor: Cursor, view: StripSections, load: Load, number: number, begin: number | null): void {
  const { segment, sections } = load;
  const first = sections[0];
  if (first === undefined) return;
  const empty = sections.every((out) => !out.stored);
  const start = begin === null ? segment.vaddr : first.section.addr;
  const bias = pageBias(cursor, start, segment.align, number);
  const before = cursor.offset;
  cursor.offset = advance(cursor.offset, bias);
  // Address at which the next byte of the segment would be loaded, and how many bytes of memory have no room in the file yet.
  let address = begin === null ? segment.paddr : segment.paddr + BigInt(cursor.offset - begin);
  let hole = 0n;
  for (const { section, size, stored } of sections) {
    const special = (section.flags & C.SHF_TLS) !== 0 && !stored;
    if (!special) {
      const gap = lmaOf(view.elf, section) - address;
      if (gap < 0n) cursor.conflict = true;
      else hole += gap;
      address += (gap < 0n ? 0n : gap) + BigInt(size);
    }
    if (stored) {
      cursor.offset = advance(cursor.offset, hole);
      hole = 0n;
    }
    cursor.placed.set(section.index, cursor.offset);
    if (stored) cursor.offset = advance(cursor.offset, BigInt(size));
    else if (!special) hole += BigInt(size);
  }
  if (empty) cursor.offset = before;
}

function advance(offset: number, by: bigint): number {
  const next = BigInt(offset) + by;
  if (next > BigInt(Number.MAX_SAFE_INTEGER)) refuse('failed', 'its sections do not fit in a file');
  return Number(next);
}

/** Bytes to skip so that offset and address agree modulo the page size. */
function pageBias(cursor: Cursor, address: bigint, align: bigint, number: number): bigint {
  const page = align === 0n ? 1n : align;
  const offset = BigInt(cursor.offset);
  const bias = ((address - offset) & mask64) % page;
  // On PA-RISC two segments never share a page of the file.
  const shared = offset % page !== 0n && offset / page === (offset + bias) / page;
  return cursor.machine === C.EM_PARISC && number > 0 && shared ? bias + page : bias;
}

const loosePage = 0x1000n;

function placeLoose(cursor: Cursor, out: OutSection): void {
  const { section, size, stored, align } = out;
  if (!stored && section.type === C.SHT_NOBITS) return;
  // Loaded content outside all segments keeps to its page where it did so in the input.
  const paged = size > 0 && (section.addr - BigInt(section.offset)) % loosePage === 0n;
  const bias = ((section.addr - BigInt(cursor.offset)) & mask64) % (paged ? loosePage : BigInt(align));
  const loaded = (section.flags & C.SHF_ALLOC) !== 0;
  cursor.offset = loaded ? advance(cursor.offset, bias) : alignUp(cursor.offset, align);
  if (stored) cursor.offset = advance(cursor.offset, BigInt(size));
}
