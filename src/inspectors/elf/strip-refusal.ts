// Files that GNU strip does not take. `unrecognised`: it does not know the file as an object at all, and copies it unchanged
// where it is a member of an archive. `failed`: it starts and gives up, and so does the whole archive.
import { SizecheckError } from '../../errors.ts';
import * as C from './constants.ts';
import { type ElfFile, elfSizes, type ElfSection } from './file.ts';

/** Not shown as an error: its message becomes the fact `refused`. */
export class StripRefusal extends SizecheckError {
  readonly kind: 'unrecognised' | 'failed';

  constructor(kind: 'unrecognised' | 'failed', reason: string) {
    super('strip-refused', reason);
    this.kind = kind;
  }
}

export function refuse(kind: StripRefusal['kind'], reason: string): never {
  throw new StripRefusal(kind, reason);
}

// Machines (e_machine) that a binutils 2.40 built for many targets handles.
const knownMachines = new Set([
  0, 2, 3, 4, 6, 8, 15, 18, 20, 21, 22, 23, 40, 42, 43, 50, 62, 180, 181, 183, 189, 243, 247, 252, 258, 0x9026, 0xf00d,
]);

/** @throws StripRefusal where the headers alone say that strip does not take the file. */
export function checkSections(elf: ElfFile): void {
  if (elf.type === C.ET_CORE) refuse('unrecognised', 'it is a core dump');
  if (elf.sections.length === 0) refuse('unrecognised', 'it has no section headers');
  if (elf.shstrndx === 0) refuse('unrecognised', 'it has no section names');
  if (!knownMachines.has(elf.machine)) refuse('unrecognised', `strip does not know the machine ${elf.machine}`);
  let stored = 0;
  for (const section of elf.sections.slice(1)) {
    checkSection(elf, section);
    if (section.type !== C.SHT_NULL && section.type !== C.SHT_NOBITS) stored += section.size;
  }
  // Sections of one content many times over would be read as often: no tool writes such files.
  if (stored > 2 * elf.source.size) refuse('failed', 'its sections overlap');
  for (const segment of elf.segments) {
    if (segment.align !== 0n && (segment.align & (segment.align - 1n)) !== 0n) {
      refuse('unrecognised', 'a segment has an alignment that is no power of two');
    }
  }
}

function checkSection(elf: ElfFile, section: ElfSection): void {
  const { type, link, info, entsize, index } = section;
  const count = elf.sections.length;
  const sizes = elfSizes(elf);
  const relocations = type === C.SHT_REL || type === C.SHT_RELA;
  if (type === C.SHT_NULL) return;
  if (link >= count) refuse('unrecognised', `section ${index} links to a section that does not exist`);
  if (info >= count && (relocations || (section.flags & 0x40) !== 0)) {
    refuse('unrecognised', `section ${index} refers to a section that does not exist`);
  }
  if (type === C.SHT_SYMTAB || type === C.SHT_DYNSYM) {
    if (entsize !== sizes.sym) refuse('unrecognised', `section ${index} has symbols of ${entsize} bytes`);
    if (section.size > 0 && info * entsize > section.size) {
      refuse('unrecognised', `section ${index} announces ${info} local symbols, more than it has room for`);
    }
  }
  if (relocations && entsize !== (type === C.SHT_REL ? sizes.rel : sizes.rela)) {
    refuse('unrecognised', `section ${index} has relocations of ${entsize} bytes`);
  }
  if (!isKnownType(elf, section))
    refuse('unrecognised', `section ${index} has the unknown type 0x${type.toString(16)}`);
}

function isKnownType(elf: ElfFile, { type, flags }: ElfSection): boolean {
  // The specification leaves 12 and 13 out.
  if (type < C.SHT_LOOS) return type <= C.SHT_DYNSYM || (type >= C.SHT_INIT_ARRAY && type <= C.SHT_RELR);
  if (type < C.SHT_LOPROC) return (flags & C.SHF_OS_NONCONFORMING) === 0;
  if (type < C.SHT_LOUSER) {
    // Other processors define many types of their own; those of x86 are few.
    if (elf.machine !== C.EM_X86_64 && elf.machine !== C.EM_386) return true;
    return type === C.SHT_X86_64_UNWIND && elf.machine === C.EM_X86_64;
  }
  return (flags & C.SHF_ALLOC) === 0;
}
