// Builds tar archives block by block, with a switch for every lie that a header can tell.

export interface TarSpec {
  readonly name: string;
  readonly type?: string;
  readonly content?: Uint8Array | string;
  readonly link?: string;
  readonly mode?: number;
  readonly mtime?: number;
  /** Size field; the content's length by default. A string is put there as it is. */
  readonly size?: number | string | Uint8Array;
  readonly magic?: 'posix' | 'gnu' | 'v7';
  readonly prefix?: string;
  /** Leaves out the zero bytes after the content. */
  readonly unpadded?: boolean;
  /** Replaces the checksum field. */
  readonly checksum?: string;
  /** Sums bytes as signed, as some old writers did. */
  readonly signedChecksum?: boolean;
  /** Changes the header before its checksum is made. */
  readonly edit?: (block: Buffer) => void;
}

const blockSize = 512;

export function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((blockSize - (bytes.length % blockSize)) % blockSize)]);
}

export function tarMember(spec: TarSpec): Buffer {
  const content = Buffer.from(
    typeof spec.content === 'string' ? Buffer.from(spec.content, 'latin1') : (spec.content ?? []),
  );
  const body = spec.unpadded === true ? content : padded(content);
  return Buffer.concat([tarHeader(spec, content.length), body]);
}

function tarHeader(spec: TarSpec, length: number): Buffer {
  const block = Buffer.alloc(blockSize);
  block.write(spec.name, 0, 100, 'latin1');
  block.write(octal(spec.mode ?? 0o644, 7), 100, 'latin1');
  block.write(octal(1000, 7), 108, 'latin1');
  block.write(octal(1000, 7), 116, 'latin1');
  const size = spec.size ?? length;
  if (typeof size === 'number') block.write(octal(size, 11), 124, 'latin1');
  else Buffer.from(typeof size === 'string' ? Buffer.from(size, 'latin1') : size).copy(block, 124, 0, 12);
  block.write(octal(spec.mtime ?? 1_700_000_000, 11), 136, 'latin1');
  block.write(spec.type ?? '0', 156, 1, 'latin1');
  block.write(spec.link ?? '', 157, 100, 'latin1');
  if (spec.magic !== 'v7') block.write(spec.magic === 'gnu' ? 'ustar  \0' : 'ustar\x0000', 257, 'latin1');
  block.write(spec.prefix ?? '', 345, 155, 'latin1');
  spec.edit?.(block);
  block.write('        ', 148, 'latin1');
  let sum = 0;
  for (const byte of block) sum += spec.signedChecksum === true && byte > 127 ? byte - 256 : byte;
  block.write(spec.checksum ?? `${octal(sum, 6)}\0 `, 148, 8, 'latin1');
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** Two zero blocks. */
export const endOfArchive = Buffer.alloc(2 * blockSize);

export function buildTar(specs: readonly TarSpec[], end: Uint8Array = endOfArchive): Buffer {
  return Buffer.concat([...specs.map(tarMember), end]);
}

/** A pax extended header (`x`, or `g` for all that follows). */
export function pax(records: Readonly<Record<string, string | number>> | string, type: 'x' | 'g' | 'X' = 'x'): TarSpec {
  const content =
    typeof records === 'string'
      ? records
      : Object.entries(records)
          .map(([key, value]) => paxRecord(key, String(value)))
          .join('');
  return { name: 'PaxHeaders/x', type, content };
}

export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

export function gnuLong(type: 'L' | 'K', value: string): TarSpec {
  return { name: '././@LongLink', type, content: `${value}\0`, magic: 'gnu' };
}

/** Base-256 (GNU) spelling of a 12-byte number. */
export function base256(value: bigint): Buffer {
  const field = Buffer.alloc(12);
  for (let at = 11, rest = value; at >= 0; at--, rest >>= 8n) field[at] = Number(rest & 0xffn);
  field[0] = (field[0] ?? 0) | 0x80;
  return field;
}
