// What removals leave behind: directories without anything in them, and symlinks to nothing. Both go, too; neither has content.
import { compareNames, depth, linkTarget, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Directories that hold nothing once `gone` is removed and held something before, deepest first. */
export function emptiedDirectories({ entries }: Snapshot, gone: ReadonlySet<Name>): Name[] {
  const children = new Map<Name, number>();
  for (const { path } of entries) {
    const parent = parentPath(path);
    if (parent !== null) children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  const emptied: Name[] = [];
  for (const path of gone) {
    for (let up = parentPath(path); up !== null && up !== '.'; up = parentPath(up)) {
      const left = (children.get(up) ?? 0) - 1;
      children.set(up, left);
      if (left !== 0) break;
      emptied.push(up);
    }
  }
  return emptied.toSorted((a, b) => depth(b) - depth(a) || compareNames(a, b));
}

/** Symlinks that lead to something that is removed, directly or through other such symlinks; targets outside are nobody's business. */
export function danglingLinks({ entries }: Snapshot, gone: ReadonlySet<Name>): Name[] {
  const links = new Map<Name, Name>();
  for (const { path, kind, link } of entries) {
    if (kind !== 'symlink' || link === null || gone.has(path)) continue;
    const target = linkTarget(path, link);
    if (target !== null) links.set(path, target);
  }
  const dangling = new Set<Name>();
  for (let grown = true; grown;) {
    grown = false;
    for (const [path, target] of links) {
      if (dangling.has(path) || !(gone.has(target) || dangling.has(target))) continue;
      dangling.add(path);
      grown = true;
    }
  }
  return [...dangling];
}
