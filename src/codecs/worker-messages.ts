// What decode.ts and its worker say to each other. Errors cross threads as plain values, because cloning loses their class.
import { FormatError, InputError, SizecheckError } from '../errors.ts';
import type { CodecName, Notice } from '../model/snapshot.ts';
import type { FileInput } from './chunks.ts';

export interface WorkerTask {
  readonly codec: CodecName;
  readonly input: FileInput;
  readonly maxWindow: number;
  /** One Int32: pieces that were sent and are not yet processed. */
  readonly outstanding: SharedArrayBuffer;
}

export type WorkerMessage =
  | { readonly kind: 'piece'; readonly piece: Uint8Array<ArrayBuffer>; readonly bytesIn: number }
  | { readonly kind: 'done'; readonly bytesIn: number; readonly notices: readonly Notice[] }
  | { readonly kind: 'failed'; readonly error: PackedError };

type PackedError =
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

/** Pieces that may be under way; enough to even out the speeds of both threads, few enough to keep memory flat. */
export const maxOutstanding = 24;

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
