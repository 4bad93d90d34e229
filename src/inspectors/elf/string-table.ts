// Size of an ELF string table in which strings share equal tails, as GNU tools write it: every string that is the tail of
// another costs nothing. Nothing here takes more than a sort's time, whatever the table holds.
import { doubleAt, wordAt } from '../../bytes/at.ts';
import { nameFromBytes, nameToBytes } from '../../model/name.ts';
import { badElf } from './file.ts';

/** Length in bytes of the table that holds `reversed` (strings spelt backwards; the empty string is free). */
export function namesTableSize(reversed: string[]): number {
  reversed.sort();
  let size = 1;
  // By index: for each name of each file, and entries() takes twice the time.
  for (let index = 0; index < reversed.length; index++) {
    const name = reversed[index] ?? '';
    if (name !== '' && !reversed[index + 1]?.startsWith(name)) size += name.length + 1;
  }
  return size;
}

// Most files name their sections alike, so what was spelt once is kept; long and rare names do not count.
const known = new Map<string, string>();
const maxKnown = 1024;
const maxKnownLength = 64;

export function reverseName(name: string): string {
  let reversed = known.get(name);
  if (reversed !== undefined) return reversed;
  reversed = nameFromBytes(nameToBytes(name).toReversed());
  if (known.size < maxKnown && name.length <= maxKnownLength) known.set(name, reversed);
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
  const sorted = starts.toSorted();
  let size = 0;
  let end = -1;
  for (let index = 0; index < sorted.length; index++) {
    const start = wordAt(sorted, index);
    if (start > end) end = endOf(bytes, start, base);
    size += end - start + 1;
  }
  return size;
}

/** Where the string at `start` ends; names are short, so that a plain loop beats a call. */
function endOf(bytes: Uint8Array, start: number, base: number): number {
  let end = start;
  while (end < bytes.length && bytes[end] !== 0) end++;
  if (end >= bytes.length) throw badElf('has a symbol name without an end', base + start);
  return end;
}

interface Strings {
  readonly count: number;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

// Strings that end at the same NUL are tails of the first of them.
function longestStrings(bytes: Uint8Array, sorted: Uint32Array, base: number): Strings {
  const ends = new Uint32Array(sorted.length);
  let count = 0;
  let end = -1;
  for (let index = 0; index < sorted.length; index++) {
    const start = wordAt(sorted, index);
    if (start <= end) continue;
    end = endOf(bytes, start, base);
    if (end === start) continue;
    // In place: no more strings are kept than were looked at.
    sorted[count] = start;
    ends[count] = end;
    count++;
  }
  return { count, starts: sorted, ends };
}

const indexRange = 2 ** 21;
const smallGroup = 12;

/** Strings in `order` that are equal in their last `depth` bytes. */
type Run = readonly [from: number, to: number, depth: number];

/**
 * Sorts the strings backwards, four bytes at a time: the bytes before `depth` (counted from the end) and the string's number
 * make one float64, and runs of equal bytes are sorted by the next four.
 */
function sizeWithoutTails(bytes: Uint8Array, strings: Strings): number {
  const { count, starts, ends } = strings;
  const order = new Uint32Array(count);
  for (let index = 0; index < count; index++) order[index] = index;
  const keys = new Float64Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const work: Run[] = [[0, count, 0]];
  for (let run = work.pop(); run !== undefined; run = work.pop()) {
    const [from, to, depth] = run;
    if (to - from <= smallGroup) {
      sortFew(bytes, strings, order, run);
    } else if (to - from > indexRange) {
      order.subarray(from, to).sort((a, b) => compareTails(bytes, strings, a, b, depth));
    } else {
      const chosen = order.slice(from, to);
      const part = keys.subarray(from, to);
      for (let index = 0; index < chosen.length; index++) {
        const number = wordAt(chosen, index);
        part[index] = tailKey(view, wordAt(starts, number), wordAt(ends, number) - depth) * indexRange + index;
      }
      part.sort();
      splitRuns(part, chosen, order, run, work);
    }
  }
  return uniqueBytes(bytes, strings, order);
}

/** By insertion. */
function sortFew(bytes: Uint8Array, strings: Strings, order: Uint32Array, [from, to, depth]: Run): void {
  for (let index = from + 1; index < to; index++) {
    const number = wordAt(order, index);
    let at = index;
    for (; at > from; at--) {
      const before = wordAt(order, at - 1);
      if (compareTails(bytes, strings, before, number, depth) <= 0) break;
      order[at] = before;
    }
    order[at] = number;
  }
}

function splitRuns(part: Float64Array, chosen: Uint32Array, order: Uint32Array, run: Run, work: Run[]): void {
  const [from, , depth] = run;
  let low = 0;
  let last = -1;
  for (let index = 0; index <= part.length; index++) {
    const value = index < part.length ? doubleAt(part, index) : -indexRange;
    const key = Math.floor(value / indexRange);
    if (index < part.length) order[from + index] = wordAt(chosen, value - key * indexRange);
    if (key === last) continue;
    // A key whose last byte is 0 belongs to strings that are used up: all equal.
    if (index - low > 1 && last % 256 !== 0) work.push([from + low, from + index, depth + 4]);
    low = index;
    last = key;
  }
}

/** The four bytes before `end`, last byte first, 0 where the string has begun. */
function tailKey(bytes: DataView, start: number, end: number): number {
  if (end - start >= 4) return bytes.getUint32(end - 4, true);
  let key = 0;
  for (let step = 1; step <= 4; step++) {
    const at = end - step;
    key = key * 256 + (at >= start ? bytes.getUint8(at) : 0);
  }
  return key;
}

function compareTails(bytes: Uint8Array, { starts, ends }: Strings, a: number, b: number, depth: number): number {
  const startA = wordAt(starts, a);
  const startB = wordAt(starts, b);
  let atA = wordAt(ends, a) - depth - 1;
  let atB = wordAt(ends, b) - depth - 1;
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
    const number = wordAt(order, index);
    const next = order[index + 1];
    if (next === undefined || !isTail(bytes, strings, number, next))
      size += wordAt(ends, number) - wordAt(starts, number) + 1;
  }
  return size;
}

function isTail(bytes: Uint8Array, { starts, ends }: Strings, short: number, long: number): boolean {
  const start = wordAt(starts, short);
  let at = wordAt(ends, short);
  let other = wordAt(ends, long);
  if (at - start > other - wordAt(starts, long)) return false;
  while (at > start) {
    if (bytes[--at] !== bytes[--other]) return false;
  }
  return true;
}
