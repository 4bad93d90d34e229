// Reasons why stripping would damage an ELF file: all of them show in its headers and in the bytes that no header describes.
import { firstIndex } from '../../bytes/search.ts';
import { debugAlone } from '../../model/facts.ts';
import type { Unsafe } from '../../model/facts.ts';
import { ET_REL, PT_LOAD, SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE, SHT_NOBITS, SHT_NOTE, SHT_NULL } from './constants.ts';
import { type ElfFile, type ElfSection, elfSizes, hasBytes } from './file.ts';
import { isInSegment } from './segments.ts';
import type { Layout } from './strip-layout.ts';
import { isDebugSection } from './strip-sections.ts';
import type { StripSections } from './strip-sections.ts';

const page = 4096;

export function unsafeReasons(view: StripSections, layout: Layout): readonly Unsafe[] {
  const { elf } = view;
  const described = describedRanges(elf);
  const reasons = [...splitOff(elf), appendedData(elf, described)];
  if (view.linked) reasons.push(undescribedBytes(elf, described), emptySegment(elf), movedSection(view, layout));
  return reasons.filter((reason) => reason !== null);
}

/** Debug data that was split off another file: strip would leave nothing of it. */
export function splitOff(elf: ElfFile): readonly Unsafe[] {
  const loaded = elf.sections.filter(({ flags, type }) => (flags & SHF_ALLOC) !== 0 && type !== SHT_NOTE);
  const isSplit = loaded.length === 0 ? hasDebugData(elf) : isEmptied(elf, loaded);
  if (!isSplit) return [];
  const message = 'it holds debug data alone, of which nothing would be left';
  return [{ code: debugAlone, bytes: elf.source.size, message }];
}

/** `.dwo` files of `gcc -gsplit-dwarf`, and what dwz gathers of several: compilers give all others sections to load, if only empty ones. */
function hasDebugData({ sections, machine }: ElfFile): boolean {
  return sections.some((section) => hasBytes(section) && isDebugSection(section, machine));
}

/**
 * What `objcopy --only-keep-debug` made: of all that is loaded notes alone have bytes. Only there have sections none that are never
 * written to. Object files may reserve such room, of a heap or of constants that are zero, but none for code.
 */
function isEmptied({ type: kind }: ElfFile, loaded: readonly ElfSection[]): boolean {
  const isTelling = ({ flags }: ElfSection): boolean =>
    kind === ET_REL ? (flags & SHF_EXECINSTR) !== 0 : (flags & SHF_WRITE) === 0;
  const filled = loaded.filter(({ size }) => size > 0);
  return filled.some(isTelling) && filled.every(({ type }) => type === SHT_NOBITS);
}

interface Range {
  readonly start: number;
  end: number;
}

/** What the file header, both tables and the sections describe, in order and without overlaps. */
function describedRanges(elf: ElfFile): readonly Range[] {
  const { ehdr, phdr, shdr } = elfSizes(elf);
  const ranges: Range[] = [
    { start: 0, end: ehdr },
    { start: elf.phoff, end: elf.phoff + elf.segments.length * phdr },
  ];
  for (const { type, offset, size } of elf.sections) {
    if (type !== SHT_NULL && type !== SHT_NOBITS && size > 0) ranges.push({ start: offset, end: offset + size });
  }
  ranges.push({ start: elf.shoff, end: elf.shoff + elf.sections.length * shdr });
  return merged(isSorted(ranges) ? ranges : ranges.toSorted((a, b) => a.start - b.start));
}

function isSorted(ranges: readonly Range[]): boolean {
  let last = 0;
  for (const { start } of ranges) {
    if (start < last) return false;
    last = start;
  }
  return true;
}

function merged(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = [];
  let last: Range | undefined;
  for (const range of ranges) {
    if (last === undefined || range.start > last.end) result.push((last = range));
    else if (range.end > last.end) last.end = range.end;
  }
  return result;
}

const moduleSignature = '~Module signature appended~\n';

/** strip cuts what follows the last described byte: payloads of zip and AppImage, signatures. Zeros alone are padding. */
function appendedData(elf: ElfFile, described: readonly Range[]): Unsafe | null {
  const end = described.at(-1)?.end ?? 0;
  const bytes = elf.source.size - end;
  if (bytes <= page && elf.source.read(end, bytes).every((byte) => byte === 0)) return null;
  const tail = elf.source.read(elf.source.size - Math.min(bytes, moduleSignature.length), Math.min(bytes, 28));
  if (Buffer.from(tail).toString('latin1') === moduleSignature) {
    return {
      code: 'signed-module',
      bytes,
      message: `the signature of the kernel module (${bytes} bytes) would be lost`,
    };
  }
  return { code: 'appended-data', bytes, message: `${bytes} bytes of appended data would be lost` };
}

/** strip zeroes bytes that are loaded without being part of a section: some tools keep pointers and code there. */
function undescribedBytes(elf: ElfFile, described: readonly Range[]): Unsafe | null {
  let bytes = 0;
  for (const { start, end } of loadedRanges(elf)) {
    let at = start;
    for (let index = firstAfter(described, start); index < described.length; index++) {
      const range = described[index];
      if (range === undefined || range.start >= end) break;
      bytes += countContent(elf, at, range.start);
      at = Math.max(at, range.end);
    }
    bytes += countContent(elf, at, end);
  }
  if (bytes === 0) return null;
  return {
    code: 'undescribed-bytes',
    bytes,
    message: `${bytes} loaded bytes that belong to no section would be zeroed`,
  };
}

/** File ranges of the loadable segments, in order, without overlaps, ended at the file's end; some end before they begin. */
function loadedRanges(elf: ElfFile): readonly Range[] {
  const { size } = elf.source;
  const ranges: Range[] = [];
  let last = 0;
  const loads = elf.segments.filter((segment) => segment.type === PT_LOAD);
  for (const { offset, filesz } of loads.toSorted((a, b) => a.offset - b.offset)) {
    const start = Math.max(last, offset);
    const end = Math.min(offset + filesz, size);
    ranges.push({ start, end });
    last = Math.max(last, end);
  }
  return ranges;
}

/** Index of the first range that ends after `start`. */
function firstAfter(ranges: readonly Range[], start: number): number {
  return firstIndex(ranges, ({ end }) => end > start);
}

const step = 1 << 16;

function countContent(elf: ElfFile, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += step) {
    const bytes = elf.source.read(at, Math.min(step, to - at));
    for (const byte of bytes) {
      if (byte !== 0 && !isFill(byte)) count++;
    }
  }
  return count;
}

// Bytes that linkers fill gaps with beside zeros: letters Z and X, the x86 instructions NOP and INT3.
function isFill(byte: number): boolean {
  return byte === 0x5a || byte === 0x58 || byte === 0x90 || byte === 0xcc;
}

/** For a loadable segment without sections, left over by tools that move segments, strip writes one that cannot be loaded. */
function emptySegment(elf: ElfFile): Unsafe | null {
  const tableEnd = elf.phoff + elf.segments.length * elfSizes(elf).phdr;
  for (const segment of elf.segments) {
    if (segment.type !== PT_LOAD || segment.filesz === 0) continue;
    const headers = segment.offset <= elf.phoff && segment.offset + segment.filesz >= tableEnd;
    // A loadable segment only ever holds sections that are loaded.
    if (headers || elf.sections.some((section) => isInSegment(section, segment))) continue;
    const bytes = segment.filesz;
    return { code: 'empty-segment', bytes, message: 'a loadable segment without sections would become unloadable' };
  }
  return null;
}

/** Where tools have moved headers or sections, strip lays the file out anew and the loader no longer finds what it maps. */
function movedSection({ elf }: StripSections, layout: Layout): Unsafe | null {
  const message = 'sections would be written to places that do not fit their addresses';
  const moved: Unsafe = { code: 'moved-section', bytes: 0, message };
  if (layout.conflict) return moved;
  for (const section of elf.sections) {
    const offset = layout.placed?.[section.index] ?? -1;
    if (offset < 0 || section.type === SHT_NOBITS || section.size === 0) continue;
    if ((offset - section.offset) % page !== 0) return moved;
  }
  return null;
}
