// What removals leave behind: directories without anything in them, and symlinks to nothing. Both go, too; neither has content. Where a
// symlink cannot go, what it leads to stays: none leads nowhere afterwards that led somewhere before.
import { compareNames, depth, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';
import { resolveSymlink } from '../model/symlink.ts';
import type { Resolved } from '../model/symlink.ts';
import type { Tangles } from './tangles.ts';

export interface Symlinks {
  /** Those that go with what they lead to. */
  readonly free: ReadonlyMap<Name, Resolved>;
  /** Those that do not. */
  readonly fixed: readonly Resolved[];
  /** What the latter lead to, with the reason for which it has to stay. */
  readonly held: ReadonlyMap<Name, string>;
}

const byAbsolute = 'a symlink leads to it by an absolute path, which may mean it or what another system has there';
const byTangled = 'a symlink leads to it that is left as it is';

export function symlinksOf({ entries }: Snapshot, paths: ReadonlyMap<Name, Entry>, tangles: Tangles): Symlinks {
  const free = new Map<Name, Resolved>();
  const fixed: Resolved[] = [];
  const held = new Map<Name, string>();
  for (const entry of entries) {
    const resolved = resolveSymlink(entry, paths);
    if (resolved === null) continue;
    if (!resolved.absolute && tangles(entry.path) === null) {
      free.set(entry.path, resolved);
      continue;
    }
    fixed.push(resolved);
    held.set(resolved.target, resolved.absolute ? byAbsolute : byTangled);
  }
  return { free, fixed, held };
}

export interface Aftermath {
  /** Files and symlinks. */
  readonly gone: ReadonlySet<Name>;
  /** Directories that hold nothing then and held something before, deepest first. */
  readonly emptied: readonly Name[];
}

/** All that goes where `removed` does, which holds nothing that is held. */
export function aftermathOf({ entries }: Snapshot, removed: ReadonlySet<Name>, symlinks: Symlinks): Aftermath {
  const kept = new Set(symlinks.held.keys());
  for (;;) {
    const aftermath = withoutDetours(entries, removed, symlinks, kept);
    const nothing = new Set(aftermath.emptied);
    const needed = [...symlinks.free]
      .filter(([path]) => !aftermath.gone.has(path))
      .flatMap(([, { detours }]) => detours)
      .concat(symlinks.fixed.flatMap(({ detours }) => detours))
      .filter((path) => nothing.has(path));
    if (needed.length === 0) return aftermath;
    for (const path of needed) kept.add(path);
  }
}

/** Symlinks go with files and directories, and leave directories empty in turn. @param kept directories that stay. */
function withoutDetours(
  entries: readonly Entry[],
  removed: ReadonlySet<Name>,
  { free }: Symlinks,
  kept: ReadonlySet<Name>,
): Aftermath {
  const children = new Map<Name, number>();
  for (const { path } of entries) {
    const parent = parentPath(path);
    if (parent !== null) children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  const leading = new Map<Name, Name[]>();
  for (const [path, { target }] of free) {
    if (leading.get(target)?.push(path) === undefined) leading.set(target, [path]);
  }
  const gone = new Set(removed);
  const emptied: Name[] = [];
  const pending = [...removed];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    for (const link of leading.get(path) ?? []) {
      if (gone.has(link)) continue;
      gone.add(link);
      pending.push(link);
    }
    const parent = parentPath(path) ?? '.';
    const left = (children.get(parent) ?? 0) - 1;
    children.set(parent, left);
    if (left !== 0 || parent === '.' || kept.has(parent)) continue;
    emptied.push(parent);
    pending.push(parent);
  }
  return { gone, emptied: emptied.toSorted((a, b) => depth(b) - depth(a) || compareNames(a, b)) };
}
