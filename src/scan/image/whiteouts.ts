// Names that take something away from the layers below instead of adding it (OCI image spec, "Whiteouts"), as AUFS had them.
import { FormatError } from '../../errors.ts';
import { baseName, parentPath, pathIn } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';

const prefix = '.wh.';
const opaqueMark = '.wh..wh..opq';

/**
 * `gone`: the path is removed from the layers below. `opaque`: all that they have in the directory is. `aufs`: what AUFS kept for
 * itself. `below`: what lies below a whiteout, where nothing can be.
 */
export type Mark = RemovingMark | { readonly kind: 'aufs' } | { readonly kind: 'below' };

export type RemovingMark =
  | { readonly kind: 'gone'; readonly path: Name }
  | { readonly kind: 'opaque'; readonly directory: Name };

/** null for an ordinary path. @throws FormatError `bad-whiteout` for one that would remove a directory by the name `.` or `..`. */
export function markOf(path: Name): Mark | null {
  if (!path.includes(prefix)) return null;
  const base = baseName(path);
  const directory = parentPath(path) ?? '.';
  if (`/${directory}`.includes(`/${prefix}${prefix}`)) return { kind: 'aufs' };
  if (`/${directory}`.includes(`/${prefix}`)) return { kind: 'below' };
  if (!base.startsWith(prefix)) return null;
  if (base === opaqueMark) return { kind: 'opaque', directory };
  if (base.startsWith(prefix + prefix)) return { kind: 'aufs' };
  const name = base.slice(prefix.length);
  if (name === '' || name === '.' || name === '..') {
    throw new FormatError('bad-whiteout', 'is a whiteout of no name of its own', { path });
  }
  return { kind: 'gone', path: pathIn(directory, name) };
}
