// What optimised compilation does to a code string, as ranges that go and at most one NOP that comes.
import { firstIndex } from '../../bytes/search.ts';
import type { Range } from './asserts.ts';
import { isSamePlace } from './lines.ts';
import type { Span } from './lines.ts';

export interface Cut {
  /** In order, none overlapping. */
  readonly gone: readonly Range[];
  /** A NOP of two bytes at this offset, with its line; null for none. */
  readonly nop: { readonly at: number; readonly line: number } | null;
}

export interface Edit extends Cut {
  /** What gets the place of what is before it, in order. */
  readonly placeless: readonly Range[];
}

const nopLength = 2;
const longestSpan = 16;

/** Length of what is left of the first `at` bytes. */
export function lengthBefore(edit: Cut, at: number): number {
  return lengthsBefore(edit)(at);
}

/** The same for many offsets of one edit. */
export function lengthsBefore({ gone, nop }: Cut): (at: number) => number {
  const sums: number[] = [];
  let sum = 0;
  for (const range of gone) sums.push((sum += range.end - range.at));
  return (at) => {
    const index = firstEndingAfter(gone, at);
    const inside = Math.max(0, at - (gone[index]?.at ?? at));
    return at - (sums[index - 1] ?? 0) - inside + (nop !== null && at > nop.at ? nopLength : 0);
  };
}

export function isGone({ gone }: Cut, at: number): boolean {
  return (gone[firstEndingAfter(gone, at)]?.at ?? Infinity) <= at;
}

function firstEndingAfter(ranges: readonly Range[], at: number): number {
  return firstIndex(ranges, ({ end }) => end > at);
}

/** The spans of the code after the edit. Neighbours of one place are one, as far as eight code units; not in 3.11, where each instruction
 * has its own. */
export function editSpans(spans: readonly Span[], { gone, nop, placeless }: Edit, minor: number): Span[] {
  const result: Span[] = [];
  const before = lengthsBefore({ gone, nop: null });
  let at = 0;
  const put = (span: Span, length: number): void => {
    const end = at + length;
    const last = result.at(-1);
    if (minor !== 11 && last !== undefined && (span === last || isSamePlace(last, span))) {
      at = Math.min(end, Math.max(at, last.at + longestSpan));
      result[result.length - 1] = { ...last, end: at };
    }
    for (; at < end; at = result.at(-1)?.end ?? end) result.push({ ...span, at, end: Math.min(end, at + longestSpan) });
  };
  let waiting = nop;
  let next = 0;
  for (const span of spans) {
    if (waiting !== null && span.at >= waiting.at) {
      put({ ...span, line: waiting.line, column: -1 }, nopLength);
      waiting = null;
    }
    let from = span.at;
    const take = (place: Span, to: number): void => {
      put(place, before(to) - before(from));
      from = to;
    };
    for (let range = placeless[next]; range !== undefined && range.at < span.end; range = placeless[++next]) {
      take(span, Math.max(from, range.at));
      take(result.at(-1) ?? span, Math.min(range.end, span.end));
      if (range.end > span.end) break;
    }
    take(span, span.end);
  }
  return result;
}
