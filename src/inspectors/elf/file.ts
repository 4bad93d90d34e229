// Strict reader of an ELF file's headers: file header, section headers with names, program headers. Whatever points outside
// the file is a FormatError; symbols and section contents are read later, where they are needed.
// Layout: System V gABI ch. 4 "ELF Header", "Sections", ch. 5 "Program Header".
import { Reader } from '../../bytes/reader.ts';
import type { ByteSource } from '../../bytes/source.ts';
import { FormatError } from '../../errors.ts';
import { type Name, nameFromBytes } from '../../model/name.ts';
import { PN_XNUM, SHN_LORESERVE, SHN_UNDEF, SHN_XINDEX, SHT_NOBITS, SHT_NULL, SHT_STRTAB } from './constants.ts';

export interface ElfSection {
  readonly index: number;
  /** Empty where the file has no table of names. */
  readonly name: Name;
  readonly type: number;
  /** The low 32 bits of `sh_flags`; all flags of the specification lie there. */
  readonly flags: number;
  readonly addr: bigint;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly addralign: bigint;
  readonly entsize: number;
}

export interface ElfSegment {
  readonly type: number;
  readonly flags: number;
  readonly offset: bigint;
  readonly vaddr: bigint;
  readonly paddr: bigint;
  readonly filesz: bigint;
  readonly memsz: bigint;
  readonly align: bigint;
}

export interface ElfFile {
  readonly source: ByteSource;
  readonly class: 32 | 64;
  readonly endian: 'little' | 'big';
  readonly type: number;
  readonly machine: number;
  readonly flags: number;
  readonly phoff: number;
  readonly shoff: number;
  readonly shstrndx: number;
  readonly sections: readonly ElfSection[];
  readonly segments: readonly ElfSegment[];
}

/** Lengths that the class fixes: file header, program header, section header, symbol, and the alignment of tables. */
export interface ElfSizes {
  readonly ehdr: number;
  readonly phdr: number;
  readonly shdr: number;
  readonly sym: number;
  readonly rel: number;
  readonly rela: number;
  readonly word: number;
}

const sizes32: ElfSizes = { ehdr: 52, phdr: 32, shdr: 40, sym: 16, rel: 8, rela: 12, word: 4 };
const sizes64: ElfSizes = { ehdr: 64, phdr: 56, shdr: 64, sym: 24, rel: 16, rela: 24, word: 8 };

export function elfSizes(elf: Pick<ElfFile, 'class'>): ElfSizes {
  return elf.class === 64 ? sizes64 : sizes32;
}

export function isElf(head: Uint8Array): boolean {
  return head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;
}

export function badElf(message: string, offset: number): FormatError {
  return new FormatError('bad-elf', message, { offset });
}

/** @throws FormatError `bad-elf`, with the offset of what is wrong. */
export function readElf(source: ByteSource): ElfFile {
  const ident = source.read(0, Math.min(16, source.size));
  if (!isElf(ident)) throw badElf('does not begin with the ELF magic', 0);
  if (ident.length < 16) throw badElf(`ends inside the ELF header (${source.size} bytes)`, source.size);
  const [classByte, dataByte, version] = [ident[4], ident[5], ident[6]];
  if (classByte !== 1 && classByte !== 2) throw badElf(`has the unknown ELF class ${classByte}`, 4);
  if (dataByte !== 1 && dataByte !== 2) throw badElf(`has the unknown ELF byte order ${dataByte}`, 5);
  if (version !== 1) throw badElf(`has the unknown ELF version ${version}`, 6);
  const base: Base = {
    source,
    class: classByte === 2 ? 64 : 32,
    endian: dataByte === 1 ? 'little' : 'big',
  };
  const { ehdr } = elfSizes(base);
  if (source.size < ehdr) throw badElf(`ends inside the ELF header (${source.size} of ${ehdr} bytes)`, source.size);
  const header = readHeader(base, new Reader(source.read(0, ehdr), base.endian));
  const table = readSectionTable(base, header);
  return {
    ...base,
    type: header.type,
    machine: header.machine,
    flags: header.flags,
    phoff: header.phoff,
    shoff: header.shoff,
    shstrndx: table.shstrndx,
    sections: table.sections,
    segments: readSegments(base, header, table),
  };
}

type Base = Pick<ElfFile, 'source' | 'class' | 'endian'>;

interface Header {
  readonly type: number;
  readonly machine: number;
  readonly flags: number;
  readonly phoff: number;
  readonly shoff: number;
  readonly phentsize: number;
  readonly phnum: number;
  readonly shentsize: number;
  readonly shnum: number;
  readonly shstrndx: number;
}

function readHeader(base: Base, reader: Reader): Header {
  const wide = base.class === 64;
  const tail = wide ? 48 : 36;
  return {
    type: reader.u16(16),
    machine: reader.u16(18),
    phoff: offset64(reader, wide ? 32 : 28, wide, 0),
    shoff: offset64(reader, wide ? 40 : 32, wide, 0),
    flags: reader.u32(tail),
    phentsize: reader.u16(tail + 6),
    phnum: reader.u16(tail + 8),
    shentsize: reader.u16(tail + 10),
    shnum: reader.u16(tail + 12),
    shstrndx: reader.u16(tail + 14),
  };
}

function offset64(reader: Reader, at: number, wide: boolean, base: number): number {
  if (!wide) return reader.u32(at);
  const value = reader.u64big(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw badElf('has a 64-bit number above 2^53 - 1', base + at);
  return Number(value);
}

interface SectionTable {
  readonly sections: readonly ElfSection[];
  readonly shstrndx: number;
  /** Number of program headers that section 0 holds for a header that says PN_XNUM. */
  readonly phnum: number;
}

// gABI "Section header at index 0": with 0xff00 sections or more the true counts are in its sh_size, sh_link and sh_info.
function readSectionTable(base: Base, header: Header): SectionTable {
  const { shdr } = elfSizes(base);
  const none: SectionTable = { sections: [], shstrndx: 0, phnum: header.phnum };
  if (header.shoff === 0) {
    if (header.shnum !== 0) throw badElf(`announces ${header.shnum} section headers but no place for them`, 0);
    return none;
  }
  const { size } = base.source;
  if (header.shentsize !== shdr) throw badElf(`has section headers of ${header.shentsize} bytes, not ${shdr}`, 0);
  if (header.shoff > size - shdr) throw badElf('has its section headers past its end', header.shoff);
  const first = readSection(
    base,
    new Reader(base.source.read(header.shoff, shdr), base.endian, header.shoff),
    0,
    0,
    '',
  );
  const count = header.shnum === 0 ? first.size : header.shnum;
  if (count === 0) return none;
  if (header.shnum >= SHN_LORESERVE) throw badElf(`has the reserved number of sections ${header.shnum}`, 0);
  if (count > Math.floor((size - header.shoff) / shdr)) {
    throw badElf(`announces ${count} section headers, more than it has room for`, header.shoff);
  }
  const shstrndx = header.shstrndx === SHN_XINDEX ? first.link : header.shstrndx;
  if (shstrndx >= count) throw badElf(`has its section names in section ${shstrndx} of ${count}`, 0);
  const reader = new Reader(base.source.read(header.shoff, count * shdr), base.endian, header.shoff);
  const names = nameReader(base, reader, shstrndx);
  const sections: ElfSection[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * shdr;
    sections.push(readSection(base, reader, at, index, names(reader.u32(at))));
  }
  return { sections, shstrndx, phnum: header.phnum === PN_XNUM ? first.info : header.phnum };
}

function readSection(base: Base, reader: Reader, at: number, index: number, name: Name): ElfSection {
  const wide = base.class === 64;
  const type = reader.u32(at + 4);
  // Offset of sh_size, after which the fields of both classes have the same order.
  const field = at + (wide ? 32 : 20);
  const link = field + (wide ? 8 : 4);
  const section = {
    index,
    name,
    type,
    flags: wide ? Number(reader.u64big(at + 8) & 0xffff_ffffn) : reader.u32(at + 8),
    addr: wide ? reader.u64big(at + 16) : BigInt(reader.u32(at + 12)),
    offset: sectionNumber(reader, at + (wide ? 24 : 16), wide, type),
    size: sectionNumber(reader, field, wide, type),
    link: reader.u32(link),
    info: reader.u32(link + 4),
    addralign: wide ? reader.u64big(link + 8) : BigInt(reader.u32(link + 8)),
    entsize: wide ? Number(reader.u64big(link + 16)) : reader.u32(link + 12),
  };
  const inFile = type !== SHT_NULL && type !== SHT_NOBITS && section.size > 0;
  if (inFile && section.size > base.source.size - section.offset) {
    throw badElf(`has section ${index} of ${section.size} bytes reach past its end`, section.offset);
  }
  return section;
}

// The fields of an unused header mean nothing, save for the escapes of section 0, which are checked against the file.
function sectionNumber(reader: Reader, at: number, wide: boolean, type: number): number {
  if (!wide) return reader.u32(at);
  const value = reader.u64big(at);
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  if (type === SHT_NULL) return Number.MAX_SAFE_INTEGER;
  throw badElf('has a section whose offset or size is above 2^53 - 1', at);
}

// Names may share their tails, so many headers may point into one long name: each distinct place is read once, and a name
// is bounded, so that no table of names takes quadratic time or memory.
const maxNameLength = 4096;

function nameReader(file: Base, table: Reader, shstrndx: number): (offset: number) => Name {
  if (shstrndx === SHN_UNDEF) return () => '';
  const strings = readSection(file, table, shstrndx * elfSizes(file).shdr, shstrndx, '');
  const base = strings.offset;
  if (strings.type !== SHT_STRTAB) {
    throw badElf(`has its section names in section ${shstrndx}, which is no string table`, base);
  }
  const bytes = file.source.read(base, strings.size);
  const known = new Map<number, Name>();
  return (offset) => {
    const seen = known.get(offset);
    if (seen !== undefined) return seen;
    if (offset >= bytes.length) {
      if (offset === 0) return '';
      throw badElf('has a section whose name lies outside the table of names', base + bytes.length);
    }
    const piece = bytes.subarray(offset, offset + maxNameLength + 1);
    const end = piece.indexOf(0);
    if (end < 0) throw badElf('has a section name without an end', base + offset);
    const name = nameFromBytes(piece.subarray(0, end));
    known.set(offset, name);
    return name;
  };
}

function readSegments(base: Base, header: Header, table: SectionTable): readonly ElfSegment[] {
  const { phdr } = elfSizes(base);
  const count = header.phnum === PN_XNUM ? table.phnum : header.phnum;
  if (count === 0) return [];
  if (header.phoff === 0) throw badElf(`announces ${count} program headers but no place for them`, 0);
  if (header.phentsize !== phdr) throw badElf(`has program headers of ${header.phentsize} bytes, not ${phdr}`, 0);
  if (header.phoff > base.source.size || count > Math.floor((base.source.size - header.phoff) / phdr)) {
    throw badElf(`announces ${count} program headers, more than it has room for`, header.phoff);
  }
  const reader = new Reader(base.source.read(header.phoff, count * phdr), base.endian, header.phoff);
  return Array.from({ length: count }, (_, index) => readSegment(reader, index * phdr, base.class === 64));
}

function readSegment(reader: Reader, at: number, wide: boolean): ElfSegment {
  const word = wide
    ? (index: number): bigint => reader.u64big(at + 8 + index * 8)
    : (index: number): bigint => BigInt(reader.u32(at + 4 + index * 4));
  return {
    type: reader.u32(at),
    flags: reader.u32(wide ? at + 4 : at + 24),
    offset: word(0),
    vaddr: word(1),
    paddr: word(2),
    filesz: word(3),
    memsz: word(4),
    // In 32 bits p_flags comes between p_memsz and p_align.
    align: wide ? word(5) : word(6),
  };
}
