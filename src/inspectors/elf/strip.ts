// How long an ELF file is after GNU strip 2.40, to the byte: parsed view -> sections and symbols of the mode -> layout -> size.
// The rules are described in docs/rules/debug-symbols.md.
import type { ElfFacts } from '../../model/facts.ts';
import * as C from './constants.ts';
import { isBuildNotes, mergedNotesSize } from './build-notes.ts';
import { type ElfFile, elfSizes, type ElfSection } from './file.ts';
import { namesTableSize, reverseName } from './string-table.ts';
import { alignUp, type Layout, layoutLinked, layoutObject, type OutSection, outSection } from './strip-layout.ts';
import { StripRefusal } from './strip-refusal.ts';
import { isDebugSection, type StripSections, stripSections } from './strip-sections.ts';
import { unsafeReasons } from './unsafe.ts';
import { type KeptSymbols, keptSymbols, markSymbols, noSymbols, type StripMode } from './strip-symbols.ts';

export interface StrippedFile {
  /** Length of the file in bytes. */
  readonly size: number;
  readonly symbols: KeptSymbols;
  readonly layout: Layout;
}

export interface StripModel {
  readonly view: StripSections;
  /** Works out the result of one mode; what modes share is done once. */
  readonly stripped: (mode: StripMode) => StrippedFile;
}

/**
 * @throws StripRefusal where strip does not take the file.
 * @throws FormatError where the file is broken.
 */
export function stripModel(elf: ElfFile): StripModel {
  const view = stripSections(elf);
  const memo = lazily(() => markSymbols(view));
  const reversed = lazily(() => new Map(view.order.map((section) => [section.index, reverseName(section.name)])));
  let alike: { key: string; layout: Layout } | undefined;
  function stripped(mode: StripMode): StrippedFile {
    const sections = outSections(view, mode);
    const kept = keepsSymbols(view, mode) ? memo() : null;
    const symbols = kept === null ? noSymbols : keptSymbols(view, kept, mode, sections.length);
    const relocations = outRelocations(view, sections, mode);
    const key = sections.map((out) => `${out.section.index}:${out.size}`).join(' ');
    if (alike?.key !== key) alike = { key, layout: (view.linked ? layoutLinked : layoutObject)(view, sections) };
    const { layout } = alike;
    const size = tablesEnd(view, { sections, relocations, symbols, names: reversed(), end: layout.end });
    return { size, symbols, layout };
  }

  return { view, stripped };
}

export type StripFacts = Pick<ElfFacts, 'strip' | 'unsafe'>;

/** Lengths in all modes, and what would be damaged; a refusal is a fact too. @throws FormatError */
export function stripFacts(elf: ElfFile): StripFacts {
  try {
    const { view, stripped } = stripModel(elf);
    const all = stripped('all');
    const strip = { debug: stripped('debug').size, unneeded: stripped('unneeded').size, all: all.size };
    return { strip, unsafe: unsafeReasons(view, all.layout) };
  } catch (error) {
    if (!(error instanceof StripRefusal)) throw error;
    return { strip: { debug: null, unneeded: null, all: null, refused: error.message }, unsafe: [] };
  }
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

// Linked files lose all symbols but those of relocations that the linker was told to keep.
function keepsSymbols(view: StripSections, mode: StripMode): boolean {
  return mode === 'debug' || (mode === 'unneeded' && (!view.linked || view.relocations.size > 0));
}

function outSections(view: StripSections, mode: StripMode): readonly OutSection[] {
  return view.order
    .filter(({ index, type }) => view.gone[index] === 0 && (mode !== 'all' || type !== C.SHT_GROUP))
    .map((section) => outSection(section, outSize(view, section, mode), isStored(view, section)));
}

function outSize(view: StripSections, section: ElfSection, mode: StripMode): number {
  if (mode !== 'debug' && isBuildNotes(section) && !view.relocations.has(section.index)) {
    return mergedNotesSize(view.elf, section);
  }
  const group = view.groups.get(section.index);
  if (group === undefined) return section.size;
  let size = section.size;
  for (const member of group.members) {
    if (view.gone[member] === 0) continue;
    const relocations = view.relocations.get(member);
    const both = relocations !== undefined && (relocations.flags & C.SHF_GROUP) !== 0;
    size -= both ? 8 : 4;
  }
  return Math.max(size, 0);
}

// The array sections of constructors are written out in object files even where they were announced without content.
function isStored(view: StripSections, section: ElfSection): boolean {
  if (section.type !== C.SHT_NOBITS) return true;
  return !view.linked && /^\.(?:init|fini|preinit)_array(?:\.|$)/.test(section.name);
}

function outRelocations(
  view: StripSections,
  sections: readonly OutSection[],
  mode: StripMode,
): ReadonlyMap<number, ElfSection> {
  if (mode === 'all' || view.relocations.size === 0) return new Map();
  const kept = new Map<number, ElfSection>();
  for (const { section } of sections) {
    const relocations = view.relocations.get(section.index);
    if (relocations !== undefined && relocations.size >= relocations.entsize) kept.set(section.index, relocations);
  }
  return kept;
}

interface Output {
  readonly sections: readonly OutSection[];
  readonly relocations: ReadonlyMap<number, ElfSection>;
  readonly symbols: KeptSymbols;
  /** Names of sections, spelt backwards. */
  readonly names: ReadonlyMap<number, string>;
  /** First offset after the sections. */
  readonly end: number;
}

// gABI: section numbers from 0xff00 on need a table of extended numbers beside the symbols.
const maxPlainSections = 0xfefe;

/** The rebuilt tables in their order: symbols, extended numbers, strings, relocations, section names, section headers. */
function tablesEnd(view: StripSections, output: Output): number {
  const { sym, word, shdr } = elfSizes(view.elf);
  const { sections, relocations, symbols, names } = output;
  const hasSymbols = symbols.count > 0 || (!view.linked && relocations.size > 0);
  let headers = 1 + sections.length + relocations.size + (hasSymbols ? 3 : 1);
  const extended = hasSymbols && headers - 2 > maxPlainSections;
  let end = output.end;
  if (hasSymbols) {
    end = alignUp(end, word) + (symbols.count + 1) * sym;
    if (extended) {
      headers++;
      end = alignUp(end, 4) + (symbols.count + 1) * 4;
    }
    end += symbols.names;
  }
  for (const section of relocations.values()) {
    end = alignUp(end, word) + Math.floor(section.size / section.entsize) * section.entsize;
  }
  const reversed = sections.map(({ section }) => {
    const relocation = relocations.get(section.index);
    const name = names.get(section.index) ?? '';
    return relocation === undefined ? name : `${name}${relocation.type === C.SHT_RELA ? 'aler.' : 'ler.'}`;
  });
  reversed.push('batrtshs.', ...(hasSymbols ? ['batmys.', 'batrts.'] : []), ...(extended ? ['xdnhs_batmys.'] : []));
  return alignUp(end + namesTableSize(reversed), word) + headers * shdr;
}

/** Bytes of the file that debug sections take, bytes that two of them share counted once. */
export function debugBytes(elf: ElfFile): number {
  const ranges = elf.sections
    .filter((section) => section.type !== C.SHT_NOBITS && isDebugSection(section, elf.machine))
    .map(({ offset, size }) => ({ offset, end: offset + size }))
    .toSorted((a, b) => a.offset - b.offset);
  let bytes = 0;
  let covered = 0;
  for (const { offset, end } of ranges) {
    bytes += Math.max(0, end - Math.max(offset, covered));
    covered = Math.max(covered, end);
  }
  return bytes;
}
