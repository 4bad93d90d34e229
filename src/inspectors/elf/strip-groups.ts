// Groups of sections as GNU strip reads them.
// Layout: System V gABI ch. 4 "Section Groups".
import { Reader } from '../../bytes/reader.ts';
import { SHF_GROUP, SHT_DYNSYM, SHT_GROUP, SHT_REL, SHT_RELA, SHT_SYMTAB } from './constants.ts';
import { type ElfFile, type ElfSection, elfSizes } from './file.ts';
import { refuse } from './strip-refusal.ts';

export interface SectionGroup {
  readonly section: ElfSection;
  /** Symbol that names the group; 0 where there is none. */
  readonly signature: number;
  /** Sections that are in no group before it. */
  readonly members: readonly number[];
  /** Relocations that are rewritten, which follow their section. */
  readonly relocations: ReadonlySet<number>;
}

export function isGroup(section: ElfSection): boolean {
  return section.type === SHT_GROUP;
}

export function isRelocations({ type }: ElfSection): boolean {
  return type === SHT_REL || type === SHT_RELA;
}

/**
 * All groups, by section index.
 * @param order sections that strip takes for content, in the order in which it gets to know them.
 * @throws StripRefusal
 */
export function readGroups(
  elf: ElfFile,
  order: readonly ElfSection[],
  symtab: ElfSection | undefined,
): Map<number, SectionGroup> {
  const groups = new Map<number, SectionGroup>();
  if (!order.some(isGroup)) return groups;
  const content = new Uint8Array(elf.sections.length);
  const joined = new Uint8Array(elf.sections.length);
  // Sections join the group that lists them from the first on that says that it is in a group.
  const first = order.findIndex(({ flags }) => (flags & SHF_GROUP) !== 0);
  for (const [at, { index, type }] of order.entries()) {
    // When groups are known already, strip does not find symbols to load in them.
    if (type !== SHT_DYNSYM || at === first) content[index] = 1;
    if (first !== -1 && at >= first) joined[index] = 1;
  }
  for (const section of order) {
    if (!isGroup(section)) continue;
    const [members, relocations]: [number[], Set<number>] = [[], new Set()];
    for (const member of listed(elf, section, content)) {
      if (content[member] === 0) relocations.add(member);
      else if (joined[member] === 1) members.push(member);
      joined[member] = 0;
    }
    if (members.length === 0) refuse('unrecognised', 'a group is of nothing');
    groups.set(section.index, { section, signature: signatureOf(elf, section, symtab), members, relocations });
  }
  return groups;
}

/** A word of flags, then the section numbers of the members. */
function listed(elf: ElfFile, section: ElfSection, content: Uint8Array): number[] {
  if (section.entsize !== 4 || section.size % 4 !== 0) {
    refuse('unrecognised', `section ${section.index} is no proper group`);
  }
  const reader = new Reader(elf.source.read(section.offset, section.size), elf.endian, section.offset);
  const members: number[] = [];
  for (let at = 4; at < section.size; at += 4) {
    const member = reader.u32(at);
    const other = elf.sections[member];
    // A number that is none, or that of a group, strip leaves in the group, with a warning.
    if (other === undefined || isGroup(other)) continue;
    if (content[member] === 0 && !isRelocations(other)) refuse('unrecognised', 'a group has a table as a member');
    members.push(member);
  }
  return members;
}

function signatureOf(elf: ElfFile, { index, link, info }: ElfSection, symtab: ElfSection | undefined): number {
  if (symtab === undefined || elf.sections[link]?.type !== SHT_SYMTAB) {
    refuse('unrecognised', `section ${index} is a group without symbols`);
  }
  // strip reads the name of the group even behind the symbols, and goes on as if there was none.
  const { sym } = elfSizes(elf);
  if (symtab.offset + (info + 1) * sym > elf.source.size) {
    refuse('unrecognised', `section ${index} has its name past the end of the file`);
  }
  return link === symtab.index && info < Math.floor(symtab.size / sym) ? info : 0;
}
