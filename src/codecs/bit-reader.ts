// Bits, most significant first, from bytes that may turn out to be too few: then everything read since the last mark has to
// be read again, which is told by throwing `NeedInput`.

/** The input ends inside what is being read. */
export class NeedInput extends Error {}

export interface BitReader {
  /** Bits from the start of the bytes to the next one to be read. */
  readonly bitPosition: number;
  /** Starts reading `bytes` at a bit of its first byte. */
  start(bytes: Uint8Array, bit: number): void;
  /** The next `count` (up to 24) bits. @throws NeedInput */
  read(count: number): number;
  /** The next `count` (up to 24) bits without reading them; zeros where the input ends. */
  peek(count: number): number;
  /** Moves on by bits that were peeked. @throws NeedInput */
  skip(count: number): void;
}

export function createBitReader(): BitReader {
  let bytes: Uint8Array = new Uint8Array(0);
  let next = 0; // byte to be taken in next
  let held = 0; // low `count` bits are still to be read
  let count = 0;

  function fill(): void {
    while (count <= 24) {
      held = (held << 8) | (bytes[next] ?? 0);
      next += 1;
      count += 8;
    }
  }

  function peek(wanted: number): number {
    if (count < wanted) fill();
    return (held >>> (count - wanted)) & ((1 << wanted) - 1);
  }

  function skip(wanted: number): void {
    count -= wanted;
    if (next > bytes.length && next * 8 - count > bytes.length * 8) throw new NeedInput();
  }

  return {
    get bitPosition() {
      return next * 8 - count;
    },
    start(from, bit) {
      bytes = from;
      next = 0;
      held = 0;
      count = 0;
      if (bit > 0) {
        fill();
        count -= bit;
      }
    },
    read(wanted) {
      const value = peek(wanted);
      skip(wanted);
      return value;
    },
    peek,
    skip,
  };
}
