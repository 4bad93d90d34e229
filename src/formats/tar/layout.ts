// Where things stand in the blocks of a tar, for those who read, write and rewrite them (POSIX.1-2017 pax, "ustar Interchange Format";
// GNU tar manual, "Basic Tar Format" for base-256 numbers and old sparse files).

export const blockSize = 512;
/** What GNU tar fills the end of an archive up to. */
export const recordSize = 20 * blockSize;

/** Offset and length in a header, both in bytes. */
export interface TarField {
  readonly at: number;
  readonly length: number;
}

export const field = {
  name: { at: 0, length: 100 },
  mode: { at: 100, length: 8 },
  uid: { at: 108, length: 8 },
  gid: { at: 116, length: 8 },
  size: { at: 124, length: 12 },
  mtime: { at: 136, length: 12 },
  checksum: { at: 148, length: 8 },
  type: { at: 156, length: 1 },
  link: { at: 157, length: 100 },
  /** `ustar` and what follows it: NUL and `00` are POSIX, two spaces and NUL are GNU. */
  magic: { at: 257, length: 8 },
  deviceMajor: { at: 329, length: 8 },
  deviceMinor: { at: 337, length: 8 },
  /** POSIX only. */
  prefix: { at: 345, length: 155 },
  /** Size of an old sparse file as it was; GNU only. */
  realSize: { at: 483, length: 12 },
} as const satisfies Readonly<Record<string, TarField>>;

export const magicWord = 'ustar';

/** Where an old sparse file has pairs of offset and length, and the flag that a block with more of them follows. */
export interface SparseTable {
  readonly at: number;
  readonly pairs: number;
  readonly more: number;
}

export const sparseTable = {
  header: { at: 386, pairs: 4, more: 482 },
  block: { at: 0, pairs: 21, more: 504 },
} as const satisfies Readonly<Record<string, SparseTable>>;

/** Largest number that a field of `length` bytes holds as octal digits with an end. */
export function largestOctal({ length }: TarField): number {
  return 8 ** (length - 1) - 1;
}

/** Zero bytes that fill `size` up to whole units. */
export function paddingOf(size: number, unit: number = blockSize): number {
  return (unit - (size % unit)) % unit;
}
