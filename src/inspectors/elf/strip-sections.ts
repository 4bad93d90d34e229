// What GNU strip makes of an ELF file's sections: in which order it knows them, which relocation sections belong to which
// section, which sections go. The same for every mode, so it is worked out once a file.
import {
  EM_MIPS,
  ET_DYN,
  ET_EXEC,
  SHF_ALLOC,
  SHF_GROUP,
  SHF_LINK_ORDER,
  SHT_DYNSYM,
  SHT_MIPS_DEBUG,
  SHT_NULL,
  SHT_REL,
  SHT_RELA,
  SHT_SHLIB,
  SHT_STRTAB,
  SHT_SYMTAB,
  SHT_SYMTAB_SHNDX,
} from './constants.ts';
import type { ElfFile, ElfSection } from './file.ts';
import { isGroup, isRelocations, readGroups, type SectionGroup } from './strip-groups.ts';
import { checkSections, refuse } from './strip-refusal.ts';
import type { StripVersion } from './strip-version.ts';
import { addTo } from '../../model/grouping.ts';

export interface StripSections {
  readonly elf: ElfFile;
  /** Executables and shared objects: laid out by segments. Anything else is laid out as an object file. */
  readonly linked: boolean;
  /** Ordinary sections in the order in which strip numbers them in its output. */
  readonly order: readonly ElfSection[];
  /** Relocation sections that strip rewrites, by the index of the section that they apply to. */
  readonly relocations: ReadonlyMap<number, readonly ElfSection[]>;
  /** Further relocations of a section that has some: plain content but for the symbols that they name. */
  readonly secondary: readonly ElfSection[];
  readonly symtab: ElfSection | undefined;
  readonly strtab: ElfSection | undefined;
  readonly symtabShndx: ElfSection | undefined;
  /** 1 for the index of each section that goes in every mode: debug data, and groups without a name or anything left. */
  readonly gone: Uint8Array;
  readonly groups: ReadonlyMap<number, SectionGroup>;
}

/** Second letters of the names below: most sections need no closer look. */
const mayBeDebug = 'zgls';

/** Whether a section holds debug data that strip removes in every mode. */
export function isDebugSection(section: ElfSection, machine: number): boolean {
  const { name, flags, type } = section;
  if ((flags & SHF_ALLOC) !== 0) return false;
  if (type === SHT_MIPS_DEBUG && (machine === EM_MIPS || machine === 0x9026)) return true;
  if (name.startsWith('.debug')) return true;
  if (!mayBeDebug.includes(name.charAt(1))) return false;
  return /^\.(?:debug|zdebug|gnu\.debuglto_\.debug_|gnu\.linkonce\.wi\.|line|stab|gdb_index$)/.test(name);
}

/** @throws StripRefusal where strip does not take the file. */
export function stripSections(elf: ElfFile, version: StripVersion): StripSections {
  checkSections(elf, version);
  const { sections } = elf;
  const linked = elf.type === ET_EXEC || elf.type === ET_DYN;
  const found = discover(elf, linked);
  const { symtab } = found;
  if (found.order.length === 0) refuse('failed', 'it has no sections');
  const gone = new Uint8Array(sections.length);
  for (const section of found.order) {
    if (isDebugSection(section, elf.machine)) gone[section.index] = 1;
  }
  // Relocations that are plain content go with what they belong to, too, but for a second table of them.
  for (const section of found.order) {
    if (isRelocations(section) && gone[section.info] === 1 && !isRewritten(elf, section, symtab, linked)) {
      gone[section.index] = 1;
    }
  }
  const groups = readGroups(elf, found.order, symtab);
  for (const [index, { signature, members }] of groups) {
    if (signature === 0 || members.every((member) => gone[member] === 1)) gone[index] = 1;
  }
  for (const section of found.order) {
    if ((section.flags & SHF_LINK_ORDER) === 0 || section.link === 0) continue;
    if (found.seen[section.link] !== content) refuse('unrecognised', 'a section depends on a table');
    if (gone[section.index] === 0 && gone[section.link] === 1) refuse('failed', 'a section depends on one that goes');
  }
  return {
    elf,
    linked,
    // strip numbers all groups before all other sections.
    order: [...found.order.filter(isGroup), ...found.order.filter((section) => !isGroup(section))],
    relocations: found.relocations,
    secondary: found.secondary,
    symtab,
    strtab: symtab === undefined ? undefined : sections[symtab.link],
    symtabShndx: sections.find((section) => section.type === SHT_SYMTAB_SHNDX && section.link === symtab?.index),
    gone,
    groups,
  };
}

interface Discovery {
  readonly order: ElfSection[];
  readonly relocations: Map<number, ElfSection[]>;
  readonly secondary: ElfSection[];
  readonly seen: Uint8Array;
  /** The one table that strip reads symbols of: the first that it comes across. */
  readonly symtab: ElfSection | undefined;
}

const maxDepth = 64;
/**
 * Marks of `seen`: being come across, found to be a section that strip takes for content, and found to be a table that it rebuilds or
 * something that it leaves out.
 */
const [entered, content, table] = [1, 2, 3];

/**
 * The order in which strip gets to know the sections: by number, but a string table of unknown use first brings in all
 * sections that link to it, a relocation section its symbols and its target, and the first member of a group all groups of the file.
 */
function discover(elf: ElfFile, linked: boolean): Discovery {
  const { sections } = elf;
  const order: ElfSection[] = [];
  const relocations = new Map<number, ElfSection[]>();
  const secondary: ElfSection[] = [];
  const seen = new Uint8Array(sections.length);
  const linkers = linkersOf(sections);
  const known: { symtab?: ElfSection; dynsym?: ElfSection; groups: boolean } = { groups: false };
  /** Tables without a symbol that announce local ones, which strip passes over once and takes for empty when it comes across them again. */
  const hollow = new Set<ElfSection>();

  function add(section: ElfSection, depth: number): void {
    order.push(section);
    seen[section.index] = content;
    if ((section.flags & SHF_GROUP) === 0 || known.groups) return;
    if (isGroup(section)) refuse('unrecognised', circle);
    known.groups = true;
    const groups = sections.filter(isGroup);
    for (const group of groups) visit(group, depth + 1);
    // For their names.
    for (const { link } of groups) if (sections[link]?.type === SHT_SYMTAB) visit(sections[link], depth + 1);
  }

  function visitStrings(section: ElfSection, depth: number): void {
    if (section.index === elf.shstrndx) return;
    for (const linker of linkers.get(section.index) ?? []) {
      const { symtab, dynsym } = known;
      // What it is the names of is known.
      if (symtab?.link === section.index || dynsym?.link === section.index || (symtab && dynsym)) break;
      visit(linker, depth + 1);
    }
    if (known.symtab?.link !== section.index) add(section, depth);
  }

  function visitRelocations(section: ElfSection, depth: number): void {
    const symbols = sections[section.link];
    if (symbols?.type === SHT_SYMTAB || symbols?.type === SHT_DYNSYM) visit(symbols, depth + 1);
    if (!isRewritten(elf, section, known.symtab, linked)) return add(section, depth);
    const target = sections[section.info];
    if (target !== undefined) visit(target, depth + 1);
    if (seen[section.info] !== content) refuse('unrecognised', `section ${section.index} has relocations of a table`);
    const tables = relocations.get(section.info);
    if (tables === undefined) relocations.set(section.info, [section]);
    else if (tables.every(({ type }) => type !== section.type)) tables.push(section);
    // A second table of one target and type is plain content, or nothing if it is without addends.
    else if (section.type === SHT_RELA) {
      secondary.push(section);
      add(section, depth);
    }
  }

  function visitSymbols(section: ElfSection, depth: number): void {
    if (section.size === 0 && section.info > 0 && !hollow.has(section)) {
      hollow.add(section);
      seen[section.index] = 0;
    } else if (section.type === SHT_DYNSYM) {
      // A second table is not there to strip.
      if (known.dynsym !== undefined) return;
      known.dynsym = section;
      add(section, depth);
    } else if (known.symtab === undefined) {
      known.symtab = section;
      // Shared objects may load their symbols.
      if (elf.type === ET_DYN && (section.flags & SHF_ALLOC) !== 0) add(section, depth);
    }
  }

  function enter(section: ElfSection, depth: number): void {
    switch (section.type) {
      case SHT_NULL:
      case SHT_SHLIB:
      case SHT_SYMTAB_SHNDX:
        return;
      case SHT_SYMTAB:
      case SHT_DYNSYM:
        return visitSymbols(section, depth);
      case SHT_STRTAB:
        return visitStrings(section, depth);
      case SHT_REL:
      case SHT_RELA:
        return visitRelocations(section, depth);
      default:
        add(section, depth);
    }
  }

  function visit(section: ElfSection, depth: number): void {
    const mark = seen[section.index];
    if (mark === entered) refuse('unrecognised', circle);
    if (mark !== 0) return;
    if (depth > maxDepth) refuse('unrecognised', 'its sections refer to each other in a long chain');
    seen[section.index] = entered;
    enter(section, depth);
    if (seen[section.index] === entered) seen[section.index] = table;
  }

  for (const section of sections) if (section.index > 0) visit(section, 0);
  return { order, relocations, secondary, seen, symtab: known.symtab };
}

const circle = 'its sections refer to each other in a circle';

function linkersOf(sections: readonly ElfSection[]): Map<number, ElfSection[]> {
  const linkers = new Map<number, ElfSection[]>();
  for (const section of sections) {
    if (sections[section.link]?.type !== SHT_STRTAB) continue;
    addTo(linkers, section.link, section);
  }
  return linkers;
}

// Relocation sections that do not use the main symbol table, or that a linked file loads, are plain content to strip.
function isRewritten(elf: ElfFile, section: ElfSection, symtab: ElfSection | undefined, linked: boolean): boolean {
  if (linked && (section.flags & SHF_ALLOC) !== 0) return false;
  if (symtab === undefined || section.link !== symtab.index || section.info === 0) return false;
  const target = elf.sections[section.info];
  return target !== undefined && !isRelocations(target);
}
