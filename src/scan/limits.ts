// Limits that keep hostile input from taking all memory or all time; each is named in the error that it causes.
import { FormatError } from '../errors.ts';
import type { ErrorPlace } from '../errors.ts';

/** Defaults of `--max-entries`, `--max-unpacked` and `--max-window`, as documented in docs/limits.md. */
export const defaultLimits = {
  /** Entries (a JavaScript Map holds 2^24). */
  maxEntries: 16_000_000,
  /** Unpacked bytes: 128 GiB. */
  maxUnpacked: 128 * 1024 ** 3,
  /** Decoder window in bytes: 128 MiB. */
  maxWindow: 128 * 1024 ** 2,
} as const;

export function tooManyEntries(maxEntries: number, place: ErrorPlace): FormatError {
  return new FormatError('too-many-entries', `holds more than ${maxEntries} entries (see --max-entries)`, place);
}
