// One program header of an ELF file, from the words of its table.
// Layout: System V gABI ch. 5 "Program Header".
import { addressOf, numberOf } from './words.ts';

/** Numbers above 2^53 are rounded; they lie outside every file. */
export interface ElfSegment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  /** As `addressOf` spells it, and so is `paddr`. */
  readonly vaddr: number;
  readonly paddr: number;
  readonly filesz: number;
  readonly memsz: number;
  /** NaN where it is above 2^32 and certainly no power of two. */
  readonly align: number;
}

/** @param at the header's first word in `words`. */
export function segment32(words: Uint32Array, at: number): ElfSegment {
  return {
    type: words[at] ?? 0,
    flags: words[at + 6] ?? 0,
    offset: words[at + 1] ?? 0,
    vaddr: words[at + 2] ?? 0,
    paddr: words[at + 3] ?? 0,
    filesz: words[at + 4] ?? 0,
    memsz: words[at + 5] ?? 0,
    align: words[at + 7] ?? 0,
  };
}

/** @param low which word of two is the low one. */
export function segment64(words: Uint32Array, at: number, low: number): ElfSegment {
  const first = at + low;
  const other = at + 1 - low;
  return {
    type: words[at] ?? 0,
    flags: words[at + 1] ?? 0,
    offset: numberOf(words[other + 2] ?? 0, words[first + 2] ?? 0),
    vaddr: addressOf(words[other + 4] ?? 0, words[first + 4] ?? 0),
    paddr: addressOf(words[other + 6] ?? 0, words[first + 6] ?? 0),
    filesz: numberOf(words[other + 8] ?? 0, words[first + 8] ?? 0),
    memsz: numberOf(words[other + 10] ?? 0, words[first + 10] ?? 0),
    align: alignOf(words[other + 12] ?? 0, words[first + 12] ?? 0),
  };
}

function alignOf(high: number, low: number): number {
  return high !== 0 && low !== 0 ? Number.NaN : numberOf(high, low);
}
