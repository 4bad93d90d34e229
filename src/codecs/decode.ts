// The pump: moves encoded input through a codec to a synchronous receiver. Large input is decoded in a worker thread, so that
// decoding and what the receiver does with the pieces (parsing, hashing) run side by side; memory stays flat either way.
import { sha256 } from '../bytes/sha256.ts';
import { fstatSync } from 'node:fs';
import { createTurns } from '../bytes/turns.ts';
import type { MadeFacts, Notice } from '../model/snapshot.ts';
import { asyncChunks, chunkLength, mayBlock, streamChunks, syncChunks } from './chunks.ts';
import type { EncodedInput, FileInput } from './chunks.ts';
import { defaultMaxWindow } from './codec.ts';
import type { Codec, Decoder, Emit } from './codec.ts';
import { startDecodingRun } from './decoding-run.ts';
import { useWorker } from './decoding-thread.ts';
import type { DecodeThread } from './decoding-thread.ts';
import { codecs } from './index.ts';
import { createMarkList } from './marks.ts';
import type { Marks } from './marks.ts';
import { pieceLength, unpackError } from './worker-messages.ts';

export type { EncodedInput, FileInput, SourceInput, StreamInput } from './chunks.ts';

export interface DecodeRunOptions {
  /** Largest decoder window or dictionary in bytes (`--max-window`). */
  readonly maxWindow?: number | undefined;
  /** Called now and then with the number of encoded bytes that were read. */
  readonly onProgress?: ((bytesIn: number) => void) | undefined;
  /** Where to decode; by default that depends on the input's length. */
  readonly thread?: DecodeThread;
  /** Whether to take the SHA-256 of what goes in and of what comes out. */
  readonly digests?: boolean;
  /** Whether a thread is kept for the next call, until `dismissDecodingThreads`. */
  readonly keep?: boolean;
  /** Whether to tell which encoded bytes made which decoded ones. */
  readonly marks?: boolean | undefined;
}

export interface Digests {
  readonly encoded: string;
  readonly decoded: string;
}

export interface Decoded {
  /** Encoded bytes, all of the input. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly notices: readonly Notice[];
  /** SHA-256 in hex; absent where it was not asked for. */
  readonly digests?: Digests;
  /** Absent where they were not asked for, and where there is no codec: then each byte is itself. */
  readonly marks?: Marks;
  /** Comes with `marks`. */
  readonly made?: MadeFacts;
}

/**
 * Decodes all of `input` (or passes it on as it is where `codec` is null) and calls `onPiece` for each piece, in order.
 * The piece is valid during the call only. Where `onPiece` throws, decoding stops and the promise rejects with that error.
 * A pipe, socket or terminal is closed at the end; other file descriptors stay open.
 * @throws FormatError with the offset in the encoded input; InputError `changed` or `unreadable`.
 */
export function decode(
  codec: Codec | null,
  input: EncodedInput,
  options: DecodeRunOptions,
  onPiece: Emit,
): Promise<Decoded> {
  // Without a codec there is nothing to do for a thread but to take digests.
  const worth = codec === null ? options.digests === true : codecs.includes(codec);
  if (worth && 'fd' in input && useWorker(input.length, options.thread)) {
    return decodeInWorker(codec, input, options, onPiece);
  }
  return decodeHere(codec, input, options, onPiece);
}

/** A decoder that copies nothing: pieces are the chunks themselves. */
function passThrough(): Decoder {
  return { notices: [], write: (input, emit) => emit(input), finish() {}, made: () => ({}), close() {} };
}

async function decodeHere(
  codec: Codec | null,
  input: EncodedInput,
  options: DecodeRunOptions,
  onPiece: Emit,
): Promise<Decoded> {
  await codec?.prepare();
  // The receiver is done with a piece when it returns, so one buffer is enough.
  let buffer: Uint8Array | null = null;
  const takeBuffer = (): Uint8Array => (buffer ??= new Uint8Array(pieceLength));
  const list = options.marks === true && codec !== null ? createMarkList() : null;
  const maxWindow = options.maxWindow ?? defaultMaxWindow;
  const decoder = codec?.create({ maxWindow, takeBuffer, mark: list?.mark }) ?? passThrough();
  let bytesIn = 0;
  let bytesOut = 0;
  const encoded = options.digests === true ? sha256() : null;
  const decoded = options.digests === true && codec !== null ? sha256() : null;
  const turns = createTurns();
  const emit: Emit = (piece) => {
    bytesOut += piece.length;
    decoded?.update(piece);
    onPiece(piece);
  };
  const take = (chunk: Uint8Array): void => {
    bytesIn += chunk.length;
    encoded?.update(chunk);
    decoder.write(chunk, emit);
    options.onProgress?.(bytesIn);
  };
  try {
    if ('chunks' in input || ('fd' in input && mayBlock(input))) {
      const chunks = 'chunks' in input ? streamChunks(input) : asyncChunks(input);
      for await (const chunk of chunks) take(chunk);
    } else {
      // Short chunks to a decoder, because a bomb makes a thousand times as much of each before the next turn.
      for (const chunk of syncChunks(input, codec === null ? chunkLength : chunkLength / 16)) {
        take(chunk);
        if (turns.due()) await turns.next();
      }
    }
    decoder.finish(emit);
    const done = { bytesIn, bytesOut, notices: decoder.notices };
    return {
      ...done,
      ...(encoded === null ? {} : { digests: digestsOf(encoded.digest('hex'), decoded?.digest('hex')) }),
      ...(list === null ? {} : { marks: list.marks(), made: decoder.made() }),
    };
  } finally {
    decoder.close();
  }
}

/** Without a codec both are the same. */
function digestsOf(encoded: string, decoded = encoded): Digests {
  return { encoded, decoded };
}

/** Codecs that decode so fast that the main thread is no place for digests of what comes out. */
const fast: ReadonlySet<string> = new Set(['zstd']);

async function decodeInWorker(
  codec: Codec | null,
  input: FileInput,
  options: DecodeRunOptions,
  onPiece: Emit,
): Promise<Decoded> {
  fstatSync(input.fd); // a bad descriptor is the caller's mistake and should show in the caller's stack
  const { maxWindow = defaultMaxWindow, digests: digest = false, keep = false, marks = false } = options;
  const decodes = digest && codec !== null;
  const here = decodes && !fast.has(codec.name) ? sha256() : null;
  // Only these fields, and a copy of the head: cloning a view clones all the memory behind it.
  const { fd, head, position, length, part = false } = input;
  const copy = { fd, head: new Uint8Array(head), position, length, part };
  const run = startDecodingRun(
    { kind: 'stream', codec: codec?.name ?? null, input: copy, maxWindow, digest, marks },
    { digest: decodes && here === null, keep },
  );
  let bytesOut = 0;
  try {
    for (;;) {
      const message = await run.next();
      if (message.kind === 'failed') throw unpackError(message.error);
      if (message.kind === 'done') {
        const { reached, notices, made } = message;
        const { encoded, decoded } = message.digests;
        return {
          bytesIn: reached,
          bytesOut,
          notices,
          ...(encoded === null ? {} : { digests: digestsOf(encoded, here?.digest('hex') ?? decoded ?? encoded) }),
          ...(message.marks === null ? {} : { marks: message.marks, made }),
        };
      }
      bytesOut += message.piece.length;
      here?.update(message.piece);
      onPiece(message.piece);
      run.release(message.piece);
      options.onProgress?.(message.reached);
    }
  } catch (error) {
    await run.stop();
    throw error;
  }
}
