// Limits that keep hostile input from taking all memory or all time; each is named in the error that it causes.
import { defaultMaxWindow } from '../codecs/codec.ts';
import { depth } from '../model/name.ts';
import type { Name } from '../model/name.ts';

/** Defaults of `--max-entries`, `--max-unpacked` and `--max-window`, as documented in docs/limits.md. */
export const defaultLimits = {
  /** Entries (a JavaScript Map holds 2^24). */
  maxEntries: 16_000_000,
  /** Unpacked bytes: 128 GiB. */
  maxUnpacked: 128 * 1024 ** 3,
  /** Decoder window in bytes: 128 MiB. */
  maxWindow: defaultMaxWindow,
} as const;

/**
 * Longest path in bytes. Of longer strings V8 takes the length for the hash: paths that are equally long would all collide in every
 * table, and a small archive of thousands would take quadratic time.
 */
const maxPath = 16_383;

/** Most components of a path: more do not fit into the 4,096 bytes of Linux' PATH_MAX. Each is a directory that would have to be made. */
const maxDepth = 2048;

/** Why no scan takes a path; null for others. */
export function pathFault(path: Name): { readonly code: string; readonly message: string } | null {
  const levels = depth(path);
  if (levels > maxDepth)
    return { code: 'path-too-deep', message: `is a name of ${levels} levels, more than ${maxDepth}` };
  if (path.length > maxPath)
    return { code: 'path-too-long', message: `is a name of ${path.length} bytes, more than ${maxPath}` };
  return null;
}
