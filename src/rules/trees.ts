// Whole directories that can go, shared by the rules on leftovers: what lies below them, and the command that removes them. The
// command names directories, largest first, because a suite of tests has thousands of files.
import { firstIndex } from '../bytes/search.ts';
import { compareNames, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { forCommands, shellPath } from '../model/shell.ts';
import type { Entry } from '../model/snapshot.ts';
import { exceptLicences, isLicence } from './licences.ts';
import type { RuleContext } from './rule.ts';

/** Files below some directories. */
export interface Trees {
  /** Those that hold any of the entries, most bytes first. */
  readonly directories: readonly Name[];
  /** Files and further names of files; no licence texts but with `wholeTreesOf`. */
  readonly entries: readonly Entry[];
  /** Whether there are licence texts among them, which stay. */
  readonly licensed: boolean;
}

/** @param accept which files are meant, all without it. */
export function treesOf(context: RuleContext, directories: readonly Name[], accept?: (path: Name) => boolean): Trees {
  return gather(context, directories, accept, isLicence);
}

/** With the licence texts below them: where nothing stays of what these cover, they cover nothing. */
export function wholeTreesOf(context: RuleContext, directories: readonly Name[]): Trees {
  return gather(context, directories, undefined, () => false);
}

function gather(
  context: RuleContext,
  directories: readonly Name[],
  accept: ((path: Name) => boolean) | undefined,
  stays: (path: Name) => boolean,
): Trees {
  const known = new Set(directories);
  const entries: Entry[] = [];
  const sizes = new Map<Name, number>();
  let licensed = false;
  for (const directory of directories) {
    // What lies below another one of them is taken with that.
    if (above(directory, known) !== null) continue;
    const before = entries.length;
    let bytes = 0;
    someBelow(context, directory, (entry) => {
      if (entry.kind !== 'file' && entry.kind !== 'hardlink') return false;
      if (accept !== undefined && !accept(entry.path)) return false;
      if (stays(entry.path)) {
        licensed = true;
        return false;
      }
      bytes += entry.size;
      entries.push(entry);
      return false;
    });
    if (entries.length > before) sizes.set(directory, bytes);
  }
  const sorted = [...sizes].toSorted(([a, x], [b, y]) => y - x || compareNames(a, b));
  return { directories: sorted.map(([directory]) => directory), entries, licensed };
}

/** The nearest of `directories` above `path`; the root is `.`. */
export function above(path: Name, directories: Pick<ReadonlySet<Name>, 'has' | 'size'>): Name | null {
  if (directories.size === 0) return null;
  for (let up = parentPath(path); up !== null; up = parentPath(up)) if (directories.has(up)) return up;
  return null;
}

/** Whether the test holds for anything below a directory that is no directory itself; asked in byte order, until it does. */
export function someBelow(
  { snapshot: { entries } }: RuleContext,
  directory: Name,
  test: (entry: Entry) => boolean,
): boolean {
  const prefix = directory === '.' ? '' : `${directory}/`;
  // Entries are sorted, so all with one prefix lie side by side.
  for (let at = lowerBound(entries, prefix); at < entries.length; at++) {
    const entry = entries[at];
    if (entry === undefined || !entry.path.startsWith(prefix)) return false;
    if (entry.kind !== 'directory' && test(entry)) return true;
  }
  return false;
}

/** Index of the first entry that is not before `name`; the root stands first, whatever its name. */
function lowerBound(entries: readonly Entry[], name: Name): number {
  return firstIndex(entries, ({ path }) => path !== '.' && compareNames(path, name) >= 0);
}

/** Commands that take these directories, one unless they are very many; `build` is given their words. */
export function treeCommands({ directories }: Pick<Trees, 'directories'>, build: (words: string) => string): string[] {
  return forCommands(directories.map(shellPath)).map(build);
}

/** Words of `find` that leave the licence texts among them alone; none where there are none. */
export function keepLicences({ licensed }: Pick<Trees, 'licensed'>): string {
  return licensed ? ` ${exceptLicences}` : '';
}

/** `rm -r` for some directories; none where there are none. Licence texts stay, and what leads to them. */
export function removeTrees(trees: Trees): string[] {
  return treeCommands(trees, (words) =>
    trees.licensed ? `find ${words} ! -type d ${exceptLicences} -delete` : `rm -r ${words}`,
  );
}

/** Removes all below some directories, and these, whoever may not write to what is there. */
export function removeWhole(trees: Trees): string[] {
  return treeCommands(trees, (words) => `rm -rf ${words}`);
}
