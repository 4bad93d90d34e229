// The LZMA decoder proper (range coder, probability models, matches) for the chunks of LZMA2; model and names follow the LZMA
// specification of the LZMA SDK. The tree decoder, most of the work, keeps the range coder's state in local variables.

/** Where decoded bytes go and matches come from: linear memory, `start` of the dictionary to `end` of what was decoded. */
export interface LzmaWindow {
  bytes: Uint8Array;
  start: number;
  end: number;
}

export interface LzmaDecoder {
  /** Sets lc, lp, pb and so the layout of the models. */
  setProperties(lc: number, lp: number, pb: number): void;
  /** Back to the initial probabilities and state. */
  reset(): void;
  /**
   * Decodes exactly `count` bytes to the end of `window` (that has room) from exactly `length` bytes of `input`.
   * @param input has `inputPadding` bytes after them.
   * @param trace is told now and then how many bytes were made of how many.
   * @returns false on corrupt data.
   */
  decode(
    input: Uint8Array,
    length: number,
    window: LzmaWindow,
    count: number,
    dictionary: number,
    trace?: Trace,
  ): boolean;
}

export type Trace = (made: number, read: number) => void;

/** Bytes that are made between two calls of a trace. */
const traceStep = 8192;

/** What one symbol may read at most, rounded up: the end of input is checked once a symbol. */
export const inputPadding = 64;

// Layout of the models in one array.
const isMatchAt = 0; // 12 states x 16 positions
const isRepAt = isMatchAt + 192;
const isRepG0At = isRepAt + 12;
const isRepG1At = isRepG0At + 12;
const isRepG2At = isRepG1At + 12;
const isRep0LongAt = isRepG2At + 12;
const posSlotAt = isRep0LongAt + 192; // 4 x 64
const posSpecialAt = posSlotAt + 256; // 128
const posAlignAt = posSpecialAt + 128; // 16
const lengthAt = posAlignAt + 16; // choice, choice2, low 16 x 8, mid 16 x 8, high 256
const lengthModels = 2 + 128 + 128 + 256;
const repLengthAt = lengthAt + lengthModels;
const literalAt = repLengthAt + lengthModels;
const literalModels = 0x300;

const top = 0x100_0000; // below it, the range takes in another byte

export function createLzmaDecoder(): LzmaDecoder {
  const probs = new Uint16Array(literalAt + (literalModels << 4));
  let lc = 0;
  let literalPositionMask = 0;
  let positionMask = 0;
  let state = 0;
  let rep0 = 0;
  let rep1 = 0;
  let rep2 = 0;
  let rep3 = 0;
  let input: Uint8Array = new Uint8Array(0);
  let next = 0; // offset in input
  let range = 0;
  let code = 0;

  function normalize(): void {
    if (range >= top) return;
    range = (range << 8) >>> 0;
    code = ((code << 8) | (input[next] ?? 0)) >>> 0;
    next += 1;
  }

  /** Decodes one bit with model `i`. */
  function bit(i: number): number {
    normalize();
    const p = probs[i] ?? 0;
    const bound = Math.imul(range >>> 11, p) >>> 0;
    if (code < bound) {
      range = bound;
      probs[i] = p + ((2048 - p) >>> 5);
      return 0;
    }
    range = (range - bound) >>> 0;
    code = (code - bound) >>> 0;
    probs[i] = p - (p >>> 5);
    return 1;
  }

  /** A number of `bits` bits, the lowest first. */
  function reverseTree(base: number, bits: number): number {
    let m = 1;
    let value = 0;
    for (let i = 0; i < bits; i += 1) {
      const b = bit(base + m);
      m = (m << 1) | b;
      value |= b << i;
    }
    return value;
  }

  /** Bits of even odds. */
  function direct(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i += 1) {
      normalize();
      range >>>= 1;
      value <<= 1;
      if (code >= range) {
        code = (code - range) >>> 0;
        value |= 1;
      }
    }
    return value;
  }

  /**
   * A number of which each bit is decoded with the models of the bits above it: from the bits that are known (`start`, with a
   * leading 1) to those below `end`. Literals are such numbers, so it works on a copy of the coder's state in registers.
   */
  function tree(base: number, end: number, start = 1): number {
    let m = start;
    let r = range;
    let c = code;
    let n = next;
    const from = input;
    while (m < end) {
      if (r < top) {
        r = (r << 8) >>> 0;
        c = ((c << 8) | (from[n] ?? 0)) >>> 0;
        n += 1;
      }
      const i = base + m;
      const p = probs[i] ?? 0;
      const bound = Math.imul(r >>> 11, p) >>> 0;
      if (c < bound) {
        r = bound;
        probs[i] = p + ((2048 - p) >>> 5);
        m <<= 1;
      } else {
        r = (r - bound) >>> 0;
        c = (c - bound) >>> 0;
        probs[i] = p - (p >>> 5);
        m = (m << 1) | 1;
      }
    }
    range = r;
    code = c;
    next = n;
    return m;
  }

  /** The bits of a literal that agree with the byte at rep0, and the first that does not. */
  function literalLikeMatch(base: number, matchByte: number): number {
    let bits = matchByte;
    let m = 1;
    while (m < 0x100) {
      bits <<= 1;
      const expected = (bits >>> 8) & 1;
      const b = bit(base + 0x100 + (expected << 8) + m);
      m = (m << 1) | b;
      if (b !== expected) break;
    }
    return m;
  }

  function matchLength(model: number, position: number): number {
    const low = model + 2 + (position << 3);
    if (bit(model) === 0) return 2 + tree(low, 8) - 8;
    if (bit(model + 1) === 0) return 10 + tree(low + 128, 8) - 8;
    return 18 + tree(model + 258, 256) - 256;
  }

  function distance(length: number): number {
    const slot = tree(posSlotAt + (Math.min(length - 2, 3) << 6), 64) - 64;
    if (slot < 4) return slot;
    const bits = (slot >>> 1) - 1;
    const high = ((2 | (slot & 1)) << bits) >>> 0;
    if (slot < 14) return high + reverseTree(posSpecialAt + high - slot, bits);
    const middle = (direct(bits - 4) << 4) >>> 0;
    return high + middle + reverseTree(posAlignAt, 4);
  }

  /** Moves the repeated distance that the next bits name to the front. */
  function chooseRep(): void {
    let chosen = rep1;
    if (bit(isRepG1At + state) === 1) {
      chosen = rep2;
      if (bit(isRepG2At + state) === 1) {
        chosen = rep3;
        rep3 = rep2;
      }
      rep2 = rep1;
    }
    rep1 = rep0;
    rep0 = chosen;
  }

  /** Decodes what follows the bit that says "match" and returns its length; its distance is then in rep0. */
  function match(position: number): number {
    if (bit(isRepAt + state) === 0) {
      rep3 = rep2;
      rep2 = rep1;
      rep1 = rep0;
      state = state < 7 ? 7 : 10;
      const length = matchLength(lengthAt, position);
      rep0 = distance(length);
      return length;
    }
    if (bit(isRepG0At + state) === 1) {
      chooseRep();
    } else if (bit(isRep0LongAt + (state << 4) + position) === 0) {
      state = state < 7 ? 9 : 11;
      return 1;
    }
    state = state < 7 ? 8 : 11;
    return matchLength(repLengthAt, position);
  }

  function decode(
    from: Uint8Array,
    length: number,
    window: LzmaWindow,
    count: number,
    dictionary: number,
    trace?: Trace,
  ): boolean {
    if (length < 5 || from[0] !== 0) return false;
    const { bytes, start } = window;
    const limit = window.end + count;
    let out = window.end;
    input = from;
    range = 0xffff_ffff;
    code = new DataView(from.buffer, from.byteOffset).getUint32(1);
    next = 5;
    let pause = trace === undefined ? limit : Math.min(limit, out + traceStep);
    while (out < limit) {
      if (out >= pause) {
        trace?.(out - window.end, next);
        pause = Math.min(limit, out + traceStep);
      }
      if (next > length) return false;
      const position = (out - start) & positionMask;
      if (bit(isMatchAt + (state << 4) + position) === 0) {
        const previous = out > start ? (bytes[out - 1] ?? 0) : 0;
        const context = (((out - start) & literalPositionMask) << lc) + (previous >>> (8 - lc));
        const base = literalAt + literalModels * context;
        const known = state < 7 ? 1 : literalLikeMatch(base, bytes[out - rep0 - 1] ?? 0);
        bytes[out] = tree(base, 0x100, known);
        out += 1;
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
        continue;
      }
      const matched = match(position);
      // LZMA2 has no end marker, and no match crosses the end of a chunk.
      if (rep0 >= out - start || rep0 >= dictionary || matched > limit - out) return false;
      copy(bytes, out - rep0 - 1, out, matched);
      out += matched;
    }
    normalize();
    window.end = out;
    return next === length && code === 0;
  }

  return {
    setProperties(newLc, lp, pb) {
      lc = newLc;
      literalPositionMask = (1 << lp) - 1;
      positionMask = (1 << pb) - 1;
    },
    reset() {
      probs.fill(1024);
      state = 0;
      rep0 = 0;
      rep1 = 0;
      rep2 = 0;
      rep3 = 0;
    },
    decode,
  };
}

/** Copies byte by byte where the match overlaps what it makes. */
function copy(bytes: Uint8Array, from: number, to: number, length: number): void {
  if (length > 32 && to - from >= length) {
    bytes.copyWithin(to, from, from + length);
    return;
  }
  for (let i = 0; i < length; i += 1) bytes[to + i] = bytes[from + i] ?? 0;
}
