// The single pass: reads an artifact once and returns all that is known of it as a snapshot.
import { FormatError } from '../errors.ts';
import { readArtifact, readPlain } from '../formats/index.ts';
import type { ArtifactOptions } from '../formats/index.ts';
import { openArtifact } from '../formats/open.ts';
import type { OpenedFile } from '../formats/open.ts';
import type { StripVersion } from '../inspectors/elf/strip-version.ts';
import type { FactsWanted } from '../inspectors/inspector.ts';
import { compareNames } from '../model/name.ts';
import type { Notice, Snapshot } from '../model/snapshot.ts';
import { createCollector } from './collector.ts';
import type { Outcome } from './content.ts';
import { createLedger } from '../formats/ledger.ts';
import { withMembers } from './made.ts';
import { chargeMembers, overheadOf } from './stored.ts';
import { hashFiles } from './hashing.ts';
import { entriesOf, totalsOf } from './entries.ts';
import { looksLikeSnapshot, parseSnapshot } from './snapshot-file.ts';

export interface ScanOptions extends ArtifactOptions {
  /** `auto`: in a directory only files that another file may equal are hashed (archives: every file). `all`: every file. */
  readonly digests: 'auto' | 'all';
  /** `needed`: facts that rules judge. `all`: also those that only a snapshot keeps (sizes after each mode of strip). */
  readonly facts: FactsWanted;
  /**
   * What scans share: content that one of them has inspected is not inspected again. Only for scans with equal `facts`; begin
   * with an empty map, each adds to it.
   */
  readonly knownFacts?: Map<string, Outcome>;
  /** Release of GNU strip (binutils) whose results are predicted: 2.35, 2.40 (the default) or 2.44. */
  readonly stripVersion?: StripVersion | undefined;
  /** Whether to tell how many bytes of the artifact file carry each entry. */
  readonly stored?: boolean | undefined;
  /** Whether to try what compressing the debug data of ELF files would save; takes long. */
  readonly compressDebug?: boolean | undefined;
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
    const ledger = options.stored === true && opened.kind === 'file' ? createLedger() : undefined;
    const collector = createCollector({ ...options, ledger, hashAtOnce: opened.kind === 'file' });
    const { format, codecs, length, archive } = await readArtifact(opened, collector, { ...options, ledger });
    const collected = collector.collected();
    const charges = ledger?.charges() ?? null;
    if (charges !== null) chargeMembers(collected.members, charges);
    if (opened.kind === 'directory') await hashFiles(collected, options.digests === 'all' ? 'all' : 'candidates');
    const entries = entriesOf(collected, format === 'directory');
    return {
      artifact: { name: artifact, format, codecs, length },
      totals: totalsOf(entries, archive, length),
      entries,
      superseded: collected.superseded,
      notices: collected.notices.toSorted(compareNotices),
      ...(charges === null || ledger === undefined
        ? {}
        : { overhead: overheadOf(entries, charges), made: withMembers(ledger.made(), collected.members) }),
    };
  } finally {
    if (opened.kind === 'file') opened.close();
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
