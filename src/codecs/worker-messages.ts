// What the main thread and the decoding thread say to each other. Errors cross threads as plain values, because cloning loses their class.
import type { MessagePort } from 'node:worker_threads';
import { FormatError, InputError, SizecheckError } from '../errors.ts';
import type { CodecName, MadeFacts, Notice } from '../model/snapshot.ts';
import type { FileInput } from './chunks.ts';
import type { Marks } from './marks.ts';
import type { MemberRanges } from './zip-data.ts';

export interface WorkerTask {
  readonly work: DecodingWork;
  /** One Int32: pieces that were sent and are not yet processed. */
  readonly outstanding: SharedArrayBuffer;
  /** Where to say all of it, for a thread between the two; null to answer whoever gave the task. */
  readonly outlet: MessagePort | null;
  /** Whether to wait for another task after this one. */
  readonly again: boolean;
}

export type DecodingWork = StreamWork | MembersWork;

/** One encoded stream, from its beginning to its end. */
export interface StreamWork {
  readonly kind: 'stream';
  /** null to pass the bytes on as they are. */
  readonly codec: CodecName | null;
  readonly input: FileInput;
  readonly maxWindow: number;
  /** Whether to take the SHA-256 of what goes in. */
  readonly digest: boolean;
  /** Whether the last message carries marks. */
  readonly marks: boolean;
}

/** Members of a zip, one after the other; their contents follow each other in the pieces without a mark. */
export interface MembersWork {
  readonly kind: 'members';
  readonly fd: number;
  /** Bytes of the file. */
  readonly size: number;
  readonly ranges: MemberRanges;
}

/** `reached` says how far the thread is: encoded bytes that it read, or members that it unpacked whole and found sound. */
export interface PieceMessage {
  readonly kind: 'piece';
  readonly piece: Uint8Array<ArrayBuffer>;
  readonly reached: number;
}

export interface DoneMessage {
  readonly kind: 'done';
  readonly reached: number;
  readonly notices: readonly Notice[];
  readonly digests: WorkerDigests;
  readonly marks: Marks | null;
  readonly made: MadeFacts;
}

/** In hex; null for what was not asked for. That of what comes out is taken by the thread between the two. */
export interface WorkerDigests {
  readonly encoded: string | null;
  readonly decoded: string | null;
}

export interface FailedMessage {
  readonly kind: 'failed';
  readonly reached: number;
  readonly error: PackedError;
}

export type WorkerMessage = PieceMessage | DoneMessage | FailedMessage;

export type PackedError =
  | {
      readonly kind: 'format' | 'input';
      readonly code: string;
      readonly message: string;
      readonly path: string | undefined;
      readonly offset: number | undefined;
    }
  | { readonly kind: 'bug'; readonly error: unknown };

/** Length of the pieces that decoders fill; a megabyte makes the cost of handing one over disappear. */
export const pieceLength = 1024 * 1024;

/** Pieces that may be under way where a decoder looks back on `window` bytes: what a small window leaves evens out the threads' speeds. */
export function piecesAhead(window: number): number {
  return Math.max(leastAhead, mostAhead - Math.ceil(window / pieceLength));
}

const leastAhead = 8;
const mostAhead = 48;

export function packError(error: unknown): PackedError {
  if (error instanceof SizecheckError && (error instanceof FormatError || error instanceof InputError)) {
    const { code, message, path, offset } = error;
    return { kind: error instanceof FormatError ? 'format' : 'input', code, message, path, offset };
  }
  return { kind: 'bug', error };
}

export function unpackError(packed: PackedError): unknown {
  if (packed.kind === 'bug') return packed.error;
  const { code, message, path, offset } = packed;
  const place = { path, offset };
  return packed.kind === 'format' ? new FormatError(code, message, place) : new InputError(code, message, place);
}
