// Reading from front to back in steps: a reader that asks for one range after the other works alike on content that is all at hand and
// on content that streams by.
import type { ByteSource } from './source.ts';
import { memorySource, sliceSource } from './source.ts';

/** Bytes that a reader asks for. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** A reader: each range begins where the one before ended, or later; it gets a source of just these bytes, valid until it asks again. */
export type Steps<Result> = Generator<Range, Result, ByteSource>;

/** Ranges up to this length are read in one go (4 MiB): most are looked at in many places. */
const wholeLength = 1 << 22;

/** Runs a reader over content that is all at hand. */
export function readAtOnce<Result>(source: ByteSource, steps: Steps<Result>): Result {
  let scratch: Uint8Array | undefined;
  const part = ({ offset, length }: Range): ByteSource => {
    if (length > wholeLength) return sliceSource(source, offset, length);
    if (scratch === undefined || scratch.length < length) scratch = Buffer.allocUnsafeSlow(2 * length);
    return memorySource(source.read(offset, length, scratch));
  };
  let step = steps.next();
  while (step.done !== true) step = steps.next(part(step.value));
  return step.value;
}
