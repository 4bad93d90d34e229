// Builds zip archives field by field, with a switch for every lie that a header can tell.
import { crc32, deflateRawSync } from 'node:zlib';

/** Fields that stand in a local header, a central header or both. */
export interface ZipFields {
  readonly name?: string;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly compressed?: number;
  readonly size?: number;
  readonly time?: number;
  readonly date?: number;
  readonly extra?: Uint8Array;
}

export interface ZipSpec extends ZipFields {
  readonly name: string;
  readonly content?: Uint8Array | string;
  /** Data as stored; made of the content by `method` (deflated by default) where absent. */
  readonly data?: Uint8Array;
  /** What the local header states otherwise. */
  readonly local?: ZipFields;
  /** What the central header states otherwise. */
  readonly central?: ZipFields & { readonly offset?: number };
  /** Leaves sizes to a data descriptor of this form behind the data. */
  readonly descriptor?: 'signed' | 'bare' | 'signed64' | 'bare64' | 'missing';
  /** Puts sizes and offset into a zip64 extra field. */
  readonly zip64?: boolean;
  readonly host?: number;
  readonly external?: number;
  /** Bytes before the local header. */
  readonly gap?: Uint8Array | string;
  /** Leaves the member out of the directory. */
  readonly unlisted?: boolean;
}

export interface ZipEnd {
  readonly count?: number;
  readonly size?: number | bigint;
  readonly offset?: number | bigint;
  readonly disk?: number;
}

export interface ZipOptions {
  readonly prefix?: Uint8Array | string;
  /** Whether offsets count from the start of the file, prefix included. */
  readonly absolute?: boolean;
  readonly comment?: Uint8Array | string;
  /** Length that the end record gives for the comment. */
  readonly commentLength?: number;
  readonly trailing?: Uint8Array | string;
  /** What the end record (with `zip64` the zip64 one) states otherwise. */
  readonly end?: ZipEnd;
  /** Writes a zip64 end record and its locator. */
  readonly zip64?: boolean;
  readonly locator?: { readonly offset?: number | bigint; readonly disks?: number };
  /** Indexes of members in the order of the directory. */
  readonly order?: readonly number[];
  /** Bytes at the end of the directory, counted as part of it. */
  readonly signature?: Uint8Array;
}

const descriptorFlag = 8;
const allSet = 0xffffffff;

export function bytesOf(text: Uint8Array | string): Buffer {
  return typeof text === 'string' ? Buffer.from(text, 'latin1') : Buffer.from(text);
}

export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2));
  return bytes;
}

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return bytes;
}

export function u64(...values: readonly (number | bigint)[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => bytes.writeBigUInt64LE(BigInt(value), index * 8));
  return bytes;
}

export function extraField(id: number, content: Uint8Array): Buffer {
  return Buffer.concat([u16(id, content.length), content]);
}

interface Made {
  readonly spec: ZipSpec;
  readonly fields: Required<ZipFields>;
  readonly data: Buffer;
}

function make(spec: ZipSpec): Made {
  const content = bytesOf(spec.content ?? '');
  const method = spec.method ?? 8;
  const data = bytesOf(spec.data ?? (method === 8 ? deflateRawSync(content) : content));
  const fields = {
    name: spec.name,
    flags: (spec.flags ?? 0) | (spec.descriptor === undefined ? 0 : descriptorFlag),
    method,
    crc: spec.crc ?? crc32(content),
    compressed: spec.compressed ?? data.length,
    size: spec.size ?? content.length,
    time: spec.time ?? 0,
    // 2020-01-01
    date: spec.date ?? ((2020 - 1980) << 9) | (1 << 5) | 1,
    extra: spec.extra ?? new Uint8Array(0),
  };
  return { spec, fields, data };
}

function localHeader({ spec, fields }: Made): Buffer {
  const later = spec.descriptor === undefined ? {} : { crc: 0, compressed: 0, size: 0 };
  const f = { ...fields, ...later, ...spec.local };
  const wide = spec.zip64 === true && spec.descriptor === undefined;
  const extra = wide ? Buffer.concat([extraField(1, u64(f.size, f.compressed)), f.extra]) : Buffer.from(f.extra);
  return Buffer.concat([
    u32(0x04034b50),
    u16(20, f.flags, f.method, f.time, f.date),
    u32(f.crc, wide ? allSet : f.compressed, wide ? allSet : f.size),
    u16(f.name.length, extra.length),
    bytesOf(f.name),
    extra,
  ]);
}

function descriptor({ spec, fields }: Made): Buffer {
  if (spec.descriptor === undefined || spec.descriptor === 'missing') return Buffer.alloc(0);
  const sizes = [fields.compressed, fields.size];
  const signed = spec.descriptor.startsWith('signed') ? [0x08074b50, fields.crc] : [fields.crc];
  return Buffer.concat([u32(...signed), spec.descriptor.endsWith('64') ? u64(...sizes) : u32(...sizes)]);
}

function centralHeader({ spec, fields }: Made, place: number): Buffer {
  const f = { offset: place, ...fields, ...spec.central };
  const wide = spec.zip64 === true;
  const extra = wide
    ? Buffer.concat([extraField(1, u64(f.size, f.compressed, f.offset)), f.extra])
    : Buffer.from(f.extra);
  return Buffer.concat([
    u32(0x02014b50),
    Buffer.from([30, spec.host ?? 3]),
    u16(20, f.flags, f.method, f.time, f.date),
    u32(f.crc, wide ? allSet : f.compressed, wide ? allSet : f.size),
    u16(f.name.length, extra.length, 0, 0, 0),
    u32(spec.external ?? (0o100644 << 16) >>> 0, wide ? allSet : f.offset),
    bytesOf(f.name),
    extra,
  ]);
}

export function buildZip(specs: readonly ZipSpec[], options: ZipOptions = {}): Buffer {
  const prefix = bytesOf(options.prefix ?? '');
  const base = options.absolute === true ? prefix.length : 0;
  const made = specs.map(make);
  const parts: Buffer[] = [prefix];
  const places: number[] = [];
  let at = base;
  const add = (bytes: Buffer): void => {
    parts.push(bytes);
    at += bytes.length;
  };
  for (const one of made) {
    add(bytesOf(one.spec.gap ?? ''));
    places.push(at);
    for (const bytes of [localHeader(one), one.data, descriptor(one)]) add(bytes);
  }
  const start = at;
  const listed = (options.order ?? made.map((_, index) => index)).filter(
    (index) => made[index]?.spec.unlisted !== true,
  );
  for (const index of listed) {
    const one = made[index];
    if (one !== undefined) add(centralHeader(one, places[index] ?? 0));
  }
  add(bytesOf(options.signature ?? ''));
  const claims = { count: listed.length, size: at - start, offset: start, disk: 0, ...options.end };
  return Buffer.concat([...parts, endRecords(claims, at, options), bytesOf(options.trailing ?? '')]);
}

function endRecords(claims: Required<ZipEnd>, at: number, options: ZipOptions): Buffer {
  const { count, size, offset, disk } = claims;
  const comment = bytesOf(options.comment ?? '');
  const rest = Buffer.concat([u16(options.commentLength ?? comment.length), comment]);
  if (options.zip64 !== true) {
    const counts = u16(disk, disk, count & 0xffff, count & 0xffff);
    return Buffer.concat([u32(0x06054b50), counts, u32(Number(size), Number(offset)), rest]);
  }
  return Buffer.concat([
    u32(0x06064b50),
    u64(44),
    u16(45, 45),
    u32(disk, disk),
    u64(count, count, size, offset),
    u32(0x07064b50, 0),
    u64(options.locator?.offset ?? at),
    u32(options.locator?.disks ?? 1),
    u32(0x06054b50),
    u16(0, 0, 0xffff, 0xffff),
    u32(allSet, allSet),
    rest,
  ]);
}
