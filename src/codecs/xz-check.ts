// The integrity checks that a .xz stream can carry after each block (.xz file format, section 2.1.1.2).
import { sha256 } from '../bytes/sha256.ts';
import { crc32 } from 'node:zlib';
import { createCrc64 } from './crc64.ts';

export interface XzCheck {
  /** Bytes that it takes in the file. */
  readonly length: number;
  update(bytes: Uint8Array): void;
  /** The bytes as the file stores them. */
  digest(): Uint8Array;
}

/** A check by its number in the stream flags; null for the numbers that no one ever defined. */
export function createXzCheck(id: number): XzCheck | null {
  switch (id) {
    case 0:
      return { length: 0, update() {}, digest: () => new Uint8Array(0) };
    case 1:
      return createCrc32();
    case 4:
      return { length: 8, ...createCrc64() };
    case 10: {
      const hash = sha256();
      return { length: 32, update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
    }
    default:
      return null;
  }
}

function createCrc32(): XzCheck {
  let crc = 0;
  return {
    length: 4,
    update(bytes) {
      crc = crc32(bytes, crc);
    },
    digest() {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, crc, true);
      return bytes;
    },
  };
}
