// The single pass: reads an artifact once and returns all that is known of it as a snapshot.
import { StringDecoder } from 'node:string_decoder';
import { FormatError, UsageError, kindOf, tooManyEntries } from '../errors.ts';
import { matchesPlatform } from '../formats/image/config.ts';
import { readArtifact, readPlain } from '../formats/index.ts';
import { openArtifact } from '../formats/open.ts';
import type { OpenedFile } from '../formats/open.ts';
import { defaultStripVersion } from '../inspectors/elf/strip-version.ts';
import type { PackageFacts } from '../model/facts.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { knowPaths } from '../model/paths.ts';
import type { ArtifactIdentity, Entry, Notice, Snapshot } from '../model/snapshot.ts';
import { compareBuilds } from './builds.ts';
import { createCollector } from './collector.ts';
import { createLedger } from '../formats/ledger.ts';
import { withMembers } from './made.ts';
import { chargeMembers, overheadOf } from './stored.ts';
import { hashFiles } from './hashing.ts';
import { entriesOf, totalsOf } from './entries.ts';
import { completeOptions } from './options.ts';
import type { ScanOptions } from './options.ts';
import { createLayerStack } from './image/layers.ts';
import type { ImageRead } from './image/layers.ts';
import { longestSnapshot, looksLikeSnapshot, snapshotReader } from './snapshot-file.ts';

export type { ScanOptions } from './options.ts';

/**
 * Reads an artifact (a path, `-` for standard input, or a snapshot file) and returns its snapshot. Options that are not given are
 * `defaultLimits`, digests `auto` and facts `needed`.
 * What `diffSnapshots` compares needs digests `all`: with `auto`, files of the same size in two directories may have none, and then
 * count as equal.
 * @throws FormatError where the artifact's own totals cannot be known, InputError where the system refuses, UsageError for options
 * that are none or do not suit the artifact.
 */
export async function scan(artifact: string, given: Partial<ScanOptions> = {}): Promise<Snapshot> {
  if (typeof artifact !== 'string') throw new UsageError(`scan takes the path of an artifact, not ${kindOf(artifact)}`);
  const options = completeOptions(given);
  const opened = await openArtifact(artifact);
  try {
    if (opened.kind === 'file' && looksLikeSnapshot(opened.input.head)) {
      // It holds the merged tree alone.
      if (options.layer !== undefined) throw new UsageError('--layer needs the image itself, not a snapshot of it');
      // As a scan of the artifact itself would be.
      return await readSnapshot(opened, options);
    }
    const { stripVersion = defaultStripVersion } = options;
    const packageLists = options.packages === true ? new Map<Name, PackageFacts>() : undefined;
    const listsIn = ({ entries }: Pick<Snapshot, 'entries'>): Pick<Snapshot, 'packageLists'> =>
      packageLists === undefined ? {} : { packageLists: stillThere(packageLists, entries) };
    const digestPurpose = options.digests === 'compare' ? 'equality' : 'sha256';
    const ledger = options.stored === true && opened.kind === 'file' ? createLedger() : undefined;
    const collector = createCollector({
      ...options,
      packageLists,
      ledger,
      digestPurpose,
      stripShare: options.stored,
      hashAtOnce: opened.kind === 'file',
    });
    const imageNotices: Notice[] = [];
    const layers = createLayerStack(
      { ...options, packageLists, ledger, digestPurpose, stripShare: options.stored, hashAtOnce: true },
      imageNotices,
    );
    const { format, codecs, length, archive } = await readArtifact(
      opened,
      { ...collector, layers },
      { ...options, ledger },
    );
    const collected = collector.collected();
    const read = layers.finish();
    const charges = ledger?.charges() ?? null;
    if (read !== null) {
      const artifactOf = { name: artifact, format, codecs, length };
      const snapshot = imageSnapshot(artifactOf, read, archive, [...collected.notices, ...imageNotices], options);
      const lost = options.layer === undefined ? 'hidden' : 'excluded';
      return {
        ...snapshot,
        stripVersion,
        ...listsIn(snapshot),
        ...(charges === null ? {} : { overhead: overheadOf(snapshot.entries, charges, lost) }),
      };
    }
    if (options.layer !== undefined) throw new UsageError('--layer is for images; this artifact has no layers');
    if (charges !== null) chargeMembers(collected.members, charges);
    // Of archives there is nothing left to do: only files of a directory can be read again.
    compareBuilds(collected, digestPurpose, stripVersion);
    const which = options.digests === 'all' ? 'all' : 'candidates';
    await hashFiles(collected, which, digestPurpose, options.onProgress);
    const entries = entriesOf(collected, format === 'directory', options.maxEntries);
    const snapshot: Snapshot = {
      artifact: { name: artifact, format, codecs, length },
      totals: totalsOf(entries, archive, length),
      entries,
      superseded: collected.superseded,
      notices: collected.notices.toSorted(compareNotices),
      stripVersion,
      ...listsIn({ entries }),
      ...(charges === null || ledger === undefined
        ? {}
        : { overhead: overheadOf(entries, charges), made: withMembers(ledger.made(), collected.members) }),
    };
    knowPaths(snapshot, collected.drafts);
    return snapshot;
  } finally {
    if (opened.kind === 'file') opened.close();
  }
}

/** Lists that nothing else took the place of; of those that a layer replaced, the later one was read last. Read once for all names. */
function stillThere(lists: ReadonlyMap<Name, PackageFacts>, entries: readonly Entry[]): Map<Name, PackageFacts> {
  const files = entries.filter(({ kind }) => kind === 'file' || kind === 'hardlink');
  const read = new Map<Name, PackageFacts>();
  const found = new Map<Name, PackageFacts>();
  for (const { path, link } of files) {
    const facts = lists.get(path);
    if (facts !== undefined) read.set(link ?? path, facts);
  }
  for (const { path, link } of files) {
    const facts = read.get(link ?? path);
    if (facts !== undefined) found.set(path, facts);
  }
  return found;
}

function imageSnapshot(
  artifact: ArtifactIdentity,
  { entries, image, hidden, superseded }: ImageRead,
  archive: number | null,
  notices: readonly Notice[],
  { layer }: ScanOptions,
): Snapshot {
  if (layer !== undefined && layer >= image.layers.length) {
    const last = image.layers.length - 1;
    throw new UsageError(`there is no layer ${layer}; ${last < 0 ? 'the image has none' : `the last one is ${last}`}`);
  }
  return {
    artifact,
    totals: totalsOf(entries, archive, artifact.length),
    ...(layer === undefined ? {} : { isPart: true }),
    entries,
    superseded,
    notices: notices.toSorted(compareNotices),
    image,
    hidden,
  };
}

/** The artifact's own notices first, then by path and code. */
function compareNotices(a: Notice, b: Notice): number {
  return compareNames(a.path ?? '', b.path ?? '') || compareNames(a.code, b.code);
}

/** @throws FormatError `too-large` above {@link longestSnapshot}. */
async function readSnapshot(opened: OpenedFile, options: ScanOptions): Promise<Snapshot> {
  const decoder = new StringDecoder('utf8');
  const reader = snapshotReader(options.stored === true);
  let length = 0;
  await readPlain(opened, options, (piece) => {
    length += piece.length;
    if (length > longestSnapshot)
      throw new FormatError('too-large', `is a snapshot of more than ${longestSnapshot} bytes`);
    reader.write(decoder.write(piece));
  });
  reader.write(decoder.end());
  const snapshot = reader.end();
  // As of the artifact itself: its root does not count.
  const beyond = snapshot.entries.filter(({ path }) => path !== '.')[options.maxEntries];
  if (beyond !== undefined) throw tooManyEntries(options.maxEntries, { path: beyond.path });
  checkPlatform(snapshot, options);
  return snapshot;
}

/** @throws FormatError for the snapshot of an image that is not the one asked for: its layers cannot be chosen from any more. */
function checkPlatform({ image }: Snapshot, { image: choice }: ScanOptions): void {
  const wanted = choice?.platform;
  if (wanted === undefined || image === undefined || matchesPlatform(image.platform, wanted)) return;
  const own = image.platform === null ? 'does not say its platform' : `is of an image for ${image.platform}`;
  throw new FormatError('no-image', `${own}, and the platform "${wanted}" is asked for`);
}
