// A sample of the symbols that a file defines for others: the names with the smallest hashes, so that samples of two files hold
// the same of the names that both define. Names are hashed where they lie; time is linear in the tables' lengths.
import { byteAt, wordAt } from '../../bytes/at.ts';
import type { SymbolSample } from '../../model/facts.ts';
import {
  ET_DYN,
  ET_EXEC,
  SHF_EXECINSTR,
  SHN_UNDEF,
  SHT_DYNSYM,
  SHT_PROGBITS,
  SHT_STRTAB,
  SHT_SYMTAB,
  STB_GLOBAL,
  STB_GNU_UNIQUE,
  STB_WEAK,
} from './constants.ts';
import { type ElfFile, type ElfSection, elfSizes } from './file.ts';
import type { Symbols } from './symbols.ts';
import { wordsOf } from './words.ts';

const two32 = 0x1_0000_0000;

/** Gathers names and keeps the smallest of their hashes. */
export interface SymbolSampler {
  /**
   * Adds the NUL-terminated name at `at`, without a version (`@VERSION`, `@@VERSION`).
   * @returns its length in bytes, which the caller keeps account of.
   */
  add(strings: Uint8Array, at: number, seed: number): number;
  /** Something could not be read: there will be no sample. */
  lose(): void;
  /** The sample; undefined where there was no symbol, or where symbols are missing. */
  sample(): SymbolSample | undefined;
}

/** A sampler of `limit` hashes or fewer: the rate is a power of two. */
export function createSampler(limit: number): SymbolSampler {
  /** Hashes not yet sorted, with room for several times the limit so that sorting is rare. */
  const found = new Uint32Array(limit * 8);
  let length = 0;
  let rate = 1;
  let bound = two32;
  let lost = false;

  function compact(): void {
    const sorted = found.subarray(0, length).toSorted();
    let kept = 0;
    for (const hash of sorted) if (sorted[kept - 1] !== hash) sorted[kept++] = hash;
    while (kept > limit) {
      rate *= 2;
      bound = two32 / rate;
      while (kept > 0 && wordAt(sorted, kept - 1) >= bound) kept--;
    }
    found.set(sorted.subarray(0, kept));
    length = kept;
  }

  return {
    add(strings, at, seed) {
      let hash = seed;
      let end = at;
      // FNV-1a, then the last step of MurmurHash3, which makes the high bits depend on every byte.
      for (; end < strings.length; end++) {
        const byte = strings[end] ?? 0;
        if (byte === 0 || byte === versionMark) break;
        hash = Math.imul(hash ^ byte, 0x0100_0193);
      }
      hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
      const final = (hash ^ (hash >>> 16)) >>> 0;
      if (final < bound && end > at) {
        found[length++] = final;
        // At once: the next hash is to be held against the new bound.
        if (length === found.length) compact();
      }
      return end - at;
    },
    lose() {
      lost = true;
    },
    sample() {
      compact();
      if (lost || (length === 0 && rate === 1)) return undefined;
      return { rate, hashes: [...found.subarray(0, length)] };
    },
  };
}

const versionMark = 0x40;

/** Hashes differ between processors: a library for another one is never contained. */
function seedOf({ machine, class: bits, endian }: ElfFile): number {
  return 0x811c_9dc5 ^ (machine * 4 + (bits === 64 ? 2 : 0) + (endian === 'big' ? 1 : 0));
}

/** Whether a symbol with this `st_info` and `st_other` can be seen by other files once it is linked. */
function isExported(info: number, other: number): boolean {
  const binding = info >>> 4;
  // STV_DEFAULT and STV_PROTECTED: symbols of the two others become local when they are linked.
  return (binding === STB_GLOBAL || binding === STB_WEAK || binding === STB_GNU_UNIQUE) && (other & 3) % 3 === 0;
}

/**
 * Names may share their bytes, so a table of names that was made to do harm could be hashed many times over: names that together are
 * longer than this many times their table are not gone through.
 */
const maxSharing = 8;

/** Adds what an object file defines; `symbols` null where it has no table. */
export function addObject(sampler: SymbolSampler, elf: ElfFile, symbols: Symbols | null): void {
  if (symbols === null) return;
  const { count, names, info, other, shndx, strings } = symbols;
  const seed = seedOf(elf);
  let left = strings.length * maxSharing;
  for (let index = 1; index < count && left >= 0; index++) {
    if (shndx[index] === SHN_UNDEF || !isExported(byteAt(info, index), byteAt(other, index))) continue;
    left -= sampler.add(strings, wordAt(names, index), seed);
  }
  if (left < 0) sampler.lose();
}

/** Smaller files are not worth it: most of the linked files of a tree are small. */
const minSize = 256 * 1024;
/** Tables above are not read: no library to compare with has so many names. */
const maxTable = 64 * 1024 * 1024;
/** Twice that of a library, which may be a small part of what it is linked into. */
const linkedLimit = 256;

/** The sample of an executable or shared library that holds code; undefined for all else. */
export function linkedSample(elf: ElfFile): SymbolSample | undefined {
  if ((elf.type !== ET_EXEC && elf.type !== ET_DYN) || elf.source.size < minSize) return undefined;
  const table = fullestTable(elf);
  if (table === undefined) return undefined;
  const strings = elf.sections[table.link];
  if (strings?.type !== SHT_STRTAB || !hasCode(elf)) return undefined;
  if (table.size > maxTable || strings.size > maxTable) return undefined;
  const sampler = createSampler(linkedLimit);
  addExports(sampler, elf, table, elf.source.read(strings.offset, strings.size));
  return sampler.sample();
}

/** A file of debug data alone has all symbols of the file that it belongs to, but nothing behind them. */
function hasCode({ sections }: ElfFile): boolean {
  return sections.some(({ type, flags }) => type === SHT_PROGBITS && (flags & SHF_EXECINSTR) !== 0);
}

/** Of `.dynsym` and `.symtab` the one with more symbols that are not local; what a shared library exports is in both. */
function fullestTable(elf: ElfFile): ElfSection | undefined {
  const exportsOf = (table: ElfSection): number => countOf(elf, table) - firstOf(elf, table);
  const tables = elf.sections.filter(({ type }) => type === SHT_DYNSYM || type === SHT_SYMTAB);
  // Equally full, `.dynsym` comes with fewer names to read.
  tables.sort((a, b) => exportsOf(b) - exportsOf(a) || b.type - a.type);
  return tables[0];
}

function countOf(elf: ElfFile, table: ElfSection): number {
  return Math.floor(table.size / elfSizes(elf).sym);
}

// gABI "Section Header", sh_info: one greater than the index of the last local symbol.
function firstOf(elf: ElfFile, table: ElfSection): number {
  return Math.min(table.info, countOf(elf, table));
}

function addExports(sampler: SymbolSampler, elf: ElfFile, table: ElfSection, strings: Uint8Array): void {
  const { sym } = elfSizes(elf);
  const first = firstOf(elf, table);
  const words = wordsOf(elf.source.read(table.offset + first * sym, (countOf(elf, table) - first) * sym), elf.endian);
  const seed = seedOf(elf);
  const little = elf.endian === 'little';
  const step = sym >>> 2;
  let left = strings.length * maxSharing;
  for (let at = 0, rest = elf.class === 64 ? 1 : 3; at < words.length && left >= 0; at += step, rest += step) {
    const word = wordAt(words, rest);
    // st_info, st_other and st_shndx share a word.
    const shndx = little ? word >>> 16 : word & 0xffff;
    const exported = little ? isExported(word & 0xff, word >>> 8) : isExported(word >>> 24, word >>> 16);
    if (shndx !== SHN_UNDEF && exported) left -= sampler.add(strings, wordAt(words, at), seed);
  }
  if (left < 0) sampler.lose();
}
