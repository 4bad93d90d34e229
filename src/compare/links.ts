// Hard links among changes. A content with several names is charged to one of them, and to the same on both sides where it can
// be, so that a further name costs nothing and losing one saves nothing.
import { contentOf } from './tree.ts';
import type { Inode, TreeEntry } from './tree.ts';

/** Chooses the carriers of all inodes of both sides; the partners must be known. */
export function chooseCarriers(before: readonly TreeEntry[], after: readonly TreeEntry[]): void {
  for (const sameContent of [true, false]) {
    for (const old of before) if (old.partner !== null) carryTogether(old, old.partner, sameContent);
  }
  // What no name carries on both sides stands where du counts it: at the first name, if it may.
  for (const name of [...before, ...after]) {
    const { inode } = name;
    if (inode !== null) inode.carrier ??= inode.names[0] ?? name;
  }
}

/** A single name carries its own content; two that are partners carry it together, unless either is carried elsewhere. */
function carryTogether(old: TreeEntry, now: TreeEntry, sameContent: boolean): void {
  const [a, b] = [contentOf(old), contentOf(now)];
  if (a === null || b === null) return;
  if (sameContent && (a.size !== b.size || a.digest !== b.digest)) return;
  if (!isFree(old.inode) || !isFree(now.inode)) return;
  if (old.inode !== null) old.inode.carrier = old;
  if (now.inode !== null) now.inode.carrier = now;
}

function isFree(inode: Inode | null): boolean {
  return inode === null || inode.carrier === null;
}

/** The name that carries the content of `name`. */
export function carrierOf(name: TreeEntry): TreeEntry {
  return name.inode?.carrier ?? name;
}
