// The single pass: reads an artifact once and returns all that is known of it as a snapshot.
import { FormatError } from '../errors.ts';
import { readArtifact, readPlain } from '../formats/index.ts';
import type { ArtifactOptions } from '../formats/index.ts';
import { openArtifact } from '../formats/open.ts';
import type { OpenedFile } from '../formats/open.ts';
import type { FactsWanted } from '../inspectors/inspector.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Notice, Snapshot } from '../model/snapshot.ts';
import { createCollector } from './collector.ts';
import type { Collected, Inode, Slot } from './collector.ts';
import { digestOf, withOpen } from './content.ts';
import { entriesOf, totalsOf } from './entries.ts';
import { looksLikeSnapshot, parseSnapshot } from './snapshot-file.ts';

export interface ScanOptions extends ArtifactOptions {
  /** `auto`: in a directory only files that another file may equal are hashed (archives: every file). `all`: every file. */
  readonly digests: 'auto' | 'all';
  /** `needed`: facts that rules judge. `all`: also those that only a snapshot keeps (sizes after each mode of strip). */
  readonly facts: FactsWanted;
}

/**
 * Reads an artifact (a path, `-` for standard input, or a snapshot file) and returns its snapshot.
 * @throws FormatError where the artifact's own totals cannot be known, InputError where the system refuses.
 */
export async function scan(artifact: string, options: ScanOptions): Promise<Snapshot> {
  const opened = await openArtifact(artifact);
  try {
    if (opened.kind === 'file' && looksLikeSnapshot(opened.input.head))
      return parseSnapshot(await readText(opened, options));
    const hashAll = options.digests === 'all' || opened.kind === 'file';
    const collector = createCollector({ ...options, hashAll });
    const { format, codecs, length, archive } = await readArtifact(opened, collector, options);
    const collected = collector.collected();
    if (!hashAll) hashCandidates(collected);
    const entries = entriesOf(collected, format === 'directory');
    return {
      artifact: { name: artifact, format, codecs, length },
      totals: totalsOf(entries, archive, length),
      entries,
      superseded: collected.superseded,
      notices: collected.notices.toSorted(compareNotices),
    };
  } finally {
    if (opened.kind === 'file') opened.close();
  }
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
  const unreadable = new Set(collected.notices.map(({ path }) => path));
  for (const same of bySize.values()) {
    if (same.size < 2) continue;
    for (const [inode, slot] of same) {
      if (inode.reopen === null || unreadable.has(slot.path)) continue;
      withOpen(slot.path, inode.reopen, report, (source) => {
        inode.digest = digestOf(source);
      });
    }
  }
}

/** The artifact's own notices first, then by path and code. */
function compareNotices(a: Notice, b: Notice): number {
  return compareNames(a.path ?? '', b.path ?? '') || compareNames(a.code, b.code);
}

/** The whole text of a small input. @throws FormatError `too-large` above 512 MiB, more than a JavaScript string holds. */
async function readText(opened: OpenedFile, options: ScanOptions): Promise<string> {
  const limit = 512 * 1024 ** 2 - 64;
  const pieces: Buffer[] = [];
  let length = 0;
  await readPlain(opened, options, (piece) => {
    length += piece.length;
    if (length > limit) throw new FormatError('too-large', `is a snapshot of more than ${limit} bytes`);
    pieces.push(Buffer.from(piece));
  });
  return Buffer.concat(pieces).toString('utf8');
}
