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
  /** Says that no more input follows, and emits the rest. @throws FormatError `truncated` unless the stream's end was seen. */
  finish(emit: Emit): void;
  /** Emits what is held back in the current buffer. */
  flush(emit: Emit): void;
  /**
   * Starts a new stream, at `offset` of the file (used in errors only), in the same native memory.
   * What an earlier stream decoded but did not flush is forgotten, unless `keepOutput`.
   */
  reset(offset?: number, keepOutput?: boolean): void;
  close(): void;
}

export interface InflateOptions {
  /** As in `DecodeOptions`; a receiver that is done with each piece at once may always give the same buffer. */
  readonly takeBuffer: () => Uint8Array;
}

const nothing = new Uint8Array(0);

/** One native object that decodes any number of deflate streams, one after the other. */
export function createInflater(options: InflateOptions): Inflater {
  const handle = takeHandle(createInflateRaw());
  const output = createOutput(options.takeBuffer);
  let base = 0;
  let ended = false;
  let bytesIn = 0;
  let bytesOut = 0;
  let crc = 0;

  function run(flush: number, input: Uint8Array, emit: Emit): boolean {
    const space = output.space();
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
      crc = crc32(space.subarray(0, produced), crc);
      bytesOut += produced;
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
    finish(emit) {
      while (!ended) ended = !run(constants.Z_FINISH, nothing, emit);
      output.flush(emit);
    },
    flush(emit) {
      output.flush(emit);
    },
    reset(offset = 0, keepOutput = false) {
      handle.reset();
      if (!keepOutput) output.clear();
      base = offset;
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
