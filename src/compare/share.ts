// Two snapshots that are held at once share what is equal of their entries. Values stay as they are; only memory gets less.
import { compareNames } from '../model/name.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';

/** Entries from which on it is worth the time. */
const many = 50_000;

/** The snapshot `after` with the very entries of `before` where they are equal, and with their strings where only other fields differ. */
export function shareEntries(before: Snapshot, after: Snapshot): Snapshot {
  if (after.entries.length < many) return after;
  let at = 0;
  const entries = after.entries.map((now) => {
    // Both are sorted, the root first.
    while (at < before.entries.length && isBefore(before.entries[at], now)) at++;
    const old = before.entries[at];
    return old?.path === now.path ? shared(old, now) : now;
  });
  return { ...after, entries };
}

function isBefore(old: Entry | undefined, now: Entry): boolean {
  return old !== undefined && now.path !== '.' && (old.path === '.' || compareNames(old.path, now.path) < 0);
}

function shared(old: Entry, now: Entry): Entry {
  if (isEqual(old, now)) return old;
  return old.digest === now.digest ? { ...now, path: old.path, digest: old.digest } : now;
}

function isEqual(old: Entry, now: Entry): boolean {
  return (
    old.kind === now.kind &&
    old.size === now.size &&
    old.disk === now.disk &&
    old.mode === now.mode &&
    old.uid === now.uid &&
    old.gid === now.gid &&
    old.mtime === now.mtime &&
    old.digest === now.digest &&
    old.link === now.link &&
    old.facts === now.facts &&
    old.layer === now.layer &&
    old.stored === now.stored
  );
}
