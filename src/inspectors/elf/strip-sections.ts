// What GNU strip makes of an ELF file's sections: in which order it knows them, which relocation sections belong to which
// section, which sections go. The same for every mode, so it is worked out once a file.
import { Reader } from '../../bytes/reader.ts';
import {
  EM_MIPS,
  ET_DYN,
  ET_EXEC,
  SHF_ALLOC,
  SHF_GROUP,
  SHF_LINK_ORDER,
  SHT_DYNSYM,
  SHT_GROUP,
  SHT_MIPS_DEBUG,
  SHT_NULL,
  SHT_REL,
  SHT_RELA,
  SHT_SHLIB,
  SHT_STRTAB,
  SHT_SYMTAB,
  SHT_SYMTAB_SHNDX,
} from './constants.ts';
import { type ElfFile, type ElfSection, elfSizes } from './file.ts';
import { checkSections, refuse } from './strip-refusal.ts';
import type { StripVersion } from './strip-version.ts';

export interface SectionGroup {
  readonly section: ElfSection;
  /** Symbol that names the group; 0 where there is none. */
  readonly signature: number;
  readonly members: readonly number[];
}

export interface StripSections {
  readonly elf: ElfFile;
  /** Executables and shared objects: laid out by segments. Anything else is laid out as an object file. */
  readonly linked: boolean;
  /** Ordinary sections in the order in which strip numbers them in its output. */
  readonly order: readonly ElfSection[];
  /** Relocation sections that strip rewrites, by the index of the section that they apply to. */
  readonly relocations: ReadonlyMap<number, ElfSection>;
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
  const symtab = sections.find((section) => section.type === SHT_SYMTAB);
  const found = discover(elf, symtab, linked);
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
  for (const section of found.order) {
    if ((section.flags & SHF_LINK_ORDER) === 0 || section.link === 0) continue;
    if (found.seen[section.link] !== content) refuse('unrecognised', 'a section depends on a table');
    if (gone[section.index] === 0 && gone[section.link] === 1)
      refuse('failed', 'a section depends on a debug section that goes');
  }
  const groups = new Map<number, SectionGroup>();
  const joined = joinedSections(found.order, sections.length);
  for (const section of found.order) {
    if (section.type !== SHT_GROUP) continue;
    const group = readGroup(elf, section, symtab, found.seen);
    groups.set(section.index, group);
    if (!group.members.some((member) => joined[member] === 1)) refuse('unrecognised', 'a group is of nothing');
    // A section is in one group alone.
    for (const member of group.members) joined[member] = 0;
    if (group.signature === 0 || !group.members.some((member) => stays(elf, gone, member))) gone[section.index] = 1;
  }
  return {
    elf,
    linked,
    // strip numbers all groups before all other sections.
    order:
      groups.size === 0
        ? found.order
        : [...found.order.filter(isGroup), ...found.order.filter((section) => !isGroup(section))],
    relocations: found.relocations,
    symtab,
    strtab: symtab === undefined ? undefined : sections[symtab.link],
    symtabShndx: sections.find((section) => section.type === SHT_SYMTAB_SHNDX && section.link === symtab?.index),
    gone,
    groups,
  };
}

function isGroup(section: ElfSection): boolean {
  return section.type === SHT_GROUP;
}

function isRelocations({ type }: ElfSection): boolean {
  return type === SHT_REL || type === SHT_RELA;
}

/** Sections that join the group that lists them: all from the first on that says that it is in a group. */
function joinedSections(order: readonly ElfSection[], count: number): Uint8Array {
  const joined = new Uint8Array(count);
  const first = order.findIndex(({ flags }) => (flags & SHF_GROUP) !== 0);
  if (first >= 0) for (const { index } of order.slice(first)) joined[index] = 1;
  return joined;
}

interface Discovery {
  readonly order: ElfSection[];
  readonly relocations: Map<number, ElfSection>;
  readonly seen: Uint8Array;
}

const maxDepth = 64;
/** Marks of `seen`: come across, and found to be a section that strip takes for content, unlike a table that it rebuilds. */
const [visited, content] = [1, 2];

/**
 * The order in which strip gets to know the sections: by number, but a string table of unknown use first brings in all
 * sections that link to it, a relocation section its target, and the first member of a group all groups of the file.
 */
function discover(elf: ElfFile, symtab: ElfSection | undefined, linked: boolean): Discovery {
  const { sections } = elf;
  const order: ElfSection[] = [];
  const relocations = new Map<number, ElfSection>();
  const seen = new Uint8Array(sections.length);
  const linkers = linkersOf(sections);
  const known = { symtab: false, dynsym: false, groups: false };

  function add(section: ElfSection, depth: number): void {
    order.push(section);
    seen[section.index] = content;
    if ((section.flags & SHF_GROUP) === 0 || known.groups) return;
    known.groups = true;
    for (const group of sections) if (isGroup(group)) visit(group, depth + 1);
  }

  function visitStrings(section: ElfSection, depth: number): void {
    if (section.index === elf.shstrndx) return;
    if (!known.symtab || !known.dynsym) {
      for (const linker of linkers.get(section.index) ?? []) {
        if (linker === section) refuse('unrecognised', 'a string table is its own string table');
        visit(linker, depth + 1);
      }
    }
    if (!known.symtab || symtab?.link !== section.index) add(section, depth);
  }

  function visitRelocations(section: ElfSection, depth: number): void {
    if (!isRewritten(elf, section, symtab, linked)) return add(section, depth);
    const target = sections[section.info];
    if (target !== undefined) visit(target, depth + 1);
    if (seen[section.info] !== content) refuse('unrecognised', `section ${section.index} has relocations of a table`);
    // A second relocation section of one target is plain content.
    if (relocations.has(section.info)) add(section, depth);
    else relocations.set(section.info, section);
  }

  function visit(section: ElfSection, depth: number): void {
    if (seen[section.index] !== 0) return;
    if (depth > maxDepth) refuse('unrecognised', 'its sections refer to each other in a long chain');
    seen[section.index] = visited;
    switch (section.type) {
      case SHT_NULL:
      case SHT_SHLIB:
      case SHT_SYMTAB_SHNDX:
        return;
      case SHT_SYMTAB:
        if (section === symtab) known.symtab = true;
        return;
      case SHT_STRTAB:
        return visitStrings(section, depth);
      case SHT_REL:
      case SHT_RELA:
        return visitRelocations(section, depth);
      default:
        if (section.type === SHT_DYNSYM) {
          // A second table is not there to strip, nor one that announces local symbols and has none.
          if (known.dynsym || (section.size === 0 && section.info > 0)) return;
          known.dynsym = true;
        }
        add(section, depth);
    }
  }

  for (const section of sections) if (section.index > 0) visit(section, 0);
  return { order, relocations, seen };
}

function linkersOf(sections: readonly ElfSection[]): Map<number, ElfSection[]> {
  const linkers = new Map<number, ElfSection[]>();
  for (const section of sections) {
    if (section.link === 0 || section.type === SHT_NULL || sections[section.link]?.type !== SHT_STRTAB) continue;
    const known = linkers.get(section.link);
    if (known === undefined) linkers.set(section.link, [section]);
    else known.push(section);
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

// Relocations follow their section and do not keep a group.
function stays(elf: ElfFile, gone: Uint8Array, member: number): boolean {
  const section = elf.sections[member];
  return section !== undefined && gone[member] === 0 && !isRelocations(section);
}

// gABI "Section Groups": a word of flags, then the section numbers of the members.
function readGroup(elf: ElfFile, section: ElfSection, symtab: ElfSection | undefined, seen: Uint8Array): SectionGroup {
  const words = Math.floor(section.size / 4);
  const reader = new Reader(elf.source.read(section.offset, words * 4), elf.endian, section.offset);
  const members: number[] = [];
  for (let word = 1; word < words; word++) {
    const member = reader.u32(word * 4);
    const other = elf.sections[member];
    // A number that is none, or that of a group, strip leaves in the group, with a warning.
    if (other === undefined || isGroup(other)) continue;
    if (seen[member] !== content && !isRelocations(other)) refuse('unrecognised', 'a group has a table as a member');
    members.push(member);
  }
  const symbols = symtab === undefined ? 0 : Math.floor(symtab.size / elfSizes(elf).sym);
  if (
    words < 2 ||
    section.link !== symtab?.index ||
    section.info >= symbols ||
    section.entsize !== 4 ||
    section.size % 4 !== 0
  ) {
    refuse('unrecognised', `section ${section.index} is no proper group`);
  }
  return { section, signature: section.info, members };
}
