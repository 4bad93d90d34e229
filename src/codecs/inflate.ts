// Raw deflate (RFC 1951), streaming and synchronous: the core of gzip and of zip members. Knows exactly where the stream
// ends in its input, and computes the length and CRC-32 of what it decoded.
import { constants, crc32, createInflateRaw } from 'node:zlib';
import { FormatError } from '../errors.ts';
import type { Emit } from './codec.ts';
import { createOutput } from './output.ts';
import { takeHandle, ZlibFailure } from './zlib-handle.ts';

export interface Inflater {
  /** True once the end of the deflate stream was seen; may stay false until `finish` where the input ends right there. */
  readonly ended: boolean;
  /** Encoded bytes that were consumed since the last reset. */
  readonly bytesIn: number;
  /** Decoded bytes since the last reset. */
  readonly bytesOut: number;
  /** CRC-32 of the decoded bytes since the last reset. */
  readonly crc: number;
  /**
   * Decodes `input` and returns how many of its bytes belong to the stream: all, unless the stream ends within.
   * Pieces leave when a buffer is full; `flush` or `finish` emits the rest.
   * @throws FormatError `bad-deflate`
   */
  write(input: Uint8Array, emit: Emit): number;
  /** Passes bytes on that are not compressed, as if they had been decoded. */
  copy(input: Uint8Array, emit: Emit): void;
  /**
   * Says that no more input follows, and emits the rest, unless `keepOutput`.
   * @throws FormatError `truncated` unless the stream's end was seen.
   */
  finish(emit: Emit, keepOutput?: boolean): void;
  /** Emits what is held back unless a stream of `length` bytes fits behind it: that stream then leaves in one piece, if any buffer holds it. */
  makeRoom(length: number, emit: Emit): void;
  /** Emits what is held back in the current buffer. */
  flush(emit: Emit): void;
  /**
   * Starts a new stream, at `offset` of the file (used in errors only), in the same native memory.
   * What an earlier stream decoded but did not flush is forgotten, unless `keepOutput`.
   * A stream of more than `limit` bytes is a FormatError `wrong-size`, whatever follows in it.
   */
  reset(offset?: number, keepOutput?: boolean, limit?: number): void;
  close(): void;
}

export interface InflateOptions {
  /** As in `DecodeOptions`; a receiver that is done with each piece at once may always give the same buffer. */
  readonly takeBuffer: () => Uint8Array;
}

const nothing = new Uint8Array(0);

/** Space beyond a limit: the native decoder is slow where it has less than 258 bytes (the longest match) left. */
const overrun = 512;

/** One native object that decodes any number of deflate streams, one after the other. */
export function createInflater(options: InflateOptions): Inflater {
  const handle = takeHandle(createInflateRaw());
  const output = createOutput(options.takeBuffer);
  let base = 0;
  let ended = false;
  let bytesIn = 0;
  let bytesOut = 0;
  let crc = 0;
  let most = Infinity;

  function count(bytes: Uint8Array): void {
    crc = crc32(bytes, crc);
    bytesOut += bytes.length;
  }

  function run(flush: number, input: Uint8Array, emit: Emit): boolean {
    const space = output.space(most - bytesOut + overrun);
    try {
      handle.run(flush, input, space);
    } catch (error) {
      if (!(error instanceof ZlibFailure)) throw error;
      const offset = base + bytesIn;
      if (error.message === 'unexpected end of file') {
        throw new FormatError('truncated', 'ends inside compressed data', { offset });
      }
      throw new FormatError('bad-deflate', `has corrupt compressed data (${error.message})`, { offset });
    }
    const { produced } = handle;
    const full = produced === space.length;
    bytesIn += handle.consumed;
    if (produced > 0) {
      count(space.subarray(0, produced));
      if (bytesOut > most) {
        throw new FormatError('wrong-size', `holds more than the ${most} bytes that it states`, { offset: base });
      }
      output.advance(produced, emit);
    }
    return full;
  }

  return {
    get ended() {
      return ended;
    },
    get bytesIn() {
      return bytesIn;
    },
    get bytesOut() {
      return bytesOut;
    },
    get crc() {
      return crc;
    },
    write(input, emit) {
      let at = 0;
      while (at < input.length && !ended) {
        const full = run(constants.Z_NO_FLUSH, at === 0 ? input : input.subarray(at), emit);
        at += handle.consumed;
        // The native decoder stops early only where it lacks space or where the stream is over.
        ended = !full && at < input.length;
      }
      return at;
    },
    copy(input, emit) {
      bytesIn += input.length;
      count(input);
      output.put(input, emit);
    },
    finish(emit, keepOutput = false) {
      while (!ended) ended = !run(constants.Z_FINISH, nothing, emit);
      if (!keepOutput) output.flush(emit);
    },
    makeRoom(length, emit) {
      output.makeRoom(length + overrun, emit);
    },
    flush(emit) {
      output.flush(emit);
    },
    reset(offset = 0, keepOutput = false, limit = Infinity) {
      handle.reset();
      if (!keepOutput) output.clear();
      base = offset;
      most = limit;
      ended = false;
      bytesIn = 0;
      bytesOut = 0;
      crc = 0;
    },
    close() {
      handle.close();
    },
  };
}
