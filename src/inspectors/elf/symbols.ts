// The symbol table as columns: name offsets, bindings and types, section numbers with the extended numbering resolved.
// Layout: System V gABI ch. 4 "Symbol Table".
import { wordAt } from '../../bytes/at.ts';
import { Reader } from '../../bytes/reader.ts';
import { SHN_LORESERVE, SHN_XINDEX } from './constants.ts';
import { badElf, type ElfFile, elfSizes, type ElfSection } from './file.ts';
import { wordsOf } from './words.ts';

export interface Symbols {
  /** Entries, the null symbol 0 included. */
  readonly count: number;
  readonly names: Uint32Array;
  /** Binding in the high, type in the low four bits. */
  readonly info: Uint8Array;
  /** `st_other`: visibility in the low two bits. */
  readonly other: Uint8Array;
  /** Numbers from SHN_LORESERVE on are spelt as `reserved` does, since sections may have them too. */
  readonly shndx: Uint32Array;
  /** The table of their names. */
  readonly strings: Uint8Array;
  readonly stringsOffset: number;
}

/** A reserved section number (SHN_ABS, SHN_COMMON) in `Symbols.shndx`. */
export function reserved(shndx: number): number {
  return shndx + 0xffff_0000;
}

/** @throws FormatError where a name or an extended section number lies outside its table. */
export function readSymbols(
  elf: ElfFile,
  table: ElfSection,
  strings: ElfSection | undefined,
  extended: ElfSection | undefined,
): Symbols {
  const { sym } = elfSizes(elf);
  const count = Math.floor(table.size / sym);
  const words = wordsOf(elf.source.read(table.offset, count * sym), elf.endian);
  // Without a table of names all names are empty.
  const isEmpty = strings === undefined || strings.size === 0;
  const text = isEmpty ? new Uint8Array(1) : elf.source.read(strings.offset, strings.size);
  const names = new Uint32Array(count);
  const info = new Uint8Array(count);
  const other = new Uint8Array(count);
  const shndx = new Uint32Array(count);
  // st_info, st_other and st_shndx share a word.
  const little = elf.endian === 'little';
  const step = sym >>> 2;
  let numbered = false;
  for (let index = 0, at = 0, rest = elf.class === 64 ? 1 : 3; index < count; index++, at += step, rest += step) {
    const name = wordAt(words, at);
    if (name >= text.length) {
      throw badElf('has a symbol whose name lies outside the table of names', table.offset + at * 4);
    }
    const word = wordAt(words, rest);
    const section = little ? word >>> 16 : word & 0xffff;
    names[index] = name;
    info[index] = little ? word : word >>> 24;
    other[index] = little ? word >>> 8 : word >>> 16;
    shndx[index] = section >= SHN_LORESERVE ? reserved(section) : section;
    if (section === SHN_XINDEX) numbered = true;
  }
  if (numbered) resolveExtended(elf, extended, shndx);
  return { count, names, info, other, shndx, strings: text, stringsOffset: strings?.offset ?? 0 };
}

// gABI, SHT_SYMTAB_SHNDX: one 32-bit section number a symbol, for those that say SHN_XINDEX.
function resolveExtended(elf: ElfFile, extended: ElfSection | undefined, shndx: Uint32Array): void {
  if (extended === undefined) return;
  const reader = new Reader(elf.source.read(extended.offset, extended.size), elf.endian, extended.offset);
  for (const [index, section] of shndx.entries()) {
    if (section === reserved(SHN_XINDEX)) shndx[index] = reader.u32(index * 4);
  }
}
