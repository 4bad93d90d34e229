// Fixed-layout parts of a .xz file (.xz file format 1.2.1, sections 2.1 and 3.1), each with its own CRC-32.
import { byteAt } from '../bytes/at.ts';
import { crc32 } from 'node:zlib';
import { createBranchFilter, createDelta, filterKind } from './xz-filters.ts';
import type { XzFilter } from './xz-filters.ts';

/** Throws a FormatError at the field that is being read. */
export type Fail = (code: string, message: string) => never;

export const streamHeaderLength = 12;
const headerMagic = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
const footerMagic = Buffer.from('YZ');

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
  /** What the content goes through after LZMA2, in this order. */
  readonly filters: readonly XzFilter[];
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
  const properties = (): Uint8Array => {
    const length = number();
    at += length;
    if (at > end) fail('bad-header', 'has filters that do not fit into an xz block header');
    return bytes.subarray(at - length, at);
  };
  const filters: XzFilter[] = [];
  for (let left = flags & 3; left > 0; left--) filters.unshift(readFilter(number(), properties(), fail));
  const last = number();
  if (filterKind(last)?.name !== 'lzma2') failOf(last, fail);
  const [size = 41, ...more] = properties();
  if (more.length > 0 || size > 40) fail('bad-header', 'has bad LZMA2 properties in an xz block header');
  if (bytes.subarray(at, end).some((byte) => byte !== 0)) {
    fail('bad-header', 'has an xz block header with padding that is not zero');
  }
  return { compressed, uncompressed, dictionary: dictionarySize(size), filters };
}

/** A filter before the last one. */
function readFilter(id: number, properties: Uint8Array, fail: Fail): XzFilter {
  const kind = filterKind(id);
  if (kind === null || kind.name === 'lzma2') return failOf(id, fail);
  if (kind.name === 'delta') {
    if (properties.length !== 1) fail('bad-header', 'has bad properties of a delta filter in an xz block header');
    return createDelta(byteAt(properties, 0) + 1);
  }
  const { branches } = kind;
  const start = properties.length === 4 ? u32(properties, 0) : 0;
  if ((properties.length !== 0 && properties.length !== 4) || start % branches.alignment !== 0) {
    fail('bad-header', 'has bad properties of a filter for machine code in an xz block header');
  }
  return createBranchFilter(branches, start);
}

/** Of a filter that is unknown, or that stands where it cannot. */
function failOf(id: number, fail: Fail): never {
  if (filterKind(id) === null) fail('unsupported', `uses the xz filter ${id}, which cannot be decoded`);
  return fail('bad-header', 'has its xz filters in an impossible order');
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
