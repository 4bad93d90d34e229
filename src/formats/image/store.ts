// Where the parts of an image are: inside an archive, or in the directory of an OCI layout. Names are looked up in there and nowhere
// else, whatever a manifest claims.
import type { ByteSource } from '../../bytes/source.ts';
import { FormatError } from '../../errors.ts';
import { normalizePath, parentPath } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';

/** A part of an image that is there. */
export interface Stored {
  readonly path: Name;
  readonly size: number;
  open(): OpenPart;
}

export interface OpenPart {
  readonly source: ByteSource;
  /** Where a descriptor reads the same bytes, so that another thread can read them, too; null for memory. */
  readonly file: { readonly fd: number; readonly position: number } | null;
  close(): void;
}

export interface PartStore {
  /** The file at a path, symlinks and hard links resolved inside; null where there is none. @throws FormatError for what leads outside. */
  find(path: Name): Stored | null;
}

/** Digests that are verified. */
const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** @throws FormatError `bad-digest`: what is no digest would be looked up as a path. */
export function checkDigest(digest: string, from: Name): string {
  if (digestPattern.test(digest)) return digest;
  const shown = JSON.stringify(digest.length > 80 ? `${digest.slice(0, 80)}…` : digest);
  throw new FormatError('bad-digest', `names the digest ${shown}; only sha256 in lower case is known`, { path: from });
}

export function blobPath(digest: string): Name {
  return `blobs/${digest.replace(':', '/')}`;
}

/** A path as a manifest has it. @throws FormatError `path-escape`. */
export function pathInside(path: Name, from: Name): Name {
  const { path: normal, absolute, escapes } = normalizePath(path);
  if (!absolute && !escapes) return normal;
  throw new FormatError('path-escape', `names a part outside of the image: ${JSON.stringify(path.slice(0, 200))}`, {
    path: from,
  });
}

/** Where a symlink leads. @throws FormatError `path-escape`. */
export function linkInside(link: Name, at: Name): Name {
  const parts = link.startsWith('/') ? ['..'] : (parentPath(at) ?? '.').split('/').filter((part) => part !== '.');
  for (const part of link.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) parts.unshift('..');
    if (parts[0] === '..') break;
  }
  if (parts[0] === '..') {
    throw new FormatError('path-escape', 'is a link that leads out of the image', { path: at });
  }
  return parts.join('/');
}
