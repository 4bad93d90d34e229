// Limits from today's sizes: a little room on top, as numbers that people read and compare.
import { percentIn, writtenUnits } from '../bytes/size.ts';
import { UsageError } from '../errors.ts';

/** Below this many percent. More is no headroom, and soon no number of bytes that is exact. */
const mostHeadroom = 10_000;

/** `36.7 MiB`: three digits in the largest fitting unit, rounded up; plain bytes (a number) below one K. */
export function readableLimit(bytes: number, family: 'iec' | 'si' = 'iec'): string | number {
  const unit = writtenUnits[family].findLast(([, factor]) => bytes >= factor);
  if (unit === undefined) return bytes;
  const [name, factor] = unit;
  const value = bytes / factor;
  const step = value >= 100 ? 1 : value >= 10 ? 10 : 100;
  // One division of whole numbers: the product of a quotient may be off by a last bit, which would round up to one more.
  return `${Number((Math.ceil((bytes * step) / factor) / step).toFixed(2))} ${name}`;
}

/** Bytes with `percent` of headroom, rounded up. */
export function withHeadroom(bytes: number, percent: number): number {
  return Math.ceil((bytes * (100 + percent)) / 100);
}

/** The number of `5%`, or of `5`. @throws UsageError */
export function parsePercent(text: string, option: string): number {
  const percent = percentIn(text.includes('%') ? text : `${text}%`);
  if (percent === null || percent >= mostHeadroom)
    throw new UsageError(`${option} takes a percentage such as 5%, not "${text.slice(0, 60)}"`);
  return percent;
}
