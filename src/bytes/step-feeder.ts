// Runs a reader that works in steps over content that streams by: what it asks for is handed on where it lies, or gathered first where
// it comes in several pieces.
import { memorySource } from './source.ts';
import type { ByteSource } from './source.ts';
import type { Spool } from './spool.ts';
import type { Range, Steps } from './steps.ts';

export interface StepFeeder<Result> {
  /** Takes the next piece of the content, which is valid during the call. Throws what the reader throws. */
  write(piece: Uint8Array): void;
  /** What the reader returned; null as long as it asks for more. */
  result(): { readonly value: Result } | null;
}

/** @param spool for ranges that come in several pieces; and for nothing else meanwhile. */
export function feedSteps<Result>(steps: Steps<Result>, spool: Spool): StepFeeder<Result> {
  let begun = false;
  let at = 0;
  let wanted: Range | null = null;
  let result: { readonly value: Result } | null = null;

  function goOn(step: IteratorResult<Range, Result>): void {
    let now = step;
    while (now.done !== true && now.value.length === 0) now = steps.next(nothing);
    wanted = now.done === true ? null : now.value;
    if (now.done === true) result = { value: now.value };
  }

  /** Hands over what of `wanted` lies between `at` and `end`; returns whether that was the last of it. */
  function hand(piece: Uint8Array, { offset, length }: Range, end: number): boolean {
    const part = piece.subarray(Math.max(0, offset - at), Math.min(offset + length, end) - at);
    if (part.length === length) {
      goOn(steps.next(memorySource(part)));
      return true;
    }
    if (spool.size === 0) spool.expect(length);
    spool.write(part);
    if (spool.size < length) return false;
    try {
      goOn(steps.next(spool.source()));
    } finally {
      spool.reset();
    }
    return true;
  }

  return {
    write(piece) {
      if (!begun) {
        begun = true;
        goOn(steps.next());
      }
      const end = at + piece.length;
      for (let range = wanted; range !== null && range.offset < end; range = wanted)
        if (!hand(piece, range, end)) break;
      at = end;
    },
    result: () => result,
  };
}

const nothing: ByteSource = memorySource(new Uint8Array(0));
