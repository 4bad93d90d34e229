// The list of changes: what was added, removed, moved, and what differs of an entry that both sides have. What cannot be known
// (a digest or an owner that one side lacks) is never claimed; times are no change. The deltas sum to the totals' content delta.
import type { Aspect, Change, StoredSizes } from '../model/diff.ts';
import { compareNames } from '../model/name.ts';
import type { EntryKind } from '../model/snapshot.ts';
import { carrierOf } from './links.ts';
import { isSameComponent } from './pair.ts';
import type { ComponentMatcher } from './pair.ts';
import { sectionChanges } from './sections.ts';
import { bytesOf, contentOf, isPlainDirectory, storedOf } from './tree.ts';
import type { TreeEntry } from './tree.ts';

export interface ChangeOptions {
  readonly maps: readonly ComponentMatcher[];
  readonly sections: boolean;
  /** Whether entries of both sides tell which bytes carry them. */
  readonly stored: boolean;
  /** Old names that content left for another path. */
  readonly moved: ReadonlySet<TreeEntry>;
  /** Directories above what is compared: no one asks about wrappers. */
  readonly ignored: ReadonlySet<TreeEntry>;
}

export interface Changes {
  /** By path. */
  readonly changes: readonly Change[];
  /** Files of equal size on both sides whose content could not be compared. */
  readonly unknown: number;
}

export function changesOf(before: readonly TreeEntry[], after: readonly TreeEntry[], options: ChangeOptions): Changes {
  const changes: Change[] = [];
  let unknown = 0;
  for (const old of before) {
    const now = old.partner;
    if (isIgnored(old, options)) continue;
    if (now === null || isOnlyImplied(now, old)) {
      if (old.entry !== null) changes.push(oneSided(old, 'removed', options));
      continue;
    }
    // A file counts once, whatever its names.
    if (sameContent(old, now) === null && !isFurtherName(old, now)) unknown++;
    const change = pairChange(old, now, options);
    if (change !== null) changes.push(change);
  }
  for (const now of after) {
    const old = now.partner;
    if (isIgnored(now, options) || now.entry === null) continue;
    if (old === null || isOnlyImplied(old, now)) changes.push(oneSided(now, 'added', options));
  }
  return { changes: changes.toSorted((a, b) => compareNames(a.path, b.path) || compareNames(a.kind, b.kind)), unknown };
}

/** What a wrapper directory is compared with may still be a file. */
function isIgnored(name: TreeEntry, { ignored }: ChangeOptions): boolean {
  return ignored.has(name) && (name.partner === null || isPlainDirectory(name.partner));
}

/** A directory that paths below it imply equals one that is named; it is nothing beside a file of its path. */
function isOnlyImplied(name: TreeEntry, partner: TreeEntry): boolean {
  return name.entry === null && !isPlainDirectory(partner);
}

function oneSided(name: TreeEntry, kind: 'added' | 'removed', options: ChangeOptions): Change {
  const bytes = bytesOf(name);
  const [before, after] = kind === 'added' ? [null, bytes] : [bytes, null];
  const delta = kind === 'added' ? bytes : 0 - bytes;
  const stored = !options.stored ? null : kind === 'added' ? carried(null, name) : carried(name, null);
  // Written out in one shape: there may be a million of them.
  const entryKind = kindOf(name);
  return { path: name.path, kind, entryKind, before, after, delta, from: null, aspects: [], sections: null, stored };
}

function carried(old: TreeEntry | null, now: TreeEntry | null): StoredSizes {
  const [before, after] = [old === null ? null : storedOf(old), now === null ? null : storedOf(now)];
  return { before, after, delta: (after ?? 0) - (before ?? 0) };
}

/** null where nothing is known to differ. */
function pairChange(old: TreeEntry, now: TreeEntry, options: ChangeOptions): Change | null {
  const aspects = isFurtherName(old, now) ? [] : aspectsOf(old, now, options.maps);
  const moved = options.moved.has(old);
  if (aspects.length === 0 && !moved) return null;
  const [before, after] = [bytesOf(old), bytesOf(now)];
  return {
    path: now.path,
    kind: moved ? 'moved' : 'changed',
    entryKind: kindOf(now),
    before,
    after,
    delta: after - before,
    from: old.path === now.path ? null : old.path,
    aspects,
    sections: options.sections && aspects.includes('content') ? sectionChanges(contentOf(old), contentOf(now)) : null,
    stored: options.stored ? carried(old, now) : null,
  };
}

/** Hard links to one file on both sides: what differs of that file is told once, of the name that carries it. */
function isFurtherName(old: TreeEntry, now: TreeEntry): boolean {
  const carrier = carrierOf(old);
  return carrier !== old && carrier.partner === carrierOf(now);
}

function aspectsOf(old: TreeEntry, now: TreeEntry, maps: readonly ComponentMatcher[]): Aspect[] {
  const [a, b] = [old.entry, now.entry];
  if (a === null || b === null) return [];
  const aspects: Aspect[] = [];
  const sameKind = generalKind(a.kind) === generalKind(b.kind);
  if (sameContent(old, now) === false) aspects.push('content');
  if (!sameKind) aspects.push('kind');
  // The mode of a symlink means nothing; systems and archivers make it up.
  if (a.kind !== 'symlink' && b.kind !== 'symlink' && differ(a.mode, b.mode)) aspects.push('mode');
  if (differ(a.uid, b.uid) || differ(a.gid, b.gid)) aspects.push('owner');
  if (sameKind && !sameLink(old, now, maps)) aspects.push('link');
  return aspects;
}

/** null: it cannot be known. What is no regular file has no content. */
function sameContent(old: TreeEntry, now: TreeEntry): boolean | null {
  const [a, b] = [contentOf(old), contentOf(now)];
  if (a === null || b === null) return true;
  if (a.size !== b.size) return false;
  if (a.size === 0) return true;
  return a.digest === null || b.digest === null ? null : a.digest === b.digest;
}

function sameLink(old: TreeEntry, now: TreeEntry, maps: readonly ComponentMatcher[]): boolean {
  const [a, b] = [old.entry, now.entry];
  if (a?.kind === 'symlink') return sameTarget(a.link ?? '', b?.link ?? '', maps);
  // Regular files: a hard link that leads nowhere has no content, and equals only its like.
  if (contentOf(old) === null || contentOf(now) === null) return a?.link === b?.link;
  // Further names of one file on both sides are not asked about.
  return carrierOf(old) === old && carrierOf(now) === now;
}

function sameTarget(a: string, b: string, maps: readonly ComponentMatcher[]): boolean {
  const [x, y] = [a.split('/'), b.split('/')];
  return x.length === y.length && x.every((component, at) => isSameComponent(component, y[at] ?? '', maps));
}

/** Null (not recorded) differs from nothing. */
function differ(a: number | null, b: number | null): boolean {
  return a !== null && b !== null && a !== b;
}

/** A further name of a file is a file. */
function generalKind(kind: EntryKind): EntryKind {
  return kind === 'hardlink' ? 'file' : kind;
}

function kindOf(name: TreeEntry): EntryKind {
  if (name.inode !== null) return name.inode.carrier === name ? 'file' : 'hardlink';
  return name.entry?.kind ?? 'directory';
}
