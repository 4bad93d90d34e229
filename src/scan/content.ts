// What happens to the bytes of one member while they stream by: counted, hashed, and, where an inspector wants the whole
// content of a format without random access, spooled.
import { createHash, hash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { forEachChunk, memorySource } from '../bytes/source.ts';
import type { ByteSource } from '../bytes/source.ts';
import { Spool } from '../bytes/spool.ts';
import { FormatError, InputError } from '../errors.ts';
import type { OpenFile } from '../formats/format.ts';
import { inspectors, withPathFacts } from '../inspectors/index.ts';
import { headLength } from '../inspectors/inspector.ts';
import type { Inspector } from '../inspectors/inspector.ts';
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
  /** First bytes, until the inspector is chosen. */
  head: Buffer;
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
    const before = now.head.length;
    now.head = Buffer.concat([now.head, piece.subarray(0, wanted - before)]);
    if (now.head.length < wanted) return;
    now.chosen = true;
    now.inspector = inspectorFor(now.head, now.slot);
    if (now.inspector?.needs === 'all') spool.expect(now.inode.size);
    // Bytes of the head that came in earlier pieces; this piece itself follows in take().
    if (now.inspector?.needs === 'all' && before > 0) spool.write(now.head.subarray(0, before));
  }

  function inspect(inspector: Inspector | null, source: ByteSource, slot: Slot, inode: Inode): void {
    if (inspector === null) return;
    // Only what takes long is looked up; a digest that comes later (files with random access) finds nothing.
    const known = inspector.needs === 'all' && inode.digest !== null ? options.knownFacts : undefined;
    const key = `${inspector.name} ${inode.digest}`;
    try {
      const found = known?.get(key);
      inode.facts =
        found === undefined
          ? inspector.inspect(source, { path: slot.path, size: inode.size, facts: options.facts })
          : withPathFacts(found, slot.path);
      known?.set(key, inode.facts);
      const remark = inspector.remark?.(inode.facts) ?? null;
      if (remark !== null) report(remark.code, slot.path, remark.message);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      const at = error.offset === undefined ? '' : ` (at byte ${error.offset})`;
      report(error.code, slot.path, `is a broken ${inspector.name} file: it ${error.message}${at}`);
    }
  }

  return {
    begin(slot, isFile) {
      work = null;
      if (!isFile || slot.inode === null) return;
      if (slot.member.unreadable !== undefined) {
        report('unreadable-content', slot.path, `${slot.member.unreadable}; its size counts, its content is unknown`);
        return;
      }
      const head = Buffer.alloc(0);
      work = {
        slot,
        inode: slot.inode,
        hasher: null,
        head,
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
      if (!now.chosen) now.inspector = inspectorFor(now.head, now.slot);
      if (now.inspector === null) return;
      inspect(
        now.inspector,
        now.inspector.needs === 'all' ? spool.source() : memorySource(now.head),
        now.slot,
        now.inode,
      );
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
