// How long and how deep a path may be: of an entry, of what a hard link leads to, and of what a list of files names.
import { depth } from './name.ts';
import type { Name } from './name.ts';

/**
 * Longest path in bytes. Of longer strings V8 takes the length for the hash: paths that are equally long would all collide in every
 * table, and a small archive of thousands would take quadratic time.
 */
export const maxPath = 16_383;

/** Most components of a path: more do not fit into the 4,096 bytes of Linux' PATH_MAX. Each is a directory that would have to be made. */
const maxDepth = 2048;

/** Why no scan takes a path, as `a name of 20000 bytes, more than 16383`; null for others. */
export function pathFault(path: Name): { readonly code: string; readonly message: string } | null {
  const levels = depth(path);
  if (levels > maxDepth) return { code: 'path-too-deep', message: `a name of ${levels} levels, more than ${maxDepth}` };
  if (path.length > maxPath)
    return { code: 'path-too-long', message: `a name of ${path.length} bytes, more than ${maxPath}` };
  return null;
}
