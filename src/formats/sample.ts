// A small sample of a decoded stream, compressed another way: enough to see that there is much to gain, at a price that a scan does not
// feel. It is the same however the stream was cut into pieces, and there is no more of it in a long stream than in a short one.
import { doubleAt } from '../bytes/at.ts';
import { openEncoder, parseCompression } from '../codecs/compress.ts';
import type { Marks } from '../codecs/marks.ts';
import { UsageError } from '../errors.ts';
import type { MadeFacts } from '../model/snapshot.ts';

export interface Sampler {
  /** The next bytes of the stream; they are valid during the call only. */
  take(piece: Uint8Array): void;
  /** What the sample takes in the artifact, by its marks, and compressed as `sampleAs`; nothing where no encoder is installed. */
  facts(marks: Marks): Promise<MadeFacts>;
}

interface Slice {
  readonly start: number;
  readonly bytes: Buffer;
  filled: number;
}

const sliceLength = 512 * 1024;
/** Between 4 and 7 slices are kept: at 8, every other one goes. */
const mostSlices = 8;

/** About the best that keeps up with reading. */
const sampleAs = 'zstd:9';

export function createSampler(): Sampler {
  let slices: Slice[] = [];
  let stride = sliceLength;
  let position = 0;

  /** The slice that holds `position`, begun where none does yet; null between slices. */
  function current(): Slice | null {
    const start = position - (position % stride);
    if (position - start >= sliceLength) return null;
    const last = slices.at(-1);
    if (last?.start === start) return last;
    const slice = { start, bytes: Buffer.allocUnsafeSlow(sliceLength), filled: 0 };
    slices.push(slice);
    if (slices.length < mostSlices) return slice;
    stride *= 2;
    slices = slices.filter((one) => one.start % stride === 0);
    return current();
  }

  return {
    take(piece) {
      for (let at = 0; at < piece.length;) {
        const slice = current();
        const inStride = position % stride;
        const left = slice === null ? stride - inStride : sliceLength - inStride;
        const length = Math.min(left, piece.length - at);
        if (slice !== null) {
          slice.bytes.set(piece.subarray(at, at + length), inStride);
          slice.filled += length;
        }
        at += length;
        position += length;
      }
    },
    async facts(marks) {
      const sample = slices.reduce((sum, { filled }) => sum + filled, 0);
      const packed = await packedLength(slices, sample);
      if (packed === null || sample === 0) return {};
      return { sample, sampleNow: costOf(slices, marks), sampleAs, samplePacked: packed };
    },
  };
}

/** Null where this machine has no encoder. */
async function packedLength(slices: readonly Slice[], length: number): Promise<number | null> {
  let packed = 0;
  try {
    const encoder = await openEncoder(parseCompression(sampleAs), length, (piece) => {
      packed += piece.length;
    });
    try {
      for (const { bytes, filled } of slices) encoder.write(bytes.subarray(0, filled));
      encoder.finish();
    } finally {
      encoder.close();
    }
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
  return packed;
}

/** Encoded bytes that carry the slices; a mark that they share with others, by length. */
function costOf(slices: readonly Slice[], marks: Marks): number {
  let cost = 0;
  let start = 0;
  let next = 0;
  for (let mark = 0; mark < marks.length && next < slices.length; mark += 2) {
    const end = doubleAt(marks, mark);
    for (let slice = slices[next]; slice !== undefined && slice.start < end; slice = slices[next]) {
      const stop = slice.start + slice.filled;
      const shared = Math.min(end, stop) - Math.max(start, slice.start);
      if (shared > 0) cost += (doubleAt(marks, mark + 1) * shared) / (end - start);
      if (stop > end) break;
      next++;
    }
    start = end;
  }
  return Math.round(cost);
}
