// The central directory of a zip, the only list of members that counts, and the layout that it describes. Everything a header
// states is checked against the file, and ranges that overlap are refused, before any member is inflated.
// Layouts: PKWARE APPNOTE 6.3.10, sections 4.3.12 (central header), 4.3.13 (digital signature), 4.5.3 (zip64 extra field).
import { doubleAt } from '../bytes/at.ts';
import { Numbers } from '../bytes/numbers.ts';
import type { View } from '../bytes/read-ahead.ts';
import { Reader } from '../bytes/reader.ts';
import { deflated, localLength, stored } from '../codecs/zip-data.ts';
import type { MemberRange } from '../codecs/zip-data.ts';
import { FormatError, tooManyEntries, tooMuchUnpacked } from '../errors.ts';
import type { Name } from '../model/name.ts';
import { nameFromBytes } from '../model/name.ts';
import type { ReadOptions } from './format.ts';
import type { DirectoryPlace } from './zip-end.ts';
import { recordLength, signature } from './zip-records.ts';

/** Fields of a central header, in the words of the specification. */
export interface CentralHeader extends MemberRange {
  /** Offset of this header in the file. */
  readonly at: number;
  /** Offset of the next one. */
  readonly end: number;
  readonly host: number;
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  readonly external: number;
  /** Offset of the local header in the file, prefix included. */
  readonly offset: number;
  readonly rawName: Uint8Array;
  readonly extra: Uint8Array;
}

export interface Layout {
  readonly count: number;
  /** Offset in the file of the first local header, or of the directory where there are no members. */
  readonly first: number;
  /** Where the bytes of member `index` (in directory order) must end: the next member or the directory. */
  limit(index: number): number;
  /** Whether more entries are there than the end record's 16 bits can count. */
  readonly countWrapped: boolean;
}

/** Bits of the general purpose flag (4.4.4). */
export const flag = { encrypted: 1, descriptor: 1 << 3, utf8: 1 << 11, masked: 1 << 13 } as const;

/** No deflate stream makes more: two bits, the shortest code for a match, stand for at most 258 bytes. */
const deflateRatio = 1032;

/** Calls `each` with every central header, in the order of the directory. */
export function* readDirectory(view: View, place: DirectoryPlace): Generator<CentralHeader> {
  for (let at = place.start; at < place.end;) {
    const header = readCentral(view, place, at);
    if (header === null) return;
    yield header;
    at = header.end;
  }
}

/** Null for a digital signature, which takes up the rest of the directory. */
function readCentral(view: View, place: DirectoryPlace, at: number): CentralHeader | null {
  const left = place.end - at;
  const reader = new Reader(view(at, Math.min(left, recordLength.central)), 'little', at);
  if (left < 6 || reader.u32(0) !== signature.central) {
    if (left >= 6 && reader.u32(0) === signature.digital && reader.u16(4) === left - 6) return null;
    if (left >= recordLength.central) {
      throw new FormatError('bad-directory', 'has a directory entry without its signature', { offset: at });
    }
  }
  if (left < recordLength.central) {
    throw new FormatError('bad-directory', `has ${left} bytes in its directory that are no entry`, { offset: at });
  }
  const nameLength = reader.u16(28);
  const extraLength = reader.u16(30);
  const length = recordLength.central + nameLength + extraLength + reader.u16(32);
  if (length > left) throw new FormatError('bad-directory', 'has a directory entry that is cut', { offset: at });
  const variable = view(at + recordLength.central, nameLength + extraLength);
  const rawName = variable.subarray(0, nameLength);
  const extra = variable.subarray(nameLength);
  const wide = widen(extra, [reader.u32(24), reader.u32(20), reader.u32(42)], {
    path: nameFromBytes(rawName),
    offset: at,
  });
  return {
    at,
    end: at + length,
    host: reader.u8(5),
    flags: reader.u16(8),
    method: reader.u16(10),
    time: reader.u16(12),
    date: reader.u16(14),
    crc: reader.u32(16),
    size: wide[0] ?? 0,
    compressed: wide[1] ?? 0,
    external: reader.u32(38),
    offset: place.base + (wide[2] ?? 0),
    rawName,
    extra,
  };
}

/** Replaces fields with all bits set by those of the zip64 extra field, which holds only them, in the given order. */
export function widen(extra: Uint8Array, fields: readonly number[], place: { path: Name; offset: number }): number[] {
  if (!fields.includes(0xffffffff)) return [...fields];
  const zip64 = extraField(extra, 0x0001);
  if (zip64 === null) return [...fields];
  const reader = new Reader(zip64, 'little', place.offset);
  let at = 0;
  return fields.map((field) => {
    if (field !== 0xffffffff) return field;
    at += 8;
    if (at > reader.length) throw new FormatError('bad-directory', 'has a zip64 field that is too short', place);
    return reader.u64(at - 8);
  });
}

/** Content of the first extra field with `id` (4.5.1); null where there is none. Padding that is no field ends the list. */
export function extraField(extra: Uint8Array, id: number): Uint8Array | null {
  const reader = new Reader(extra, 'little');
  for (let at = 0; at + 4 <= extra.length;) {
    const length = reader.u16(at + 2);
    if (at + 4 + length > extra.length) return null;
    if (reader.u16(at) === id) return extra.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return null;
}

/** Whether this reader can unpack the member. */
export function isReadable(header: CentralHeader): boolean {
  return (header.flags & flag.encrypted) === 0 && (header.method === stored || header.method === deflated);
}

/**
 * Reads the whole directory once and proves that its members fit into the file side by side. Calls `onReadable` for each member
 * that can be unpacked, in order.
 */
export function checkLayout(
  view: View,
  place: DirectoryPlace,
  options: ReadOptions,
  onReadable: (range: MemberRange) => void,
): Layout {
  const starts = new Numbers();
  const ends = new Numbers();
  let unpacked = 0;
  for (const header of readDirectory(view, place)) {
    checkEntry(header, place);
    if (starts.length === options.maxEntries) {
      throw tooManyEntries(options.maxEntries, { offset: header.at });
    }
    const readable = isReadable(header);
    if (readable) unpacked += header.size;
    if (unpacked > options.maxUnpacked) {
      throw tooMuchUnpacked(options.maxUnpacked, { path: nameFromBytes(header.rawName), offset: header.at });
    }
    if (readable) onReadable(header);
    starts.push(header.offset);
    ends.push(header.offset + localLength + header.rawName.length + header.compressed);
  }
  const count = starts.length;
  const countWrapped = !place.zip64 && count > 0xffff && count % 0x10000 === place.count;
  if (count !== place.count && !countWrapped) {
    const message = `states ${place.count} entries, but its directory holds ${count}`;
    throw new FormatError('bad-count', message, { offset: place.end });
  }
  const limits = limitsOf(starts.values(), ends.values(), place);
  const first = starts.values().reduce((a, b) => Math.min(a, b), place.start);
  return { count, first, limit: (index) => doubleAt(limits, index), countWrapped };
}

function checkEntry(header: CentralHeader, place: DirectoryPlace): void {
  const where = { path: nameFromBytes(header.rawName), offset: header.at };
  const { offset, compressed, size } = header;
  if (offset + localLength + header.rawName.length + compressed > place.start) {
    const message = `states ${compressed} bytes at ${offset}, but the directory begins at ${place.start}`;
    throw new FormatError('bad-offset', message, where);
  }
  if (!isReadable(header)) return;
  if (header.method === stored && size !== compressed) {
    throw new FormatError('wrong-size', `is stored as ${compressed} bytes, but states a size of ${size}`, where);
  }
  if (header.method === deflated && size > compressed * deflateRatio) {
    const message = `states a size of ${size}, more than ${compressed} deflated bytes can hold`;
    throw new FormatError('wrong-size', message, where);
  }
}

/** @throws FormatError `overlap` where a member begins before the one in front of it can have ended. */
function limitsOf(starts: Float64Array, ends: Float64Array, place: DirectoryPlace): Float64Array {
  const order = Uint32Array.from(starts, (_, index) => index);
  if (starts.some((start, index) => index > 0 && start < doubleAt(starts, index - 1))) {
    order.sort((a, b) => doubleAt(starts, a) - doubleAt(starts, b));
  }
  const limits = new Float64Array(starts.length);
  order.forEach((index, rank) => {
    const next = order[rank + 1];
    const limit = next === undefined ? place.start : doubleAt(starts, next);
    if (doubleAt(ends, index) > limit) {
      const message = `has members that overlap: one from ${starts[index]} to ${ends[index]}, the next from ${limit}`;
      throw new FormatError('overlap', message, { offset: limit });
    }
    limits[index] = limit;
  });
  return limits;
}
