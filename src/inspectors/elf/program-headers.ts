// One program header of an ELF file, from the words of its table.
// Layout: System V gABI ch. 5 "Program Header".
import { wordAt } from '../../bytes/at.ts';
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
    type: wordAt(words, at),
    flags: wordAt(words, at + 6),
    offset: wordAt(words, at + 1),
    vaddr: wordAt(words, at + 2),
    paddr: wordAt(words, at + 3),
    filesz: wordAt(words, at + 4),
    memsz: wordAt(words, at + 5),
    align: wordAt(words, at + 7),
  };
}

/** @param low which word of two is the low one. */
export function segment64(words: Uint32Array, at: number, low: number): ElfSegment {
  const first = at + low;
  const other = at + 1 - low;
  return {
    type: wordAt(words, at),
    flags: wordAt(words, at + 1),
    offset: numberOf(wordAt(words, other + 2), wordAt(words, first + 2)),
    vaddr: addressOf(wordAt(words, other + 4), wordAt(words, first + 4)),
    paddr: addressOf(wordAt(words, other + 6), wordAt(words, first + 6)),
    filesz: numberOf(wordAt(words, other + 8), wordAt(words, first + 8)),
    memsz: numberOf(wordAt(words, other + 10), wordAt(words, first + 10)),
    align: alignOf(wordAt(words, other + 12), wordAt(words, first + 12)),
  };
}

function alignOf(high: number, low: number): number {
  return high !== 0 && low !== 0 ? Number.NaN : numberOf(high, low);
}
