// The one place that reaches for node:zlib's synchronous streaming write. Its public API streams asynchronously only, which
// costs 1.2 times the decoding (2 times for zstd), and its one-shot functions need memory for the whole output.
import { wordAt } from '../bytes/at.ts';
import type { Transform } from 'node:stream';

/** What Node's native zlib objects have looked like since Node 11. */
interface NativeHandle {
  writeSync(
    flush: number,
    input: Uint8Array | null,
    inputOffset: number,
    inputLength: number,
    output: Uint8Array,
    outputOffset: number,
    outputLength: number,
  ): void;
  reset(): void;
  close(): void;
}

/** A zlib error as the library words it, e.g. `invalid distance too far back`. */
export class ZlibFailure extends Error {}

export interface ZlibHandle {
  /** Bytes that the last `run` read. */
  readonly consumed: number;
  /** Bytes that the last `run` wrote. */
  readonly produced: number;
  /** Decodes as much of `input` as fits into `output`. @throws ZlibFailure */
  run(flush: number, input: Uint8Array, output: Uint8Array): void;
  reset(): void;
  close(): void;
}

/** Takes over the native handle of a stream made by node:zlib; the stream itself is never used. */
export function takeHandle(stream: Transform): ZlibHandle {
  const handle: unknown = Reflect.get(stream, '_handle');
  const state: unknown = Reflect.get(stream, '_writeState');
  if (!isNativeHandle(handle) || !(state instanceof Uint32Array)) {
    throw new Error(`this Node (${process.version}) has no synchronous zlib; please report it`);
  }
  return wrap(handle, state);
}

function isNativeHandle(handle: unknown): handle is NativeHandle {
  if (typeof handle !== 'object' || handle === null) return false;
  return ['writeSync', 'reset', 'close'].every((name) => typeof Reflect.get(handle, name) === 'function');
}

function wrap(handle: NativeHandle, state: Uint32Array): ZlibHandle {
  let failure: ZlibFailure | null = null;
  let closed = false;
  let consumed = 0;
  let produced = 0;
  // Node's own handler would destroy the stream and emit an event that no one listens to.
  Reflect.set(handle, 'onerror', (message: string) => {
    failure = new ZlibFailure(message);
  });
  return {
    get consumed() {
      return consumed;
    },
    get produced() {
      return produced;
    },
    run(flush, input, output) {
      handle.writeSync(flush, input, 0, input.length, output, 0, output.length);
      if (failure !== null) {
        const thrown = failure;
        failure = null;
        throw thrown;
      }
      produced = output.length - wordAt(state, 0);
      consumed = input.length - wordAt(state, 1);
    },
    reset() {
      failure = null;
      handle.reset();
    },
    close() {
      if (!closed) handle.close();
      closed = true;
    },
  };
}
