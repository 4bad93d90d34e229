// Who owns which path, while packages are looked up: the first claim stands. The order of asking is the order of precedence.
import { pycPlace } from '../../inspectors/pyc/header.ts';
import { parentPath } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import { longestPackageName } from '../../model/packages.ts';
import type { Found } from './view.ts';

export interface Owners {
  readonly found: readonly Found[];
  add(found: Found): number;
  /** Gives the path to a package, unless it has an owner. */
  claim(path: Name, owner: number): void;
  /** Gives a package all below a directory that has no other owner; of directories inside of each other the inner one counts. */
  claimBelow(directory: Name, owner: number): void;
  ownerOf(path: Name): number | null;
  /** As far as lists name the path. */
  listedBy(path: Name): number | null;
}

const cut = (text: string): string => text.slice(0, longestPackageName);

export function createOwners(): Owners {
  const found: Found[] = [];
  const files = new Map<Name, number>();
  const directories = new Map<Name, number>();
  /** Owners of directories that have none of their own. */
  const above = new Map<Name, number | null>();

  /** Finds the owner of the innermost directory above a path that has one. No directory is looked at twice, however deep. */
  function ownerAbove(path: Name): number | null {
    if (directories.size === 0) return null;
    const passed: Name[] = [];
    let owner: number | null | undefined;
    for (let up = parentPath(path); up !== null && owner === undefined; up = parentPath(up)) {
      owner = directories.get(up) ?? above.get(up);
      if (owner === undefined) passed.push(up);
    }
    for (const one of passed) above.set(one, owner ?? null);
    return owner ?? null;
  }

  return {
    found,
    add: (one) =>
      found.push({ ...one, name: cut(one.name), version: one.version === null ? null : cut(one.version) }) - 1,
    claim(path, owner) {
      if (!files.has(path)) files.set(path, owner);
    },
    claimBelow(directory, owner) {
      if (!directories.has(directory)) directories.set(directory, owner);
      above.clear();
    },
    listedBy: (path) => files.get(path) ?? null,
    ownerOf(path) {
      const own = files.get(path);
      if (own !== undefined) return own;
      if (path.endsWith('.pyc') || path.endsWith('.pyo')) {
        // Installers mostly do not list what Python compiles; it goes with its source, whether that is there or not.
        const { source } = pycPlace(path);
        const owner = source === null ? undefined : files.get(source);
        if (owner !== undefined) return owner;
      }
      return ownerAbove(path);
    },
  };
}
