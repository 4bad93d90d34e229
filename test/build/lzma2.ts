// LZMA2 chunks made by hand: the range coder and the models of LZMA, told op by op what to write. The layout is that of the LZMA
// specification and of liblzma; probabilities are kept by name instead of by place.

/** Distances count from 1, as in "so many bytes back". */
export type LzmaOp =
  | { readonly literals: Uint8Array }
  | { readonly match: number; readonly length: number }
  | { readonly rep: 0 | 1 | 2 | 3; readonly length: number }
  | { readonly shortRep: true };

export interface Lzma2Chunk {
  readonly ops: readonly LzmaOp[];
  /** 0 nothing, 1 the state, 2 state and properties, 3 the dictionary, too. */
  readonly reset: 0 | 1 | 2 | 3;
  /** The byte of properties; by default lc 3, lp 0, pb 2. */
  readonly properties?: number;
  /** Decoded bytes that the header tells; by default what the ops make. */
  readonly size?: number;
  /** Changes the encoded bytes. */
  readonly bend?: (bytes: Buffer) => Buffer;
}

const defaultProperties = 3 + 9 * (0 + 5 * 2);

export interface Lzma2Encoder {
  /** The chunk, with its header. */
  chunk(chunk: Lzma2Chunk): Buffer;
  /** What all chunks make. */
  content(): Buffer;
}

export function createLzma2Encoder(): Lzma2Encoder {
  const out: number[] = [];
  let coder = createRangeCoder();
  const probabilities = new Map<string, number>();
  let [lc, lp, pb] = [3, 0, 2];
  let state = 0;
  let reps = [1, 1, 1, 1];
  let start = 0; // of the dictionary

  function bit(model: string, value: number): void {
    probabilities.set(model, coder.bit(probabilities.get(model) ?? 1024, value));
  }

  function tree(model: string, bits: number, value: number): void {
    for (let at = bits - 1, m = 1; at >= 0; at--) {
      const b = (value >>> at) & 1;
      bit(`${model} ${m}`, b);
      m = m * 2 + b;
    }
  }

  function reverseTree(model: string, bits: number, value: number): void {
    for (let at = 0, m = 1; at < bits; at++) {
      const b = (value >>> at) & 1;
      bit(`${model} ${m}`, b);
      m = m * 2 + b;
    }
  }

  const position = (): number => (out.length - start) & ((1 << pb) - 1);

  function literal(byte: number): void {
    bit(`match ${state} ${position()}`, 0);
    const previous = out.length > start ? (out.at(-1) ?? 0) : 0;
    const low = (out.length - start) & ((1 << lp) - 1);
    const context = `literal ${(low << lc) + (previous >>> (8 - lc))}`;
    const like = state >= 7 ? (out.at(-(reps[0] ?? 1)) ?? 0) : null;
    let m = 1;
    let agrees = like !== null;
    for (let at = 7; at >= 0; at--) {
      const b = (byte >>> at) & 1;
      const expected = ((like ?? 0) >>> at) & 1;
      bit(agrees ? `${context} like ${expected} ${m}` : `${context} ${m}`, b);
      if (b !== expected) agrees = false;
      m = m * 2 + b;
    }
    out.push(byte);
    state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }

  function lengthOf(model: string, length: number): void {
    const coded = length - 2;
    const at = position();
    bit(`${model} choice`, coded < 8 ? 0 : 1);
    if (coded < 8) tree(`${model} low ${at}`, 3, coded);
    else {
      bit(`${model} choice2`, coded < 16 ? 0 : 1);
      if (coded < 16) tree(`${model} mid ${at}`, 3, coded - 8);
      else tree(`${model} high`, 8, coded - 16);
    }
  }

  function distanceOf(distance: number, length: number): void {
    const coded = distance - 1;
    const bits = coded < 4 ? 0 : 30 - Math.clz32(coded);
    const slot = coded < 4 ? coded : bits * 2 + 2 + ((coded >>> bits) & 1);
    tree(`slot ${Math.min(length - 2, 3)}`, 6, slot);
    if (slot < 4) return;
    const high = ((2 | (slot & 1)) << bits) >>> 0;
    if (slot < 14) return reverseTree(`special ${slot}`, bits, coded - high);
    for (let at = bits - 1; at >= 4; at--) coder.direct((coded >>> at) & 1);
    reverseTree('align', 4, coded & 15);
  }

  function repeat(length: number): void {
    for (let index = 0; index < length; index++) out.push(out.at(-(reps[0] ?? 1)) ?? 0);
  }

  function write(op: LzmaOp): void {
    if ('literals' in op) {
      for (const byte of op.literals) literal(byte);
      return;
    }
    bit(`match ${state} ${position()}`, 1);
    if ('match' in op) {
      bit(`rep ${state}`, 0);
      lengthOf('length', op.length);
      distanceOf(op.match, op.length);
      reps = [op.match, ...reps.slice(0, 3)];
      state = state < 7 ? 7 : 10;
      repeat(op.length);
      return;
    }
    bit(`rep ${state}`, 1);
    const index = 'rep' in op ? op.rep : 0;
    bit(`repG0 ${state}`, index > 0 ? 1 : 0);
    if (index > 0) {
      bit(`repG1 ${state}`, index > 1 ? 1 : 0);
      if (index > 1) bit(`repG2 ${state}`, index > 2 ? 1 : 0);
      reps = [reps[index] ?? 1, ...reps.filter((_, at) => at !== index)];
    } else bit(`rep0long ${state} ${position()}`, 'rep' in op ? 1 : 0);
    if ('rep' in op) lengthOf('repLength', op.length);
    state = 'rep' in op ? (state < 7 ? 8 : 11) : state < 7 ? 9 : 11;
    repeat('rep' in op ? op.length : 1);
  }

  return {
    chunk({ ops, reset, properties = defaultProperties, size, bend = (bytes) => bytes }) {
      if (reset === 3) start = out.length;
      if (reset >= 2) [lc, lp, pb] = [properties % 9, Math.floor(properties / 9) % 5, Math.floor(properties / 45)];
      if (reset >= 1) {
        probabilities.clear();
        state = 0;
        reps = [1, 1, 1, 1];
      }
      const before = out.length;
      coder = createRangeCoder();
      for (const op of ops) write(op);
      const bytes = bend(coder.finish());
      const made = (size ?? out.length - before) - 1;
      const head = [0x80 | (reset << 5) | (made >>> 16), (made >>> 8) & 0xff, made & 0xff];
      const length = bytes.length - 1;
      head.push(length >>> 8, length & 0xff, ...(reset >= 2 ? [properties] : []));
      return Buffer.concat([Buffer.from(head), bytes]);
    },
    content: () => Buffer.from(out),
  };
}

interface RangeCoder {
  /** Returns the probability of a 0 after it. */
  bit(probability: number, value: number): number;
  /** A bit of even odds. */
  direct(value: number): void;
  finish(): Buffer;
}

function createRangeCoder(): RangeCoder {
  const bytes: number[] = [];
  let low = 0;
  let range = 0xffff_ffff;
  let held = 0;
  let pending = 0; // bytes behind `held` that a carry would change, all 0xff
  let first = true;

  function shift(): void {
    if (low < 0xff00_0000 || low > 0xffff_ffff) {
      const carry = low > 0xffff_ffff ? 1 : 0;
      if (first) bytes.push(0);
      else bytes.push((held + carry) & 0xff);
      for (; pending > 0; pending--) bytes.push((0xff + carry) & 0xff);
      first = false;
      held = Math.floor(low / 2 ** 24) & 0xff;
    } else pending++;
    low = (low % 2 ** 24) * 256;
  }

  function normalize(): void {
    for (; range < 2 ** 24; range = (range * 256) >>> 0) shift();
  }

  return {
    bit(probability, value) {
      const bound = (range >>> 11) * probability;
      if (value === 0) range = bound;
      else {
        low += bound;
        range -= bound;
      }
      normalize();
      return value === 0 ? probability + ((2048 - probability) >> 5) : probability - (probability >> 5);
    },
    direct(value) {
      range >>>= 1;
      if (value === 1) low += range;
      normalize();
    },
    finish() {
      for (let index = 0; index < 5; index++) shift();
      return Buffer.from(bytes);
    },
  };
}
