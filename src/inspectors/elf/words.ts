// Tables of an ELF file as native 32-bit words: entries of all tables are whole words, and reading one costs an array access.

const hostIsLittle = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** The whole words of `bytes`, in the host's byte order; may share memory with them. */
export function wordsOf(bytes: Uint8Array, endian: 'little' | 'big'): Uint32Array {
  const count = bytes.length >>> 2;
  const native = (endian === 'little') === hostIsLittle;
  if (native && bytes.byteOffset % 4 === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, count);
  const copy = new Uint8Array(count * 4);
  copy.set(bytes.length === copy.length ? bytes : bytes.subarray(0, copy.length));
  if (!native) Buffer.from(copy.buffer).swap32();
  return new Uint32Array(copy.buffer);
}

const two32 = 0x1_0000_0000;
const two48 = 0x1_0000_0000_0000;

/**
 * A 64-bit address as a number that keeps order, distances and low bits: the upper half of the address space is negative, and the
 * far regions that some processors (IA-64, MIPS) choose by the top bits come closer, 2^48 apart. NaN for an address of none of these.
 */
export function addressOf(high: number, low: number): number {
  const signed = high | 0;
  if (signed >= -0x8_0000 && signed < 0x8_0000) return signed * two32 + low;
  const region = signed >> 27;
  const rest = (high & 0x7ff_ffff) * two32 + low;
  return rest < two48 ? (region < 0 ? region - 9 : region + 8) * two48 + rest : Number.NaN;
}

/** A 64-bit number, rounded above 2^53. */
export function numberOf(high: number, low: number): number {
  return high * two32 + low;
}

/** The lowest power of two in a 64-bit number; 0 for 0. */
export function lowestBit(high: number, low: number): number {
  return low === 0 ? ((high & -high) >>> 0) * two32 : (low & -low) >>> 0;
}
