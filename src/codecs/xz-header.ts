// Fixed-layout parts of a .xz file (.xz file format 1.2.1, sections 2.1 and 3.1), each with its own CRC-32.
import { byteAt } from '../bytes/at.ts';
import { crc32 } from 'node:zlib';

/** Throws a FormatError at the field that is being read. */
export type Fail = (code: string, message: string) => never;

export const streamHeaderLength = 12;
const headerMagic = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
const footerMagic = Buffer.from('YZ');
const lzma2Filter = 0x21;

export function hasXzMagic(bytes: Uint8Array): boolean {
  return headerMagic.equals(bytes.subarray(0, headerMagic.length));
}

function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
}

/** The number of the stream's check. */
export function readStreamHeader(bytes: Uint8Array, fail: Fail): number {
  if (!hasXzMagic(bytes)) fail('bad-magic', 'is not xz data');
  if (crc32(bytes.subarray(6, 8)) !== u32(bytes, 8)) fail('bad-checksum', 'has an xz stream header with a wrong CRC');
  return readFlags(byteAt(bytes, 6), byteAt(bytes, 7), fail);
}

function readFlags(first: number, second: number, fail: Fail): number {
  if (first !== 0 || second > 15) fail('unsupported', 'sets reserved flags in an xz stream header');
  return second;
}

/** Checks the footer against what was read before it. */
export function checkStreamFooter(bytes: Uint8Array, check: number, indexLength: number, fail: Fail): void {
  if (!footerMagic.equals(bytes.subarray(10))) fail('bad-header', 'has an xz stream without a footer');
  if (crc32(bytes.subarray(4, 10)) !== u32(bytes, 0)) fail('bad-checksum', 'has an xz stream footer with a wrong CRC');
  const flags = readFlags(byteAt(bytes, 8), byteAt(bytes, 9), fail);
  if (flags !== check) fail('bad-header', 'has an xz stream footer that contradicts its header');
  if ((u32(bytes, 4) + 1) * 4 !== indexLength) fail('bad-length', 'has an xz stream footer with a wrong index length');
}

export interface XzBlockHeader {
  /** Sizes in bytes as the header claims them, null where it does not. */
  readonly compressed: number | null;
  readonly uncompressed: number | null;
  readonly dictionary: number;
}

/** @param bytes the whole block header, its size byte and CRC included. */
export function readBlockHeader(bytes: Uint8Array, fail: Fail): XzBlockHeader {
  const end = bytes.length - 4;
  if (crc32(bytes.subarray(0, end)) !== u32(bytes, end))
    fail('bad-checksum', 'has an xz block header with a wrong CRC');
  const flags = byteAt(bytes, 1);
  if ((flags & 0x3c) !== 0) fail('unsupported', 'sets reserved flags in an xz block header');
  let at = 2;
  const number = (): number => {
    const found = readVarint(bytes.subarray(at, end));
    if (found === null) return fail('bad-header', 'has a bad number in an xz block header');
    at += found.length;
    return found.value;
  };
  const compressed = (flags & 0x40) === 0 ? null : number();
  const uncompressed = (flags & 0x80) === 0 ? null : number();
  if (compressed === 0) fail('bad-header', 'has an xz block that claims to be empty');
  const filter = number();
  if ((flags & 3) !== 0 || filter !== lzma2Filter) {
    fail('unsupported', 'uses an xz filter other than LZMA2 (BCJ or delta), which cannot be decoded');
  }
  const properties = number();
  const size = byteAt(bytes, at);
  if (properties !== 1 || at >= end || size > 40) fail('bad-header', 'has bad LZMA2 properties in an xz block header');
  if (bytes.subarray(at + 1, end).some((byte) => byte !== 0)) {
    fail('bad-header', 'has an xz block header with padding that is not zero');
  }
  return { compressed, uncompressed, dictionary: dictionarySize(size) };
}

function dictionarySize(code: number): number {
  return code === 40 ? 2 ** 32 - 1 : (2 | (code & 1)) * 2 ** ((code >>> 1) + 11);
}

/**
 * Reads a number of up to nine bytes, seven bits each, low bits first (section 1.2).
 * @returns null where it is cut off, not in its shortest form or above 2^53 - 1.
 */
export function readVarint(bytes: Uint8Array): { readonly value: number; readonly length: number } | null {
  let value = 0;
  for (let i = 0; i < Math.min(bytes.length, 9); i += 1) {
    const byte = byteAt(bytes, i);
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte >= 0x80) continue;
    if ((byte === 0 && i > 0) || !Number.isSafeInteger(value)) return null;
    return { value, length: i + 1 };
  }
  return null;
}
