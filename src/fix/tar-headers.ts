// A tar member's headers with another size, type or link target; all else stays as it was stored: name, owner, times, extended
// attributes (POSIX.1-2017 pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar manual for type K).
import { sizeField } from '../formats/tar/header.ts';
import { blockSize, field, largestOctal, magicWord, paddingOf, sparseTable } from '../formats/tar/layout.ts';
import { paxRecord, sealed, writeOctal, writeText } from '../formats/tar/writer.ts';
import { nameFromBytes } from '../model/name.ts';
import type { Name } from '../model/name.ts';

/** Records of a pax header that say what changes. */
const outdated = /^(?:size|linkpath|GNU\.sparse\..*)$/;

export interface HeaderChange {
  readonly type: '0' | '1' | '2';
  readonly size: number;
  /** Target of a link; empty for files. */
  readonly link: Name;
}

/** @param headers of one member, extension headers included, as they are stored; only the first block of the member's own header. */
export function changedHeaders(headers: Buffer, change: HeaderChange): Buffer {
  const parts: Buffer[] = [];
  const own = headers.length - blockSize;
  for (let at = 0; at < own;) {
    const length = sizeField(headers, at + field.size.at, 'size', '', at);
    const end = at + blockSize + length + paddingOf(length);
    const kept = extension(headers.subarray(at, end), length);
    if (kept !== null) parts.push(kept);
    at = end;
  }
  if (change.link.length > field.link.length) parts.push(longLink(change.link));
  const block = Buffer.from(headers.subarray(own));
  if (typeOf(block) === 'S') block.fill(0, sparseTable.header.at, field.realSize.at + field.realSize.length);
  writeText(block, field.type, change.type);
  writeSize(block, change.size);
  writeText(block, field.link, change.link);
  return Buffer.concat([...parts, sealed(block)]);
}

/** An extension header without what is outdated; null where nothing is left of it. */
function extension(whole: Buffer, length: number): Buffer | null {
  const type = typeOf(whole);
  if (type === 'K') return null;
  if (type !== 'x' && type !== 'X') return whole;
  const body = whole.subarray(blockSize, blockSize + length);
  const kept: Buffer[] = [];
  const real: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(0x20, at);
    const count = Number(body.toString('latin1', at, space));
    // The archive was read before, so its records are sound.
    if (space < 0 || !Number.isSafeInteger(count) || count <= 0) break;
    const record = body.subarray(at, at + count);
    const key = record.toString('latin1', space - at + 1, Math.max(record.indexOf(0x3d), 0));
    // The real name of a sparse file stands in such a record, and only there; a path before or behind it is made up.
    if (key === 'GNU.sparse.name')
      real.push(Buffer.from(paxRecord('path', nameFromBytes(record.subarray(record.indexOf(0x3d) + 1, -1))), 'latin1'));
    else if (!outdated.test(key)) kept.push(record);
    at += count;
  }
  kept.push(...real);
  if (kept.length === 0) return null;
  const records = Buffer.concat(kept);
  const block = Buffer.from(whole.subarray(0, blockSize));
  writeSize(block, records.length);
  return Buffer.concat([sealed(block), records, Buffer.alloc(paddingOf(records.length))]);
}

function typeOf(block: Buffer): string {
  return block.toString('latin1', field.type.at, field.type.at + field.type.length);
}

/** A GNU header for a link target that does not fit into the member's own. */
function longLink(link: Name): Buffer {
  const body = Buffer.from(`${link}\0`, 'latin1');
  const block = Buffer.alloc(blockSize);
  writeText(block, field.name, '././@LongLink');
  for (const number of [field.mode, field.uid, field.gid, field.mtime]) writeOctal(block, number, 0);
  writeText(block, field.type, 'K');
  writeText(block, field.magic, `${magicWord}  `);
  writeSize(block, body.length);
  return Buffer.concat([sealed(block), body, Buffer.alloc(paddingOf(body.length))]);
}

/** Eleven octal digits, or base-256 for sizes that need more. */
function writeSize(block: Buffer, size: number): void {
  if (size <= largestOctal(field.size)) {
    writeOctal(block, field.size, size);
    return;
  }
  const { at, length } = field.size;
  block.fill(0, at, at + length);
  block[at] = 0x80;
  block.writeBigUInt64BE(BigInt(size), at + length - 8);
}
