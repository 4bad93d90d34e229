// Where the bytes of an ELF file are: its sections, its headers, and what belongs to none of them. The parts always sum to the
// file's length: a byte that several claim is charged to the one that begins first.
import type { SectionGroup, SectionSize } from '../../model/facts.ts';
import { spellBytes } from '../../model/json-name.ts';
import { compareNames } from '../../model/name.ts';
import * as C from './constants.ts';
import { type ElfFile, elfSizes, type ElfSection, hasBytes } from './file.ts';
import { isDebugSection } from './strip-sections.ts';

/** A file may have a million sections with names of 4 KiB; facts have to stay small. */
const maxParts = 1000;
const maxName = 200;

interface Range {
  readonly name: string;
  readonly group: SectionGroup;
  readonly start: number;
  readonly end: number;
}

/** Largest first. Sections of one name (`.group`, `.text` of an object file) are one part. */
export function sectionSizes(elf: ElfFile): SectionSize[] {
  const ranges = [...headers(elf), ...sections(elf)].toSorted((a, b) => a.start - b.start);
  const parts = new Map<string, { readonly group: SectionGroup; bytes: number }>();
  const charge = (name: string, group: SectionGroup, bytes: number): void => {
    if (bytes <= 0) return;
    const part = parts.get(name);
    if (part === undefined) parts.set(name, { group, bytes });
    else part.bytes += bytes;
  };
  let covered = 0;
  for (const { name, group, start, end } of ranges) {
    charge('[unmapped]', 'other', start - covered);
    charge(name, group, end - Math.max(start, covered));
    covered = Math.max(covered, end);
  }
  charge('[unmapped]', 'other', elf.source.size - covered);
  const sorted = [...parts]
    .map(([name, { group, bytes }]) => ({ name, group, bytes }))
    .toSorted((a, b) => b.bytes - a.bytes || compareNames(a.name, b.name));
  return sorted.length <= maxParts ? sorted : folded(sorted);
}

/** Before sections of the same offset, so that a section cannot hide them. */
function headers(elf: ElfFile): Range[] {
  const { ehdr, phdr, shdr } = elfSizes(elf);
  return [
    rangeOf(elf, '[ELF header]', 'other', 0, ehdr),
    rangeOf(elf, '[program headers]', 'other', elf.phoff, elf.segments.length * phdr),
    rangeOf(elf, '[section headers]', 'other', elf.shoff, elf.sections.length * shdr),
  ];
}

function sections(elf: ElfFile): Range[] {
  return elf.sections
    .filter(hasBytes)
    .map((section) => rangeOf(elf, partName(section.name), groupOf(elf, section), section.offset, section.size));
}

const symbolTables: ReadonlySet<number> = new Set([
  C.SHT_SYMTAB,
  C.SHT_DYNSYM,
  C.SHT_STRTAB,
  C.SHT_SYMTAB_SHNDX,
  C.SHT_HASH,
  C.SHT_GNU_HASH,
  C.SHT_GNU_VERDEF,
  C.SHT_GNU_VERNEED,
  C.SHT_GNU_VERSYM,
]);

const relocationTables: ReadonlySet<number> = new Set([C.SHT_REL, C.SHT_RELA, C.SHT_RELR]);

/** By type first, then by flags (gABI "Sections"). Relocations of debug data go with it, as strip takes them. */
function groupOf(elf: ElfFile, section: ElfSection): SectionGroup {
  const { type, flags, info } = section;
  if (isDebugSection(section, elf.machine)) return 'debug';
  if (relocationTables.has(type)) {
    const target = (flags & C.SHF_ALLOC) === 0 ? elf.sections[info] : undefined;
    return target !== undefined && isDebugSection(target, elf.machine) ? 'debug' : 'relocations';
  }
  if (symbolTables.has(type)) return 'symbols';
  if ((flags & C.SHF_ALLOC) === 0) return 'other';
  if ((flags & C.SHF_EXECINSTR) !== 0) return 'code';
  return (flags & C.SHF_WRITE) !== 0 ? 'data' : 'read-only data';
}

function partName(name: string): string {
  if (name === '') return '[unnamed]';
  const text = spellBytes(name.slice(0, maxName));
  return name.length > maxName ? `${text}...` : text;
}

/** Empty ranges may lie anywhere, so all are brought inside the file, where they take nothing. */
function rangeOf({ source }: ElfFile, name: string, group: SectionGroup, offset: number, size: number): Range {
  const start = Math.min(offset, source.size);
  return { name, group, start, end: Math.min(start + size, source.size) };
}

function folded(sorted: readonly SectionSize[]): SectionSize[] {
  const rest = sorted.slice(maxParts - 1);
  const bytes = rest.reduce((sum, part) => sum + part.bytes, 0);
  const kept = [...sorted.slice(0, maxParts - 1), { name: '[other sections]', group: 'other' as const, bytes }];
  return kept.toSorted((a, b) => b.bytes - a.bytes || compareNames(a.name, b.name));
}
