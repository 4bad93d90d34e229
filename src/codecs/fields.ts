// Lets a parser be written as straight-line code over a stream that arrives in pieces: the parser is a generator that yields
// how many bytes it wants next and is resumed with exactly these.

/** Yields a length (above 0), receives a view of so many bytes that is valid until the next yield. */
export type FieldParser = Generator<number, void, Uint8Array>;

export interface FieldReader {
  /** Bytes that the parser received or that are held for it. */
  readonly position: number;
  /** Bytes of an incomplete field that are held. */
  readonly held: number;
  write(input: Uint8Array): void;
}

/** @param longest the longest field that `parser` asks for. */
export function createFieldReader(parser: FieldParser, longest: number): FieldReader {
  const buffer = new Uint8Array(longest);
  let wanted = resume(parser.next());
  let held = 0;
  let position = 0;

  return {
    get position() {
      return position;
    },
    get held() {
      return held;
    },
    write(input) {
      let at = 0;
      while (at < input.length) {
        const count = Math.min(wanted - held, input.length - at);
        position += count;
        const part = input.subarray(at, at + count);
        at += count;
        if (held === 0 && count === wanted) {
          wanted = resume(parser.next(part));
          continue;
        }
        buffer.set(part, held);
        held += count;
        if (held < wanted) continue;
        held = 0;
        wanted = resume(parser.next(buffer.subarray(0, wanted)));
      }
    },
  };
}

function resume(result: IteratorResult<number, void>): number {
  if (result.done === true) throw new Error('the parser ended before its input');
  return result.value;
}
