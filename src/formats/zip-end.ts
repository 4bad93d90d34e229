// Finds the central directory of a zip: the end record, its zip64 form, and what stands before and after the archive.
// Layouts: PKWARE APPNOTE 6.3.10, sections 4.3.14 (zip64 end record), 4.3.15 (its locator) and 4.3.16 (end record).
import { Reader } from '../bytes/reader.ts';
import type { ByteSource } from '../bytes/source.ts';
import { FormatError } from '../errors.ts';
import { recordLength, signature, signatureBytes } from './zip-records.ts';

/** Where the central directory lies, in offsets of the file. */
export interface DirectoryPlace {
  readonly start: number;
  readonly end: number;
  /** What to add to the offsets that the archive states: the length of a prefix that it does not know of. */
  readonly base: number;
  /** Number of entries that the end record states. */
  readonly count: number;
  /** Whether `count` has 64 bits; 16 bits wrap around. */
  readonly zip64: boolean;
}

export interface ArchiveEnd {
  readonly place: DirectoryPlace;
  /** Bytes behind the end record and its comment. */
  readonly trailing: number;
  /** Whether the archive comment looks like another whole end record. */
  readonly ambiguous: boolean;
}

const endSignature = signatureBytes(signature.end);

interface Candidate {
  readonly place: DirectoryPlace;
  readonly trailing: number;
}

/**
 * The end record that accounts for the whole file, else the last one that fits it. A record in the tail is a candidate only
 * when its comment is whole; one whose directory is not where it says is passed over (it may be text of a comment), and its
 * error stands if no other fits.
 * @throws FormatError where there is none: the file is cut, or no zip.
 */
export function findEnd(source: ByteSource): ArchiveEnd {
  const tailStart = Math.max(0, source.size - recordLength.end - 0xffff);
  const tail = Buffer.from(source.read(tailStart, source.size - tailStart));
  let found: Candidate | undefined;
  let ambiguous = false;
  let refusal: FormatError | undefined;
  for (const at of endRecords(tail)) {
    const trailing = bytesBehind(tail, at);
    // Behind a record that fits, only one whose comment reaches exactly to the end casts doubt on it.
    if (trailing === null || (found !== undefined && trailing !== 0)) continue;
    try {
      const candidate = { place: locate(source, tailStart + at), trailing };
      ambiguous ||= found !== undefined;
      if (found === undefined || (!isWhole(found) && isWhole(candidate))) found = candidate;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      refusal ??= error;
    }
  }
  if (found === undefined) throw refusal ?? noEnd(source);
  return { ...found, ambiguous };
}

function isWhole({ place, trailing }: Candidate): boolean {
  return trailing === 0 && place.base === 0;
}

/** Offsets of end record signatures in `tail`, the last one first. */
function* endRecords(tail: Buffer): Generator<number> {
  for (let at = tail.lastIndexOf(endSignature); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(endSignature, at - 1)) {
    yield at;
  }
}

/** Whether an end record ends, comment included, exactly at `end`. */
export function endsWithEndRecord(source: ByteSource, end: number): boolean {
  const tailStart = Math.max(0, end - recordLength.end - 0xffff);
  const tail = Buffer.from(source.read(tailStart, end - tailStart));
  for (const at of endRecords(tail)) {
    if (bytesBehind(tail, at) === 0) return true;
  }
  return false;
}

function bytesBehind(tail: Buffer, at: number): number | null {
  if (at + recordLength.end > tail.length) return null;
  const trailing = tail.length - at - recordLength.end - tail.readUInt16LE(at + 20);
  return trailing < 0 ? null : trailing;
}

function noEnd(source: ByteSource): FormatError {
  const head = Buffer.from(source.read(0, Math.min(2, source.size))).toString('latin1');
  const place = { offset: source.size };
  return head === 'PK'
    ? new FormatError('truncated', 'has no whole end record in its last 64 KiB: the zip is cut', place)
    : new FormatError('not-a-zip', 'is not a zip: it has no end record in its last 64 KiB', place);
}

function locate(source: ByteSource, at: number): DirectoryPlace {
  const end = new Reader(source.read(at, recordLength.end), 'little', at);
  const zip64 = locate64(source, at);
  if (zip64 !== null) {
    requireAgreement(end, zip64, at);
    return zip64;
  }
  const count = end.u16(10);
  if (end.u16(4) !== 0 || end.u16(6) !== 0 || end.u16(8) !== count) throw multiVolume(at);
  return placeOf(source, { at, end: at, size: end.u32(12), offset: end.u32(16), count, zip64: false });
}

function multiVolume(offset: number): FormatError {
  return new FormatError('unsupported', 'is one volume of a split zip; join the volumes first', { offset });
}

interface Claims {
  readonly at: number;
  readonly end: number;
  readonly size: number;
  readonly offset: number;
  readonly count: number;
  readonly zip64: boolean;
}

function placeOf(source: ByteSource, claims: Claims): DirectoryPlace {
  const { end, size, offset, count, zip64 } = claims;
  const place = { offset: claims.at };
  if (size > end) {
    throw new FormatError(
      'bad-size',
      `states a directory of ${size} bytes, but only ${end} come before its end`,
      place,
    );
  }
  const start = end - size;
  if (offset > start) {
    const message = `states its directory at ${offset}, but it lies at ${start}: ${offset - start} bytes are missing`;
    throw new FormatError('bad-offset', message, place);
  }
  if (count > Math.floor(size / recordLength.central)) {
    // 16 bits may have wrapped, which only makes a count too small: too large is always a lie.
    throw new FormatError('bad-count', `states ${count} entries in a directory of ${size} bytes`, place);
  }
  if (
    size > 0 &&
    (size < recordLength.central || new Reader(source.read(start, 4), 'little').u32(0) !== signature.central)
  ) {
    throw new FormatError('bad-offset', 'states a directory where there is none', { offset: start });
  }
  return { start, end, base: start - offset, count, zip64 };
}

/** The directory by the zip64 end record; null where there is no locator for one right before the end record. */
function locate64(source: ByteSource, endAt: number): DirectoryPlace | null {
  const locatorAt = endAt - recordLength.locator64;
  if (locatorAt < 0) return null;
  const locator = new Reader(source.read(locatorAt, recordLength.locator64), 'little', locatorAt);
  if (locator.u32(0) !== signature.locator64) return null;
  if (locator.u32(4) !== 0 || locator.u32(16) > 1) throw multiVolume(locatorAt);
  const stated = locator.u64(8);
  const at = [stated, locatorAt - recordLength.end64].find((offset) => isEnd64(source, offset, locatorAt));
  if (at === undefined) {
    const message = `points to a zip64 end record at ${stated}, where there is none`;
    throw new FormatError('bad-offset', message, { offset: locatorAt });
  }
  const record = new Reader(source.read(at, recordLength.end64), 'little', at);
  const count = record.u64(32);
  if (record.u32(16) !== 0 || record.u32(20) !== 0 || record.u64(24) !== count) throw multiVolume(at);
  const claims = { at, end: at, size: record.u64(40), offset: record.u64(48), count, zip64: true };
  const place = placeOf(source, claims);
  if (at - stated !== place.base) {
    const message = `points to a zip64 end record at ${stated}, but it lies at ${at - place.base}`;
    throw new FormatError('bad-offset', message, { offset: locatorAt });
  }
  return place;
}

/** Whether a zip64 end record at `offset` reaches exactly to its locator. */
function isEnd64(source: ByteSource, offset: number, locatorAt: number): boolean {
  if (offset < 0 || offset > locatorAt - recordLength.end64) return false;
  const record = new Reader(source.read(offset, 12), 'little', offset);
  return record.u32(0) === signature.end64 && record.u64big(4) === BigInt(locatorAt - offset - 12);
}

/** A 32-bit end record beside a zip64 one repeats its numbers or says "see there" with all bits set. */
function requireAgreement(end: Reader, place: DirectoryPlace, at: number): void {
  const size = place.end - place.start;
  const offset = place.start - place.base;
  const agrees =
    (end.u16(10) === 0xffff || end.u16(10) === place.count) &&
    (end.u32(12) === 0xffffffff || end.u32(12) === size) &&
    (end.u32(16) === 0xffffffff || end.u32(16) === offset);
  if (!agrees) {
    throw new FormatError('bad-offset', 'has an end record that contradicts its zip64 end record', { offset: at });
  }
}
