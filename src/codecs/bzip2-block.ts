// One bzip2 block: Huffman codes, move-to-front, run lengths, Burrows-Wheeler, run lengths again. The format has no written
// specification; structure and limits are those of bzip2 1.0.8.
import { byteAt, wordAt } from '../bytes/at.ts';
import type { BitReader } from './bit-reader.ts';
import { createHuffmanTable, longestCode } from './bzip2-huffman.ts';
import type { HuffmanTable } from './bzip2-huffman.ts';
import type { Emit } from './codec.ts';
import type { Output } from './output.ts';

const groupLength = 50;
const runB = 1;

/** What is wrong with a block. */
export class BadBlock extends Error {}

/** CRC-32 with the high bit first, as bzip2 computes it. */
const crcTable = new Int32Array(256);
for (let i = 0; i < 256; i += 1) {
  let crc = i << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  crcTable[i] = crc;
}

export interface Bzip2Block {
  /** Reads a block of up to `size` bytes (its header is read already up to the CRC). @throws BadBlock, NeedInput */
  read(bits: BitReader, size: number): void;
  /** Writes out the block that was read and returns the CRC of what it holds. @throws BadBlock */
  write(output: Output, emit: Emit): number;
}

export function createBzip2Block(): Bzip2Block {
  // For each byte of the sorted block: itself in the low 8 bits, above it the index of the byte that follows it.
  let links = new Uint32Array(0);
  let length = 0;
  let origin = 0;

  function read(bits: BitReader, size: number): void {
    if (bits.read(1) === 1) throw new BadBlock('is randomised, as only bzip2 before 0.9.5 (1999) made them');
    origin = bits.read(24);
    if (links.length < size) links = new Uint32Array(size);
    const used = readUsedBytes(bits);
    const symbolCount = used.length + 2;
    const groups = bits.read(3);
    if (groups < 2 || groups > 6) throw new BadBlock('has a bad number of tables');
    const selectors = readSelectors(bits, groups);
    const tables: HuffmanTable[] = [];
    for (let i = 0; i < groups; i += 1) tables.push(readTable(bits, symbolCount));
    length = readSymbols(bits, size, selectors, tables, used, links);
    if (origin >= length) throw new BadBlock('points outside itself');
    link();
  }

  /** Turns sorted bytes into a chain: the inverse of the Burrows-Wheeler transform. */
  function link(): void {
    const starts = new Uint32Array(257);
    for (let i = 0; i < length; i += 1) {
      const next = ((links[i] ?? 0) & 0xff) + 1;
      starts[next] = (starts[next] ?? 0) + 1;
    }
    for (let i = 0; i < 256; i += 1) starts[i + 1] = wordAt(starts, i + 1) + wordAt(starts, i);
    for (let i = 0; i < length; i += 1) {
      const byte = (links[i] ?? 0) & 0xff;
      const place = starts[byte] ?? 0;
      starts[byte] = place + 1;
      links[place] = (links[place] ?? 0) | (i << 8);
    }
  }

  function write(output: Output, emit: Emit): number {
    let crc = -1;
    let entry = wordAt(links, origin);
    let space = output.space();
    let filled = 0;
    let run = 0; // equal bytes so far; after four comes a count of further ones
    let last = -1;
    for (let i = 0; i < length; i += 1) {
      entry = links[entry >>> 8] ?? 0;
      const byte = entry & 0xff;
      let repeat = 1;
      if (run === 4) {
        repeat = byte;
        run = 0;
      } else if (byte === last) {
        run += 1;
      } else {
        run = 1;
        last = byte;
      }
      for (; repeat > 0; repeat -= 1) {
        crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ last] ?? 0);
        space[filled] = last;
        filled += 1;
        if (filled === space.length) {
          output.advance(filled, emit);
          space = output.space();
          filled = 0;
        }
      }
    }
    output.advance(filled, emit);
    if (run === 4) throw new BadBlock('ends before the length of a run');
    return ~crc >>> 0;
  }

  return { read, write };
}

function readUsedBytes(bits: BitReader): Uint8Array {
  const rows = bits.read(16);
  const used: number[] = [];
  for (let row = 0; row < 16; row += 1) {
    if ((rows & (0x8000 >>> row)) === 0) continue;
    const columns = bits.read(16);
    for (let column = 0; column < 16; column += 1) {
      if ((columns & (0x8000 >>> column)) !== 0) used.push(row * 16 + column);
    }
  }
  if (used.length === 0) throw new BadBlock('uses no byte');
  return Uint8Array.from(used);
}

/** Which table each group of fifty symbols uses, move-to-front coded. */
function readSelectors(bits: BitReader, groups: number): Uint8Array {
  const count = bits.read(15);
  if (count === 0) throw new BadBlock('has no selectors');
  const selectors = new Uint8Array(count);
  const order = Uint8Array.of(0, 1, 2, 3, 4, 5);
  for (let i = 0; i < count; i += 1) {
    let index = 0;
    while (bits.read(1) === 1) {
      index += 1;
      if (index >= groups) throw new BadBlock('has a bad selector');
    }
    const chosen = byteAt(order, index);
    order.copyWithin(1, 0, index);
    order[0] = chosen;
    selectors[i] = chosen;
  }
  return selectors;
}

function readTable(bits: BitReader, symbolCount: number): HuffmanTable {
  const lengths = new Uint8Array(symbolCount);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbolCount; symbol += 1) {
    for (;;) {
      if (length < 1 || length > longestCode) throw new BadBlock('has a bad code length');
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return createHuffmanTable(lengths);
}

/** Decodes the symbols into bytes (runs expanded, move-to-front undone) and returns their number. */
function readSymbols(
  bits: BitReader,
  size: number,
  selectors: Uint8Array,
  tables: readonly HuffmanTable[],
  used: Uint8Array,
  bytes: Uint32Array,
): number {
  const order = Uint8Array.from(used);
  const endOfBlock = used.length + 1;
  let length = 0;
  let run = 0;
  let weight = 1; // of the next digit of a run's length
  for (const selector of selectors) {
    const table = tables[selector];
    if (table === undefined) throw new BadBlock('has a bad selector');
    for (let left = groupLength; left > 0; left -= 1) {
      const symbol = table.decode(bits);
      if (symbol < 0) throw new BadBlock('has a code that stands for nothing');
      if (symbol <= runB) {
        run += weight << symbol;
        weight *= 2;
        if (run > size) throw new BadBlock('is longer than its level allows');
        continue;
      }
      if (run > 0) {
        if (length + run > size) throw new BadBlock('is longer than its level allows');
        bytes.fill(byteAt(order, 0), length, length + run);
        length += run;
        run = 0;
        weight = 1;
      }
      if (symbol === endOfBlock) return length;
      if (length >= size) throw new BadBlock('is longer than its level allows');
      const byte = order[symbol - 1] ?? 0;
      order.copyWithin(1, 0, symbol - 1);
      order[0] = byte;
      bytes[length] = byte;
      length += 1;
    }
  }
  throw new BadBlock('has no end');
}
