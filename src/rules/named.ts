// Directories by their names: several rules look for a few of certain names among all that there are, so the names are taken down once.
import { addTo } from '../model/grouping.ts';
import { baseName } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { RuleContext } from './rule.ts';
import { above } from './trees.ts';

/** Directories of one purpose. */
export interface DirectoryKind {
  /** What they are of, for titles. */
  readonly label: string;
  /** The end of their paths, since homes and roots differ: whole components. */
  readonly end: Name;
  /** What must be in one of them: all names of any of these lists. */
  readonly marks?: readonly (readonly Name[])[];
}

const known = new WeakMap<RuleContext, ReadonlyMap<Name, readonly Name[]>>();

/** Directories but the root, by their last components. */
export function directoryNames(context: RuleContext): ReadonlyMap<Name, readonly Name[]> {
  const found = known.get(context) ?? byName(context.directories);
  known.set(context, found);
  return found;
}

function byName(directories: readonly Name[]): Map<Name, Name[]> {
  const names = new Map<Name, Name[]>();
  for (const path of directories) {
    addTo(names, baseName(path), path);
  }
  return names;
}

/** Directories of these kinds, with their labels, but those that a symlink from elsewhere leads into: what is used lies there. */
export function directoriesOf(context: RuleContext, kinds: readonly DirectoryKind[]): Map<Name, string> {
  const names = directoryNames(context);
  const found = new Map<Name, string>();
  for (const { label, end, marks } of kinds) {
    for (const path of names.get(baseName(end)) ?? []) {
      if (path !== end && !path.endsWith(`/${end}`)) continue;
      if (marks === undefined || marks.some((all) => all.every((mark) => context.paths.has(`${path}/${mark}`))))
        found.set(path, label);
    }
  }
  dropLinked(context, found);
  return found;
}

/** Takes out the directories that a symlink from elsewhere leads into; one to all of a directory is nothing that uses what is in it. */
export function dropLinked(
  { symlinks }: RuleContext,
  directories: Pick<ReadonlySet<Name>, 'has' | 'size'> & { delete(path: Name): boolean },
): void {
  for (const { entry, target } of symlinks) {
    for (let up = above(target, directories); up !== null; up = above(up, directories)) {
      if (!entry.path.startsWith(`${up}/`)) directories.delete(up);
    }
  }
}
