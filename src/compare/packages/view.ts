// An artifact as those see it who look packages up in it: paths of lists lead to entries through symlinked directories, as they would
// on a system where `/lib` is a symlink to `usr/lib`.
import type { PackageFacts } from '../../model/facts.ts';
import { normalizePath, parentPath, pathIn } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import { maxPath } from '../../model/path-bounds.ts';
import type { PackageKind } from '../../model/packages.ts';
import { pathsOf } from '../../model/paths.ts';
import type { Entry, Snapshot } from '../../model/snapshot.ts';

export interface View {
  readonly snapshot: Snapshot;
  readonly paths: ReadonlyMap<Name, Entry>;
  readonly lists: ReadonlyMap<Name, PackageFacts>;
  /**
   * Where `listed` leads from the directory `base`, its last component not followed: what is listed may itself be a symlink. Absolute
   * paths begin at the root of the artifact. null where it leads out of it, or to what no path can be.
   */
  resolve(base: Name, listed: Name): Name | null;
}

/** A package that was found, and what it lists. */
export interface Found {
  readonly name: string;
  readonly version: string | null;
  readonly kind: PackageKind;
  /** Where it was found: the list of dpkg, the `.dist-info`, the directory of a Node package. */
  readonly path: Name;
}

/** Longest chain of symlinks that is followed, as on Linux. */
const mostLinks = 40;

export function viewOf(snapshot: Snapshot, lists: ReadonlyMap<Name, PackageFacts>): View {
  const paths = pathsOf(snapshot);
  const directories = new Map<Name, Name | null>([['.', '.']]);

  function walk(base: Name, path: Name, links: number): Name | null {
    let at: Name | null = path.startsWith('/') ? '.' : base;
    /** What is not there, below `at`: there are no symlinks in it, and lists may name megabytes of it. */
    const missing: Name[] = [];
    for (const part of path.split('/')) {
      if (part === '' || part === '.') continue;
      if (at === null) return null;
      if (part === '..') {
        if (missing.pop() === undefined) at = parentPath(at);
        continue;
      }
      const next: Name | null = missing.length === 0 ? pathIn(at, part) : null;
      if (next !== null && paths.has(next)) at = follow(next, links);
      else missing.push(part);
    }
    return at === null || missing.length === 0 ? at : pathIn(at, missing.join('/'));
  }

  /** Where a directory really is; a path that is no symlink is where it says. */
  function follow(path: Name, links: number): Name | null {
    const known = directories.get(path);
    if (known !== undefined) return known;
    const entry = paths.get(path);
    const leads = entry?.kind === 'symlink' && entry.link !== null && links < mostLinks;
    const found = leads ? walk(parentPath(path) ?? '.', entry.link, links + 1) : path;
    directories.set(path, found);
    return found;
  }

  function resolve(base: Name, listed: Name): Name | null {
    // By far the most paths are what they say; and an archive may hold members below what is a symlink.
    const plain = normalizePath(listed.startsWith('/') ? listed : pathIn(base, listed));
    if (!plain.escapes && paths.has(plain.path)) return plain.path;
    const end = listed.lastIndexOf('/');
    const last = listed.slice(end + 1);
    const directory = end < 0 ? base : walk(base, end === 0 ? '/' : listed.slice(0, end), 0);
    if (directory === null) return null;
    if (last === '' || last === '.') return directory;
    return last === '..' ? parentPath(directory) : pathIn(directory, last);
  }

  return {
    snapshot,
    paths,
    lists,
    resolve(base, listed) {
      const found = resolve(base, listed);
      return found !== null && found.length > maxPath ? null : found;
    },
  };
}
