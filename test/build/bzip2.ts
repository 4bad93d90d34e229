// Builds bzip2 streams bit by bit, as no program would write them: every field of a block can be told.
import { crc32 } from 'node:zlib';

/** Digits of a run's length; above them come the places of the move-to-front list but the first, then the end. */
export const runA = 0;
const runB = 1;

/** Code lengths of a table, symbol by symbol; a list says which lengths its steps pass by on the way to the last. */
export type Lengths = readonly (number | readonly number[])[];

export interface BlockOptions {
  /** What the block decodes to. */
  readonly content: Uint8Array;
  /** The sorted block, last column of the matrix; by default that of `content`. */
  readonly column?: Uint8Array;
  readonly origin?: number;
  /** Bytes that are said to be used; by default those of the column. */
  readonly used?: readonly number[];
  /** Instead of those of the column; a pair is a code as it is, and its length. */
  readonly symbols?: readonly (number | readonly [code: number, length: number])[];
  /** Number of tables in the field. */
  readonly groups?: number;
  /** Which table each group of fifty symbols uses; by default as many as needed, in turn. */
  readonly selectors?: readonly number[];
  /** Places in the move-to-front list of tables that follow those of the selectors. */
  readonly moreSelectors?: readonly number[];
  readonly tables?: readonly Lengths[];
  readonly crc?: number;
  readonly randomised?: boolean;
}

interface Writer {
  /** The low `count` (up to 32) bits, the highest of them first. */
  put(value: number, count: number): void;
  /** All bytes; zeros fill the last. */
  bytes(): Buffer;
}

export function createWriter(): Writer {
  const bytes: number[] = [];
  let held = 0;
  let count = 0;
  return {
    put(value, length) {
      for (let bit = length - 1; bit >= 0; bit -= 1) {
        held = (held << 1) | ((value >>> bit) & 1);
        count += 1;
        if (count < 8) continue;
        bytes.push(held);
        held = 0;
        count = 0;
      }
    },
    bytes: () => Buffer.from(count === 0 ? bytes : [...bytes, held << (8 - count)]),
  };
}

function mirrored(value: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit += 1) result = ((result << 1) | ((value >>> bit) & 1)) >>> 0;
  return result;
}

/** The CRC-32 of bzip2: that of gzip with all bits the other way round. */
export function crcOf(content: Uint8Array): number {
  const mirror = Array.from({ length: 256 }, (_, byte) => mirrored(byte, 8));
  return mirrored(crc32(content.map((byte) => mirror[byte] ?? 0)), 32);
}

/** Four equal bytes are followed by the number of further ones. */
function withCounts(content: Uint8Array): number[] {
  const bytes: number[] = [];
  for (let at = 0; at < content.length;) {
    const byte = content[at] ?? 0;
    let run = 1;
    while (run < 259 && content[at + run] === byte) run += 1;
    for (let i = 0; i < Math.min(run, 4); i += 1) bytes.push(byte);
    if (run >= 4) bytes.push(run - 4);
    at += run;
  }
  return bytes;
}

/** The Burrows-Wheeler transform, by sorting all rotations: for short contents. */
function sorted(content: Uint8Array): { readonly column: Uint8Array; readonly origin: number } {
  const bytes = Buffer.from(withCounts(content));
  const twice = Buffer.concat([bytes, bytes]);
  const rotations = Array.from(bytes, (_, at) => at);
  rotations.sort((a, b) => Buffer.compare(twice.subarray(a, a + bytes.length), twice.subarray(b, b + bytes.length)));
  const column = Uint8Array.from(rotations, (at) => twice[at + bytes.length - 1] ?? 0);
  return { column, origin: rotations.indexOf(0) };
}

/** Places in a list of values that were just used, the last one first. */
function movesToFront(values: Iterable<number>, list: readonly number[]): number[] {
  const order = [...list];
  return Array.from(values, (value) => {
    const place = order.indexOf(value);
    order.splice(place, 1);
    order.unshift(value);
    return place;
  });
}

/** A run's length: digits 1 and 2, the lowest first. */
function runOf(length: number): number[] {
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor((rest - 1) / 2)) digits.push(rest % 2 === 1 ? runA : runB);
  return digits;
}

function symbolsOf(column: Uint8Array, used: readonly number[]): number[] {
  const symbols: number[] = [];
  let run = 0;
  for (const place of [...movesToFront(column, used), used.length]) {
    if (place === 0) {
      run += 1;
      continue;
    }
    for (const digit of runOf(run)) symbols.push(digit);
    symbols.push(place + 1);
    run = 0;
  }
  return symbols;
}

function lastOf(length: number | readonly number[]): number {
  return typeof length === 'number' ? length : (length.at(-1) ?? 0);
}

/** Code and length of each symbol: short codes first, then in the order of the symbols. */
function codesOf(lengths: readonly number[]): [code: number, length: number][] {
  const codes = lengths.map((length): [number, number] => [0, length]);
  let code = 0;
  for (let length = 1; length <= 20; length += 1) {
    for (const entry of codes.filter((one) => one[1] === length)) {
      entry[0] = code;
      code += 1;
    }
    code *= 2;
  }
  return codes;
}

function putUsed(out: Writer, used: readonly number[]): void {
  const rows = Array.from({ length: 16 }, (_, row) =>
    used.filter((byte) => byte >>> 4 === row).reduce((bits, byte) => bits | (0x8000 >>> (byte & 15)), 0),
  );
  out.put(
    rows.reduce((bits, columns, row) => bits | (columns === 0 ? 0 : 0x8000 >>> row), 0),
    16,
  );
  for (const columns of rows) if (columns !== 0) out.put(columns, 16);
}

function putTable(out: Writer, lengths: Lengths): void {
  const paths = lengths.map((length) => (typeof length === 'number' ? [length] : length));
  let current = paths[0]?.[0] ?? 0;
  out.put(current, 5);
  for (const path of paths) {
    for (const length of path) {
      for (; current < length; current += 1) out.put(0b10, 2);
      for (; current > length; current -= 1) out.put(0b11, 2);
    }
    out.put(0, 1);
  }
}

/** A table of codes that are all of the same length. */
export function evenLengths(symbols: number): number[] {
  return Array.from({ length: symbols }, () => Math.max(1, Math.ceil(Math.log2(symbols))));
}

function putBlock(out: Writer, options: BlockOptions, crc: number): void {
  const { column, origin } =
    options.column === undefined ? sorted(options.content) : { column: options.column, origin: 0 };
  const used = options.used ?? [...new Set(column)].toSorted((a, b) => a - b);
  const symbols = options.symbols ?? symbolsOf(column, used);
  const tables = options.tables ?? [evenLengths(used.length + 2), evenLengths(used.length + 2)];
  const selectors =
    options.selectors ?? Array.from({ length: Math.ceil(symbols.length / 50) }, (_, i) => i % tables.length);
  out.put(0x314159, 24);
  out.put(0x265359, 24);
  out.put(crc, 32);
  out.put(options.randomised === true ? 1 : 0, 1);
  out.put(options.origin ?? origin, 24);
  putUsed(out, used);
  out.put(options.groups ?? tables.length, 3);
  const places = [...movesToFront(selectors, [...tables.keys()]), ...(options.moreSelectors ?? [])];
  out.put(places.length, 15);
  for (const place of places) {
    for (let i = 0; i < place; i += 1) out.put(1, 1);
    out.put(0, 1);
  }
  for (const lengths of tables) putTable(out, lengths);
  const codes = tables.map((lengths) => codesOf(lengths.map(lastOf)));
  symbols.forEach((symbol, i) => {
    const own = codes[selectors[Math.floor(i / 50)] ?? 0] ?? [];
    const [code, length] = typeof symbol === 'number' ? (own[symbol] ?? [0, 0]) : symbol;
    out.put(code, length);
  });
}

/** A stream of a level (`1` to `9`) with its CRCs, unless they are said to be others. */
export function stream(level: string, blocks: readonly BlockOptions[], streamCrc?: number): Buffer {
  const out = createWriter();
  for (const byte of Buffer.from(`BZh${level}`)) out.put(byte, 8);
  let combined = 0;
  for (const block of blocks) {
    const crc = block.crc ?? crcOf(block.content);
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
    putBlock(out, block, crc);
  }
  out.put(0x177245, 24);
  out.put(0x385090, 24);
  out.put(streamCrc ?? combined, 32);
  return out.bytes();
}
