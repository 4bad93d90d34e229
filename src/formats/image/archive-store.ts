// The parts of an image inside an uncompressed tar with random access: one walk over its headers, which passes over all content.
import { readAhead } from '../../bytes/read-ahead.ts';
import { sliceSource } from '../../bytes/source.ts';
import type { ByteSource } from '../../bytes/source.ts';
import { createTurns } from '../../bytes/turns.ts';
import { FormatError, tooManyEntries } from '../../errors.ts';
import { normalizePath } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import { pathFault } from '../../model/path-bounds.ts';
import type { MemberSink, RandomFile, ReadOptions } from '../format.ts';
import { blockSize } from '../tar/layout.ts';
import { tarReader } from '../tar/tar.ts';
import { linkInside } from './store.ts';
import type { PartStore, Stored } from './store.ts';

/** Names that decide what an archive is; they must not come twice. */
const decisive: ReadonlySet<Name> = new Set(['manifest.json', 'index.json', 'oci-layout']);

/** Links that are followed one after the other. */
const maxLinks = 8;

interface Slot {
  readonly kind: 'file' | 'symlink' | 'hardlink' | 'sparse';
  readonly offset: number;
  readonly size: number;
  readonly link: Name;
}

export interface ArchiveStore extends PartStore {
  /** Paths of all members. */
  readonly paths: ReadonlySet<Name>;
  /** Oddities of the archive; they count where it turns out to be an image. */
  readonly notices: Parameters<MemberSink['notice']>[0][];
}

/** @throws FormatError where the tar is damaged. */
export async function indexArchive(
  source: ByteSource,
  { maxEntries }: ReadOptions,
  { fd }: Pick<RandomFile, 'fd'>,
): Promise<ArchiveStore> {
  const slots = new Map<Name, Slot>();
  const notices: ArchiveStore['notices'] = [];
  let begun: { readonly path: Name; readonly kind: Slot['kind']; readonly size: number; readonly link: Name } | null =
    null;
  const sink: MemberSink = {
    begin({ name, kind, size, link }) {
      const { path } = normalizePath(name);
      begun = kind === 'directory' || kind === 'other' ? null : { path, kind, size, link: link ?? '' };
    },
    data() {},
    hole() {},
    end() {},
    file() {},
    notice: (notice) => {
      notices.push(notice);
    },
  };
  /** The content of a member that is not sparse can be passed over as soon as its header is read. */
  const keep = (offset: number): void => {
    if (begun === null) return;
    const { path, size, link } = begun;
    const fault = pathFault(path);
    if (fault !== null)
      throw new FormatError(fault.code, `is ${fault.message}`, { path: `${path.slice(0, 60)}...`, offset });
    const kind = begun.kind === 'file' && size > 0 && reader.skippable() === 0 ? 'sparse' : begun.kind;
    begun = null;
    if (slots.has(path) && decisive.has(path)) {
      throw new FormatError('duplicate-entry', 'is in the archive more than once', { path, offset });
    }
    if (!slots.has(path) && slots.size >= maxEntries) {
      throw tooManyEntries(maxEntries, { offset });
    }
    slots.set(path, { kind, offset, size, link });
  };

  const reader = tarReader(sink);
  const view = readAhead(source, { most: 1 << 16, reuse: true });
  const turns = createTurns();
  for (let at = 0; at < source.size;) {
    const skippable = Math.min(reader.skippable(), source.size - at);
    if (skippable > 0) {
      reader.skip(skippable);
      at += skippable;
    } else {
      const block = view(at, Math.min(blockSize, source.size - at));
      reader.write(block);
      at += block.length;
      keep(at);
    }
    if (turns.due()) await turns.next();
  }
  reader.finish();

  function resolve(path: Name): { readonly path: Name; readonly slot: Slot } | null {
    let at = path;
    for (let step = 0; step <= maxLinks; step++) {
      const slot = slots.get(at);
      if (slot === undefined) return null;
      if (slot.kind === 'file') return { path: at, slot };
      if (slot.kind === 'sparse') {
        throw new FormatError('unsupported', 'is a sparse member; parts of an image are not', { path: at });
      }
      at = slot.kind === 'hardlink' ? normalizePath(slot.link).path : linkInside(slot.link, at);
    }
    throw new FormatError('link-loop', 'is a link that leads nowhere', { path });
  }

  return {
    paths: new Set(slots.keys()),
    notices,
    find(path): Stored | null {
      const found = resolve(path);
      if (found === null) return null;
      const { offset, size } = found.slot;
      return {
        path: found.path,
        size,
        open: () => ({
          source: sliceSource(source, offset, size),
          file: fd === undefined ? null : { fd, position: offset },
          close() {},
        }),
      };
    },
  };
}
