// Streams of .xz made by hand (.xz file format 1.2.1), their contents in LZMA2 chunks that store them, if no others are
// given; every field can be something else than it should.
import { crc32 } from 'node:zlib';

export interface XzBlock {
  readonly content: Uint8Array;
  /** LZMA2 chunks that make the content, without the end; by default one that stores it. */
  readonly chunks?: Uint8Array;
  /** Code of the dictionary's length; by default 4 KiB. */
  readonly dictionary?: number;
  /** Sizes that the header tells; by default none. */
  readonly compressed?: number;
  readonly uncompressed?: number;
  /** What the padding is filled with. */
  readonly padding?: number;
  /** Sizes that the index tells, by default the true ones. */
  readonly listed?: readonly [unpadded: number, uncompressed: number];
}

export interface XzStream {
  readonly blocks: readonly XzBlock[];
  /** 0 for none, 1 for CRC-32. */
  readonly check?: 0 | 1;
  /** Number of blocks that the index tells. */
  readonly count?: number;
  /** All numbers of the index, instead of those of the blocks. */
  readonly numbers?: readonly number[];
  /** What the index's padding is filled with. */
  readonly padding?: number;
  /** Length of the index that the footer tells. */
  readonly indexLength?: number;
}

export function buildXz(stream: XzStream): Buffer {
  const { blocks, check = 1, padding = 0 } = stream;
  const flags = Uint8Array.of(0, check);
  const made = blocks.map((block) => ({ ...blockOf(block, check), block }));
  const numbers = made.flatMap(({ unpadded, block }) => block.listed ?? [unpadded, block.content.length]);
  const fields = Buffer.from([0, ...(stream.numbers ?? [stream.count ?? blocks.length, ...numbers].flatMap(varint))]);
  const padded = Buffer.concat([fields, Buffer.alloc(-fields.length & 3, padding)]);
  const index = Buffer.concat([padded, crcOf(padded)]);
  const footer = Buffer.concat([Buffer.alloc(4), flags]);
  footer.writeUInt32LE((stream.indexLength ?? index.length) / 4 - 1);
  return Buffer.concat([
    Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, ...flags]),
    crcOf(flags),
    ...made.map(({ bytes }) => bytes),
    index,
    crcOf(footer),
    footer,
    Buffer.from('YZ'),
  ]);
}

/** Little-endian, seven bits a byte. */
export function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))];
}

function blockOf(block: XzBlock, check: 0 | 1) {
  const { content, compressed, uncompressed, padding = 0, dictionary = 0 } = block;
  const sizes = [compressed, uncompressed].flatMap((size) => (size === undefined ? [] : varint(size)));
  const told = (compressed === undefined ? 0 : 0x40) + (uncompressed === undefined ? 0 : 0x80);
  const fields = [told, ...sizes, 0x21, 1, dictionary];
  const header = Buffer.alloc(Math.ceil((1 + fields.length) / 4) * 4);
  header.set([header.length / 4, ...fields]);
  const data = Buffer.concat([block.chunks ?? storedChunk(content), Uint8Array.of(0)]);
  const own = check === 1 ? crcOf(content) : Buffer.alloc(0);
  const parts = [header, crcOf(header), data, Buffer.alloc(-data.length & 3, padding), own];
  return { bytes: Buffer.concat(parts), unpadded: header.length + 4 + data.length + own.length };
}

/** A chunk of at most 64 KiB as it is; `control` 1 resets the dictionary, 2 does not. */
export function storedChunk(content: Uint8Array, control = 1): Buffer {
  if (content.length === 0) return Buffer.alloc(0);
  const head = Buffer.from([control, 0, 0]);
  head.writeUInt16BE(content.length - 1, 1);
  return Buffer.concat([head, content]);
}

function crcOf(bytes: Uint8Array): Buffer {
  const field = Buffer.alloc(4);
  field.writeUInt32LE(crc32(bytes));
  return field;
}
