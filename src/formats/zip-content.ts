// The bytes of one zip member around its data: its local header compared with the directory, and its data descriptor. A difference in
// headers is only told; one in content is an error (codecs/zip-data.ts), which gets the member's name here.
// Layouts: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header) and 4.3.9 (data descriptor).
import type { View } from '../bytes/read-ahead.ts';
import { Reader } from '../bytes/reader.ts';
import type { Emit } from '../codecs/codec.ts';
import type { Unpacker } from '../codecs/unpack.ts';
import { dataOffset, localLength } from '../codecs/zip-data.ts';
import { FormatError } from '../errors.ts';
import type { Name } from '../model/name.ts';
import { nameFromBytes } from '../model/name.ts';
import { flag, widen } from './zip-directory.ts';
import type { CentralHeader } from './zip-directory.ts';
import { signature } from './zip-records.ts';

export interface PlacedMember {
  /** Name for errors and notices. */
  readonly path: Name;
  /** First byte of its data. */
  readonly data: number;
  /** First byte behind the member, its data descriptor included. */
  readonly end: number;
  /** What the local header states otherwise than the directory. */
  readonly differences: readonly string[];
}

/** Reads and compares the local header. @throws FormatError where there is none, or where the member reaches past `limit`. */
export function placeMember(view: View, header: CentralHeader, path: Name, limit: number): PlacedMember {
  const where = { path, offset: header.offset };
  const local = new Reader(view(header.offset, localLength), 'little', header.offset);
  if (local.u32(0) !== signature.local) {
    throw new FormatError('bad-local-header', 'has no local header where the directory says', where);
  }
  const nameLength = local.u16(26);
  const extraLength = local.u16(28);
  const data = dataOffset(view, header.offset);
  if (data + header.compressed > limit) {
    const message = `reaches to ${data + header.compressed}, into what follows at ${limit}`;
    throw new FormatError('overlap', message, where);
  }
  const variable = view(header.offset + localLength, nameLength + extraLength);
  const differences = compare(header, local, variable.subarray(0, nameLength), variable.subarray(nameLength), where);
  const dataEnd = data + header.compressed;
  if ((local.u16(6) & flag.descriptor) === 0) return { path, data, end: dataEnd, differences };
  const descriptor = descriptorLength(view(dataEnd, Math.min(24, limit - dataEnd)), header);
  if (descriptor === 0) differences.push('data descriptor');
  return { path, data, end: dataEnd + descriptor, differences };
}

function compare(
  header: CentralHeader,
  local: Reader,
  name: Uint8Array,
  extra: Uint8Array,
  where: { path: Name; offset: number },
): string[] {
  // With an encrypted directory the local fields are masked on purpose (4.3.7, bit 13).
  if ((header.flags & flag.masked) !== 0) return [];
  const differences: string[] = [];
  if (Buffer.compare(name, header.rawName) !== 0) differences.push('name');
  if (local.u16(8) !== header.method) differences.push('method');
  if (((local.u16(6) ^ header.flags) & flag.encrypted) !== 0) differences.push('encryption');
  const [size, compressed] = widen(extra, [local.u32(22), local.u32(18)], where);
  // A data descriptor follows where the writer could not know these yet; it then leaves 0, or all bits set for zip64.
  const later = (local.u16(6) & flag.descriptor) !== 0;
  const differs = (value: number | undefined, truth: number): boolean =>
    value !== truth && !(later && (value === 0 || value === 0xffffffff));
  if (differs(size, header.size)) differences.push('size');
  if (differs(compressed, header.compressed)) differences.push('compressed size');
  // Info-ZIP puts the time in its place, by which an encrypted member is checked.
  const timed = later && (header.flags & flag.encrypted) !== 0;
  if (!timed && differs(local.u32(14), header.crc)) differences.push('checksum');
  return differences;
}

/** Length of the data descriptor at the start of `bytes`: with or without its signature, sizes of 4 or 8 bytes; 0 for none. */
function descriptorLength(bytes: Uint8Array, header: CentralHeader): number {
  const reader = new Reader(bytes, 'little');
  const matches = (at: number, wide: boolean): boolean => {
    const length = wide ? 20 : 12;
    if (at + length > bytes.length || reader.u32(at) !== header.crc) return false;
    return wide
      ? reader.u64big(at + 4) === BigInt(header.compressed) && reader.u64big(at + 12) === BigInt(header.size)
      : reader.u32(at + 4) === header.compressed && reader.u32(at + 8) === header.size;
  };
  if (bytes.length >= 4 && reader.u32(0) === signature.descriptor) {
    if (matches(4, true)) return 24;
    if (matches(4, false)) return 16;
  }
  if (matches(0, true)) return 20;
  return matches(0, false) ? 12 : 0;
}

/** Unpacks the content of a placed member. @throws FormatError with its path. */
export async function unpackMember(
  unpacker: Unpacker,
  header: CentralHeader,
  { path }: PlacedMember,
  emit: Emit,
): Promise<void> {
  try {
    await unpacker.unpack(header, emit);
  } catch (error) {
    if (!(error instanceof FormatError) || error.path !== undefined) throw error;
    throw new FormatError(error.code, error.message, { path, offset: error.offset, cause: error });
  }
}

/** The name in a local header at `offset`, or null where there is no such header: for entries that the directory leaves out. */
export function localName(view: View, offset: number, limit: number): Name | null {
  if (limit - offset < localLength) return null;
  const local = new Reader(view(offset, localLength), 'little', offset);
  if (local.u32(0) !== signature.local || local.u16(26) > limit - offset - localLength) return null;
  return nameFromBytes(view(offset + localLength, local.u16(26)));
}
