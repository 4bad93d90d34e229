// Builds zstd frames by hand (RFC 8878, section 3.1): raw and run-length blocks, and headers that no program would write.

export interface FrameOptions {
  /** Window in bytes, of the form 2^n (1 + m/8). */
  readonly window: number;
  readonly contentSize?: number;
  readonly dictionary?: number;
  /** Further bits of the descriptor. */
  readonly descriptor?: number;
}

export interface Block {
  readonly type: number;
  readonly size: number;
  readonly body: Uint8Array;
}

const blockTypes = { raw: 0, rle: 1, compressed: 2, reserved: 3 } as const;

/** A block; for `rle`, `body` is the byte and `size` how often it comes. */
export function block(type: keyof typeof blockTypes, body: Uint8Array | number, size?: number): Block {
  const bytes = typeof body === 'number' ? Uint8Array.of(body) : body;
  return { type: blockTypes[type], size: size ?? bytes.length, body: bytes };
}

/** A frame without checksum; its last block is marked so. */
export function frame(options: FrameOptions, blocks: readonly Block[]): Buffer {
  const { window, contentSize, dictionary, descriptor = 0 } = options;
  const sizeFlag = contentSize === undefined ? 0 : 0xc0;
  const exponent = Math.floor(Math.log2(window));
  const mantissa = (window / 2 ** exponent - 1) * 8;
  const header = [0x28, 0xb5, 0x2f, 0xfd, sizeFlag | descriptor | (dictionary === undefined ? 0 : 1)];
  header.push(((exponent - 10) << 3) | mantissa);
  if (dictionary !== undefined) header.push(dictionary);
  const size = Buffer.alloc(contentSize === undefined ? 0 : 8);
  if (contentSize !== undefined) size.writeBigUInt64LE(BigInt(contentSize));
  const parts = blocks.flatMap(({ type, size: length, body }, i) => {
    const bits = (length << 3) | (type << 1) | (i === blocks.length - 1 ? 1 : 0);
    return [Uint8Array.of(bits & 0xff, (bits >>> 8) & 0xff, bits >>> 16), body];
  });
  return Buffer.concat([Uint8Array.from(header), size, ...parts]);
}

/** The smallest frame: no content, in a single segment. */
export const emptyFrame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00, 0x01, 0x00, 0x00]);

/** A skippable frame; `variant` is the low digit of its magic number. */
export function skippable(variant: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(0x184d2a50 + variant, 0);
  header.writeUInt32LE(body.length, 4);
  return Buffer.concat([header, body]);
}
