// Files that GNU strip does not take. `unrecognised`: it does not know the file as an object of its processor, and copies it unchanged
// where it is a member of an archive, whose index may list its symbols. `failed`: it starts and gives up, and so does the whole archive.
import { SizecheckError } from '../../errors.ts';
import {
  EM_386,
  EM_AARCH64,
  EM_ARM,
  EM_PPC,
  EM_PPC64,
  EM_RISCV,
  EM_S390,
  EM_SPARC,
  EM_SPARCV9,
  EM_X86_64,
  ET_CORE,
  PT_LOAD,
  SHF_ALLOC,
  SHF_OS_NONCONFORMING,
  SHT_DYNSYM,
  SHT_GNU_VERSYM,
  SHT_INIT_ARRAY,
  SHT_LOOS,
  SHT_LOPROC,
  SHT_LOUSER,
  SHT_NOBITS,
  SHT_NULL,
  SHT_REL,
  SHT_RELA,
  SHT_RELR,
  SHT_SYMTAB,
  SHT_X86_64_UNWIND,
} from './constants.ts';
import { type ElfFile, type ElfSection, type ElfSizes, elfSizes } from './file.ts';
import type { StripVersion } from './strip-version.ts';
import { lowestBit } from './words.ts';

type RefusalKind = 'unrecognised' | 'failed';

/** Not shown as an error: its message becomes the fact `refused`. */
export class StripRefusal extends SizecheckError {
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, reason: string) {
    super('strip-refused', reason);
    this.kind = kind;
  }
}

export function refuse(kind: RefusalKind, reason: string): never {
  throw new StripRefusal(kind, reason);
}

// Machines (e_machine) that a binutils 2.40 built for many targets handles. Files of none (0) it reads, but strips none of them.
const knownMachines = new Set([
  2, 3, 4, 6, 8, 15, 18, 20, 21, 22, 23, 40, 42, 43, 50, 62, 180, 181, 183, 189, 243, 247, 252, 258, 0x9026, 0xf00d,
]);

/** @throws StripRefusal where strip does not know the processor. */
export function checkMachine({ machine }: ElfFile): void {
  if (!knownMachines.has(machine)) refuse('unrecognised', `strip does not know the machine ${machine}`);
}

/** @throws StripRefusal where the headers alone say that strip does not take the file. */
export function checkSections(elf: ElfFile, version: StripVersion): void {
  if (elf.type === ET_CORE) refuse('unrecognised', 'it is a core dump');
  if (elf.sections.length === 0) refuse('unrecognised', 'it has no section headers');
  if (elf.shstrndx === 0) refuse('unrecognised', 'it has no section names');
  let stored = 0;
  const sizes = elfSizes(elf);
  const count = elf.sections.length;
  const lastType = version === '2.35' ? SHT_RELR - 1 : SHT_RELR;
  for (const section of elf.sections) {
    if (section.index > 0) checkSection(section, count, sizes);
    if (section.type === SHT_NULL) {
      if (section.offset + section.size > elf.source.size) refuse('failed', 'an unused section reaches past its end');
      continue;
    }
    if (section.index === 0) continue;
    if (!isKnownType(elf, section, lastType)) {
      refuse('unrecognised', `section ${section.index} has the unknown type 0x${section.type.toString(16)}`);
    }
    if (section.type !== SHT_NOBITS) stored += section.size;
  }
  // Sections of one content many times over would be read as often: no tool writes such files.
  if (stored > 2 * elf.source.size) refuse('failed', 'its sections overlap');
  for (const segment of elf.segments) {
    if (segment.align !== lowestBit(Math.floor(segment.align / 0x1_0000_0000), segment.align % 0x1_0000_0000)) {
      refuse('unrecognised', 'a segment has an alignment that is no power of two');
    }
    if (segment.type === PT_LOAD && Number.isNaN(segment.vaddr + segment.paddr))
      refuse('failed', 'a segment has an address of no known region');
  }
}

function checkSection(section: ElfSection, count: number, sizes: ElfSizes): void {
  const { type, link, info, entsize, index } = section;
  const relocations = type === SHT_REL || type === SHT_RELA;
  if (link >= count) refuse('unrecognised', `section ${index} links to a section that does not exist`);
  if (info >= count && (relocations || (section.flags & 0x40) !== 0)) {
    refuse('unrecognised', `section ${index} refers to a section that does not exist`);
  }
  if (type === SHT_SYMTAB || type === SHT_DYNSYM) {
    if (entsize !== sizes.sym) refuse('unrecognised', `section ${index} has symbols of ${entsize} bytes`);
    if (section.size > 0 && info * entsize > section.size) {
      refuse('unrecognised', `section ${index} announces ${info} local symbols, more than it has room for`);
    }
  }
  if (relocations && entsize !== (type === SHT_REL ? sizes.rel : sizes.rela)) {
    refuse('unrecognised', `section ${index} has relocations of ${entsize} bytes`);
  }
  if (entsize !== (type === SHT_GNU_VERSYM ? 2 : type === SHT_RELR ? sizes.word : entsize)) {
    refuse('unrecognised', `section ${index} has entries of ${entsize} bytes`);
  }
  if (Number.isNaN(section.addr)) refuse('failed', `section ${index} has an address of no known region`);
}

/** Processors for which strip takes sections of any type. */
const anyTypes = new Set([EM_386, EM_PPC, EM_PPC64, EM_RISCV, EM_S390, EM_SPARC, EM_SPARCV9]);
/** Types of their own of processors that have few. */
const ownTypes = new Map([
  [EM_X86_64, [SHT_X86_64_UNWIND]],
  // SHT_AARCH64_ATTRIBUTES.
  [EM_AARCH64, [0x7000_0003]],
  // SHT_ARM_EXIDX, SHT_ARM_PREEMPTMAP, SHT_ARM_ATTRIBUTES.
  [EM_ARM, [0x7000_0001, 0x7000_0002, 0x7000_0003]],
]);

/** @param lastType the last one that the specification defines, as far as this strip knows. */
function isKnownType({ machine }: ElfFile, { type, flags }: ElfSection, lastType: number): boolean {
  if (anyTypes.has(machine)) return true;
  // The specification leaves 12 and 13 out.
  if (type < SHT_LOOS) return type <= SHT_DYNSYM || (type >= SHT_INIT_ARRAY && type <= lastType);
  if (type < SHT_LOPROC) return (flags & SHF_OS_NONCONFORMING) === 0;
  // Other processors define many types of their own.
  if (type < SHT_LOUSER) return ownTypes.get(machine)?.includes(type) ?? true;
  return (flags & SHF_ALLOC) === 0;
}
