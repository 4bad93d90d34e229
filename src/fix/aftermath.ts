// What removals leave behind: directories without anything in them, and symlinks to nothing. Both go, too; neither has content. Where a
// symlink cannot go, what it leads to stays: none leads nowhere afterwards that led somewhere before.
import { addTo } from '../model/grouping.ts';
import { compareNames, depth, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';
import { detoursOut, resolveSymlink } from '../model/symlink.ts';
import type { Resolved } from '../model/symlink.ts';
import type { Tangles } from './tangles.ts';

export interface Symlinks {
  /** Those that go with what they lead to. */
  readonly free: ReadonlyMap<Name, Resolved>;
  /** Those that do not. */
  readonly fixed: readonly Pick<Resolved, 'detours'>[];
  /** What the latter lead to, with the reason for which it has to stay. */
  readonly held: ReadonlyMap<Name, string>;
}

const byAbsolute = 'a symlink leads to it by an absolute path, which may mean it or what another system has there';
const byTangled = 'a symlink leads to it that is left as it is';

export function symlinksOf({ entries }: Snapshot, paths: ReadonlyMap<Name, Entry>, tangles: Tangles): Symlinks {
  const free = new Map<Name, Resolved>();
  const fixed: Pick<Resolved, 'detours'>[] = [];
  const held = new Map<Name, string>();
  for (const entry of entries) {
    const resolved = resolveSymlink(entry, paths);
    if (resolved === null) {
      // What is outside stays, so its way there does.
      const detours = detoursOut(entry, paths);
      if (detours.length > 0) fixed.push({ detours });
      continue;
    }
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
export function aftermathOf(snapshot: Snapshot, removed: ReadonlySet<Name>, symlinks: Symlinks): Aftermath {
  const leading = new Map<Name, Name[]>();
  for (const [path, { target }] of symlinks.free) {
    addTo(leading, target, path);
  }
  const taken = withoutDetours(snapshot, removed, symlinks, leading);
  giveBackDetours(taken, removed, symlinks, leading);
  const { gone, emptied } = taken;
  return { gone, emptied: [...emptied].toSorted((a, b) => depth(b) - depth(a) || compareNames(a, b)) };
}

interface Taken {
  readonly gone: Set<Name>;
  readonly emptied: Set<Name>;
}

/** Symlinks by what they lead to. */
type Leading = ReadonlyMap<Name, readonly Name[]>;

/** What goes if nothing had to stay for the way of a symlink. Symlinks go with files and directories, and leave directories empty. */
function withoutDetours(
  { entries }: Snapshot,
  removed: ReadonlySet<Name>,
  { held }: Symlinks,
  leading: Leading,
): Taken {
  const children = new Map<Name, number>();
  for (const { path } of entries) {
    const parent = parentPath(path);
    if (parent !== null) children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  const gone = new Set(removed);
  const emptied = new Set<Name>();
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
    if (left !== 0 || parent === '.' || held.has(parent)) continue;
    emptied.add(parent);
    pending.push(parent);
  }
  return { gone, emptied };
}

/**
 * Takes back the directories that symlinks which stay pass, and what went only because these did. Nothing has two reasons to go but what is
 * removed, so that each is taken back at most once, whatever the order.
 */
function giveBackDetours(
  { gone, emptied }: Taken,
  removed: ReadonlySet<Name>,
  { free, fixed }: Symlinks,
  leading: Leading,
): void {
  const back: Name[] = [];
  const giveBack = (directory: Name): void => {
    if (emptied.delete(directory)) back.push(directory);
  };
  for (const { detours } of fixed) detours.forEach(giveBack);
  for (const [path, { detours }] of free) if (!gone.has(path)) detours.forEach(giveBack);
  for (let path = back.pop(); path !== undefined; path = back.pop()) {
    giveBack(parentPath(path) ?? '.');
    for (const link of leading.get(path) ?? []) {
      if (removed.has(link) || !gone.delete(link)) continue;
      back.push(link);
      free.get(link)?.detours.forEach(giveBack);
    }
  }
}
