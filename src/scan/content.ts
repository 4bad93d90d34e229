// What happens to the bytes of one member while they stream by: counted, hashed, and, where an inspector wants the whole
// content of a format without random access, spooled.
import { contentDigest, digestOfPiece } from '../bytes/content-digest.ts';
import type { ContentDigest, DigestPurpose } from '../bytes/content-digest.ts';
import { forEachChunk, memorySource } from '../bytes/source.ts';
import type { ByteSource } from '../bytes/source.ts';
import { Spool } from '../bytes/spool.ts';
import { FormatError, InputError, tooMuchUnpacked } from '../errors.ts';
import type { OpenFile } from '../formats/format.ts';
import { inspectorsFor, packageInspectors, withPathFacts } from '../inspectors/index.ts';
import { headLength } from '../inspectors/inspector.ts';
import type { Inspected, Inspector } from '../inspectors/inspector.ts';
import type { PackageFacts } from '../model/facts.ts';
import type { Name } from '../model/name.ts';
import { closeQuietly } from './close.ts';
import type { CollectorOptions } from './collector.ts';
import type { Draft } from './draft.ts';
import { inspected, streamInspection } from './inspection.ts';
import type { Outcome, StreamedInspection } from './inspection.ts';

/** Holes of sparse files are hashed up to this many bytes in all (1 GiB); beyond, hashing zeros would take hours. */
export const maxHoles = 1 << 30;

export type Report = (code: string, path: Name | null, message: string) => void;

export interface ContentReader {
  /** The next member; null where its bytes, if any come, are no content. `unreadable`: why it comes without them. */
  begin(draft: Draft | null, unreadable: string | undefined): void;
  data(piece: Uint8Array): void;
  hole(count: number): void;
  end(): void;
  file(draft: Draft, open: () => OpenFile): void;
}

interface Work {
  readonly draft: Draft;
  hasher: ContentDigest | null;
  /** First bytes, until the inspector is chosen; null before the first of them. */
  head: Buffer | null;
  chosen: boolean;
  inspector: AnyInspector | null;
  /** Where the inspector takes the content as it comes. */
  stream: StreamedInspection | null;
  received: number;
  skipHash: boolean;
}

/** Of holes; nothing writes into it. */
const zeros = Buffer.alloc(1 << 18);

export function contentReader(options: CollectorOptions, report: Report): ContentReader {
  const spool = new Spool();
  const purpose = options.digestPurpose ?? 'sha256';
  const inspectors = inspectorsFor(options.bytecode === true);
  let work: Work | null = null;
  let unpacked = 0;
  let holes = 0;

  function take(now: Work, piece: Uint8Array): void {
    now.received += piece.length;
    if (!now.skipHash) now.hasher?.update(piece);
    if (!now.chosen) choose(now, piece);
    keep(now, piece);
  }

  function keep({ inspector, stream }: Work, piece: Uint8Array): void {
    if (stream !== null) stream.write(piece);
    else if (inspector?.needs === 'all') spool.write(piece);
  }

  /** Gathers the head over small pieces; then the inspector that wants the file, if any, gets all of it. */
  function choose(now: Work, piece: Uint8Array): void {
    const wanted = Math.min(headLength, now.draft.size);
    const before = now.head?.length ?? 0;
    const head = Buffer.concat([now.head ?? noBytes, piece.subarray(0, wanted - before)]);
    now.head = head;
    if (head.length < wanted) return;
    now.chosen = true;
    now.inspector = inspectorFor(head, now.draft);
    now.stream = streamed(now.inspector, now.draft);
    if (now.stream === null && now.inspector?.needs === 'all') spool.expect(now.draft.size);
    // Bytes of the head that came in earlier pieces; this piece itself follows in take().
    if (before > 0) keep(now, head.subarray(0, before));
  }

  /** Sizes of contents that were inspected as they came. */
  const streamedSizes = new Set<number>();

  /**
   * How to inspect content that need not be kept: work that goes on while more is decoded, and takes no memory. Not where it may be a
   * copy of what was inspected before: it is known then, but that shows only in the end.
   */
  function streamed(inspector: AnyInspector | null, draft: Draft): StreamedInspection | null {
    if (inspector?.inspectStream === undefined || isPackageInspector(inspector)) return null;
    if (options.knownFacts !== undefined || streamedSizes.has(draft.size)) return null;
    return streamInspection(inspector, about(draft), spool);
  }

  /** What was learned of content by its digest: copies of large files (static libraries, above all) are common. */
  const learned = options.knownFacts ?? new Map<string, Outcome>();

  function inspectorFor(head: Uint8Array, draft: Draft): AnyInspector | null {
    for (const inspector of inspectors) if (inspector.matches(head, draft)) return inspector;
    if (options.packageLists === undefined) return null;
    return packageInspectors.find((inspector) => inspector.matches(head, draft)) ?? null;
  }

  /** Lists of packages mean something at their path only, so nothing is learned for other copies of the content. */
  function readList(inspector: Inspector<PackageFacts>, source: ByteSource, { path, size }: Draft): void {
    const { facts, remark } = inspected(inspector, source, { path, size, facts: options.facts });
    // A path that comes twice: the last one counts.
    if (facts === null) options.packageLists?.delete(path);
    else options.packageLists?.set(path, facts);
    if (remark !== null) report(remark.code, path, remark.message);
  }

  function inspect(inspector: AnyInspector | null, source: ByteSource, draft: Draft): void {
    if (inspector === null) return;
    if (isPackageInspector(inspector)) {
      readList(inspector, source, draft);
      return;
    }
    const key = inspector.needs === 'all' ? draft.digest : null;
    const known = key === null ? undefined : learned.get(key);
    if (known === undefined) settle(draft, inspected(inspector, source, about(draft)), key);
    else note(draft, known.facts === null ? known : { ...known, facts: withPathFacts(known.facts, draft.path) });
  }

  function about({ path, size }: Draft): Inspected {
    return {
      path,
      size,
      facts: options.facts,
      strip: options.stripVersion,
      compressDebug: options.compressDebug,
      stripShare: options.stripShare,
      // Where files can be read again, only those are that another one may equal (builds.ts).
      kept: options.hashAtOnce || options.facts === 'all' ? purpose : undefined,
    };
  }

  /** Notes what was just found, and learns it for copies where `key` is the content's digest. */
  function settle(draft: Draft, outcome: Outcome, key: string | null): void {
    if (key !== null) learned.set(key, outcome);
    note(draft, outcome);
  }

  function note(draft: Draft, { facts, remark }: Outcome): void {
    draft.facts = facts;
    if (remark !== null) report(remark.code, draft.path, remark.message);
  }

  return {
    begin(draft, unreadable) {
      work = null;
      if (draft === null) return;
      if (unreadable !== undefined) {
        report('unreadable-content', draft.path, `${unreadable}; its size counts, its content is unknown`);
        return;
      }
      work = {
        draft,
        hasher: null,
        head: null,
        chosen: false,
        inspector: null,
        stream: null,
        received: 0,
        skipHash: false,
      };
    },
    data(piece) {
      unpacked += piece.length;
      if (unpacked > options.maxUnpacked) throw tooMuchUnpacked(options.maxUnpacked, { path: work?.draft.path });
      if (work === null) return;
      if (work.received === 0 && piece.length === work.draft.size) {
        // The common case: the whole member lies in one piece, so nothing has to be kept.
        work.received = piece.length;
        work.draft.digest = digestOfPiece(purpose, piece);
        inspect(inspectorFor(piece, work.draft), memorySource(piece), work.draft);
        return;
      }
      work.hasher ??= contentDigest(purpose, work.draft.size);
      take(work, piece);
    },
    hole(count) {
      if (work === null) return;
      if (work.skipHash || holes + count > maxHoles) {
        if (!work.skipHash)
          report('sparse-not-hashed', work.draft.path, 'is a sparse file too large to hash; its content is unknown');
        work.skipHash = true;
        work.chosen = true;
        work.inspector = null;
        work.stream = null;
        // What was spooled of it must not stand before the next member's content.
        spool.reset();
        work.received += count;
        return;
      }
      holes += count;
      work.hasher ??= contentDigest(purpose, work.draft.size);
      for (let left = count; left > 0; left -= zeros.length) take(work, zeros.subarray(0, left));
    },
    end() {
      const now = work;
      work = null;
      if (now === null) return;
      if (now.received !== now.draft.size) {
        throw new FormatError('wrong-size', `has ${now.received} bytes, but ${now.draft.size} were announced`, {
          path: now.draft.path,
        });
      }
      if (now.draft.digest !== null) return;
      if (!now.skipHash) now.draft.digest = (now.hasher ?? contentDigest(purpose, now.draft.size)).digest();
      const head = now.head ?? noBytes;
      if (!now.chosen) now.inspector = inspectorFor(head, now.draft);
      if (now.stream !== null) {
        streamedSizes.add(now.draft.size);
        settle(now.draft, now.stream.outcome(), now.draft.digest);
      } else if (now.inspector !== null) {
        inspect(now.inspector, now.inspector.needs === 'all' ? spool.source() : memorySource(head), now.draft);
      }
      spool.reset();
    },
    file(draft, open) {
      withOpen(draft.path, open, report, (source) => {
        const head = source.read(0, Math.min(headLength, source.size));
        inspect(inspectorFor(head, draft), source, draft);
        if (options.hashAtOnce) draft.digest = digestOf(purpose, source);
      });
    },
  };
}

const noBytes = Buffer.alloc(0);

type AnyInspector = Inspector | Inspector<PackageFacts>;

const ofPackages: ReadonlySet<AnyInspector> = new Set(packageInspectors);

function isPackageInspector(inspector: AnyInspector): inspector is Inspector<PackageFacts> {
  return ofPackages.has(inspector);
}

/** Runs `use` on an opened member; what the system refuses becomes a notice, and the file counts by its size. */
export function withOpen(path: Name, open: () => OpenFile, report: Report, use: (source: ByteSource) => void): void {
  try {
    const file = open();
    try {
      use(file.source);
    } catch (error) {
      closeQuietly(file);
      throw error;
    }
    file.close();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    report(error.code, path, error.message);
  }
}

function digestOf(purpose: DigestPurpose, source: ByteSource): string {
  const hasher = contentDigest(purpose, source.size);
  forEachChunk(source, (piece) => hasher.update(piece), 1 << 18);
  return hasher.digest();
}
