// What a central header says of its member besides its content: kind, mode, owner and time.
// Layouts: PKWARE APPNOTE 6.3.10, 4.4.2 (made by), 4.4.6 (DOS date and time), 4.4.15 (external attributes); Info-ZIP
// proginfo/extrafld.txt for the extra fields 0x5455 (extended timestamp) and 0x7875 (Unix uid and gid).
import { byteAt } from '../bytes/at.ts';
import { Reader } from '../bytes/reader.ts';
import type { Name } from '../model/name.ts';
import type { EntryKind } from '../model/snapshot.ts';
import type { Member } from './format.ts';
import { extraField } from './zip-directory.ts';
import type { CentralHeader } from './zip-directory.ts';
import { isUnixHost, memberName } from './zip-names.ts';

/** Bit of the DOS attributes that marks a directory. */
const dosDirectory = 0x10;

const fileType = { mask: 0o170000, directory: 0o040000, regular: 0o100000, symlink: 0o120000 } as const;

export function memberOf(header: CentralHeader, unreadable: string | undefined): Member {
  const name = memberName(header);
  const unixMode = isUnixHost(header.host) ? header.external >>> 16 : 0;
  const kind = kindOf(header, name, unixMode);
  const owner = ownerOf(header.extra);
  return {
    name,
    kind,
    size: kind === 'file' ? header.size : 0,
    mode: unixMode === 0 ? null : unixMode & 0o7777,
    uid: owner?.uid ?? null,
    gid: owner?.gid ?? null,
    mtime: extendedTime(header.extra) ?? dosTime(header.date, header.time),
    link: null,
    offset: header.offset,
    disk: null,
    inode: null,
    ...(unreadable === undefined ? {} : { unreadable }),
  };
}

/** A trailing slash makes a directory, as for unzip; attributes alone only where no content contradicts them. */
function kindOf(header: CentralHeader, name: Name, unixMode: number): EntryKind {
  if (name.endsWith('/')) return 'directory';
  switch (unixMode & fileType.mask) {
    case fileType.symlink:
      return 'symlink';
    case fileType.directory:
      return header.size === 0 ? 'directory' : 'file';
    case fileType.regular:
      return 'file';
    case 0:
      return header.host === 0 && (header.external & dosDirectory) !== 0 && header.size === 0 ? 'directory' : 'file';
    default:
      return header.size === 0 ? 'other' : 'file';
  }
}

function extendedTime(extra: Uint8Array): number | null {
  const field = extraField(extra, 0x5455);
  if (field === null || field.length < 5) return null;
  const reader = new Reader(field, 'little');
  // Signed, so that times before 1970 stay before it.
  return (reader.u8(0) & 1) === 1 ? reader.u32(1) | 0 : null;
}

/** DOS keeps local time and not which zone: it is read as UTC, so that the result does not depend on the machine. */
function dosTime(date: number, time: number): number | null {
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 15, date & 31];
  const [hour, minute, second] = [time >> 11, (time >> 5) & 63, (time & 31) * 2];
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return null;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

function ownerOf(extra: Uint8Array): { uid: number; gid: number } | null {
  const field = extraField(extra, 0x7875);
  if (field === null || field[0] !== 1) return null;
  const uidLength = byteAt(field, 1);
  const gidLength = byteAt(field, 2 + uidLength);
  if (field.length < 3 + uidLength + gidLength) return null;
  const uid = littleEndian(field.subarray(2, 2 + uidLength));
  const gid = littleEndian(field.subarray(3 + uidLength, 3 + uidLength + gidLength));
  return uid === null || gid === null ? null : { uid, gid };
}

function littleEndian(bytes: Uint8Array): number | null {
  const value = bytes.reduceRight((high, byte) => high * 256 + byte, 0);
  return bytes.length > 0 && Number.isSafeInteger(value) ? value : null;
}
