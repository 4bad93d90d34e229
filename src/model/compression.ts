// What other codecs and levels make of an artifact's stream, each really tried. Plain readonly values; sizes are bytes.

export interface Trial {
  /** As `--with` takes it: `zstd:22:long`. */
  readonly how: string;
  /** As the program is called: `zstd -22 --ultra --long`; of today's file, the name of its codec. */
  readonly command: string;
  readonly bytes: number;
  /** Seconds on this machine; null where it was not tried. */
  readonly compress: number | null;
  readonly decompress: number | null;
  /** Peak memory beyond that of an idle process; null where another program does it. */
  readonly compressMemory: number | null;
  readonly decompressMemory: number | null;
  /** History that a decoder has to keep, which is most of what it needs; null where it is not known. */
  readonly window: number | null;
}

/** A way to compress that was not tried. */
export interface Untried {
  readonly how: string;
  readonly reason: string;
}

/** What another order of a tar's members makes of it, as `how`. */
export interface OrderTrial {
  readonly how: string;
  /** In the order of today; null where `how` was not tried. */
  readonly bytes: number | null;
  /** The better of the two orders; null where neither is at least 1 % smaller. `type` is by extension, then by name. */
  readonly better: { readonly order: 'name' | 'type'; readonly bytes: number } | null;
}

export interface Compressions {
  readonly artifact: {
    readonly name: string;
    /** Bytes of the file; null for a directory. */
    readonly length: number | null;
  };
  /** What is compressed: `tar` (of an archive, or packed from a directory), or `file`. */
  readonly stream: { readonly kind: 'tar' | 'file'; readonly bytes: number };
  /** The artifact as it is; null where it is not compressed. */
  readonly today: Trial | null;
  /** Smallest first. */
  readonly trials: readonly Trial[];
  readonly untried: readonly Untried[];
  /** The `how` that is recommended; null where nothing is better than today. */
  readonly best: string | null;
  /** Null where it is no tar, or its members have to stay in their order, and where that was not tried. */
  readonly order: OrderTrial | null;
  /** Whether it was interrupted before all were tried. */
  readonly interrupted: boolean;
}
