// From what was collected to the sorted entries of a snapshot, and from entries to totals.
import { FormatError, tooManyEntries } from '../errors.ts';
import { comparePaths, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry, Totals } from '../model/snapshot.ts';
import type { Collected } from './collector.ts';
import { modelBlock } from './draft.ts';
import type { Draft } from './draft.ts';

/**
 * Takes the table of drafts over, which then holds every entry by its path.
 * @param onDisk whether directories are all known already, as they are in a directory on disk.
 */
export function entriesOf(collected: Collected, onDisk: boolean, maxEntries: number): Entry[] {
  const { drafts, links } = collected;
  links.settle((draft) => drafts.get(draft.path) === draft);
  if (!onDisk) for (const directory of impliedDirectories(collected, maxEntries)) drafts.set(directory.path, directory);
  return sortEntries([...drafts.values()]);
}

/** By path, in byte order, the root first. */
export function sortEntries(entries: readonly Entry[]): Entry[] {
  return entries.toSorted((a, b) => comparePaths(a.path, b.path));
}

/**
 * Directories that archives imply by the paths of their members; extraction makes them.
 * @throws FormatError where they and the members are too many: one deep path implies two thousand.
 */
export function impliedDirectories(
  { drafts, parents, notices }: Pick<Collected, 'drafts' | 'parents' | 'notices'>,
  maxEntries: number,
): Draft[] {
  const implied: Draft[] = [];
  const known = new Set<Name>();
  const add = (path: Name): void => {
    known.add(path);
    const draft = drafts.get(path);
    if (draft?.kind === 'directory') return;
    if (draft !== undefined) {
      const message = `is a ${draft.kind}, and there are members below it as if it were a directory`;
      notices.push({ code: 'not-a-directory', path, message });
      return;
    }
    // The root, which comes first, is no entry more.
    if (drafts.size + implied.length > maxEntries) throw tooManyEntries(maxEntries, { path });
    const nothing = { size: 0, mode: null, uid: null, gid: null, mtime: null, digest: null, link: null, facts: null };
    implied.push({ path, kind: 'directory', disk: modelBlock, ...nothing });
  };
  add('.');
  for (const path of parents) {
    for (let up: Name | null = path; up !== null && !known.has(up); up = parentPath(up)) add(up);
  }
  return implied;
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
