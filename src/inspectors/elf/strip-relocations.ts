// Relocations as GNU strip writes them: how many of each section stay, and of which kind.
import {
  EM_386,
  EM_AARCH64,
  EM_ARM,
  EM_PPC,
  EM_PPC64,
  EM_RISCV,
  EM_S390,
  EM_X86_64,
  SHT_GROUP,
  SHT_RELA,
} from './constants.ts';
import type { ElfFile, ElfSection } from './file.ts';
import type { OutSection } from './strip-layout.ts';
import type { StripSections } from './strip-sections.ts';
import type { StripMode } from './strip-symbols.ts';

export interface OutRelocations {
  readonly count: number;
  /** Whether they have addends. */
  readonly rela: boolean;
}

/** What is written for each section that has any, by the section's index. */
export function outRelocations(
  view: StripSections,
  sections: readonly OutSection[],
  mode: StripMode,
): ReadonlyMap<number, OutRelocations> {
  const kept = new Map<number, OutRelocations>();
  if (view.relocations.size === 0) return kept;
  for (const { section } of sections) {
    const tables = view.relocations.get(section.index);
    if (tables === undefined) continue;
    // strip goes past groups and sections without a byte: what their relocations are announced with stays in every mode, without one.
    const isPassed = section.size === 0 || section.type === SHT_GROUP;
    const count = isPassed || mode === 'all' ? 0 : tables.reduce((sum, table) => sum + entriesOf(table), 0);
    if (isPassed || count > 0) kept.set(section.index, { count, rela: hasAddends(view.elf, tables) });
  }
  return kept;
}

function entriesOf({ size, entsize }: ElfSection): number {
  return Math.floor(size / entsize);
}

// Processors whose relocations strip writes with addends even where the compiler left these out, as clang does for call graphs.
const withAddends = new Set([EM_PPC, EM_PPC64, EM_S390, EM_X86_64, EM_AARCH64, EM_RISCV]);
/** And those of which it writes none with addends where there is none. */
const withoutAddends = new Set([EM_386, EM_ARM]);

function hasAddends({ machine }: ElfFile, tables: readonly ElfSection[]): boolean {
  if (withAddends.has(machine)) return true;
  return tables.some(({ type, size }) => type === SHT_RELA && (size > 0 || !withoutAddends.has(machine)));
}
