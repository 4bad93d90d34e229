// What optimised compilation does to a code string, as ranges that go and at most one NOP that comes.
import { firstIndex } from '../../bytes/search.ts';
import type { Range } from './asserts.ts';
import type { Span } from './lines.ts';

export interface Edit {
  /** In order, none overlapping. */
  readonly gone: readonly Range[];
  /** A NOP of two bytes at this offset, with its line; null for none. */
  readonly nop: { readonly at: number; readonly line: number } | null;
}

const nopLength = 2;

/** Length of what is left of the first `at` bytes. */
export function lengthBefore(edit: Edit, at: number): number {
  return lengthsBefore(edit)(at);
}

/** The same for many offsets of one edit. */
export function lengthsBefore({ gone, nop }: Edit): (at: number) => number {
  const sums: number[] = [];
  let sum = 0;
  for (const range of gone) sums.push((sum += range.end - range.at));
  return (at) => {
    const index = firstEndingAfter(gone, at);
    const inside = Math.max(0, at - (gone[index]?.at ?? at));
    return at - (sums[index - 1] ?? 0) - inside + (nop !== null && at > nop.at ? nopLength : 0);
  };
}

export function isGone({ gone }: Edit, at: number): boolean {
  return (gone[firstEndingAfter(gone, at)]?.at ?? Infinity) <= at;
}

function firstEndingAfter(ranges: readonly Range[], at: number): number {
  return firstIndex(ranges, ({ end }) => end > at);
}

/** The spans of the code after the edit. */
export function editSpans(spans: readonly Span[], { gone, nop }: Edit): Span[] {
  const result: Span[] = [];
  let at = 0;
  let next = 0;
  const put = (span: Span, length: number): void => {
    if (length <= 0) return;
    result.push({ ...span, at, end: at + length });
    at += length;
  };
  let waiting = nop;
  for (const span of spans) {
    if (waiting !== null && span.at >= waiting.at) {
      put({ ...span, line: waiting.line, column: -1 }, nopLength);
      waiting = null;
    }
    let length = span.end - span.at;
    while ((gone[next]?.end ?? Infinity) <= span.at) next++;
    for (let index = next; index < gone.length; index++) {
      const range = gone[index];
      if (range === undefined || range.at >= span.end) break;
      length -= Math.min(range.end, span.end) - Math.max(range.at, span.at);
    }
    put(span, length);
  }
  return result;
}
