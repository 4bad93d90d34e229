// Canonical Huffman codes of bzip2: one table look-up for short codes, a search by length for the rest.
import { integerAt } from '../bytes/at.ts';
import type { BitReader } from './bit-reader.ts';

export const longestCode = 20;
const tableBits = 10;

export interface HuffmanTable {
  /** Decodes a symbol; -1 where no code matches. */
  decode(bits: BitReader): number;
}

/** @param lengths code length (1 to 20) of each symbol. */
export function createHuffmanTable(lengths: Uint8Array): HuffmanTable {
  const first = new Int32Array(longestCode + 2); // first code of each length
  const offset = new Int32Array(longestCode + 2); // its place in `symbols`
  const counts = new Int32Array(longestCode + 2);
  for (const length of lengths) counts[length] = integerAt(counts, length) + 1;
  for (let length = 1; length <= longestCode; length += 1) {
    first[length + 1] = (integerAt(first, length) + integerAt(counts, length)) * 2;
    offset[length + 1] = integerAt(offset, length) + integerAt(counts, length);
  }
  const symbols = new Uint16Array(lengths.length);
  const places = Int32Array.from(offset);
  const table = new Uint16Array(1 << tableBits); // symbol * 32 + length; 0 where the code is longer
  const codes = Int32Array.from(first);
  lengths.forEach((length, symbol) => {
    symbols[integerAt(places, length)] = symbol;
    places[length] = integerAt(places, length) + 1;
    const code = integerAt(codes, length);
    codes[length] = code + 1;
    if (length > tableBits) return;
    const from = code << (tableBits - length);
    table.fill((symbol << 5) | length, from, from + (1 << (tableBits - length)));
  });

  function search(bits: BitReader): number {
    for (let length = tableBits + 1; length <= longestCode; length += 1) {
      const index = bits.peek(length) - integerAt(first, length);
      if (index >= 0 && index < integerAt(counts, length)) {
        bits.skip(length);
        return symbols[integerAt(offset, length) + index] ?? -1;
      }
    }
    bits.skip(longestCode);
    return -1;
  }

  return {
    decode(bits) {
      const entry = table[bits.peek(tableBits)] ?? 0;
      if (entry === 0) return search(bits);
      bits.skip(entry & 31);
      return entry >>> 5;
    },
  };
}
