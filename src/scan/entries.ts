// From what was collected to the sorted entries of a snapshot, and from entries to totals.
import { FormatError } from '../errors.ts';
import { compareNames, isIn, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry, Totals } from '../model/snapshot.ts';
import { withPathFacts } from '../inspectors/index.ts';
import { groupByInode } from './collector.ts';
import type { Collected, Slot } from './collector.ts';

/** Block size that disk usage is modelled with inside archives, in bytes. */
export const modelBlock = 4096;

/** Symlink targets shorter than this take no block of their own on ext4 and XFS; modelled so inside archives. */
const inlineSymlink = 60;

/** @param onDisk whether directories are all known already, as they are in a directory on disk. */
export function entriesOf(collected: Collected, onDisk: boolean): Entry[] {
  const groups = groupByInode(collected.slots.values());
  const entries: Entry[] = [];
  for (const slot of collected.slots.values()) {
    const { inode } = slot;
    const first = inode === null ? null : inode.names > 1 ? (groups.get(inode)?.[0]?.path ?? slot.path) : slot.path;
    entries.push(entryOf(slot, first));
  }
  if (!onDisk) addImpliedDirectories(collected, entries);
  return sortEntries(entries);
}

/** By path, in byte order, the root first. */
export function sortEntries(entries: readonly Entry[]): Entry[] {
  return entries.toSorted((a, b) => (a.path === '.' ? -1 : b.path === '.' ? 1 : compareNames(a.path, b.path)));
}

/** @param first path of the inode's first name, which carries the content. */
function entryOf(slot: Slot, first: Name | null): Entry {
  const { path, member, inode } = slot;
  const { mode, uid, gid, mtime } = member;
  // Written out in one shape: this runs for every path, and a spread costs ten times as much.
  if (inode === null || first === null) {
    const disk = member.disk ?? modelDisk(slot);
    return {
      path,
      kind: slot.kind,
      size: 0,
      disk,
      mode,
      uid,
      gid,
      mtime,
      digest: null,
      link: member.link,
      facts: null,
    };
  }
  if (first !== path) {
    return { path, kind: 'hardlink', size: 0, disk: 0, mode, uid, gid, mtime, digest: null, link: first, facts: null };
  }
  const { size, digest } = inode;
  const disk = inode.disk ?? Math.ceil(size / modelBlock) * modelBlock;
  const facts = inode.facts === null || inode.seenAs === path ? inode.facts : withPathFacts(inode.facts, path);
  return { path, kind: 'file', size, disk, mode, uid, gid, mtime, digest, link: null, facts };
}

function modelDisk(slot: Slot): number {
  if (slot.kind === 'directory') return modelBlock;
  return slot.kind === 'symlink' && (slot.member.link ?? '').length >= inlineSymlink ? modelBlock : 0;
}

/** Directories that archives imply by the paths of their members; extraction makes them. */
function addImpliedDirectories(collected: Collected, entries: Entry[]): void {
  const known = new Set<Name>();
  const add = (path: Name): void => {
    known.add(path);
    const slot = collected.slots.get(path);
    if (slot?.kind === 'directory') return;
    if (slot !== undefined) {
      const message = `is a ${slot.kind}, and there are members below it as if it were a directory`;
      collected.notices.push({ code: 'not-a-directory', path, message });
      return;
    }
    const nothing = { size: 0, mode: null, uid: null, gid: null, mtime: null, digest: null, link: null, facts: null };
    entries.push({ path, kind: 'directory', disk: modelBlock, ...nothing });
  };
  add('.');
  // Members come directory by directory, so most lie beside the one before.
  let last: Name = '.';
  for (const path of collected.slots.keys()) {
    if (isIn(path, last)) continue;
    last = parentPath(path) ?? '.';
    for (let up: Name | null = last; up !== null && !known.has(up); up = parentPath(up)) add(up);
  }
}

/** Sums over entries; `archive` and `compressed` come from the artifact itself. */
export function totalsOf(entries: readonly Entry[], archive: number | null, compressed: number | null): Totals {
  const counts = { file: 0, directory: 0, symlink: 0, hardlink: 0, other: 0 };
  let content = 0;
  let disk = 0;
  for (const entry of entries) {
    counts[entry.kind]++;
    content += entry.size;
    disk += entry.disk;
  }
  if (!Number.isSafeInteger(content) || !Number.isSafeInteger(disk)) {
    throw new FormatError('too-large', 'adds up to more than 2^53 - 1 bytes');
  }
  return {
    content,
    disk,
    archive,
    compressed,
    files: counts.file,
    directories: counts.directory,
    symlinks: counts.symlink,
    hardlinks: counts.hardlink,
    other: counts.other,
  };
}
