// From a header block and its extensions to a member: which name, size and kind count when they contradict each other.
import { FormatError } from '../../errors.ts';
import type { Name } from '../../model/name.ts';
import type { EntryKind } from '../../model/snapshot.ts';
import type { Member } from '../format.ts';
import { sizeField } from './header.ts';
import type { TarHeader } from './header.ts';
import { field, paddingOf, sparseTable } from './layout.ts';
import type { PaxSparse } from './pax.ts';
import { badMap, checkSegments, readPairs, segmentsOfMap } from './sparse.ts';
import type { Segment } from './sparse.ts';
import { notice } from './state.ts';
import type { Extensions, SparseWork, TarState } from './state.ts';

const kinds: Readonly<Record<string, EntryKind>> = {
  '0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'other',
  '4': 'other',
  '5': 'directory',
  '6': 'other',
  D: 'directory',
};

/** A header that is no extension: starts its member, and sets the phase for what follows. */
export function startMember(state: TarState, header: TarHeader, offset: number): void {
  const resolved = state.extensions === null && state.plainGlobals ? header : resolve(state, header);
  const sparse = state.extensions?.pax.sparse;
  state.start = state.extensions?.offset;
  state.extensions = null;
  if (header.type === 'V') {
    notice(state, 'volume-label', resolved.name, 'is a volume label, not a file');
    skipBody(state, resolved.size);
    return;
  }
  const kind = kindOf(state, header, resolved.name);
  if (kind === 'file' && header.blankSize)
    notice(state, 'blank-size', resolved.name, 'has a blank size field, taken as 0');
  if (kind === 'file') startFile(state, resolved, sparse, offset);
  else startOther(state, resolved, kind, offset);
}

/** The header with what extension headers say instead. */
function resolve(state: TarState, header: TarHeader): TarHeader {
  const { extensions } = state;
  // Spreading takes long for what runs for every member of an archive with pax headers.
  const pax = state.plainGlobals ? (extensions?.pax ?? {}) : { ...state.globals, ...extensions?.pax };
  const name = pax.sparse?.name ?? extensions?.pax.path ?? extensions?.longName ?? pax.path ?? header.name;
  reportConflicts(state, header, extensions, name);
  const { mode, type, magic, blankSize } = header;
  return {
    name,
    link: extensions?.pax.linkpath ?? extensions?.longLink ?? pax.linkpath ?? header.link,
    mode,
    uid: pax.uid ?? header.uid,
    gid: pax.gid ?? header.gid,
    size: pax.size ?? header.size,
    mtime: pax.mtime ?? header.mtime,
    type,
    magic,
    blankSize,
  };
}

function startFile(state: TarState, header: TarHeader, sparse: PaxSparse | undefined, offset: number): void {
  if (header.type === 'S') {
    startOldSparse(state, header, offset);
  } else if (sparse !== undefined && (sparse.major ?? 0) >= 1) {
    const { minor = 0 } = sparse;
    if (sparse.major !== 1 || minor !== 0) {
      throw new FormatError('bad-sparse-map', `uses sparse format ${sparse.major}.${minor}, which is not known`, {
        path: header.name,
        offset,
      });
    }
    state.sparse = sparseWork(header, sparse.realSize ?? header.size, offset);
    state.phase = 'sparse-map';
    state.remaining = header.size;
  } else if (sparse?.map !== undefined) {
    if (sparse.realSize === undefined) throw badMap('comes without the real size of the file', header.name, offset);
    const work = sparseWork(header, sparse.realSize, offset);
    beginSparse(state, work, segmentsOfMap(sparse.map, header.name, offset), header.size);
  } else {
    begin(state, header, 'file', header.size, offset);
    startBody(state, header.size);
  }
}

/** Links, directories and devices have no body, whatever their size field says; only the next block shows who lied. */
function startOther(state: TarState, header: TarHeader, kind: EntryKind, offset: number): void {
  begin(state, header, kind, 0, offset);
  state.sink.end();
  state.open = false;
  if (header.type === 'D') {
    skipBody(state, header.size);
  } else if (header.size > 0) {
    notice(
      state,
      'size-on-link',
      header.name,
      `is a ${kind} with a size of ${header.size} bytes; they are not counted`,
    );
    state.doubtfulBody = header.size;
  }
}

function startOldSparse(state: TarState, header: TarHeader, offset: number): void {
  const realSize = sizeField(state.block, field.realSize.at, 'real size', header.name, offset);
  const work = sparseWork(header, realSize, offset);
  work.segments = readPairs(state.block, sparseTable.header, header.name, offset);
  if (state.block[sparseTable.header.more] === 0) {
    beginSparse(state, work, work.segments, header.size);
    return;
  }
  state.sparse = work;
  state.phase = 'sparse-header';
}

function sparseWork(header: TarHeader, realSize: number, offset: number): SparseWork {
  return {
    header,
    path: header.name,
    realSize,
    offset,
    segments: [],
    mapBytes: 0,
    map: { count: null, values: [], rest: '' },
  };
}

/** The map is complete: `stored` bytes of segments follow. */
export function beginSparse(state: TarState, work: SparseWork, segments: Segment[], stored: number): void {
  checkSegments(segments, work.realSize, stored, work.path, work.offset);
  state.sparse = null;
  state.segments = segments;
  state.segment = 0;
  state.segmentLeft = 0;
  state.logical = 0;
  state.realSize = work.realSize;
  begin(state, work.header, 'file', work.realSize, work.offset);
  startBody(state, stored);
}

function begin(state: TarState, header: TarHeader, kind: EntryKind, size: number, offset: number): void {
  const link = kind === 'symlink' || kind === 'hardlink' ? header.link : null;
  const { name, uid, gid, mtime } = header;
  const mode = header.mode === null ? null : header.mode & 0o7777;
  const { start } = state;
  const member: Member = { name, kind, size, mode, uid, gid, mtime, link, offset, disk: null, inode: null, start };
  state.path = name;
  state.open = true;
  state.sink.begin(member);
}

function startBody(state: TarState, stored: number): void {
  state.phase = 'body';
  state.remaining = stored;
  state.padding = paddingOf(stored);
}

/** Passes over `size` bytes and their padding. */
function skipBody(state: TarState, size: number): void {
  state.phase = 'skip';
  state.remaining = size + paddingOf(size);
}

function kindOf(state: TarState, header: TarHeader, name: Name): EntryKind {
  const { type } = header;
  const kind = kinds[type];
  if (kind === undefined) {
    const what =
      type === 'M'
        ? 'is the continuation of a file from another volume'
        : `has the unknown type ${JSON.stringify(type)}`;
    notice(state, 'unknown-type', name, `${what}; counted as a file`);
    return 'file';
  }
  if (type === 'D') notice(state, 'dumpdir', name, 'is a GNU incremental directory; its list of names is not counted');
  // Archives from before the directory type say it with a slash.
  return type === '0' && name.endsWith('/') ? 'directory' : kind;
}

function reportConflicts(state: TarState, header: TarHeader, extensions: Extensions | null, name: Name): void {
  if (extensions === null) return;
  if (extensions.pax.path !== undefined && extensions.longName !== null) {
    notice(state, 'conflicting-headers', name, 'is named by both a pax and a GNU header; the pax name counts');
  }
  if (extensions.paxHeaders > 1) {
    notice(state, 'conflicting-headers', name, `has ${extensions.paxHeaders} pax headers; later records count`);
  }
  const claimed = extensions.pax.size;
  if (claimed !== undefined && header.size !== 0 && claimed !== header.size) {
    notice(
      state,
      'conflicting-headers',
      name,
      `has ${claimed} bytes by its pax header, ${header.size} by its tar header; pax counts`,
    );
  }
}
