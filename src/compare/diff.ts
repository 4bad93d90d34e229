// What changed between two snapshots. Pure; equal snapshots give an empty diff, and the deltas of the directories and those of
// the changes sum to the delta of the totals, however paths were paired.
import type { Diff, DirectoryChange, StoredChange, TotalsDelta } from '../model/diff.ts';
import type { Finding } from '../model/finding.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Notice, Snapshot, Totals } from '../model/snapshot.ts';
import { changesOf } from './changes.ts';
import { findingChanges } from './claims.ts';
import { imageChange } from './image.ts';
import { chooseCarriers } from './links.ts';
import { pairMoved } from './moves.ts';
import type { ComponentMatcher } from './pair.ts';
import { removableContent } from './removable.ts';
import { sortKey } from './rollup.ts';
import { isDirectory, isPlainDirectory, treeOf } from './tree.ts';
import type { Tree, TreeEntry } from './tree.ts';
import { chooseStarts, pairStarts } from './wrapper.ts';

/** A snapshot and what rules say of it. */
export interface Judged {
  readonly snapshot: Snapshot;
  readonly findings: readonly Finding[];
}

/** How entries of both sides are paired, and what is told of the pairs. */
export interface DiffOptions {
  /** Leading components of paths to leave out on both sides; `auto` leaves out wrapper directories where that helps. */
  readonly stripComponents: number | 'auto';
  /** Components (of directories or files) that match the same one of these are taken for equal: `--map`. */
  readonly maps: readonly ComponentMatcher[];
  /** Whether to say which sections of changed ELF files differ, where facts have them. */
  readonly sections: boolean;
}

/**
 * Compares two snapshots. Sizes are bytes; null stands for what one side lacks. Never throws on valid snapshots.
 * Content is compared by digests, so scan both sides with digests `all`; where one is missing, files of the same size count as equal,
 * and the notice `content-unknown` says how many.
 */
export function diffSnapshots(before: Judged, after: Judged, options: DiffOptions): Diff {
  const [old, now] = [treeOf(before.snapshot), treeOf(after.snapshot)];
  const starts = chooseStarts(old, now, options.stripComponents, options.maps);
  pairStarts(starts, options.maps, join);
  pairSingles(before.snapshot, old, after.snapshot, now);
  const moved = new Set<TreeEntry>();
  pairMoved(old, now, (a, b) => {
    join(a, b);
    // Only what is left out above it may differ.
    if (a.path !== b.path) moved.add(a);
  });
  chooseCarriers(old.all, now.all);
  const ignored = new Set([...starts.before.above, ...starts.after.above].filter(isPlainDirectory));
  const image = imageChange(before.snapshot.image, after.snapshot.image);
  const stored = before.snapshot.overhead !== undefined && after.snapshot.overhead !== undefined;
  const { changes, unknown } = changesOf(old.all, now.all, { ...options, moved, ignored, stored });
  return {
    before: sideOf(before, starts.before.stripped),
    after: sideOf(after, starts.after.stripped),
    delta: totalsDelta(before.snapshot.totals, after.snapshot.totals),
    directories: directoryChanges(old, now),
    changes,
    findings: {
      ...findingChanges({ tree: old, findings: before.findings }, { tree: now, findings: after.findings }),
      removable: {
        before: removableContent(before.snapshot, before.findings),
        after: removableContent(after.snapshot, after.findings),
      },
    },
    notices: [
      ...halfSelected(before, after),
      ...strippedOtherwise(before, after),
      ...packedOtherwise(before, after),
      ...unknownContent(unknown),
      ...after.snapshot.notices,
    ],
    ...(image === null ? {} : { image }),
    ...storedChanges({ tree: old, snapshot: before.snapshot }, { tree: now, snapshot: after.snapshot }),
  };
}

/** An artifact that is one file is compared with another such one, whatever either is called. */
function pairSingles(before: Snapshot, old: Tree, after: Snapshot, now: Tree): void {
  if (![before, after].every(({ artifact: { format } }) => format === 'elf' || format === 'ar')) return;
  const [a, b] = [old.root.children[0], now.root.children[0]];
  if (a !== undefined && b !== undefined && a.partner === null && b.partner === null) join(a, b);
}

function join(old: TreeEntry, now: TreeEntry): void {
  old.partner = now;
  now.partner = old;
}

function sideOf({ snapshot: { artifact, totals } }: Judged, stripped: number): Diff['before'] {
  return { artifact, totals, stripped };
}

function totalsDelta(before: Totals, after: Totals): TotalsDelta {
  return {
    content: after.content - before.content,
    disk: after.disk - before.disk,
    archive: deltaOf(before.archive, after.archive),
    compressed: deltaOf(before.compressed, after.compressed),
  };
}

function deltaOf(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}

/** Own sizes that differ, and directories that only one side has. What is the same on both sides has a delta of 0. */
function directoryChanges(before: Tree, after: Tree): DirectoryChange[] {
  return pairedDirectories(
    before,
    after,
    ({ own: was }, { own: is }) => is.content !== was.content || is.disk !== was.disk,
    rowOf,
  );
}

/** By path; pairs only where they differ. */
function pairedDirectories<Row extends { path: Name }>(
  before: Tree,
  after: Tree,
  differ: (old: TreeEntry, now: TreeEntry) => boolean,
  toRow: (old: TreeEntry | null, now: TreeEntry | null) => Row,
): Row[] {
  const rows: Row[] = [];
  for (const old of before.all) {
    if (!isDirectory(old)) continue;
    const now = old.partner !== null && isDirectory(old.partner) ? old.partner : null;
    if (now === null || differ(old, now)) rows.push(toRow(old, now));
  }
  for (const now of after.all) {
    if (isDirectory(now) && (now.partner === null || !isDirectory(now.partner))) rows.push(toRow(null, now));
  }
  // Of one path, what is gone stays before what is new.
  return rows.toSorted((a, b) => compareNames(sortKey(a), sortKey(b)));
}

interface StoredSide {
  readonly tree: Tree;
  readonly snapshot: Snapshot;
}

function storedChanges(before: StoredSide, after: StoredSide): Pick<Diff, 'stored'> {
  const [was, is] = [before.snapshot.overhead, after.snapshot.overhead];
  if (was === undefined || is === undefined) return {};
  const directories = pairedDirectories(
    before.tree,
    after.tree,
    (old, now) => now.own.stored !== old.own.stored,
    (old, now): StoredChange => ({
      ...placeOf(old, now),
      before: old?.own.stored ?? null,
      after: now?.own.stored ?? null,
      delta: (now?.own.stored ?? 0) - (old?.own.stored ?? 0),
    }),
  );
  return { stored: { directories, overhead: { before: sumOf(was), after: sumOf(is) } } };
}

function sumOf(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
}

function placeOf(old: TreeEntry | null, now: TreeEntry | null): Pick<DirectoryChange, 'path' | 'from'> {
  return {
    path: now?.path ?? old?.path ?? '.',
    from: old === null || now === null || old.path === now.path ? null : old.path,
  };
}

function rowOf(old: TreeEntry | null, now: TreeEntry | null): DirectoryChange {
  return {
    ...placeOf(old, now),
    before: old === null ? null : { content: old.own.content, disk: old.own.disk },
    after: now === null ? null : { content: now.own.content, disk: now.own.disk },
    delta: {
      content: (now?.own.content ?? 0) - (old?.own.content ?? 0),
      disk: (now?.own.disk ?? 0) - (old?.own.disk ?? 0),
    },
  };
}

/** What stands in one of them alone may just not have been selected in the other. */
function halfSelected(before: Judged, after: Judged): Notice[] {
  const isPart = before.snapshot.isPart === true;
  if (isPart === (after.snapshot.isPart === true)) return [];
  const [part, whole] = isPart ? ['old', 'new'] : ['new', 'old'];
  const message = `the ${part} one is a snapshot of a part (--include, --exclude or --layer), and the ${whole} one is whole`;
  return [{ code: 'part', path: null, message }];
}

/** Snapshots may have been saved with lengths after strip of different releases. */
function strippedOtherwise({ snapshot: before }: Judged, { snapshot: after }: Judged): Notice[] {
  const [old, now] = [before.stripVersion, after.stripVersion];
  if (old === undefined || now === undefined || old === now) return [];
  const message = `the old one was measured for strip ${old}, the new one for strip ${now}: findings of debug data may differ for that alone`;
  return [{ code: 'strip-version', path: null, message }];
}

/** Snapshots of directories may have been packed otherwise. */
function packedOtherwise({ snapshot: before }: Judged, { snapshot: after }: Judged): Notice[] {
  const [old, now] = [before.artifact.packedWith, after.artifact.packedWith];
  if (old === undefined || now === undefined || old === now) return [];
  const message = `the old one was packed with ${old}, the new one with ${now}: compressed sizes differ for that, too`;
  return [{ code: 'packed-with', path: null, message }];
}

/** Truth about what was not compared. */
function unknownContent(files: number): Notice[] {
  if (files === 0) return [];
  const what = files === 1 ? '1 file has' : `${files} files have`;
  const message = `${what} the same size on both sides and no digest on one of them; a change of content would not be seen`;
  return [{ code: 'content-unknown', path: null, message }];
}
