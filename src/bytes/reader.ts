// Bounds-checked little and big endian integers over a piece of memory. Every access outside it is a FormatError with the
// offset in the artifact, never `undefined` and never a RangeError.
import { FormatError } from '../errors.ts';

export class Reader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #base: number;

  /** @param base offset of `bytes[0]` in the file, used in error messages only. */
  constructor(bytes: Uint8Array, endian: 'little' | 'big', base = 0) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = endian === 'little';
    this.#base = base;
  }

  get length(): number {
    return this.bytes.length;
  }

  u8(at: number): number {
    this.#check(at, 1);
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    this.#check(at, 2);
    return this.#view.getUint16(at, this.#little);
  }

  u32(at: number): number {
    this.#check(at, 4);
    return this.#view.getUint32(at, this.#little);
  }

  /** 64 bits as a BigInt, for addresses and for values that may lie. */
  u64big(at: number): bigint {
    this.#check(at, 8);
    return this.#view.getBigUint64(at, this.#little);
  }

  /** 64 bits as a number. @throws FormatError `too-large` above 2^53 - 1. */
  u64(at: number): number {
    this.#check(at, 8);
    const high = this.#view.getUint32(this.#little ? at + 4 : at, this.#little);
    const low = this.#view.getUint32(this.#little ? at : at + 4, this.#little);
    if (high > 0x1f_ffff) {
      throw new FormatError('too-large', `holds a 64-bit number above 2^53 - 1`, { offset: this.#base + at });
    }
    return high * 0x1_0000_0000 + low;
  }

  slice(at: number, length: number): Uint8Array {
    this.#check(at, length);
    return this.bytes.subarray(at, at + length);
  }

  #check(at: number, length: number): void {
    if (!(at >= 0 && length >= 0 && at + length <= this.bytes.length)) {
      throw new FormatError('out-of-range', `ends before a field of ${length} bytes`, { offset: this.#base + at });
    }
  }
}
