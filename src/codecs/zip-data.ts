// The data of zip members, one after the other: found behind the local header, copied or inflated, and held to the length and
// CRC-32 that the directory states. Synchronous, so that it runs in any thread: all checks of content stand here, and only here.
// Layout: PKWARE APPNOTE 6.3.10, section 4.3.7 (local header).
import { Numbers } from '../bytes/numbers.ts';
import type { View } from '../bytes/read-ahead.ts';
import { Reader } from '../bytes/reader.ts';
import { FormatError } from '../errors.ts';
import type { Emit } from './codec.ts';
import { createInflater } from './inflate.ts';

/** Where the data of a member are and what they have to become. */
export interface MemberRange {
  /** Offset of the local header in the file. */
  readonly offset: number;
  /** `stored` or `deflated`. */
  readonly method: number;
  readonly compressed: number;
  readonly size: number;
  readonly crc: number;
}

export const stored = 0;
export const deflated = 8;

/** Bytes of a local header before its name. */
export const localLength = 30;

/** Offset of the data behind the local header at `offset`. */
export function dataOffset(view: View, offset: number): number {
  const local = new Reader(view(offset, localLength), 'little', offset);
  return offset + localLength + local.u16(26) + local.u16(28);
}

export interface MemberUnpacker {
  /**
   * Unpacks one member in steps of at most 64 KiB deflated data. Its content is held back as long as a buffer has room for it, and
   * leaves in one piece where a buffer can hold it.
   * @throws FormatError unless the data unpack to exactly the stated size and checksum, and none of them are left over.
   */
  unpack(range: MemberRange, emit: Emit): Generator<void, void, undefined>;
  /** Emits what is held back. */
  flush(emit: Emit): void;
  close(): void;
}

/** Data that are fed at once: at most a thousand times as much comes out of a step. */
const inputLength = 64 * 1024;

/** Unpacks any number of members of a zip with one native decoder. Views need not stay valid. */
export function createMemberUnpacker(view: View, takeBuffer: () => Uint8Array): MemberUnpacker {
  const inflater = createInflater({ takeBuffer });

  function* inputOf(data: number, length: number): Generator<Uint8Array, void, undefined> {
    const end = data + length;
    for (let at = data; at < end; at += inputLength) yield view(at, Math.min(inputLength, end - at));
  }

  return {
    *unpack({ offset, method, compressed, size, crc }, emit) {
      const data = dataOffset(view, offset);
      inflater.makeRoom(size, emit);
      inflater.reset(data, true, size);
      if (method === stored) {
        for (const input of inputOf(data, compressed)) {
          inflater.copy(input, emit);
          yield;
        }
      } else {
        for (const input of inputOf(data, compressed)) {
          if (inflater.write(input, emit) < input.length) break;
          yield;
        }
        inflater.finish(emit, true);
      }
      const left = compressed - inflater.bytesIn;
      if (left > 0) {
        const message = `holds ${left} bytes of data behind the end of its deflate stream`;
        throw new FormatError('wrong-size', message, { offset: data + inflater.bytesIn });
      }
      if (inflater.bytesOut !== size) {
        const message = `states ${size} bytes, but holds only ${inflater.bytesOut}`;
        throw new FormatError('wrong-size', message, { offset: data });
      }
      if (inflater.crc !== crc) {
        throw new FormatError('bad-checksum', 'is damaged: its CRC-32 is wrong', { offset: data });
      }
    },
    flush: (emit) => inflater.flush(emit),
    close: () => inflater.close(),
  };
}

/** Ranges in memory that threads share: 40 bytes each. */
export interface MemberRanges {
  readonly count: number;
  readonly memory: SharedArrayBuffer;
}

const rangeFields = 5;

export interface RangeList {
  push(range: MemberRange): void;
  shared(): MemberRanges;
}

export function createRangeList(): RangeList {
  const numbers = new Numbers();
  return {
    push({ offset, method, compressed, size, crc }) {
      for (const value of [offset, method, compressed, size, crc]) numbers.push(value);
    },
    shared() {
      const memory = new SharedArrayBuffer(numbers.length * Float64Array.BYTES_PER_ELEMENT);
      new Float64Array(memory).set(numbers.values());
      return { count: numbers.length / rangeFields, memory };
    },
  };
}

/** A way to ask for range `index`. */
export function readRanges({ memory }: MemberRanges): (index: number) => MemberRange {
  const numbers = new Float64Array(memory);
  return (index) => {
    const [offset = 0, method = 0, compressed = 0, size = 0, crc = 0] = numbers.subarray(
      index * rangeFields,
      (index + 1) * rangeFields,
    );
    return { offset, method, compressed, size, crc };
  };
}
