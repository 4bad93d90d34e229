// Contract of a codec: a synchronous, streaming decoder that checks everything its format lets it check. Synchronous, because
// decoders run in a worker thread and hand their output over in large pieces (see decode.ts).
import type { CodecName, MadeFacts, Notice } from '../model/snapshot.ts';
import type { Mark } from './marks.ts';

/** Receives decoded bytes. The piece belongs to the receiver: the decoder does not touch its memory again. */
export type Emit = (piece: Uint8Array) => void;

export interface DecodeOptions {
  /** Largest window or dictionary in bytes that a decoder may take memory for (default: see `defaultMaxWindow`). */
  readonly maxWindow: number;
  /** Takes a buffer to decode into; receivers that are done with a piece may give its buffer back to be taken again. */
  readonly takeBuffer: () => Uint8Array;
  /** Told which input made which output, as finely as the codec can say at no great cost (docs/compressed.md). */
  readonly mark?: Mark | undefined;
}

/** What `zstd --long` (= 27) declares, and the default limit of `zstd -d`. */
export const defaultMaxWindow = 128 * 1024 * 1024;

export interface Decoder {
  /**
   * Decodes `input`; it may be any piece of the stream, from one byte up, and is not kept after the call.
   * Memory does not grow with the ratio: output leaves in pieces no larger than the buffers of `takeBuffer`.
   * @throws FormatError with the offset in the encoded stream.
   */
  write(input: Uint8Array, emit: Emit): void;
  /** Says that the input ended. @throws FormatError `truncated` unless the format's own end was seen. */
  finish(emit: Emit): void;
  /** Oddities that do not change the content, e.g. trailing garbage that GNU gzip ignores with a warning. */
  readonly notices: readonly Notice[];
  /** What the stream so far tells of how it was made. */
  made(): MadeFacts;
  /** Bytes that it looks back on, as far as it knows yet; absent where these are few. */
  window?(): number;
  /** Frees native memory; safe to call twice, and after an error. */
  close(): void;
}

export interface Codec {
  readonly name: CodecName;
  /** Number of leading bits of `head` that match this codec's magic; 0 where it is not this codec. */
  bid(head: Uint8Array): number;
  /** Loads what decoding needs (a native module, wasm); called once before `create`. */
  prepare(): Promise<void>;
  create(options: DecodeOptions): Decoder;
}
