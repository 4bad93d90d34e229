// Sizes by directory: what each holds itself (`du -S`) and with all below it (`du`). The root's outer figures are the totals.
import { compareNames, isIn, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Snapshot } from '../model/snapshot.ts';

export interface Sizes {
  /** Bytes of regular files, each hard-linked file once at its first path. */
  readonly content: number;
  /** Allocated bytes, the directories' own included. */
  readonly disk: number;
  /** Bytes of the artifact file that carry the content; absent where entries do not tell. */
  readonly stored?: number;
}

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

/** One node a directory, sorted by path, the root (`.`) first. */
export function rollup(snapshot: Snapshot): TreeNode[] {
  const own = new Map<Name, Sum>();
  const at = (path: Name): Sum => {
    let sum = own.get(path);
    if (sum === undefined) own.set(path, (sum = { content: 0, disk: 0, stored: 0, files: 0 }));
    return sum;
  };
  // Entries are sorted, so most files lie in the same directory as the one before.
  let directory: Name = '.';
  let beside = at(directory);
  for (const entry of snapshot.entries) {
    if (entry.kind !== 'directory' && !isIn(entry.path, directory)) {
      directory = parentPath(entry.path) ?? '.';
      beside = at(directory);
    }
    const sum = entry.kind === 'directory' ? at(entry.path) : beside;
    sum.content += entry.size;
    sum.disk += entry.disk;
    sum.stored += entry.stored ?? 0;
    if (entry.kind === 'file') sum.files++;
  }
  const paths = [...own.keys()].toSorted((a, b) => (a === '.' ? -1 : b === '.' ? 1 : compareNames(a, b)));
  const outer = outerSums(own, paths);
  const tells = snapshot.overhead !== undefined;
  return paths.flatMap((path) => {
    const [sum, whole] = [own.get(path), outer.get(path)];
    return sum === undefined || whole === undefined ? [] : [nodeOf(path, whole, sum, tells)];
  });
}

function nodeOf(path: Name, whole: Sum, own: Sum, tells: boolean): TreeNode {
  return { path, ...sizesOf(whole, tells), files: whole.files, own: sizesOf(own, tells) };
}

function sizesOf({ content, disk, stored }: Sum, tells: boolean): Sizes {
  return tells ? { content, disk, stored } : { content, disk };
}

/** Adds each directory to the ones above it, from the last of `paths` to the first: what lies in a directory comes after it. */
function outerSums(own: ReadonlyMap<Name, Sum>, paths: readonly Name[]): Map<Name, Sum> {
  const outer = new Map<Name, Sum>();
  for (const [path, sum] of own) outer.set(path, { ...sum });
  for (let index = paths.length - 1; index > 0; index--) {
    const path = paths[index] ?? '.';
    const sum = outer.get(path);
    if (sum === undefined) continue;
    let up = parentPath(path);
    // A directory that lies below a path which is no directory is added to the next one above.
    while (up !== null && !outer.has(up)) up = parentPath(up);
    const parent = up === null ? undefined : outer.get(up);
    if (parent === undefined) continue;
    parent.content += sum.content;
    parent.disk += sum.disk;
    parent.stored += sum.stored;
    parent.files += sum.files;
  }
  return outer;
}
