// A tar member's headers with another size, type or link target; all else stays as it was stored: name, owner, times, extended
// attributes (POSIX.1-2017 pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar manual for type K).
import { sizeField } from '../formats/tar/header.ts';
import { paddingOf } from '../formats/tar/writer.ts';
import type { Name } from '../model/name.ts';

const blockLength = 512;
const linkLength = 100;
const field = { size: 124, checksum: 148, type: 156, link: 157, sparse: 386, sparseEnd: 495 } as const;
/** Largest size of an eleven-digit octal field. */
const maxOctal = 0o77777777777;
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
  const own = headers.length - blockLength;
  for (let at = 0; at < own;) {
    const length = sizeField(headers, at + field.size, 'size', '', at);
    const end = at + blockLength + length + paddingOf(length);
    const kept = extension(headers.subarray(at, end), length);
    if (kept !== null) parts.push(kept);
    at = end;
  }
  if (change.link.length > linkLength) parts.push(longLink(change.link));
  const block = Buffer.from(headers.subarray(own));
  if (block.toString('latin1', field.type, field.type + 1) === 'S') block.fill(0, field.sparse, field.sparseEnd);
  block.write(change.type, field.type, 'latin1');
  writeSize(block, change.size);
  block.fill(0, field.link, field.link + linkLength);
  block.write(change.link.slice(0, linkLength), field.link, 'latin1');
  return Buffer.concat([...parts, sealed(block)]);
}

/** An extension header without what is outdated; null where nothing is left of it. */
function extension(whole: Buffer, length: number): Buffer | null {
  const type = whole.toString('latin1', field.type, field.type + 1);
  if (type === 'K') return null;
  if (type !== 'x' && type !== 'X') return whole;
  const body = whole.subarray(blockLength, blockLength + length);
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
    if (key === 'GNU.sparse.name') real.push(paxRecord('path', record.subarray(record.indexOf(0x3d) + 1, -1)));
    else if (!outdated.test(key)) kept.push(record);
    at += count;
  }
  kept.push(...real);
  if (kept.length === 0) return null;
  const records = Buffer.concat(kept);
  const block = Buffer.from(whole.subarray(0, blockLength));
  writeSize(block, records.length);
  return Buffer.concat([sealed(block), records, Buffer.alloc(paddingOf(records.length))]);
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function paxRecord(key: string, value: Uint8Array): Buffer {
  const rest = key.length + value.length + 3;
  let length = rest;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return Buffer.concat([Buffer.from(`${length} ${key}=`, 'latin1'), value, Buffer.from('\n')]);
}

/** A GNU header for a link target that does not fit into the member's own. */
function longLink(link: Name): Buffer {
  const body = Buffer.from(`${link}\0`, 'latin1');
  const block = Buffer.alloc(blockLength);
  block.write('././@LongLink', 0, 'latin1');
  for (const at of [100, 108, 116]) block.write('0000000', at, 'latin1');
  block.write('00000000000', 136, 'latin1');
  block.write('K', field.type, 'latin1');
  block.write('ustar  ', 257, 'latin1');
  writeSize(block, body.length);
  return Buffer.concat([sealed(block), body, Buffer.alloc(paddingOf(body.length))]);
}

/** Eleven octal digits, or base-256 for sizes that need more. */
function writeSize(block: Buffer, size: number): void {
  if (size <= maxOctal) {
    block.write(`${size.toString(8).padStart(11, '0')}\0`, field.size, 'latin1');
    return;
  }
  block.fill(0, field.size, field.size + 12);
  block[field.size] = 0x80;
  block.writeBigUInt64BE(BigInt(size), field.size + 4);
}

function sealed(block: Buffer): Buffer {
  block.fill(0x20, field.checksum, field.checksum + 8);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, field.checksum, 'latin1');
  return block;
}
