// A view of a ByteSource for mostly sequential small reads: one large read serves many of them.
import { checkRange, type ByteSource } from './source.ts';

/** Exactly `length` bytes at `offset`. @throws FormatError `out-of-range` where the range is not wholly inside the source. */
export type View = (offset: number, length: number) => Uint8Array;

export interface ReadAheadOptions {
  /** Most bytes that are read at once for shorter reads. */
  readonly most?: number;
  /** Reads into the same memory again and again: a view is valid until the next one is asked for. */
  readonly reuse?: boolean;
}

const smallest = 16 * 1024;
const largest = 1024 * 1024;

/**
 * Reads ahead by up to 1 MiB while reads go forward. A jump starts again at 16 KiB, so that a directory in random order costs
 * no more than a few times its own size. Without `reuse`, what was read stays valid: a refill takes new memory.
 */
export function readAhead(source: ByteSource, { most = largest, reuse = false }: ReadAheadOptions = {}): View {
  let scratch: Uint8Array | undefined;
  let bytes: Uint8Array = new Uint8Array(0);
  let start = 0;
  let ahead = Math.min(smallest, most);

  function fetch(offset: number, length: number): Uint8Array {
    if (!reuse || length > most) return source.read(offset, length);
    scratch ??= Buffer.allocUnsafeSlow(most);
    return source.read(offset, length, scratch);
  }

  return (offset, length) => {
    const at = offset - start;
    if (at >= 0 && length >= 0 && at + length <= bytes.length) return bytes.subarray(at, at + length);
    checkRange(source.size, offset, length);
    const forward = at >= 0 && at <= bytes.length + most;
    ahead = Math.min(forward ? ahead * 2 : smallest, most);
    bytes = fetch(offset, Math.min(Math.max(length, ahead), source.size - offset));
    start = offset;
    return bytes.subarray(0, length);
  };
}
