// Gathers decoded bytes into the large buffers of `takeBuffer` and emits each when it is full: small pieces cost more than
// the decoding itself. Every piece starts at offset 0 of its buffer, so that the buffer can be handed over and recycled.
import type { Emit } from './codec.ts';

export interface Output {
  /** Bytes that were added so far. */
  readonly total: number;
  /** The free part of the current buffer, or its first `most` bytes; never empty. */
  space(most?: number): Uint8Array;
  /** Says that the first `count` bytes of `space()` were filled. */
  advance(count: number, emit: Emit): void;
  /** Copies `bytes` in. */
  put(bytes: Uint8Array, emit: Emit): void;
  /** Emits what is left in the current buffer unless `length` more bytes fit behind it. */
  makeRoom(length: number, emit: Emit): void;
  /** Emits what is left in the current buffer. */
  flush(emit: Emit): void;
  /** Forgets what is left in the current buffer. */
  clear(): void;
}

export function createOutput(takeBuffer: () => Uint8Array): Output {
  let buffer: Uint8Array | null = null;
  let filled = 0;
  let total = 0;

  function space(most = Infinity): Uint8Array {
    buffer ??= takeBuffer();
    return buffer.subarray(filled, filled + most);
  }

  function flush(emit: Emit): void {
    if (buffer === null || filled === 0) return;
    const piece = buffer.subarray(0, filled);
    buffer = null;
    filled = 0;
    emit(piece);
  }

  function advance(count: number, emit: Emit): void {
    filled += count;
    total += count;
    if (buffer !== null && filled === buffer.length) flush(emit);
  }

  function put(bytes: Uint8Array, emit: Emit): void {
    let done = 0;
    while (done < bytes.length) {
      const free = space();
      const count = Math.min(free.length, bytes.length - done);
      free.set(bytes.subarray(done, done + count));
      advance(count, emit);
      done += count;
    }
  }

  return {
    get total() {
      return total;
    },
    space,
    advance,
    put,
    makeRoom(length, emit) {
      if (buffer !== null && buffer.length - filled < length) flush(emit);
    },
    flush,
    clear() {
      filled = 0;
    },
  };
}
