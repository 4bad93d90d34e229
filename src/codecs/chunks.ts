// Reads encoded input in chunks: regular files and byte sources synchronously, pipes and terminals asynchronously, so that
// no thread is ever stuck in a read that a signal or an error could not end.
import { createReadStream, fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { readOrRefuse } from '../bytes/source.ts';
import type { ByteSource } from '../bytes/source.ts';
import { InputError, systemCode } from '../errors.ts';

/** An open file whose first bytes were already read. */
export interface FileInput {
  readonly fd: number;
  /** Bytes that were read already; they are decoded first. */
  readonly head: Uint8Array;
  /** Offset in the file of the next byte; null to read on from where the file is (standard input). */
  readonly position: number | null;
  /** Encoded bytes in all, `head` included, or null where that is not known; any other number is an InputError `changed`. */
  readonly length: number | null;
  /** Whether the input is a part of its file, `length` bytes long, and ends there whatever follows. */
  readonly part?: boolean;
}

/** Encoded bytes with random access, e.g. a member of another artifact. */
export interface SourceInput {
  readonly source: ByteSource;
}

/** A pipe that someone else opened and read the beginning of. */
export interface StreamInput {
  /** Bytes that were read already; they are decoded first. */
  readonly head: Uint8Array;
  /** All bytes after the head. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export type EncodedInput = FileInput | SourceInput | StreamInput;

/** 256 KiB: larger chunks fall out of the processor's cache, smaller ones cost system calls. */
export const chunkLength = 256 * 1024;

/** Chunks of `input`, each valid until the next is asked for. */
export function* syncChunks(
  input: FileInput | SourceInput,
  step = chunkLength,
): Generator<Uint8Array, void, undefined> {
  if ('source' in input) {
    const { source } = input;
    for (let at = 0; at < source.size; at += step) yield source.read(at, Math.min(step, source.size - at));
    return;
  }
  const { fd, head, position, length } = input;
  let total = head.length;
  checkLength(total, length, false);
  yield* pieces(head, step);
  const buffer = Buffer.allocUnsafeSlow(step);
  for (;;) {
    const most = input.part === true && length !== null ? buffer.subarray(0, length - total) : buffer;
    const got =
      most.length === 0 ? 0 : readOrRefuse(fd, most, position === null ? null : position + total - head.length);
    total += got;
    checkLength(total, length, got === 0);
    if (got === 0) return;
    yield buffer.subarray(0, got);
  }
}

function* pieces(bytes: Uint8Array, step: number): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

function unreadable(error: unknown): InputError {
  return new InputError('unreadable', `cannot be read (${systemCode(error)})`, { cause: error });
}

function checkLength(total: number, length: number | null, ended: boolean): void {
  if (length === null || total === length || (total < length && !ended)) return;
  const what = total < length ? 'ended early' : 'grew';
  throw new InputError('changed', `changed while it was read: it had ${length} bytes and ${what}`, { offset: total });
}

/** True where a read can wait for someone: a pipe, a socket, a terminal (or a device, which is not worth the difference). */
export function mayBlock({ fd }: FileInput): boolean {
  const stats = fstatSync(fd);
  return stats.isFIFO() || stats.isSocket() || stats.isCharacterDevice();
}

/** The modules are loaded here because most runs do not need them and each thread would pay for them. */
async function openStream(fd: number): Promise<Readable> {
  const tty = await import('node:tty');
  if (tty.isatty(fd)) return new tty.ReadStream(fd);
  if (fstatSync(fd).isCharacterDevice()) return createReadStream('', { fd, autoClose: false });
  const net = await import('node:net');
  return new net.Socket({ fd, readable: true, writable: false });
}

/** Chunks of a pipe of which the head was read already. */
export async function* streamChunks({ head, chunks }: StreamInput): AsyncGenerator<Uint8Array, void, undefined> {
  yield* pieces(head, chunkLength);
  for await (const chunk of chunks) yield* pieces(chunk, chunkLength);
}

/** Chunks of an input that may block. The file descriptor is closed at the end, as a Node socket owns what it reads. */
export async function* asyncChunks(input: FileInput): AsyncGenerator<Uint8Array, void, undefined> {
  const { fd, head, length } = input;
  let total = head.length;
  yield* pieces(head, chunkLength);
  const stream = await openStream(fd);
  try {
    for await (const chunk of stream) {
      // Sound: without an encoding, byte streams deliver Buffers.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const bytes = chunk as Buffer;
      total += bytes.length;
      checkLength(total, length, false);
      yield* pieces(bytes, chunkLength);
    }
  } catch (error) {
    throw error instanceof InputError || stream.errored === null ? error : unreadable(error);
  } finally {
    stream.destroy();
  }
  checkLength(total, length, true);
}
