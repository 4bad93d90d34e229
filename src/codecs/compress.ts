// Compressing, to learn what a directory would weigh: gzip and brotli through node:zlib, zstd through the native package or through Node
// where it has it. Synchronous and in pieces, so that memory is the encoder's window and no more.
import zlib from 'node:zlib';
import type { Transform } from 'node:stream';
import { UsageError } from '../errors.ts';
import { takeHandle } from './zlib-handle.ts';

/** How to compress; `--compress-with zstd:22:long`. */
export interface Compression {
  readonly codec: 'gzip' | 'zstd' | 'brotli';
  readonly level: number;
  /** Binary logarithm of the window in bytes, with long-distance matching; null for the level's own window. */
  readonly long: number | null;
  /** As it was written. */
  readonly text: string;
}

export interface Encoder {
  write(piece: Uint8Array): void;
  /** Writes what is left, and the end. */
  finish(): void;
  close(): void;
}

/** Takes compressed bytes; the view is valid during the call only. */
export type EmitCompressed = (piece: Uint8Array) => void;

const levels = { gzip: { least: 1, most: 9, usual: 6 }, zstd: { least: 1, most: 22, usual: 3 } } as const;

/** Window of `long` without a number: 128 MiB, what `zstd --long` takes and every decoder accepts when asked. */
const usualLong = 27;

/** @throws UsageError for what is no `CODEC[:LEVEL][:long[=N]]`. */
export function parseCompression(text: string): Compression {
  const match = /^(gzip|zstd)(?::([0-9]{1,2}))?(?::(long)(?:=([0-9]{1,2}))?)?$/.exec(text);
  if (match === null) {
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    throw new UsageError(`"${shown}" is no way to compress; write gzip:9, zstd:19, zstd:22:long and the like`);
  }
  const codec = match[1] === 'gzip' ? 'gzip' : 'zstd';
  const { least, most, usual } = levels[codec];
  const level = Number(match[2] ?? usual);
  if (level < least || level > most)
    throw new UsageError(`levels of ${codec} go from ${least} to ${most}, not ${level}`);
  if (match[3] === undefined) return { codec, level, long: null, text };
  if (codec === 'gzip') throw new UsageError(`"${text}": gzip has no long-distance matching; zstd has`);
  const long = Number(match[4] ?? usualLong);
  if (long < 10 || long > 31)
    throw new UsageError(`"${text}": long takes 10 to 31, the binary logarithm of the window`);
  return { codec, level, long, text };
}

/** The same for all spellings of one compression: `zstd` and `zstd:3` are one. */
export function canonicalText({ codec, level, long }: Compression): string {
  const window = long === null ? '' : long === usualLong ? ':long' : `:long=${long}`;
  return `${codec}:${level}${window}`;
}

/**
 * @param length bytes that will be written, which lets the encoder choose as the programs do for a file of that length.
 * @throws UsageError where this machine has no encoder for the codec.
 */
export async function openEncoder(compression: Compression, length: number, emit: EmitCompressed): Promise<Encoder> {
  if (compression.codec === 'gzip') return gzipEncoder(compression, emit);
  if (compression.codec === 'brotli') return brotliEncoder(compression, length, emit);
  return (await napiEncoder(compression, length, emit)) ?? nodeZstdEncoder(compression, length, emit) ?? missingZstd();
}

function missingZstd(): never {
  throw new UsageError('compressing with zstd needs Node 22.15 or later, or the optional package zstd-napi installed');
}

const outputLength = 1 << 18;

/** Memory level 9 is what the gzip program has: blocks of 32 Ki symbols. */
function gzipEncoder({ level }: Compression, emit: EmitCompressed): Encoder {
  return handleEncoder(zlib.createGzip({ level, memLevel: 9 }), 0, zlib.constants.Z_FINISH, emit);
}

/** The largest window that decoders take, as the brotli program has it. */
const brotliWindow = 24;

function brotliEncoder({ level }: Compression, length: number, emit: EmitCompressed): Encoder {
  const { constants } = zlib;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: level,
    [constants.BROTLI_PARAM_LGWIN]: brotliWindow,
    [constants.BROTLI_PARAM_SIZE_HINT]: Math.min(length, 2 ** 30),
  };
  const stream = zlib.createBrotliCompress({ params });
  return handleEncoder(stream, constants.BROTLI_OPERATION_PROCESS, constants.BROTLI_OPERATION_FINISH, emit);
}

type Binding = typeof import('zstd-napi/binding.js');

async function napiEncoder(compression: Compression, length: number, emit: EmitCompressed): Promise<Encoder | null> {
  let binding: Binding;
  try {
    binding = (await import('zstd-napi/binding.js')).default;
  } catch {
    return null;
  }
  const { CCtx, CParameter, EndDirective } = binding;
  const context = new CCtx();
  context.setParameter(CParameter.compressionLevel, compression.level);
  context.setParameter(CParameter.checksumFlag, 1);
  if (compression.long !== null) {
    context.setParameter(CParameter.enableLongDistanceMatching, 1);
    context.setParameter(CParameter.windowLog, compression.long);
  }
  context.setPledgedSrcSize(length);
  const output = Buffer.allocUnsafeSlow(outputLength);
  const step = (input: Uint8Array, end: boolean): void => {
    for (let at = 0, left = 1; end ? left > 0 : at < input.length;) {
      const directive = end ? EndDirective.end : EndDirective.continue;
      const [toFlush, produced, consumed] = context.compressStream2(output, input.subarray(at), directive);
      at += consumed;
      left = toFlush;
      if (produced > 0) emit(output.subarray(0, produced));
    }
  };
  return {
    write: (piece) => step(piece, false),
    finish: () => step(new Uint8Array(0), true),
    // The context is freed when it is collected: there is no call for it.
    close() {},
  };
}

type CreateZstdCompress = (options: { params: Record<number, number>; pledgedSrcSize: number }) => Transform;

/** The types of Node 20 do not know it. */
function nodeZstdEncoder(compression: Compression, length: number, emit: EmitCompressed): Encoder | null {
  const found: unknown = Reflect.get(zlib, 'createZstdCompress');
  if (typeof found !== 'function') return null;
  // Sound: the signature is that of the Node documentation.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const create = found as CreateZstdCompress;
  const params: Record<number, number> = {
    [parameter('ZSTD_c_compressionLevel')]: compression.level,
    [parameter('ZSTD_c_checksumFlag')]: 1,
  };
  if (compression.long !== null) {
    params[parameter('ZSTD_c_enableLongDistanceMatching')] = 1;
    params[parameter('ZSTD_c_windowLog')] = compression.long;
  }
  return handleEncoder(
    create({ params, pledgedSrcSize: length }),
    parameter('ZSTD_e_continue'),
    parameter('ZSTD_e_end'),
    emit,
  );
}

function parameter(name: string): number {
  const value: unknown = Reflect.get(zlib.constants, name);
  if (typeof value !== 'number') throw new Error(`this Node (${process.version}) has zstd without ${name}`);
  return value;
}

/** Drives a native handle of node:zlib; one that fills the whole output may have more to give. */
function handleEncoder(stream: Transform, go: number, end: number, emit: EmitCompressed): Encoder {
  const handle = takeHandle(stream);
  const output = Buffer.allocUnsafeSlow(outputLength);
  const step = (input: Uint8Array, flush: number): void => {
    for (let at = 0, full = true; full || at < input.length;) {
      handle.run(flush, input.subarray(at), output);
      at += handle.consumed;
      full = handle.produced === output.length;
      if (handle.produced > 0) emit(output.subarray(0, handle.produced));
    }
  };
  return {
    write: (piece) => step(piece, go),
    finish: () => step(new Uint8Array(0), end),
    close: () => handle.close(),
  };
}
