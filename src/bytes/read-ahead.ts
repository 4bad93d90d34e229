// A view of a ByteSource for mostly sequential small reads: one large read serves many of them. Views stay valid, because a
// refill takes new memory and never overwrites the old one.
import { checkRange, type ByteSource } from './source.ts';

/** Exactly `length` bytes at `offset`. @throws FormatError `out-of-range` where the range is not wholly inside the source. */
export type View = (offset: number, length: number) => Uint8Array;

const smallest = 16 * 1024;
const largest = 1024 * 1024;

/**
 * Reads ahead by up to 1 MiB while reads go forward. A jump starts again at 16 KiB, so that a directory in random order costs
 * no more than a few times its own size.
 */
export function readAhead(source: ByteSource): View {
  let bytes: Uint8Array = new Uint8Array(0);
  let start = 0;
  let ahead = smallest;
  return (offset, length) => {
    const at = offset - start;
    if (at >= 0 && length >= 0 && at + length <= bytes.length) return bytes.subarray(at, at + length);
    checkRange(source.size, offset, length);
    const forward = at >= 0 && at <= bytes.length + largest;
    ahead = forward ? Math.min(ahead * 2, largest) : smallest;
    bytes = source.read(offset, Math.min(Math.max(length, ahead), source.size - offset));
    start = offset;
    return bytes.subarray(0, length);
  };
}
