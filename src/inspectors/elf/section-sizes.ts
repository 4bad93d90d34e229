// Where the bytes of an ELF file are: its sections, its headers, and what belongs to none of them. The parts always sum to the
// file's length: a byte that several claim is charged to the one that begins first.
import type { SectionSize } from '../../model/facts.ts';
import { spellBytes } from '../../model/json-name.ts';
import { compareNames } from '../../model/name.ts';
import { SHT_NOBITS, SHT_NULL } from './constants.ts';
import { type ElfFile, elfSizes } from './file.ts';

/** A file may have a million sections with names of 4 KiB; facts have to stay small. */
const maxParts = 1000;
const maxName = 200;

interface Range {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Largest first. Sections of one name (`.group`, `.text` of an object file) are one part. */
export function sectionSizes(elf: ElfFile): SectionSize[] {
  const ranges = [...headers(elf), ...sections(elf)].toSorted((a, b) => a.start - b.start);
  const parts = new Map<string, number>();
  const charge = (name: string, bytes: number): void => {
    if (bytes > 0) parts.set(name, (parts.get(name) ?? 0) + bytes);
  };
  let covered = 0;
  for (const { name, start, end } of ranges) {
    charge('[unmapped]', start - covered);
    charge(name, end - Math.max(start, covered));
    covered = Math.max(covered, end);
  }
  charge('[unmapped]', elf.source.size - covered);
  const sorted = [...parts]
    .map(([name, bytes]) => ({ name, bytes }))
    .toSorted((a, b) => b.bytes - a.bytes || compareNames(a.name, b.name));
  return sorted.length <= maxParts ? sorted : folded(sorted);
}

/** Before sections of the same offset, so that a section cannot hide them. */
function headers(elf: ElfFile): Range[] {
  const { ehdr, phdr, shdr } = elfSizes(elf);
  return [
    rangeOf(elf, '[ELF header]', 0, ehdr),
    rangeOf(elf, '[program headers]', elf.phoff, elf.segments.length * phdr),
    rangeOf(elf, '[section headers]', elf.shoff, elf.sections.length * shdr),
  ];
}

function sections(elf: ElfFile): Range[] {
  return elf.sections
    .filter(({ type }) => type !== SHT_NULL && type !== SHT_NOBITS)
    .map(({ name, offset, size }) => rangeOf(elf, partName(name), offset, size));
}

function partName(name: string): string {
  if (name === '') return '[unnamed]';
  const text = spellBytes(name.slice(0, maxName));
  return name.length > maxName ? `${text}...` : text;
}

/** Empty ranges may lie anywhere, so all are brought inside the file. */
function rangeOf({ source }: ElfFile, name: string, offset: number, size: number): Range {
  const start = Math.min(offset, source.size);
  return { name, start: size === 0 ? 0 : start, end: size === 0 ? 0 : Math.min(start + size, source.size) };
}

function folded(sorted: readonly SectionSize[]): SectionSize[] {
  const rest = sorted.slice(maxParts - 1);
  const bytes = rest.reduce((sum, part) => sum + part.bytes, 0);
  const kept = [...sorted.slice(0, maxParts - 1), { name: '[other sections]', bytes }];
  return kept.toSorted((a, b) => b.bytes - a.bytes || compareNames(a.name, b.name));
}
