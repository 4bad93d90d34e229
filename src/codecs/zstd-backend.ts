// Contract of what decodes single zstd frames: one file a backend, the first that loads on this machine is used.

export type ZstdBackendName = 'zstd-napi' | 'node' | 'wasm';

export interface ZstdBackend {
  readonly name: ZstdBackendName;
  /** Largest window in bytes that it can decode. */
  readonly maxWindow: number;
  /** Loads it; false where this machine does not have it. */
  load(): Promise<boolean>;
  /** A decoder for any number of frames, fed one frame after the other. */
  open(maxWindow: number): ZstdStream;
}

export interface ZstdStream {
  /** Bytes of input that the last `step` read. */
  readonly consumed: number;
  /** Bytes of output that the last `step` wrote. */
  readonly produced: number;
  /**
   * Decodes as much of `input` as fits into `output`. The last byte of a frame is consumed only when all its output is out.
   * @throws Error with the library's message on corrupt data.
   */
  step(input: Uint8Array, output: Uint8Array): void;
  close(): void;
}

/** Smallest `windowLog` parameter that admits windows of `bytes`. */
export function windowLogFor(bytes: number): number {
  return Math.min(31, Math.max(10, Math.ceil(Math.log2(bytes))));
}
