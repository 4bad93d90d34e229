// CRC-64 of ECMA-182, reflected, as .xz files use it; two 32-bit halves, because BigInt would be a hundred times slower.

export interface Crc64 {
  update(bytes: Uint8Array): void;
  /** The eight bytes as .xz stores them, little endian. */
  digest(): Uint8Array;
}

const polynomialLow = 0xd7870f42;
const polynomialHigh = 0xc96c5795;
const tableLow = new Uint32Array(256);
const tableHigh = new Uint32Array(256);
for (let i = 0; i < 256; i += 1) {
  let low = i;
  let high = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    const carry = low & 1;
    low = ((low >>> 1) | (high << 31)) >>> 0;
    high >>>= 1;
    if (carry === 1) {
      low ^= polynomialLow;
      high ^= polynomialHigh;
    }
  }
  tableLow[i] = low;
  tableHigh[i] = high;
}

export function createCrc64(): Crc64 {
  let low = -1;
  let high = -1;
  return {
    update(bytes) {
      let l = low;
      let h = high;
      for (let i = 0; i < bytes.length; i += 1) {
        const index = (l ^ (bytes[i] ?? 0)) & 0xff;
        l = ((l >>> 8) | (h << 24)) ^ (tableLow[index] ?? 0);
        h = (h >>> 8) ^ (tableHigh[index] ?? 0);
      }
      low = l;
      high = h;
    },
    digest() {
      const bytes = new Uint8Array(8);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, ~low >>> 0, true);
      view.setUint32(4, ~high >>> 0, true);
      return bytes;
    },
  };
}
