// Runs decoders the way the pump does, without files and threads.
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { defaultMaxWindow } from '../../src/codecs/codec.ts';
import type { Codec } from '../../src/codecs/codec.ts';
import { FormatError } from '../../src/errors.ts';
import type { Notice } from '../../src/model/snapshot.ts';
import { reusedPieces } from '../build/pieces.ts';

export interface RunResult {
  readonly bytes: Buffer;
  readonly notices: readonly Notice[];
}

/** Feeds `input` in pieces of `step` bytes; buffers are small and odd, so that every boundary is met. */
export async function decodeAll(
  codec: Codec,
  input: Uint8Array,
  options: { step?: number; maxWindow?: number; bufferLength?: number } = {},
): Promise<RunResult> {
  const { step = Math.max(1, input.length), maxWindow = defaultMaxWindow, bufferLength = 4093 } = options;
  await codec.prepare();
  const pieces: Uint8Array[] = [];
  const decoder = codec.create({ maxWindow, takeBuffer: () => new Uint8Array(bufferLength) });
  const emit = (piece: Uint8Array): void => {
    expect(piece.byteOffset).toBe(0);
    pieces.push(piece);
  };
  try {
    for (const piece of reusedPieces(input, step)) decoder.write(piece, emit);
    decoder.finish(emit);
    return { bytes: Buffer.concat(pieces), notices: decoder.notices };
  } finally {
    decoder.close();
    decoder.close();
  }
}

/** Decodes without keeping the output; returns its length and the largest resident size seen. */
export async function decodeAway(codec: Codec, input: Uint8Array, maxWindow = defaultMaxWindow): Promise<number> {
  await codec.prepare();
  const buffer = new Uint8Array(1 << 20);
  const decoder = codec.create({ maxWindow, takeBuffer: () => buffer });
  let length = 0;
  const emit = (piece: Uint8Array): void => {
    length += piece.length;
  };
  try {
    for (let at = 0; at < input.length; at += 16_384) decoder.write(input.subarray(at, at + 16_384), emit);
    decoder.finish(emit);
  } finally {
    decoder.close();
  }
  return length;
}

/** The code of the FormatError that decoding ends with; fails the test on any other outcome. */
export async function formatErrorOf(codec: Codec, input: Uint8Array, options = {}): Promise<FormatError> {
  const outcome = await decodeAll(codec, input, options).then(
    (result) => `decoded ${result.bytes.length} bytes`,
    (error: unknown) => error,
  );
  if (!(outcome instanceof FormatError)) throw new Error('expected a FormatError', { cause: outcome });
  return outcome;
}

/** Every shorter input must be refused, but for the lengths in `complete`. */
export async function expectTruncations(
  codec: Codec,
  input: Uint8Array,
  complete: readonly number[] = [],
): Promise<void> {
  for (let length = 0; length < input.length; length += 1) {
    if (complete.includes(length)) continue;
    const error = await formatErrorOf(codec, input.subarray(0, length));
    expect(error.code, `cut at ${length}`).toBe('truncated');
    expect(error.offset).toBeLessThanOrEqual(length);
  }
}

/** Flips every bit (or one in `every`); the outcome is an error or the same content, never other content. */
export async function expectFlips(codec: Codec, input: Uint8Array, content: Uint8Array, every = 1): Promise<number> {
  let refused = 0;
  for (let bit = 0; bit < input.length * 8; bit += every) {
    const bent = Uint8Array.from(input);
    bent[bit >>> 3] = (bent[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
    try {
      const { bytes } = await decodeAll(codec, bent);
      expect(bytes.equals(content), `bit ${bit}`).toBe(true);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      refused += 1;
    }
  }
  return refused;
}

/** Bytes that look random and are the same in every run. */
export function noise(length: number, seed = 'noise'): Buffer {
  const blocks: Buffer[] = [];
  for (let i = 0; i * 32 < length; i += 1) blocks.push(createHash('sha256').update(`${seed}${i}`).digest());
  return Buffer.concat(blocks).subarray(0, length);
}

/** Text with long and short repeats, like source code. */
export function prose(length: number): Buffer {
  const words =
    noise(512)
      .toString('base64')
      .match(/.{1,7}/g) ?? [];
  const picks = noise(Math.ceil(length / 2), 'prose');
  let text = '';
  for (let i = 0; text.length < length; i += 1) text += `${words[(picks[i % picks.length] ?? 0) % words.length]} `;
  return Buffer.from(text.slice(0, length));
}
