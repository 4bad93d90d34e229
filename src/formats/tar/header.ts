// One 512-byte tar header block, read strictly (POSIX.1-2017 pax "ustar Interchange Format"; GNU tar manual, "Basic Tar
// Format"). A number that a total depends on is exact or a FormatError; it is never guessed.
import { byteAt, integerAt } from '../../bytes/at.ts';
import { FormatError } from '../../errors.ts';
import { nameFromBytes } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import { blockSize, field, magicWord } from './layout.ts';
import type { TarField } from './layout.ts';

export type TarMagic = 'posix' | 'gnu' | 'v7';

export interface TarHeader {
  readonly name: Name;
  readonly link: Name;
  readonly mode: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly size: number;
  readonly mtime: number | null;
  /** The type flag as a character; `'0'` for the NUL of old archives. */
  readonly type: string;
  readonly magic: TarMagic;
  /** Whether the size field is empty instead of a number. */
  readonly blankSize: boolean;
}

/**
 * Sum of the block's bytes with the checksum field counted as spaces: unsigned, and signed as some old writers had it. Four bytes at a
 * time, in two pairs of 16-bit lanes, since this runs for every member; which of the four comes first makes no difference.
 */
function sums(words: Int32Array): { unsigned: number; signed: number } {
  let even = 0;
  let odd = 0;
  let high = 0;
  for (let index = 0; index < blockSize / 4; index++) {
    // The checksum field is two whole words.
    const word = index === 37 || index === 38 ? 0x2020_2020 : integerAt(words, index);
    even += word & 0x00ff_00ff;
    odd += (word >>> 8) & 0x00ff_00ff;
    // The top bit of each byte, added up in the same lanes.
    high += ((word >>> 7) & 0x0001_0001) + ((word >>> 15) & 0x0001_0001);
  }
  const unsigned = lanes(even) + lanes(odd);
  return { unsigned, signed: unsigned - 256 * lanes(high) };
}

/** Sum of both 16-bit lanes: 128 bytes went into each, so neither overflowed. */
function lanes(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}

/** The words of a block, for `checksumMatches`: a view of it where it lies at a whole word. */
export function wordsOf({ buffer, byteOffset }: Uint8Array): Int32Array {
  return byteOffset % 4 === 0
    ? new Int32Array(buffer, byteOffset, blockSize / 4)
    : new Int32Array(buffer.slice(byteOffset, byteOffset + blockSize));
}

/**
 * Whether the block's stored checksum is that of its bytes.
 * @param words of the block; readers that go through many in one place make them once.
 */
export function checksumMatches(block: Uint8Array, words?: Int32Array): boolean {
  if (block.length < blockSize) return false;
  const stored = parseOctal(block, field.checksum.at, field.checksum.length);
  if (stored === null) return false;
  const { unsigned, signed } = sums(words ?? wordsOf(block));
  return stored === unsigned || stored === signed;
}

export function isZero(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}

/**
 * Fields of a header whose checksum was found good.
 * @throws FormatError `bad-number` where the size is not an exact non-negative number below 2^53.
 */
export function parseHeader(block: Buffer, offset: number): TarHeader {
  const magic = magicOf(block);
  const prefix = magic === 'posix' ? text(block, field.prefix) : '';
  const name = text(block, field.name);
  const full = prefix === '' ? name : `${prefix}/${name}`;
  const flag = byteAt(block, field.type.at);
  const type = flag === 0 ? '0' : String.fromCharCode(flag);
  const size = sizeField(block, field.size.at, 'size', full, offset);
  const blankSize = isBlank(block, field.size);
  if (isExtensionType(type)) {
    // What else it says concerns no member, and an archive may have one for each.
    return { name: full, link: '', mode: null, uid: null, gid: null, size, mtime: null, type, magic, blankSize };
  }
  return {
    name: full,
    link: text(block, field.link),
    mode: optionalNumber(block, field.mode),
    uid: optionalNumber(block, field.uid),
    gid: optionalNumber(block, field.gid),
    size,
    mtime: optionalNumber(block, field.mtime),
    type,
    magic,
    blankSize,
  };
}

/** pax headers (`x`, `g`, and Solaris' `X`) and GNU long names (`L`, `K`): what they say is in their body, and concerns what follows. */
export function isExtensionType(type: string): boolean {
  return 'xXgLK'.includes(type);
}

/**
 * A 12-byte size-like field: octal or base-256.
 * @throws FormatError `bad-number` for signs, other digits, negative and too large values.
 */
export function sizeField(block: Buffer, at: number, what: string, path: Name, offset: number): number {
  const { length } = field.size;
  const value = parseNumber(block, at, length);
  if (value === null || value < 0 || isUnterminated(block, at, length)) {
    throw new FormatError(
      'bad-number',
      `has a tar header whose ${what} field is not a size (${spell(block, at, length)})`,
      {
        path,
        offset: offset + at,
      },
    );
  }
  return value;
}

/** `ustar` NUL is POSIX, `ustar` and two spaces GNU. Compared by bytes: this runs for every member. */
function magicOf(block: Buffer): TarMagic {
  const { at } = field.magic;
  for (let index = 0; index < ustar.length; index++) if (block[at + index] !== ustar[index]) return 'v7';
  if (block[at + 5] === 0) return 'posix';
  return block[at + 5] === 0x20 && block[at + 6] === 0x20 && block[at + 7] === 0 ? 'gnu' : 'v7';
}

const ustar = [...Buffer.from(magicWord)];

/** Bytes up to the first NUL. */
function text(block: Buffer, { at, length }: TarField): Name {
  if (block[at] === 0) return '';
  let end = at + 1;
  while (end < at + length && block[end] !== 0) end++;
  return block.toString('latin1', at, end);
}

/** mode, owner and time decide no total: what cannot be read is unknown. */
function optionalNumber(block: Buffer, { at, length }: TarField): number | null {
  const value = parseNumber(block, at, length);
  return Number.isSafeInteger(value) ? value : null;
}

/** Nothing but spaces, or empty. The first byte settles it for nearly all headers. */
function isBlank(block: Buffer, { at, length }: TarField): boolean {
  return block[at] === 0 || (block[at] === 0x20 && block.toString('latin1', at, at + length).trim() === '');
}

/** Octal with optional leading spaces, or big-endian two's complement base-256 (GNU); null where it is neither or above 2^53. */
function parseNumber(block: Buffer, at: number, length: number): number | null {
  const first = byteAt(block, at);
  if ((first & 0x80) === 0) return parseOctal(block, at, length);
  // The top bit marks base-256, the next one is the sign.
  let value = BigInt(first & 0x7f);
  if ((first & 0x40) !== 0) value -= 0x80n;
  for (let index = at + 1; index < at + length; index++) value = value * 256n + BigInt(byteAt(block, index));
  return value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER) ? null : Number(value);
}

/** At most 12 digits, so at most 36 bits: exact as a number. A blank field is 0, as GNU tar and bsdtar take it. */
function parseOctal(block: Uint8Array, at: number, length: number): number | null {
  let index = at;
  const end = at + length;
  while (index < end && block[index] === 0x20) index++;
  let value = 0;
  for (; index < end; index++) {
    const byte = byteAt(block, index);
    if (byte === 0 || byte === 0x20) return value;
    if (byte < 0x30 || byte > 0x37) return null;
    value = value * 8 + (byte - 0x30);
  }
  return value;
}

/** Twelve octal digits without a terminator: writers disagree on what they mean. */
function isUnterminated(block: Buffer, at: number, length: number): boolean {
  for (let index = at; index < at + length; index++) {
    const byte = byteAt(block, index);
    if (byte < 0x30 || byte > 0x37) return false;
  }
  return true;
}

function spell(block: Buffer, at: number, length: number): string {
  const raw = nameFromBytes(block.subarray(at, at + length));
  return /^[\x20-\x7e\0]*$/.test(raw)
    ? `"${raw.replaceAll('\0', ' ').trim()}"`
    : `bytes ${Buffer.from(raw, 'latin1').toString('hex')}`;
}
