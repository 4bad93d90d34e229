// Size of an ELF string table in which strings share equal tails, as GNU tools write it: every string that is the tail of
// another costs nothing. Nothing here takes more than a sort's time, whatever the table holds.
import { badElf } from './file.ts';

/** Length in bytes of the table that holds `reversed` (strings spelt backwards; the empty string is free). */
export function namesTableSize(reversed: readonly string[]): number {
  const sorted = reversed.toSorted();
  let size = 1;
  for (const [index, name] of sorted.entries()) {
    const next = sorted[index + 1];
    if (name !== '' && !next?.startsWith(name)) size += name.length + 1;
  }
  return size;
}

export function reverseName(name: string): string {
  let reversed = '';
  for (let index = name.length - 1; index >= 0; index--) reversed += name.charAt(index);
  return reversed;
}

/**
 * Length in bytes of the table that holds the strings at `starts` of the string table `bytes`.
 * @throws FormatError where a string has no end.
 */
export function sharedTableSize(bytes: Uint8Array, starts: Uint32Array, base: number): number {
  const strings = longestStrings(bytes, starts.toSorted(), base);
  return 1 + sizeWithoutTails(bytes, strings);
}

/** Length in bytes, NULs included, of the strings at `starts`, nothing shared. */
export function wholeSize(bytes: Uint8Array, starts: Uint32Array, base: number): number {
  let size = 0;
  let end = -1;
  for (const start of starts.toSorted()) {
    if (start > end) end = bytes.indexOf(0, start);
    if (end < 0) throw badElf('has a symbol name without an end', base + start);
    size += end - start + 1;
  }
  return size;
}

interface Strings {
  readonly count: number;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

// Strings that end at the same NUL are tails of the first of them.
function longestStrings(bytes: Uint8Array, sorted: Uint32Array, base: number): Strings {
  const starts = new Uint32Array(sorted.length);
  const ends = new Uint32Array(sorted.length);
  let count = 0;
  let end = -1;
  for (const start of sorted) {
    if (start <= end) continue;
    end = bytes.indexOf(0, start);
    if (end < 0) throw badElf('has a symbol name without an end', base + start);
    if (end === start) continue;
    starts[count] = start;
    ends[count] = end;
    count++;
  }
  return { count, starts, ends };
}

const indexRange = 2 ** 21;
const smallGroup = 12;

/**
 * Sorts the strings backwards, four bytes at a time: the bytes before `depth` (counted from the end) and the string's number
 * make one float64, and runs of equal bytes are sorted by the next four.
 */
function sizeWithoutTails(bytes: Uint8Array, strings: Strings): number {
  const { count, starts, ends } = strings;
  const order = new Uint32Array(count);
  for (let index = 0; index < count; index++) order[index] = index;
  const keys = new Float64Array(count);
  const work: [from: number, to: number, depth: number][] = [[0, count, 0]];
  for (let run = work.pop(); run !== undefined; run = work.pop()) {
    const [from, to, depth] = run;
    if (to - from <= smallGroup || to - from > indexRange) {
      order.subarray(from, to).sort((a, b) => compareTails(bytes, strings, a, b, depth));
      continue;
    }
    const chosen = order.slice(from, to);
    const part = keys.subarray(from, to);
    for (let index = 0; index < chosen.length; index++) {
      const number = chosen[index] ?? 0;
      part[index] = tailKey(bytes, starts[number] ?? 0, (ends[number] ?? 0) - depth) * indexRange + index;
    }
    part.sort();
    splitRuns(part, chosen, order.subarray(from, to), (low, high) => work.push([from + low, from + high, depth + 4]));
  }
  return uniqueBytes(bytes, strings, order);
}

function splitRuns(
  part: Float64Array,
  chosen: Uint32Array,
  order: Uint32Array,
  again: (low: number, high: number) => void,
): void {
  let low = 0;
  let last = -1;
  for (let index = 0; index <= part.length; index++) {
    const value = part[index] ?? -indexRange;
    const key = Math.floor(value / indexRange);
    if (index < part.length) order[index] = chosen[value - key * indexRange] ?? 0;
    if (key === last) continue;
    // A key whose last byte is 0 belongs to strings that are used up: all equal.
    if (index - low > 1 && last % 256 !== 0) again(low, index);
    low = index;
    last = key;
  }
}

/** The four bytes before `end`, last byte first, 0 where the string has begun. */
function tailKey(bytes: Uint8Array, start: number, end: number): number {
  let key = 0;
  for (let step = 1; step <= 4; step++) {
    const at = end - step;
    key = key * 256 + (at >= start ? (bytes[at] ?? 0) : 0);
  }
  return key;
}

function compareTails(bytes: Uint8Array, { starts, ends }: Strings, a: number, b: number, depth: number): number {
  const [startA, startB] = [starts[a] ?? 0, starts[b] ?? 0];
  let atA = (ends[a] ?? 0) - depth - 1;
  let atB = (ends[b] ?? 0) - depth - 1;
  while (atA >= startA && atB >= startB) {
    const difference = (bytes[atA] ?? 0) - (bytes[atB] ?? 0);
    if (difference !== 0) return difference;
    atA--;
    atB--;
  }
  return atA - startA - (atB - startB);
}

/** Sum of the strings, with their NULs, that are not the tail of the next in order. */
function uniqueBytes(bytes: Uint8Array, strings: Strings, order: Uint32Array): number {
  const { starts, ends } = strings;
  let size = 0;
  for (let index = 0; index < order.length; index++) {
    const number = order[index] ?? 0;
    const next = order[index + 1];
    if (next === undefined || !isTail(bytes, strings, number, next))
      size += (ends[number] ?? 0) - (starts[number] ?? 0) + 1;
  }
  return size;
}

function isTail(bytes: Uint8Array, { starts, ends }: Strings, short: number, long: number): boolean {
  const start = starts[short] ?? 0;
  let at = ends[short] ?? 0;
  let other = ends[long] ?? 0;
  if (at - start > other - (starts[long] ?? 0)) return false;
  while (at > start) {
    if (bytes[--at] !== bytes[--other]) return false;
  }
  return true;
}
