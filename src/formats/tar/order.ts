// A tar with its members in another order, to learn whether that compresses better. Members are moved as they stand, with their
// extension headers; what one of them means must not depend on its place, else there is no other order.
import type { Name } from '../../model/name.ts';
import type { MemberSink } from '../format.ts';
import { compareNames } from '../../model/name.ts';
import { blockSize, paddingOf } from './layout.ts';
import { tarReader } from './tar.ts';

/** `name`: as `tar --sort=name`. `type`: by what follows the last dot of the name, then so. */
export type TarOrder = 'name' | 'type';

/** Where a member stands in the archive: headers, content and padding. */
export interface TarExtent {
  readonly name: Name;
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

export interface ExtentReader {
  write(piece: Uint8Array): void;
  /** All members in order; null where another order could mean something else: a name twice, or headers for all that follows. */
  finish(): readonly TarExtent[] | null;
}

/** @throws FormatError as `tarReader`, from `write` and `finish`. */
export function extentReader(): ExtentReader {
  const extents: TarExtent[] = [];
  let open: { name: Name; kind: string; start: number; header: number } | null = null;
  const sink: MemberSink = {
    begin({ name, kind, start, offset }) {
      open = { name, kind, start: start ?? offset, header: offset };
    },
    data() {},
    hole() {},
    end() {
      if (open === null) return;
      const { name, kind, start, header } = open;
      // Members without content end before the reader has moved over their header.
      const end = kind === 'file' ? reader.position() : header + blockSize;
      extents.push({ name, kind, start, end: end + paddingOf(end) });
      open = null;
    },
    file() {},
    notice() {},
  };
  const reader = tarReader(sink);
  return {
    write: (piece) => reader.write(piece),
    finish() {
      reader.finish();
      const names = new Set(extents.map(({ name }) => name));
      const gaps = extents.some(({ start }, index) => start !== (extents[index - 1]?.end ?? 0));
      return gaps || names.size < extents.length ? null : extents;
    },
  };
}

/** Hard links stay last, in their own order, as they need what they name before them; directories stand before what they hold. */
export function inOrder(extents: readonly TarExtent[], order: TarOrder): TarExtent[] {
  const keyed = extents.map((extent) => {
    const late = extent.kind === 'hardlink';
    // Components are compared one by one, so the separator is less than any character.
    const byName = extent.name.replace(/(?<!\/)\/+$/, '').replaceAll('/', '\0');
    const first = order === 'name' || extent.kind === 'directory' ? '' : extensionOf(extent.name);
    return { extent, late, first, byName: late ? '' : byName };
  });
  return keyed
    .toSorted(
      (a, b) =>
        Number(a.late) - Number(b.late) ||
        (a.late ? 0 : compareNames(a.first, b.first) || compareNames(a.byName, b.byName)),
    )
    .map(({ extent }) => extent);
}

/** Directories have none and so stand first; files without one follow. */
function extensionOf(name: Name): string {
  const base = name.slice(name.lastIndexOf('/') + 1);
  const dot = base.lastIndexOf('.');
  return ` ${dot > 0 ? base.slice(dot) : ''}`;
}
