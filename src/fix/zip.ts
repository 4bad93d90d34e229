// A zip without what a plan removes. Members that stay are copied byte for byte, local header and data descriptor included; the
// directory is written anew, since offsets change. Layouts: PKWARE APPNOTE 6.3.10, 4.3.7, 4.3.12, 4.3.14 to 4.3.16, 4.5.3.
import { crc32, deflateRawSync } from 'node:zlib';
import { readAhead } from '../bytes/read-ahead.ts';
import type { ByteSource } from '../bytes/source.ts';
import { createUnpacker } from '../codecs/unpack.ts';
import type { Unpacker } from '../codecs/unpack.ts';
import { deflated, localLength } from '../codecs/zip-data.ts';
import { FormatError } from '../errors.ts';
import { flag, isReadable, readDirectory } from '../formats/zip-directory.ts';
import type { CentralHeader } from '../formats/zip-directory.ts';
import { findEnd } from '../formats/zip-end.ts';
import { memberOf } from '../formats/zip-member.ts';
import { memberName } from '../formats/zip-names.ts';
import { recordLength, signature, signatureBytes } from '../formats/zip-records.ts';
import { nameToText, normalizePath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Decision, TarDecisions } from './tar.ts';

const most16 = 0xffff;
const most32 = 0xffffffff;
/** Bytes that are copied at once. */
const step = 1 << 20;

/** What a header of the new directory says otherwise than the old one. */
interface Placed {
  readonly header: CentralHeader;
  /** Offset as the archive states it. */
  readonly offset: number;
  readonly size: number;
  readonly compressed: number;
  readonly crc: number;
  readonly rewritten: boolean;
}

interface Output {
  readonly length: () => number;
  write(piece: Uint8Array): void;
}

/** @param emit takes the bytes of the new archive; views are valid during the call only. */
export async function rewriteZip(
  source: ByteSource,
  { decide, bare = [] }: Pick<TarDecisions, 'decide' | 'bare'>,
  emit: (piece: Uint8Array) => void,
): Promise<void> {
  const { place, trailing } = findEnd(source);
  const headers = [...readDirectory(readAhead(source), place)];
  // In the order of the directory, which says what is extracted last.
  const decisions = headers.map((header): Decision => decide(memberOf(header, undefined)));
  const order = headers.map((_, index) => index).toSorted((a, b) => offsetAt(headers, a) - offsetAt(headers, b));
  const output = startOutput(emit);
  const unpacker = createUnpacker(readAhead(source));
  const placed = new Map<CentralHeader, Placed>();
  const central: Buffer[] = [];
  try {
    copy(source, 0, headers.length === 0 ? place.start : offsetAt(headers, order[0] ?? 0), output);
    // What has a time that DOS does not know looks as if there were no member.
    const known = new Set(headers.map((header) => normalizePath(memberName(header)).path));
    for (const path of bare) if (!known.has(path)) central.push(writeBare(path, output, place.base));
    const ends = new Map(order.map((index, rank) => [index, endOf(headers, order[rank + 1], place.start)]));
    // What is found by its offset may stand anywhere.
    for (const index of order.toSorted((a, b) => lateness(decisions[a]) - lateness(decisions[b]))) {
      const [header, decision] = [headers[index], decisions[index]];
      if (header === undefined || decision === undefined || decision.kind === 'drop') continue;
      const offset = output.length() - place.base;
      if (decision.kind === 'rewrite' && isReadable(header)) {
        placed.set(header, await rewriteMember(source, header, unpacker, decision.rewrite, offset, output));
        continue;
      }
      copy(source, header.offset, ends.get(index) ?? place.start, output);
      const { size, compressed, crc } = header;
      placed.set(header, { header, offset, size, compressed, crc, rewritten: false });
    }
  } finally {
    await unpacker.close();
  }
  for (const header of headers) {
    const found = placed.get(header);
    if (found !== undefined) central.push(centralHeader(source, found));
  }
  writeDirectory(central, place.base, commentOf(source, place.end, trailing), output);
  // What somebody wrote behind the end, such as a signature, is not ours to drop.
  copy(source, source.size - trailing, source.size, output);
}

function lateness(decision: Decision | undefined): number {
  return decision?.kind === 'rewrite' && decision.last === true ? 1 : 0;
}

/** @param next index of the member that lies behind it, if any. */
function endOf(headers: readonly CentralHeader[], next: number | undefined, start: number): number {
  return next === undefined ? start : offsetAt(headers, next);
}

function offsetAt(headers: readonly CentralHeader[], index: number): number {
  return headers[index]?.offset ?? 0;
}

function startOutput(emit: (piece: Uint8Array) => void): Output {
  let length = 0;
  return {
    length: () => length,
    write(piece) {
      length += piece.length;
      emit(piece);
    },
  };
}

function copy(source: ByteSource, from: number, to: number, output: Output): void {
  for (let at = from; at < to; at += step) output.write(source.read(at, Math.min(step, to - at)));
}

async function rewriteMember(
  source: ByteSource,
  header: CentralHeader,
  unpacker: Unpacker,
  rewrite: (content: Buffer) => Buffer | null,
  offset: number,
  output: Output,
): Promise<Placed> {
  const pieces: Buffer[] = [];
  await unpacker.unpack(header, (piece) => pieces.push(Buffer.from(piece)));
  const before = Buffer.concat(pieces);
  const after = rewrite(before) ?? before;
  const data = deflateRawSync(after, { level: 9 });
  const crc = crc32(after);
  if (data.length >= most32 || after.length >= most32) {
    throw new FormatError('too-large', `has ${after.length} bytes after strip, too many for a rewritten zip member`);
  }
  const local = Buffer.from(source.read(header.offset, localLength));
  const [name, extra] = [local.readUInt16LE(26), local.readUInt16LE(28)];
  const variable = Buffer.from(source.read(header.offset + localLength, name + extra));
  const kept = withoutZip64(variable.subarray(name));
  local.writeUInt16LE(local.readUInt16LE(6) & ~flag.descriptor, 6);
  local.writeUInt16LE(deflated, 8);
  local.writeUInt32LE(crc, 14);
  local.writeUInt32LE(data.length, 18);
  local.writeUInt32LE(after.length, 22);
  local.writeUInt16LE(kept.length, 28);
  for (const piece of [local, variable.subarray(0, name), kept, data]) output.write(piece);
  return { header, offset, size: after.length, compressed: data.length, crc, rewritten: true };
}

/** The member of a directory, as Unix writes it; returns its central header. */
function writeBare(path: Name, output: Output, base: number): Buffer {
  const name = Buffer.from(`${path}/`, 'latin1');
  const offset = output.length() - base;
  const local = Buffer.alloc(localLength);
  local.writeUInt32LE(signature.local, 0);
  local.writeUInt16LE(10, 4);
  if (nameToText(path) !== null) local.writeUInt16LE(flag.utf8, 6);
  // 1980, the first day that there is.
  local.writeUInt16LE(0x21, 12);
  local.writeUInt16LE(name.length, 26);
  output.write(local);
  output.write(name);
  const central = Buffer.alloc(recordLength.central);
  central.writeUInt32LE(signature.central, 0);
  central.writeUInt16LE(0x031e, 4);
  local.copy(central, 6, 4, 30);
  central.writeUInt32LE(((0o40755 << 16) | 0x10) >>> 0, 38);
  central.writeUInt32LE(offset, 42);
  return Buffer.concat([central, name]);
}

function writeDirectory(kept: readonly Buffer[], base: number, comment: Buffer, output: Output): void {
  const start = output.length() - base;
  for (const header of kept) output.write(header);
  const length = output.length() - base - start;
  const end = output.length() - base;
  if (kept.length >= most16 || start >= most32 || length >= most32)
    output.write(end64(kept.length, length, start, end));
  const record = Buffer.alloc(recordLength.end);
  record.writeUInt32LE(signature.end, 0);
  record.writeUInt16LE(Math.min(kept.length, most16), 8);
  record.writeUInt16LE(Math.min(kept.length, most16), 10);
  record.writeUInt32LE(Math.min(length, most32), 12);
  record.writeUInt32LE(Math.min(start, most32), 16);
  record.writeUInt16LE(comment.length, 20);
  output.write(record);
  output.write(comment);
}

function centralHeader(source: ByteSource, placed: Placed): Buffer {
  const { header, offset, size, compressed, crc, rewritten } = placed;
  const raw = Buffer.from(source.read(header.at, header.end - header.at));
  const [name, extra] = [raw.readUInt16LE(28), raw.readUInt16LE(30)];
  const wide = [size, compressed, offset].filter((value) => value >= most32);
  const fields = Buffer.alloc(wide.length === 0 ? 0 : 4 + 8 * wide.length);
  if (wide.length > 0) {
    fields.writeUInt16LE(1, 0);
    fields.writeUInt16LE(8 * wide.length, 2);
    for (const [index, value] of wide.entries()) fields.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  }
  const extraAt = recordLength.central + name;
  const kept = Buffer.concat([withoutZip64(raw.subarray(extraAt, extraAt + extra)), fields]);
  if (rewritten) {
    raw.writeUInt16LE(raw.readUInt16LE(8) & ~flag.descriptor, 8);
    raw.writeUInt16LE(deflated, 10);
    raw.writeUInt32LE(crc, 16);
  }
  raw.writeUInt32LE(Math.min(compressed, most32), 20);
  raw.writeUInt32LE(Math.min(size, most32), 24);
  raw.writeUInt16LE(kept.length, 30);
  raw.writeUInt32LE(Math.min(offset, most32), 42);
  return Buffer.concat([raw.subarray(0, extraAt), kept, raw.subarray(extraAt + extra)]);
}

/** Extra fields but for the one that carries 64-bit sizes; what is no field stays as it is. */
function withoutZip64(extra: Buffer): Buffer {
  const kept: Buffer[] = [];
  let at = 0;
  while (at + 4 <= extra.length && at + 4 + extra.readUInt16LE(at + 2) <= extra.length) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) !== 1) kept.push(extra.subarray(at, end));
    at = end;
  }
  return Buffer.concat([...kept, extra.subarray(at)]);
}

function end64(count: number, length: number, start: number, at: number): Buffer {
  const record = Buffer.alloc(recordLength.end64 + recordLength.locator64);
  record.writeUInt32LE(signature.end64, 0);
  record.writeBigUInt64LE(BigInt(recordLength.end64 - 12), 4);
  record.writeUInt16LE(45, 12);
  record.writeUInt16LE(45, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(length), 40);
  record.writeBigUInt64LE(BigInt(start), 48);
  const locator = record.subarray(recordLength.end64);
  locator.writeUInt32LE(signature.locator64, 0);
  locator.writeBigUInt64LE(BigInt(at), 8);
  locator.writeUInt32LE(1, 16);
  return record;
}

/** The archive's comment: what follows the end record, which stands behind the directory and, with zip64, two more records. */
function commentOf(source: ByteSource, directoryEnd: number, trailing: number): Buffer {
  const tail = Buffer.from(source.read(directoryEnd, source.size - directoryEnd - trailing));
  return tail.subarray(tail.indexOf(signatureBytes(signature.end)) + recordLength.end);
}
