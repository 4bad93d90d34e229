// Exception tables (since 3.11): how long one is after instructions are gone. Format: Objects/exception_handling_notes.txt.
import { lengthsBefore } from './edit.ts';
import type { Cut } from './edit.ts';

/** Length after an edit; entries whose whole range is gone are left out. */
export function exceptionsLength(table: Uint8Array, edit: Cut): number {
  let length = 0;
  const before = lengthsBefore(edit);
  for (const [start = 0, size = 0, target = 0, depth = 0] of entries(table)) {
    const from = before(start * 2) / 2;
    const to = before((start + size) * 2) / 2;
    if (to <= from) continue;
    for (const value of [from, to - from, before(target * 2) / 2, depth]) length += varintLength(value);
  }
  return length;
}

/** Four numbers each: start, length and target in code units, depth. The first byte of an entry has its highest bit set. */
function* entries(table: Uint8Array): Iterable<readonly number[]> {
  let numbers: number[] = [];
  let value = 0;
  for (const byte of table) {
    value = value * 64 + (byte & 63);
    if ((byte & 64) !== 0) continue;
    numbers.push(value);
    value = 0;
    if (numbers.length < 4) continue;
    yield numbers;
    numbers = [];
  }
}

function varintLength(value: number): number {
  let length = 1;
  for (let left = value; left >= 64; left = Math.floor(left / 64)) length++;
  return length;
}
