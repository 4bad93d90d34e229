// The bytes of one zip member: its local header compared with the directory, its data unpacked to exactly the stated size and
// checksum, and its data descriptor. A difference in content is an error; one in the headers alone is only told.
// Layouts: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header) and 4.3.9 (data descriptor).
import { crc32 } from 'node:zlib';
import { Reader } from '../bytes/reader.ts';
import type { ByteSource } from '../bytes/source.ts';
import { createTurns } from '../bytes/turns.ts';
import type { Turns } from '../bytes/turns.ts';
import { createInflater } from '../codecs/inflate.ts';
import type { Inflater } from '../codecs/inflate.ts';
import { FormatError } from '../errors.ts';
import type { Name } from '../model/name.ts';
import { nameFromBytes } from '../model/name.ts';
import { flag, stored, widen } from './zip-directory.ts';
import type { CentralHeader } from './zip-directory.ts';
import type { View } from './zip-window.ts';

export interface PlacedMember {
  /** Name for errors and notices. */
  readonly path: Name;
  /** Offset of the data in the file; it has `header.compressed` bytes. */
  readonly data: number;
  /** First byte behind the member, its data descriptor included. */
  readonly end: number;
  /** What the local header states otherwise than the directory. */
  readonly differences: readonly string[];
}

const localSignature = 0x04034b50;
const localLength = 30;
/** Content up to this length leaves in one piece; memory for unpacking does not go beyond it. */
const bufferLength = 1024 * 1024;
/** Deflated data that are fed at once: at most a thousand times as much comes out before the next turn. */
const inputLength = 64 * 1024;

/** Reads and compares the local header. @throws FormatError where there is none, or where the member reaches past `limit`. */
export function placeMember(view: View, header: CentralHeader, path: Name, limit: number): PlacedMember {
  const where = { path, offset: header.offset };
  const local = new Reader(view(header.offset, localLength), 'little', header.offset);
  if (local.u32(0) !== localSignature) {
    throw new FormatError('bad-local-header', 'has no local header where the directory says', where);
  }
  const nameLength = local.u16(26);
  const extraLength = local.u16(28);
  const data = header.offset + localLength + nameLength + extraLength;
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
  if (differs(local.u32(14), header.crc)) differences.push('checksum');
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
  if (bytes.length >= 4 && reader.u32(0) === 0x08074b50) {
    if (matches(4, true)) return 24;
    if (matches(4, false)) return 16;
  }
  if (matches(0, true)) return 20;
  return matches(0, false) ? 12 : 0;
}

export interface MemberData {
  readonly source: ByteSource;
  readonly view: View;
  readonly header: CentralHeader;
  readonly member: PlacedMember;
}

export interface Unpacker {
  /**
   * Hands the unpacked content to `emit`, in one piece up to 1 MiB; a piece is valid during the call only.
   * @throws FormatError unless the data unpacks to exactly the stated size and checksum, and none of it is left over.
   */
  unpack(data: MemberData, emit: (piece: Uint8Array) => void): Promise<void>;
  close(): void;
}

/** Unpacks any number of members with one native decoder and one buffer. */
export function createUnpacker(): Unpacker {
  let buffer: Uint8Array | null = null;
  const inflater = createInflater({ takeBuffer: () => (buffer ??= new Uint8Array(bufferLength)) });
  const turns = createTurns();
  return {
    async unpack(data, emit) {
      const { header, member } = data;
      const where = { path: member.path, offset: member.data };
      let length = 0;
      const take: Take = (piece) => {
        length += piece.length;
        if (length > header.size) {
          throw new FormatError('wrong-size', `holds more than the ${header.size} bytes that it states`, where);
        }
        emit(piece);
      };
      const unpacked = header.method === stored ? copy(data, turns, take) : inflate(inflater, data, turns, take);
      const crc = await unpacked;
      if (length !== header.size) {
        throw new FormatError('wrong-size', `states ${header.size} bytes, but holds only ${length}`, where);
      }
      if (crc !== header.crc) throw new FormatError('bad-checksum', 'is damaged: its CRC-32 is wrong', where);
    },
    close: () => inflater.close(),
  };
}

type Take = (piece: Uint8Array) => void;

/** Returns the CRC-32 of what it handed over. */
async function copy(data: MemberData, turns: Turns, take: Take): Promise<number> {
  let crc = 0;
  for (const piece of piecesOf(data, bufferLength)) {
    crc = crc32(piece, crc);
    take(piece);
    if (turns.due()) await turns.next();
  }
  return crc;
}

/** Returns the CRC-32 of what it handed over. */
async function inflate(inflater: Inflater, data: MemberData, turns: Turns, take: Take): Promise<number> {
  const { header, member } = data;
  inflater.reset(member.data);
  try {
    for (const piece of piecesOf(data, inputLength)) {
      if (inflater.write(piece, take) < piece.length) break;
      if (turns.due()) await turns.next();
    }
    inflater.finish(take);
  } catch (error) {
    if (!(error instanceof FormatError) || error.path !== undefined) throw error;
    throw new FormatError(error.code, error.message, { path: member.path, offset: error.offset, cause: error });
  }
  const left = header.compressed - inflater.bytesIn;
  if (left > 0) {
    const message = `holds ${left} bytes of data behind the end of its deflate stream`;
    throw new FormatError('wrong-size', message, { path: member.path, offset: member.data + inflater.bytesIn });
  }
  return inflater.crc;
}

function* piecesOf({ source, view, header, member }: MemberData, step: number): Generator<Uint8Array> {
  const end = member.data + header.compressed;
  for (let at = member.data; at < end; at += step) {
    const length = Math.min(step, end - at);
    // Short data come with the bytes around them; long data need no read-ahead.
    yield header.compressed <= inputLength ? view(at, length) : source.read(at, length);
  }
}

/** The name in a local header at `offset`, or null where there is no such header: for entries that the directory leaves out. */
export function localName(view: View, offset: number, limit: number): Name | null {
  if (limit - offset < localLength) return null;
  const local = new Reader(view(offset, localLength), 'little', offset);
  if (local.u32(0) !== localSignature || local.u16(26) > limit - offset - localLength) return null;
  return nameFromBytes(view(offset + localLength, local.u16(26)));
}
