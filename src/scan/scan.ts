// The single pass: reads an artifact once and returns all that is known of it as a snapshot.
import { readArtifact } from '../formats/index.ts';
import type { ArtifactOptions } from '../formats/index.ts';
import { compareNames, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry, Notice, Snapshot, Totals } from '../model/snapshot.ts';
import { withPathFacts } from '../inspectors/index.ts';
import { createCollector, groupByInode } from './collector.ts';
import type { Collected, Inode, Slot } from './collector.ts';
import { digestOf, withOpen } from './content.ts';

/** Block size that disk usage is modelled with inside archives, in bytes. */
export const modelBlock = 4096;

/** Symlink targets shorter than this take no block of their own on ext4 and XFS; modelled so inside archives. */
const inlineSymlink = 60;

export interface ScanOptions extends ArtifactOptions {
  /** `auto`: in a directory only files that another file may equal are hashed (archives: every file). `all`: every file. */
  readonly digests: 'auto' | 'all';
}

/** Limits as documented in docs/limits.md. */
export const defaultLimits = {
  /** Entries (a JavaScript Map holds 2^24). */
  maxEntries: 16_000_000,
  /** Unpacked bytes: 128 GiB. */
  maxUnpacked: 128 * 1024 ** 3,
  /** Decoder window: 128 MiB. */
  maxWindow: 128 * 1024 ** 2,
} as const;

/**
 * Reads an artifact (a path, or `-` for standard input) and returns its snapshot.
 * @throws FormatError where the artifact's own totals cannot be known, InputError where the system refuses.
 */
export async function scan(artifact: string, options: ScanOptions): Promise<Snapshot> {
  const collector = createCollector({ ...options, hashAll: options.digests === 'all' });
  const identity = await readArtifact(artifact, collector, options);
  const { format, codecs, length, archive } = identity;
  const collected = collector.collected();
  if (format === 'directory') hashCandidates(collected);
  const entries = entriesOf(collected, format === 'directory');
  return {
    artifact: { name: artifact, format, codecs, length },
    totals: totalsOf(entries, archive, length),
    entries,
    superseded: collected.superseded,
    notices: collected.notices.toSorted(compareNotices),
  };
}

/** Hashes the files of a directory that have another of the same size. */
function hashCandidates(collected: Collected): void {
  const bySize = new Map<number, Map<Inode, Slot>>();
  for (const slot of collected.slots.values()) {
    const { inode } = slot;
    if (inode === null || inode.size === 0 || inode.digest !== null) continue;
    const same = bySize.get(inode.size);
    if (same === undefined) bySize.set(inode.size, new Map([[inode, slot]]));
    else if (!same.has(inode)) same.set(inode, slot);
  }
  const report = (code: string, path: Name | null, message: string): void => {
    collected.notices.push({ code, path, message });
  };
  for (const same of bySize.values()) {
    if (same.size < 2) continue;
    for (const [inode, slot] of same) {
      if (inode.reopen === null || collected.notices.some((notice) => notice.path === slot.path)) continue;
      withOpen(slot.path, inode.reopen, report, (source) => {
        inode.digest = digestOf(source);
      });
    }
  }
}

function entriesOf(collected: Collected, onDisk: boolean): Entry[] {
  const groups = groupByInode(collected.slots.values());
  const entries: Entry[] = [];
  for (const slot of collected.slots.values()) {
    const group = slot.inode === null ? undefined : groups.get(slot.inode);
    entries.push(entryOf(slot, group?.[0]?.path ?? null));
  }
  if (!onDisk) addImpliedDirectories(collected, entries);
  return entries.sort((a, b) => (a.path === '.' ? -1 : b.path === '.' ? 1 : compareNames(a.path, b.path)));
}

/** @param first path of the inode's first name, which carries the content. */
function entryOf(slot: Slot, first: Name | null): Entry {
  const { path, member, inode } = slot;
  const { mode, uid, gid, mtime } = member;
  const base = { path, mode, uid, gid, mtime };
  if (inode === null || first === null) {
    const disk = member.disk ?? modelDisk(slot);
    return { ...base, kind: slot.kind, size: 0, disk, digest: null, link: member.link, facts: null };
  }
  if (first !== path) return { ...base, kind: 'hardlink', size: 0, disk: 0, digest: null, link: first, facts: null };
  const disk = inode.disk ?? Math.ceil(inode.size / modelBlock) * modelBlock;
  const facts = inode.facts === null ? null : withPathFacts(inode.facts, path);
  return { ...base, kind: 'file', size: inode.size, disk, digest: inode.digest, link: null, facts };
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
  for (const path of ['.', ...collected.slots.keys()]) {
    if (path === '.') add(path);
    for (let up = parentPath(path); up !== null && !known.has(up); up = parentPath(up)) add(up);
  }
}

function totalsOf(entries: readonly Entry[], archive: number | null, compressed: number | null): Totals {
  const counts = { file: 0, directory: 0, symlink: 0, hardlink: 0, other: 0 };
  let content = 0;
  let disk = 0;
  for (const entry of entries) {
    counts[entry.kind]++;
    content += entry.size;
    disk += entry.disk;
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

/** The artifact's own notices first, then by path and code. */
function compareNotices(a: Notice, b: Notice): number {
  return compareNames(a.path ?? '', b.path ?? '') || compareNames(a.code, b.code);
}
