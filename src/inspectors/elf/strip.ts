// How long an ELF file is after GNU strip, to the byte: parsed view -> sections and symbols of the mode -> layout -> size.
// The rules are described in docs/rules/debug-symbols.md.
import type { DigestPurpose } from '../../bytes/content-digest.ts';
import type { FactsWanted } from '../inspector.ts';
import type { ElfFacts, StripSizes } from '../../model/facts.ts';
import { EM_386, SHF_ALLOC, SHF_GROUP, SHF_LINK_ORDER, SHT_NOBITS } from './constants.ts';
import { isBuildNotes, mergedNotesSize } from './build-notes.ts';
import { type ElfFile, elfSizes, type ElfSection, hasBytes } from './file.ts';
import { keptDigest } from './kept-digest.ts';
import { namesTableSize, reverseName } from './string-table.ts';
import { alignUp, type Layout, layoutLinked, layoutObject, type OutSection, outSection } from './strip-layout.ts';
import { isGroup } from './strip-groups.ts';
import { outRelocations } from './strip-relocations.ts';
import { checkMachine, refuse, StripRefusal } from './strip-refusal.ts';
import { isDebugSection, type StripSections, stripSections } from './strip-sections.ts';
import { rangesGone, shareOfGone } from './strip-share.ts';
import { splitOff, unsafeReasons } from './unsafe.ts';
import type { StripVersion } from './strip-version.ts';
import type { Symbols } from './symbols.ts';
import { type KeptSymbols, keptSymbols, markSymbols, noSymbols, type StripMode, stripModes } from './strip-symbols.ts';

export interface StrippedFile {
  /** Length of the file in bytes. */
  readonly size: number;
  readonly symbols: KeptSymbols;
  readonly layout: Layout;
}

export interface StripModel {
  readonly view: StripSections;
  /** The symbol table; null where the file has none. */
  readonly symbols: () => Symbols | null;
  /** Works out the result of one mode; what modes share is done once. */
  readonly stripped: (mode: StripMode) => StrippedFile;
}

/**
 * @throws StripRefusal where strip does not take the file.
 * @throws FormatError where the file is broken.
 */
export function stripModel(elf: ElfFile, version: StripVersion): StripModel {
  checkMachine(elf);
  const view = stripSections(elf, version);
  const symbols = lazily(() => markSymbols(view));
  const sections = lazily(() => outSections(view));
  const shrunk = lazily(() => shrinkNotes(view, sections()));
  const layout = lazily(() => layoutOf(view, sections(), version));
  const shrunkLayout = lazily(() => (shrunk() === sections() ? layout() : layoutOf(view, shrunk(), version)));
  const bare = lazily(() => finish('all'));

  function finish(mode: StripMode): StrippedFile {
    const out = mode === 'debug' ? sections() : shrunk();
    const grouped = mode === 'all' && view.groups.size > 0;
    const left = grouped ? withoutGroups(view, out) : out;
    const placed = grouped ? layoutOf(view, left, version) : mode === 'debug' ? layout() : shrunkLayout();
    const marked = mode === 'all' ? null : symbols();
    const kept = marked === null ? noSymbols : keptSymbols(view, marked, { mode, sections: left, version });
    return {
      size: tablesEnd(view, { sections: left, symbols: kept, start: placed.end }, mode),
      symbols: kept,
      layout: placed,
    };
  }

  function stripped(mode: StripMode): StrippedFile {
    // Linked files lose all symbols but those of relocations that the linker was told to keep, and of groups.
    const alike = view.linked && view.relocations.size + view.groups.size === 0;
    return mode === 'all' || (mode === 'unneeded' && alike) ? bare() : finish(mode);
  }

  return { view, symbols, stripped };
}

/** What an archive's index lists of a member that strip takes for no file of the processor, but reads and copies. @throws FormatError */
export function foreignSymbols(elf: ElfFile, version: StripVersion): KeptSymbols {
  const kept = unlessRefused(() => {
    // It reads these as files of no processor, with sections of any type, as files of this one may have.
    const general = { ...elf, machine: EM_386 };
    const view = { ...stripSections(general, version), gone: new Uint8Array(elf.sections.length) };
    const symbols = markSymbols(view);
    return symbols === null ? noSymbols : keptSymbols(view, symbols, { mode: 'debug', sections: [], version });
  });
  return typeof kept === 'string' ? noSymbols : kept;
}

export type StripFacts = Pick<ElfFacts, 'strip' | 'unsafe' | 'stripShare' | 'kept'>;

export interface StripWanted {
  readonly facts: FactsWanted;
  readonly version: StripVersion;
  /** Whether to tell `stripShare`. */
  readonly share: boolean;
  /** What `kept` is for; null where it is not wanted. */
  readonly kept: DigestPurpose | null;
}

const refusedSizes: StripSizes = { debug: null, unneeded: null, all: null };

/**
 * Lengths by mode, and what would be damaged; a refusal, of one mode or all, is a fact too. Where only needed facts are wanted, the
 * mode that nobody should use on this kind of file is left out: its symbol names are most of the work.
 * @throws FormatError
 */
export function stripFacts(elf: ElfFile, wanted: StripWanted): StripFacts {
  const model = unlessRefused(() => stripModel(elf, wanted.version));
  // A file that strip refuses may be debug data alone, too.
  if (typeof model === 'string') return { strip: { ...refusedSizes, refused: model }, unsafe: splitOff(elf) };
  const spared: StripMode | null = wanted.facts === 'all' ? null : model.view.linked ? 'debug' : 'unneeded';
  const results = stripModes.map((mode) => (mode === spared ? null : unlessRefused(() => model.stripped(mode))));
  const [debug, unneeded, all] = results.map((result) => (typeof result === 'string' ? null : result));
  const refused = results.find((result) => typeof result === 'string');
  const sizes = { debug: debug?.size ?? null, unneeded: unneeded?.size ?? null, all: all?.size ?? null };
  const unsafe = all ? unsafeReasons(model.view, all.layout) : splitOff(elf);
  const comparable = model.view.linked && sizes.unneeded !== null && unsafe.length === 0;
  return {
    strip: refused === undefined ? sizes : { ...sizes, refused },
    unsafe,
    ...(wanted.kept !== null && comparable ? { kept: keptDigest(model.view, wanted.kept) } : {}),
    ...(wanted.share ? shareFact(elf, model, model.view.linked ? unneeded : debug) : {}),
  };
}

/** For the mode that is advised for the kind of file. */
function shareFact(
  { source }: ElfFile,
  { view }: StripModel,
  after: StrippedFile | null | undefined,
): Partial<StripFacts> {
  if (!after) return {};
  return { stripShare: shareOfGone(source, rangesGone(view), source.size - after.size) };
}

/** The result, or the reason of a refusal. */
function unlessRefused<T extends object>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof StripRefusal)) throw error;
    return error.message;
  }
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function layoutOf(view: StripSections, sections: readonly OutSection[], version: StripVersion): Layout {
  return view.linked ? layoutLinked(view, sections) : layoutObject(view, sections, version);
}

/** Sections that stay in the modes other than -s, which also drops the groups. */
function outSections(view: StripSections): readonly OutSection[] {
  const sections: OutSection[] = [];
  for (const section of view.order) {
    if (view.gone[section.index] !== 0) continue;
    sections.push(outSection(section, outSize(view, section), isStored(view, section)));
  }
  return sections;
}

function withoutGroups({ elf }: StripSections, sections: readonly OutSection[]): readonly OutSection[] {
  const left = sections.filter(({ section }) => !isGroup(section));
  for (const { section } of left) {
    const before = (section.flags & SHF_LINK_ORDER) === 0 ? undefined : elf.sections[section.link];
    if (before !== undefined && isGroup(before)) refuse('failed', 'a section depends on a group, which goes');
  }
  return left;
}

/** The same sections where nothing shrinks. */
function shrinkNotes(view: StripSections, sections: readonly OutSection[]): readonly OutSection[] {
  const shrinks = ({ section }: OutSection): boolean => isBuildNotes(section) && !view.relocations.has(section.index);
  if (!sections.some(shrinks)) return sections;
  return sections.map((out) => (shrinks(out) ? { ...out, size: mergedNotesSize(view.elf, out.section) } : out));
}

function outSize(view: StripSections, section: ElfSection): number {
  const group = view.groups.get(section.index);
  if (group === undefined) return section.size;
  let removed = 0;
  for (const member of group.members) {
    const tables = view.relocations.get(member) ?? [];
    if (view.gone[member] === 0) removed += 4 * tables.filter(({ size }) => size === 0).length;
    else
      removed +=
        4 + 4 * tables.filter(({ flags, index }) => (flags & SHF_GROUP) !== 0 || group.relocations.has(index)).length;
  }
  return section.size - removed <= 4 ? 0 : section.size - removed;
}

/** Names of which strip knows the type, which is one with content. */
const storedNames = [
  /^\.(?:init|fini|preinit)_array(?:\.|$)/,
  /^\.rel(?:a|r\.dyn$|\.|$)/,
  /^\.(?:stab.*str|dynamic|dynstr|dynsym|hash|shstrtab|strtab|symtab)$/,
  /^\.gnu\.(?:hash|liblist|conflict|version(?:_[dr])?)$/,
];

// What has such a name and is not loaded is written out even if it was announced without content.
function isStored(view: StripSections, section: ElfSection): boolean {
  if (section.type !== SHT_NOBITS) return true;
  const isLoaded = view.linked && (section.flags & SHF_ALLOC) !== 0;
  return !isLoaded && storedNames.some((name) => name.test(section.name));
}

interface Output {
  readonly sections: readonly OutSection[];
  readonly symbols: KeptSymbols;
  /** First offset after the sections. */
  readonly start: number;
}

// gABI: section numbers from 0xff00 on need a table of extended numbers beside the symbols.
const maxPlainSections = 0xfefe;

/** The rebuilt tables in their order: symbols, extended numbers, strings, relocations, section names, section headers. */
function tablesEnd(view: StripSections, output: Output, mode: StripMode): number {
  const { sym, word, shdr, rel, rela } = elfSizes(view.elf);
  const { sections, symbols } = output;
  const relocations = outRelocations(view, sections, mode);
  const hasSymbols = symbols.count > 0 || (!view.linked && [...relocations.values()].some(({ count }) => count > 0));
  let headers = 1 + sections.length + relocations.size + (hasSymbols ? 3 : 1);
  const extended = hasSymbols && headers - 2 > maxPlainSections;
  let end = output.start;
  if (hasSymbols) {
    end = alignUp(end, word) + (symbols.count + 1) * sym;
    if (extended) {
      headers++;
      end = alignUp(end, 4) + (symbols.count + 1) * 4;
    }
    end += symbols.names;
  }
  for (const table of relocations.values()) end = alignUp(end, word) + table.count * (table.rela ? rela : rel);
  const reversed = ['batrtshs.'];
  if (hasSymbols) reversed.push('batmys.', 'batrts.');
  if (extended) reversed.push('xdnhs_batmys.');
  for (const { section } of sections) {
    const name = reverseName(section.name);
    const relocation = relocations.get(section.index);
    reversed.push(relocation === undefined ? name : `${name}${relocation.rela ? 'aler.' : 'ler.'}`);
  }
  return alignUp(end + namesTableSize(reversed), word) + headers * shdr;
}

/** Bytes of the file that debug sections take, bytes that two of them share counted once. */
export function debugBytes(elf: ElfFile): number {
  const found: ElfSection[] = [];
  for (const section of elf.sections) {
    if (hasBytes(section) && isDebugSection(section, elf.machine)) found.push(section);
  }
  found.sort((a, b) => a.offset - b.offset);
  let bytes = 0;
  let covered = 0;
  for (const { offset, size } of found) {
    const end = offset + size;
    bytes += Math.max(0, end - Math.max(offset, covered));
    covered = Math.max(covered, end);
  }
  return bytes;
}
