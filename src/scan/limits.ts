// Limits that keep hostile input from taking all memory or all time; each is named in the error that it causes.
import { defaultMaxWindow } from '../codecs/codec.ts';

/** Defaults of `--max-entries`, `--max-unpacked` and `--max-window`, as documented in docs/limits.md. */
export const defaultLimits = {
  /** Entries (a JavaScript Map holds 2^24). */
  maxEntries: 16_000_000,
  /** Unpacked bytes: 128 GiB. */
  maxUnpacked: 128 * 1024 ** 3,
  /** Decoder window in bytes: 128 MiB. */
  maxWindow: defaultMaxWindow,
} as const;
