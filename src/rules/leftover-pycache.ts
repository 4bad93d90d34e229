// leftover-pycache: directories that hold nothing but `__pycache__`. The package was removed, its bytecode stayed; Python does
// not import from `__pycache__` without the source beside it (PEP 3147).
import { baseName, isIn, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { commands, count, wholeFileClaims } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';
import { treeCommands } from './trees.ts';

export const leftoverPycache: Rule = {
  id: 'leftover-pycache',
  title: 'directories with nothing but __pycache__ in them',
  severity: 'warn',
  byAbsence: true,
  check(context) {
    const caches = context.snapshot.entries.filter((entry, index) => isCache(entry) && !hasSource(context, index));
    if (caches.length === 0) return [];
    const kept = directoriesInUse(context);
    const left = new Set<Name>();
    for (const { path } of caches) {
      const top = topmostUnused(path, kept);
      if (top !== path) left.add(top);
    }
    if (left.size === 0) return [];
    const paths = new Set<Name>();
    for (const { path, kind } of context.snapshot.entries) {
      if (kind !== 'directory' && isBelow(path, left)) paths.add(path);
    }
    const claims = wholeFileClaims(context, paths);
    if (claims.length === 0) return [];
    const tops = [...left];
    const title = `${count(tops.length, 'directory holds', 'directories hold')} nothing but the bytecode of a removed package`;
    return [{ title, claims, fix: commands(treeCommands({ directories: tops }, (words) => `rm -r ${words}`)) }];
  },
};

function isCache({ path, kind }: Entry): boolean {
  return kind === 'directory' && path.endsWith('__pycache__') && baseName(path) === '__pycache__';
}

/** Whether a pyc of the cache at `index` has its source: true of nearly all, and quickly known. */
function hasSource({ snapshot: { entries }, paths }: RuleContext, index: number): boolean {
  const cache = entries[index]?.path ?? '';
  for (let at = index + 1; at < entries.length; at++) {
    const entry = entries[at];
    if (entry === undefined || !isIn(entry.path, cache)) return false;
    const source = entry.facts?.type === 'pyc' ? entry.facts.source : null;
    if (source !== null && paths.has(source)) return true;
  }
  return false;
}

/**
 * Directories with anything below them that is neither a directory nor a pyc in a `__pycache__`, and those that a symlink leads to or into,
 * which may be the cache of sources elsewhere; always the root.
 */
function directoriesInUse({ snapshot: { entries }, paths, symlinks }: RuleContext): Set<Name> {
  const used = new Set<Name>(['.']);
  for (const { entry, target } of symlinks) {
    // A pyc that one leads to may be of sources beside that; those of one directory have none.
    if (paths.get(target)?.kind !== 'directory' && parentPath(target) === parentPath(entry.path)) continue;
    for (let up: Name | null = target; up !== null && !used.has(up); up = parentPath(up)) used.add(up);
  }
  // Entries are sorted, so most lie in the same directory as the one before.
  let directory: Name = '.';
  let inCache = false;
  for (const { path, kind } of entries) {
    if (kind === 'directory') continue;
    if (!isIn(path, directory)) {
      directory = parentPath(path) ?? '.';
      inCache = baseName(directory) === '__pycache__';
    }
    if (inCache && path.endsWith('.pyc')) continue;
    for (let up: Name | null = directory; up !== null && !used.has(up); up = parentPath(up)) used.add(up);
  }
  return used;
}

/** The highest directory above `path` that is not in use. */
function topmostUnused(path: Name, used: ReadonlySet<Name>): Name {
  let top = path;
  for (let up = parentPath(path); up !== null && !used.has(up); up = parentPath(up)) top = up;
  return top;
}

function isBelow(path: Name, tops: ReadonlySet<Name>): boolean {
  for (let up = parentPath(path); up !== null; up = parentPath(up)) if (tops.has(up)) return true;
  return false;
}
