// Limits from today's sizes: a little room on top, as numbers that people read and compare.
import { UsageError } from '../errors.ts';

const units: Readonly<Record<'iec' | 'si', readonly (readonly [name: string, factor: number])[]>> = {
  iec: [
    ['TiB', 1024 ** 4],
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ],
  si: [
    ['TB', 1e12],
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1000],
  ],
};

/** `36.7 MiB`: three digits in the largest fitting unit, rounded up; plain bytes (a number) below one K. */
export function readableLimit(bytes: number, family: 'iec' | 'si' = 'iec'): string | number {
  const unit = units[family].find(([, factor]) => bytes >= factor);
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

/** The number of `5%`. @throws UsageError */
export function parsePercent(text: string, option: string): number {
  const match = /^\s*([0-9]{1,4}(?:\.[0-9]{1,4})?)\s*%?\s*$/.exec(text);
  if (match === null) throw new UsageError(`${option} takes a percentage such as 5%, not "${text.slice(0, 60)}"`);
  return Number(match[1]);
}
