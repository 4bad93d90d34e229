// Figures as cells: sizes with and without a sign, shares, counts. Different figures of one column never print alike.
import { formatSizes, groupDigits } from '../bytes/size.ts';
import type { Units } from '../bytes/size.ts';

/** A cell without a figure. */
export const none = '–';

/** Sizes of one column; null prints as absent. */
export function sizeCells(sizes: readonly (number | null)[], units: Units): string[] {
  const texts = formatSizes(
    sizes.map((size) => size ?? 0),
    units,
  );
  return sizes.map((size, index) => (size === null ? none : spaced(texts[index] ?? '')));
}

/** Differences of one column, with their sign. */
export function deltaCells(deltas: readonly (number | null)[], units: Units): string[] {
  return sizeCells(deltas, units).map((text, index) => signed(text, deltas[index] ?? 0));
}

/** A difference of numbers that are no bytes. */
export function countDelta(delta: number): string {
  return signed(groupDigits(delta), delta);
}

/** Change in percent of `before`: `new` where there was nothing, `gone` where the other side (null) is not there. */
export function percentChange(before: number | null, after: number | null): string {
  if (before === null || before === 0) return after === null || after === 0 ? '' : 'new';
  if (after === null) return 'gone';
  const change = (100 * (after - before)) / before;
  if (change === 0) return '';
  if (Math.abs(change) < 0.05) return '≈0%';
  // As the terminal has it: of what grew tenfold and more the factor is easier to read.
  if (change >= 900) return `${groupDigits(Math.round(after / before))}x`;
  // Rounding makes nothing out of something no more than the other way round.
  return signed(`${(after === 0 ? change : Math.max(-99.9, change)).toFixed(1)}%`, change);
}

/** A minus sign as long as the plus sign. */
function signed(text: string, value: number): string {
  if (value > 0) return `+${text}`;
  return text.replace(/^-/, '−');
}

/** Number and unit stay on one line. */
export function spaced(text: string): string {
  return text.replace(' ', '\u00a0');
}

/** `1 file`, `3,324 files`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${groupDigits(number)} ${number === 1 ? one : many}`;
}

/** What a table leaves out. */
export function andMore(number: number): string {
  return `${groupDigits(number)} more`;
}
