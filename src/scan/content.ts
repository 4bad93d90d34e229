// What happens to the bytes of one member while they stream by: counted, hashed, and, where an inspector wants the whole
// content of a format without random access, spooled.
import { createHash, hash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { forEachChunk, memorySource } from '../bytes/source.ts';
import type { ByteSource } from '../bytes/source.ts';
import { Spool } from '../bytes/spool.ts';
import { FormatError, InputError } from '../errors.ts';
import type { OpenFile } from '../formats/format.ts';
import { inspectors } from '../inspectors/index.ts';
import { headLength } from '../inspectors/inspector.ts';
import type { Inspected, Inspector, Remark } from '../inspectors/inspector.ts';
import type { Facts } from '../model/facts.ts';
import type { Name } from '../model/name.ts';
import { closeQuietly } from './close.ts';
import type { CollectorOptions, Inode, Slot } from './collector.ts';

/** Holes of sparse files are hashed up to this many bytes in all (1 GiB); beyond, hashing zeros would take hours. */
export const maxHoles = 1 << 30;

export type Report = (code: string, path: Name | null, message: string) => void;

export interface ContentReader {
  begin(slot: Slot, isFile: boolean): void;
  data(piece: Uint8Array): void;
  hole(count: number): void;
  end(): void;
  file(slot: Slot, inode: Inode, open: () => OpenFile): void;
}

interface Work {
  readonly slot: Slot;
  readonly inode: Inode;
  hasher: Hash | null;
  /** First bytes, until the inspector is chosen; null before the first of them. */
  head: Buffer | null;
  chosen: boolean;
  inspector: Inspector | null;
  received: number;
  skipHash: boolean;
}

export function contentReader(options: CollectorOptions, report: Report): ContentReader {
  const spool = new Spool();
  const zeros = Buffer.alloc(1 << 18);
  let work: Work | null = null;
  let unpacked = 0;
  let holes = 0;

  function take(now: Work, piece: Uint8Array): void {
    now.received += piece.length;
    if (!now.skipHash) now.hasher?.update(piece);
    if (!now.chosen) choose(now, piece);
    if (now.inspector?.needs === 'all') spool.write(piece);
  }

  /** Gathers the head over small pieces; then the inspector that wants the file, if any, gets all of it. */
  function choose(now: Work, piece: Uint8Array): void {
    const wanted = Math.min(headLength, now.inode.size);
    const before = now.head?.length ?? 0;
    const head = Buffer.concat([now.head ?? noBytes, piece.subarray(0, wanted - before)]);
    now.head = head;
    if (head.length < wanted) return;
    now.chosen = true;
    now.inspector = inspectorFor(head, now.slot);
    if (now.inspector?.needs === 'all') spool.expect(now.inode.size);
    // Bytes of the head that came in earlier pieces; this piece itself follows in take().
    if (now.inspector?.needs === 'all' && before > 0) spool.write(head.subarray(0, before));
  }

  /** What was learned of content by its digest: copies of large files (static libraries, above all) are common. */
  const learned = new Map<string, Outcome>();

  function inspect(inspector: Inspector | null, source: ByteSource, slot: Slot, inode: Inode): void {
    if (inspector === null) return;
    const key = inspector.needs === 'all' ? inode.digest : null;
    const known = key === null ? undefined : learned.get(key);
    const outcome = known ?? inspected(inspector, source, { path: slot.path, size: inode.size, facts: options.facts });
    if (key !== null && known === undefined) learned.set(key, outcome);
    inode.facts = outcome.facts;
    if (outcome.remark !== null) report(outcome.remark.code, slot.path, outcome.remark.message);
  }

  return {
    begin(slot, isFile) {
      work = null;
      if (!isFile || slot.inode === null) return;
      if (slot.member.unreadable !== undefined) {
        report('unreadable-content', slot.path, `${slot.member.unreadable}; its size counts, its content is unknown`);
        return;
      }
      work = {
        slot,
        inode: slot.inode,
        hasher: null,
        head: null,
        chosen: false,
        inspector: null,
        received: 0,
        skipHash: false,
      };
    },
    data(piece) {
      unpacked += piece.length;
      if (unpacked > options.maxUnpacked) {
        throw new FormatError(
          'too-much-unpacked',
          `unpacks to more than ${options.maxUnpacked} bytes (see --max-unpacked)`,
          {
            path: work?.slot.path,
          },
        );
      }
      if (work === null) return;
      if (work.received === 0 && piece.length === work.inode.size) {
        // The common case: the whole member lies in one piece, so nothing has to be kept.
        work.received = piece.length;
        work.inode.digest = `sha256:${hash('sha256', piece, 'hex')}`;
        inspect(inspectorFor(piece, work.slot), memorySource(piece), work.slot, work.inode);
        return;
      }
      work.hasher ??= createHash('sha256');
      take(work, piece);
    },
    hole(count) {
      if (work === null) return;
      holes += count;
      if (holes > maxHoles) {
        if (!work.skipHash)
          report('sparse-not-hashed', work.slot.path, 'is a sparse file too large to hash; its content is unknown');
        work.skipHash = true;
        work.chosen = true;
        work.inspector = null;
        // What was spooled of it must not stand before the next member's content.
        spool.reset();
        work.received += count;
        return;
      }
      work.hasher ??= createHash('sha256');
      for (let left = count; left > 0; left -= zeros.length)
        take(work, left < zeros.length ? zeros.subarray(0, left) : zeros);
    },
    end() {
      const now = work;
      work = null;
      if (now === null || now.inode.digest !== null) return;
      if (now.received !== now.inode.size) {
        throw new FormatError('wrong-size', `has ${now.received} bytes, but ${now.inode.size} were announced`, {
          path: now.slot.path,
        });
      }
      if (!now.skipHash) now.inode.digest = `sha256:${(now.hasher ?? createHash('sha256')).digest('hex')}`;
      const head = now.head ?? noBytes;
      if (!now.chosen) now.inspector = inspectorFor(head, now.slot);
      if (now.inspector === null) return;
      inspect(now.inspector, now.inspector.needs === 'all' ? spool.source() : memorySource(head), now.slot, now.inode);
      spool.reset();
    },
    file(slot, inode, open) {
      withOpen(slot.path, open, report, (source) => {
        const head = source.read(0, Math.min(headLength, source.size));
        inspect(inspectorFor(head, slot), source, slot, inode);
        if (options.hashAtOnce) inode.digest = digestOf(source);
      });
    },
  };
}

const noBytes = Buffer.alloc(0);

interface Outcome {
  readonly facts: Facts | null;
  readonly remark: Remark | null;
}

/** Broken content is no reason to give up: the file counts by its size, with a remark. Any other error is a bug. */
function inspected(inspector: Inspector, source: ByteSource, file: Inspected): Outcome {
  try {
    const facts = inspector.inspect(source, file);
    return { facts, remark: inspector.remark?.(facts) ?? null };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const at = error.offset === undefined ? '' : ` (at byte ${error.offset})`;
    return {
      facts: null,
      remark: { code: error.code, message: `is a broken ${inspector.name} file: it ${error.message}${at}` },
    };
  }
}

function inspectorFor(head: Uint8Array, slot: Slot): Inspector | null {
  const file = { path: slot.path };
  return inspectors.find((inspector) => inspector.matches(head, file)) ?? null;
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

function digestOf(source: ByteSource): string {
  const hasher = createHash('sha256');
  forEachChunk(source, (piece) => hasher.update(piece), 1 << 18);
  return `sha256:${hasher.digest('hex')}`;
}
