// Strict reader of an ELF file's headers: file header, section headers with names, program headers. Whatever points outside
// the file is a FormatError; symbols and section contents are read later, where they are needed.
// Layout: System V gABI ch. 4 "ELF Header", "Sections", ch. 5 "Program Header".
import { wordAt } from '../../bytes/at.ts';
import { Reader } from '../../bytes/reader.ts';
import type { ByteSource } from '../../bytes/source.ts';
import { FormatError } from '../../errors.ts';
import { type Name, nameFromBytes } from '../../model/name.ts';
import { type ElfSegment, segment32, segment64 } from './program-headers.ts';
import { addressOf, lowestBit, numberOf, wordsOf } from './words.ts';
import { PN_XNUM, SHN_LORESERVE, SHN_UNDEF, SHN_XINDEX, SHT_NOBITS, SHT_NULL, SHT_STRTAB } from './constants.ts';

export interface ElfSection {
  readonly index: number;
  /** Empty where the file has no table of names. */
  readonly name: Name;
  readonly type: number;
  /** The low 32 bits of `sh_flags`; all flags of the specification lie there. */
  readonly flags: number;
  /** As `addressOf` spells it: negative in the upper half of the address space, NaN where it is too odd. */
  readonly addr: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  /** The lowest power of two in `sh_addralign`, 1 where that is 0. */
  readonly align: number;
  readonly entsize: number;
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

/** Whether the section has bytes in the file: inactive ones and those without bits say any offset and size (gABI, "Sections"). */
export function hasBytes({ type }: Pick<ElfSection, 'type'>): boolean {
  return type !== SHT_NULL && type !== SHT_NOBITS;
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
  const first = readSection(base, wordsOf(base.source.read(header.shoff, shdr), base.endian), 0, 0, '', header.shoff);
  const count = header.shnum === 0 ? first.size : header.shnum;
  if (count === 0) return none;
  if (header.shnum >= SHN_LORESERVE) throw badElf(`has the reserved number of sections ${header.shnum}`, 0);
  if (count > Math.floor((size - header.shoff) / shdr)) {
    throw badElf(`announces ${count} section headers, more than it has room for`, header.shoff);
  }
  const shstrndx = header.shstrndx === SHN_XINDEX ? first.link : header.shstrndx;
  if (shstrndx >= count) throw badElf(`has its section names in section ${shstrndx} of ${count}`, 0);
  const words = wordsOf(base.source.read(header.shoff, count * shdr), base.endian);
  const step = shdr >>> 2;
  const names = readNames(base, words, shstrndx, header.shoff);
  const sections: ElfSection[] = [];
  for (let index = 0, at = 0; index < count; index++, at += step) {
    const name = names === null ? '' : nameAt(names, wordAt(words, at));
    sections.push(readSection(base, words, at, index, name, header.shoff));
  }
  return { sections, shstrndx, phnum: header.phnum === PN_XNUM ? first.info : header.phnum };
}

/** @param at the header's first word in `words`; @param table where these words begin in the file. */
function readSection(base: Base, words: Uint32Array, at: number, index: number, name: Name, table: number): ElfSection {
  const wide = base.class === 64;
  // In 64 bits each number is two words, the low one first where the file is little endian.
  const low = base.endian === 'little' ? 0 : 1;
  const high = 1 - low;
  const type = wordAt(words, at + 1);
  const offsetAt = at + (wide ? 6 : 4);
  const sizeAt = at + (wide ? 8 : 5);
  const link = at + (wide ? 10 : 6);
  const entsizeAt = at + (wide ? 14 : 9);
  const offset = wide
    ? sectionNumber(wordAt(words, offsetAt + high), wordAt(words, offsetAt + low), type, table + offsetAt * 4)
    : wordAt(words, offsetAt);
  const size = wide
    ? sectionNumber(wordAt(words, sizeAt + high), wordAt(words, sizeAt + low), type, table + sizeAt * 4)
    : wordAt(words, sizeAt);
  if (size > base.source.size - offset && hasBytes({ type }) && size > 0) {
    throw badElf(`has section ${index} of ${size} bytes reach past its end`, offset);
  }
  const align = lowestBit(wide ? wordAt(words, at + 12 + high) : 0, wordAt(words, at + (wide ? 12 + low : 8)));
  return {
    index,
    name,
    type,
    flags: wordAt(words, at + 2 + (wide ? low : 0)),
    addr: wide ? addressOf(wordAt(words, at + 4 + high), wordAt(words, at + 4 + low)) : wordAt(words, at + 3),
    offset,
    size,
    link: wordAt(words, link),
    info: wordAt(words, link + 1),
    align: align === 0 ? 1 : align,
    entsize: numberOf(wide ? wordAt(words, entsizeAt + high) : 0, wordAt(words, entsizeAt + (wide ? low : 0))),
  };
}

// The fields of an unused header mean nothing, save for the escapes of section 0, which are checked against the file.
function sectionNumber(high: number, low: number, type: number, at: number): number {
  if (high <= 0x1f_ffff) return high === 0 ? low : numberOf(high, low);
  if (type === SHT_NULL) return Number.MAX_SAFE_INTEGER;
  throw badElf('has a section whose offset or size is above 2^53 - 1', at);
}

// Names may share their tails, so many headers may point into one long name: a name is bounded, so that no table of names takes
// quadratic time or memory.
const maxNameLength = 4096;
/** Longer tables are no table of section names; a string has to hold it all. */
const maxNameTable = 1 << 28;

interface SectionNames {
  readonly text: string;
  /** Where the table begins in the file. */
  readonly base: number;
}

function readNames(file: Base, table: Uint32Array, shstrndx: number, shoff: number): SectionNames | null {
  if (shstrndx === SHN_UNDEF) return null;
  const strings = readSection(file, table, (shstrndx * elfSizes(file).shdr) >>> 2, shstrndx, '', shoff);
  const base = strings.offset;
  if (strings.type !== SHT_STRTAB) {
    throw badElf(`has its section names in section ${shstrndx}, which is no string table`, base);
  }
  if (strings.size > maxNameTable) throw badElf(`has section names of ${strings.size} bytes`, base);
  return { text: nameFromBytes(file.source.read(base, strings.size)), base };
}

function nameAt({ text, base }: SectionNames, offset: number): Name {
  if (offset >= text.length) {
    if (offset === 0) return '';
    throw badElf('has a section whose name lies outside the table of names', base + text.length);
  }
  const end = text.indexOf('\0', offset);
  if (end < 0 || end - offset > maxNameLength) throw badElf('has a section name without an end', base + offset);
  return text.slice(offset, end);
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
  const words = wordsOf(base.source.read(header.phoff, count * phdr), base.endian);
  const segments: ElfSegment[] = [];
  for (let at = 0; at < words.length; at += phdr >>> 2) {
    segments.push(base.class === 64 ? segment64(words, at, base.endian === 'little' ? 0 : 1) : segment32(words, at));
  }
  return segments;
}
