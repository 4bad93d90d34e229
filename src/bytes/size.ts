// Sizes as text, both ways. Two different sizes never print alike: where rounding would make them, exact bytes are printed.
import { UsageError } from '../errors.ts';

/** How sizes are printed: `iec` in KiB of 1,024 bytes, `si` in kB of 1,000, `bytes` exactly. */
export type Units = 'iec' | 'si' | 'bytes';

type Family = Exclude<Units, 'bytes'>;

const bases: Readonly<Record<Family, number>> = { iec: 1024, si: 1000 };
const suffixes: Readonly<Record<Family, readonly string[]>> = {
  iec: ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'],
  si: ['kB', 'MB', 'GB', 'TB', 'PB', 'EB'],
};

/** Units that a size may be written in, the smallest first: a limit in PiB would be a slip. */
export const writtenUnits: Readonly<Record<Family, readonly (readonly [name: string, factor: number])[]>> = {
  iec: unitsUpToTera('iec'),
  si: unitsUpToTera('si'),
};

function unitsUpToTera(family: Family): (readonly [name: string, factor: number])[] {
  return suffixes[family].slice(0, 4).map((name, index) => [name, bases[family] ** (index + 1)]);
}

/** `bytes` rounded to one decimal in the largest fitting unit: `182.3 MiB`, `1.5 kB`, `17 B`. */
export function formatSize(bytes: number, units: Units): string {
  if (units === 'bytes') return exactBytes(bytes);
  const base = bases[units];
  const magnitude = Math.abs(bytes);
  if (magnitude < base) return `${bytes} B`;
  let value = magnitude;
  let unit = -1;
  // Rounding may carry over: 1023.96 KiB is 1.0 MiB.
  while (Math.round(value * 10) / 10 >= base && unit < 5) {
    value /= base;
    unit++;
  }
  return `${bytes < 0 ? '-' : ''}${value.toFixed(1)} ${suffixes[units][unit] ?? ''}`;
}

/** What `formatSize` counts in, for programs that write sizes themselves; no names where sizes are exact. */
export function unitsOf(units: Units): { readonly base: number; readonly names: readonly string[] } {
  return units === 'bytes' ? { base: bases.si, names: [] } : { base: bases[units], names: suffixes[units] };
}

/** `190,735,123 B`: grouped by thousands, the same in every locale. */
export function exactBytes(bytes: number): string {
  return `${groupDigits(bytes)} B`;
}

/** `1.2 KiB = 1,234 B`; once, where both are one: `472 B`. */
export function bothSizes(bytes: number, units: Units): string {
  const [text, exact] = [formatSize(bytes, units), exactBytes(bytes)];
  return text === exact || text === `${bytes} B` ? exact : `${text} = ${exact}`;
}

/**
 * A size as a person would have written it in a budgets file: `5 MiB`, `1.5 GB`, in binary units where these are as short; null where no
 * unit says it exactly in one decimal, and below 10,000 bytes, where a number is as short.
 */
export function roundSize(bytes: number): string | null {
  if (bytes < 10_000) return null;
  const found = [...factors]
    .toReversed()
    .filter(([, factor]) => factor > 1 && bytes >= factor && Number.isInteger((bytes * 10) / factor))
    .map(([name, factor]) => ({ name, digits: String(bytes / factor), isBinary: Number(name.endsWith('iB')) }));
  const [best] = found.toSorted((a, b) => a.digits.length - b.digits.length || b.isBinary - a.isBinary);
  return best === undefined ? null : `${best.digits} ${best.name}`;
}

export function groupDigits(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Formats sizes that stand together: those that would print alike though they differ are printed exactly. */
export function formatSizes(sizes: readonly number[], units: Units): string[] {
  const first = new Map<string, number>();
  const ambiguous = new Set<string>();
  for (const size of sizes) {
    const text = formatSize(size, units);
    if ((first.get(text) ?? size) !== size) ambiguous.add(text);
    first.set(text, size);
  }
  return sizes.map((size) => {
    const text = formatSize(size, units);
    return ambiguous.has(text) ? exactBytes(size) : text;
  });
}

/** Differences that stand together: as `formatSizes`, growth with a plus sign. */
export function formatDeltas(deltas: readonly number[], units: Units): string[] {
  return formatSizes(deltas, units).map((text, index) => ((deltas[index] ?? 0) > 0 ? `+${text}` : text));
}

/**
 * What a change is of its base: `+12.3%`, `-100.0%` only where nothing is left, `27x` where it is ten times as much or more, `new`
 * where there was nothing (never Infinity), empty where nothing changed.
 */
export function percentChange(before: number, after: number): string {
  if (before === after) return '';
  if (before === 0) return 'new';
  const percent = (100 * (after - before)) / before;
  if (percent >= 900) return `${groupDigits(Math.round(after / before))}x`;
  // Rounding must not make something out of nothing, nor nothing out of something.
  const rounded = after === 0 ? -100 : Math.max(-99.9, percent);
  return `${percent > 0 ? '+' : ''}${Math.abs(rounded) < 0.05 ? `${percent < 0 ? '-' : ''}<0.1` : rounded.toFixed(1)}%`;
}

/** `du -h` (iec) and `du --si`: rounded up, one decimal below 10, no unit below one K; bytes as they are. */
export function duSize(bytes: number, units: Units): string {
  if (units === 'bytes') return String(bytes);
  const base = bases[units];
  if (bytes < base) return String(bytes);
  const letters = units === 'iec' ? 'KMGTPE' : 'kMGTPE';
  let divisor = base;
  let unit = 0;
  // Exact integer arithmetic: rounding up must not depend on a quotient's last bit.
  const up = (step: number): number => Math.ceil((bytes * step) / divisor);
  while (up(1) >= base && unit < 5) {
    divisor *= base;
    unit++;
  }
  // What rounds up to a whole unit of the next size is written as that.
  const tenths = up(10);
  if (tenths < 100) return `${Math.floor(tenths / 10)}.${tenths % 10}${letters[unit] ?? ''}`;
  return `${up(1)}${letters[unit] ?? ''}`;
}

const factors: ReadonlyMap<string, number> = new Map([['', 1], ['B', 1], ...writtenUnits.si, ...writtenUnits.iec]);

/** The number of `2.5%`; null for anything else, a sign too. Whether it is one that makes sense is for the caller to say. */
export function percentIn(text: string): number | null {
  const match = /^\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*%\s*$/.exec(text);
  return match === null ? null : Number(match[1]);
}

/**
 * Bytes of a size as people write it: `12 MiB`, `5MB`, `1.5 GiB`, a bare number of bytes. Rounded down to whole bytes.
 * @param option that the text was given for, where errors should name it.
 * @throws UsageError for anything else; `5M` gets a hint, since it is 5,000,000 to some and 5,242,880 to others.
 */
export function parseSize(text: string, option?: string): number {
  const at = option === undefined ? '' : `${option}: `;
  const match = /^\s*([0-9]{1,16}(?:\.[0-9]{1,9})?)\s*([A-Za-z]*)\s*$/.exec(text);
  const factor = factors.get(match?.[2] ?? '');
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  if (match === null || factor === undefined) {
    // `5M` means either, and so do spellings such as `mb` that mix the two.
    const letter = /^([kmgt])(?:i?b?)$/i.exec(match?.[2] ?? '')?.[1]?.toUpperCase();
    const hint =
      letter === undefined
        ? ''
        : `; write ${match?.[1]} ${letter}iB (1024) or ${match?.[1]} ${letter === 'K' ? 'k' : letter}B (1000)`;
    throw new UsageError(`${at}"${shown}" is not a size such as 12 MiB, 5 MB or 1048576${hint}`);
  }
  // Whole numbers only: 2.01 is not quite that as a binary fraction, and 2.01 kB would be a byte less than it says.
  const [whole = '', decimals = ''] = match[1]?.split('.') ?? [];
  const bytes = Number((BigInt(whole + decimals) * BigInt(factor)) / 10n ** BigInt(decimals.length));
  if (factor === 1 && /[1-9]/.test(decimals)) throw new UsageError(`${at}"${shown}" is not a whole number of bytes`);
  if (!Number.isSafeInteger(bytes)) throw new UsageError(`${at}"${shown}" is more than 2^53 - 1 bytes`);
  return bytes;
}
