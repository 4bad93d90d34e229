// The entries of a snapshot by their paths: many ask for them, and making the table takes as long as walking all entries twice.
import type { Name } from './name.ts';
import type { Entry, Snapshot } from './snapshot.ts';

const known = new WeakMap<Snapshot, ReadonlyMap<Name, Entry>>();

/** Every entry by its path, in no certain order. */
export function pathsOf(snapshot: Snapshot): ReadonlyMap<Name, Entry> {
  let paths = known.get(snapshot);
  if (paths === undefined) known.set(snapshot, (paths = new Map(snapshot.entries.map((entry) => [entry.path, entry]))));
  return paths;
}

/** Spares the first `pathsOf` its work, where the table is there already: all entries of the snapshot, and nothing else. */
export function knowPaths(snapshot: Snapshot, paths: ReadonlyMap<Name, Entry>): void {
  known.set(snapshot, paths);
}
