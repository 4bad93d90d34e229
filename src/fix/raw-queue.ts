// Bytes of an archive between the reader that understands them and the copy that is made: held until it is known whether they stay.
// Memory is what is held: headers of one member, and the piece that just came.

export interface RawQueue {
  push(piece: Uint8Array): void;
  /** A copy of the bytes from `from` on, up to `to`, both held. */
  peek(from: number, to: number): Buffer;
  /** Copies what is held up to offset `to`. */
  copyTo(to: number): void;
  /** From here on bytes are copied, or passed over, as they come. */
  pass(copy: boolean): void;
  /** Offset where that ends; then `after` is called, once, and bytes are held again. */
  passUntil(to: number, after: () => void): void;
  /** Lets go of what need not be held. */
  flush(): void;
  /** Copies all that is held. */
  finish(): void;
}

const nothing = (): void => {};

/** @param emit takes the bytes that stay; views are valid during the call only. */
export function createRawQueue(emit: (piece: Uint8Array) => void): RawQueue {
  let held: Uint8Array[] = [];
  /** Offsets of the first held byte and behind the last one. */
  let start = 0;
  let end = 0;
  let passing: 'hold' | 'copy' | 'skip' = 'hold';
  let until = Number.POSITIVE_INFINITY;
  let after = nothing;

  function take(to: number, copy: boolean): void {
    while (start < to) {
      const [first] = held;
      if (first === undefined) return;
      const length = Math.min(first.length, to - start);
      if (copy) emit(first.subarray(0, length));
      start += length;
      if (length === first.length) held.shift();
      else held[0] = first.subarray(length);
    }
  }

  function flush(): void {
    if (passing === 'hold') return;
    take(Math.min(until, end), passing === 'copy');
    if (start < until) return;
    passing = 'hold';
    until = Number.POSITIVE_INFINITY;
    after();
  }

  return {
    push(piece) {
      held.push(piece);
      end += piece.length;
    },
    peek(from, to) {
      const parts: Uint8Array[] = [];
      let at = start;
      for (const piece of held) {
        if (at >= to) break;
        if (at + piece.length > from) parts.push(piece.subarray(Math.max(0, from - at), to - at));
        at += piece.length;
      }
      return Buffer.concat(parts);
    },
    copyTo(to) {
      flush();
      take(to, true);
    },
    pass(copy) {
      passing = copy ? 'copy' : 'skip';
      until = Number.POSITIVE_INFINITY;
    },
    passUntil(to, then) {
      until = to;
      after = then;
    },
    flush() {
      flush();
      // What is still held outlives the piece it came in.
      held = held.map((piece) => Uint8Array.from(piece));
    },
    finish() {
      flush();
      take(end, true);
    },
  };
}
