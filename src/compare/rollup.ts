// Sizes by directory: what each holds itself (`du -S`) and with all below it (`du`). The root's outer figures are the totals.
import { compareNames, isIn, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Sizes of what stands in a directory, in bytes. */
export interface Sizes {
  /** Bytes of regular files, each hard-linked file once at its first path. */
  readonly content: number;
  /** Allocated bytes, the directories' own included. */
  readonly disk: number;
  /** Bytes of the artifact file that carry the content; absent where entries do not tell. */
  readonly stored?: number;
}

/** A directory with all below it, as `du` counts; made by `rollup`. */
export interface TreeNode extends Sizes {
  readonly path: Name;
  /** Distinct regular files in it and below. */
  readonly files: number;
  /** Files directly inside only; `disk` includes the directory itself. */
  readonly own: Sizes;
}

interface Sum {
  content: number;
  disk: number;
  stored: number;
  files: number;
}

interface Directory {
  readonly path: Name;
  readonly own: Sum;
  readonly whole: Sum;
}

/** One node a directory, sorted by path, the root (`.`) first. */
export function rollup(snapshot: Snapshot): TreeNode[] {
  const directories = new Map<Name, Directory>();
  const at = (path: Name): Directory => {
    let found = directories.get(path);
    if (found === undefined) directories.set(path, (found = { path, own: nothing(), whole: nothing() }));
    return found;
  };
  // Entries are sorted, so most files lie in the same directory as the one before.
  let directory = at('.');
  for (const entry of snapshot.entries) {
    let holder = directory;
    if (entry.kind === 'directory') holder = at(entry.path);
    else if (!isIn(entry.path, directory.path)) holder = directory = at(parentPath(entry.path) ?? '.');
    const { own } = holder;
    own.content += entry.size;
    own.disk += entry.disk;
    own.stored += entry.stored ?? 0;
    if (entry.kind === 'file') own.files++;
  }
  const sorted = [...directories.values()].toSorted((a, b) => compareNames(sortKey(a), sortKey(b)));
  sumUp(directories, sorted);
  const sizesOf = snapshot.overhead === undefined ? unpackedSizes : allSizes;
  return sorted.map(({ path, own, whole }) =>
    Object.assign({ path }, sizesOf(whole), { files: whole.files, own: sizesOf(own) }),
  );
}

/** The root comes first. */
export function sortKey({ path }: { readonly path: Name }): string {
  return path === '.' ? '' : path;
}

function unpackedSizes({ content, disk }: Sum): Sizes {
  return { content, disk };
}

function allSizes({ content, disk, stored }: Sum): Sizes {
  return { content, disk, stored };
}

function nothing(): Sum {
  return { content: 0, disk: 0, stored: 0, files: 0 };
}

/** Adds each directory to the one above it, from the last of `sorted` to the first: what lies in a directory comes after it. */
function sumUp(directories: ReadonlyMap<Name, Directory>, sorted: readonly Directory[]): void {
  for (const { path, own, whole } of sorted.toReversed()) {
    add(own, whole);
    let up = parentPath(path);
    // A directory that lies below a path which is no directory is added to the next one above.
    while (up !== null && !directories.has(up)) up = parentPath(up);
    const parent = up === null ? undefined : directories.get(up);
    if (parent !== undefined) add(whole, parent.whole);
  }
}

function add(sum: Sum, to: Sum): void {
  to.content += sum.content;
  to.disk += sum.disk;
  to.stored += sum.stored;
  to.files += sum.files;
}
