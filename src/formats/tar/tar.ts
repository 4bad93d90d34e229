// The tar reader: v7, ustar, GNU and pax archives as a state machine over pieces of any length. It reads front to back,
// keeps one block, and ends well only where the archive's own end was seen or its absence is reported.
import { FormatError } from '../../errors.ts';
import { nameFromBytes } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import type { MemberSink, ReadOptions, StreamFormat, StreamReader } from '../format.ts';
import { tarAccount } from './account.ts';
import { endExtension, startExtension, takeExtension } from './extensions.ts';
import { checksumMatches, isExtensionType, isZero, parseHeader } from './header.ts';
import { blockSize, field, magicWord, paddingOf, sparseTable } from './layout.ts';
import { beginSparse, startMember } from './member.ts';
import { badMap, maxSparseMap, readMapBlock, readPairs } from './sparse.ts';
import { initialState, notice } from './state.ts';
import type { TarState } from './state.ts';

export const tarFormat: StreamFormat = {
  name: 'tar',
  access: 'stream',
  bid(head) {
    if (!checksumMatches(head)) return isZero(head) && head.length >= 2 * blockSize ? 8 : 0;
    return nameFromBytes(head).startsWith(magicWord, field.magic.at) ? 104 : 64;
  },
  reader: tarReader,
};

/** What rewriters of archives and readers of images need to know besides. */
export interface TarReader extends StreamReader {
  /** Bytes of the archive taken so far; while the sink's `end` runs, the end of the member without its padding. */
  position(): number;
  /** Whether the end-of-archive mark was seen. */
  ended(): boolean;
  /** Bytes of content or padding that come next and may be passed over with `skip`, their data unseen. */
  skippable(): number;
  skip(count: number): void;
}

export interface TarOptions extends Pick<ReadOptions, 'ledger'> {
  /** Whether a digest says that all of it is there: then what is missing at its end was never written. */
  readonly isVerified?: boolean;
}

export function tarReader(sink: MemberSink, options: TarOptions = {}): TarReader {
  const state = initialState(sink);
  const account = options.ledger === undefined ? null : tarAccount(options.ledger);
  return {
    position: () => state.offset,
    ended: () => state.phase === 'end',
    write(piece) {
      let at = 0;
      while (at < piece.length) {
        const before = state.phase;
        const used = step(state, piece, at);
        account?.took(before, state, piece, at, used);
        at += used;
        state.offset += used;
        settle(state);
      }
    },
    // Segments of a sparse member are told apart while they are read.
    skippable: () =>
      state.phase === 'skip' || (state.phase === 'body' && state.segments === null) ? state.remaining : 0,
    skip(count) {
      state.remaining -= count;
      state.offset += count;
      settle(state);
    },
    finish() {
      finish(state, options.isVerified === true ? '' : '; it may have been cut');
      account?.finish();
    },
  };
}

/** Takes some bytes of `piece` from `at` on; returns how many. */
function step(state: TarState, piece: Uint8Array, at: number): number {
  switch (state.phase) {
    case 'header':
    case 'sparse-header':
      return takeBlock(state, piece, at);
    case 'extension':
      return takeExtension(state, piece, at);
    case 'body':
      return takeBody(state, piece, at);
    case 'sparse-map':
      return takeSparseMap(state, piece, at);
    case 'end':
      return takeEnd(state, piece, at);
    case 'skip':
  }
  const used = Math.min(state.remaining, piece.length - at);
  state.remaining -= used;
  return used;
}

/** Moves on where a phase has nothing left to take. */
function settle(state: TarState): void {
  if (state.remaining > 0) return;
  if (state.phase === 'body') endBody(state);
  if (state.phase === 'extension') endExtension(state);
  if (state.phase === 'skip' && state.remaining === 0) state.phase = 'header';
}

function takeBlock(state: TarState, piece: Uint8Array, at: number): number {
  const used = Math.min(blockSize - state.filled, piece.length - at);
  state.block.set(piece.subarray(at, at + used), state.filled);
  state.filled += used;
  if (state.filled < blockSize) return used;
  state.filled = 0;
  const offset = state.offset + used - blockSize;
  if (state.phase === 'header') takeHeader(state, offset);
  else takeSparseHeader(state, offset);
  return used;
}

function takeHeader(state: TarState, offset: number): void {
  const { block, words } = state;
  if (isZero(block)) {
    noEntryAfter(state);
    state.phase = 'end';
    state.zeroBlocks = 1;
    state.endOffset = offset;
    return;
  }
  if (!checksumMatches(block, words)) {
    if (state.doubtfulBody > 0) {
      const rest = state.doubtfulBody + paddingOf(state.doubtfulBody) - blockSize;
      state.doubtfulBody = 0;
      state.phase = 'skip';
      state.remaining = rest;
      return;
    }
    throw new FormatError('bad-checksum', 'has a damaged tar header: its checksum is wrong', {
      path: state.path || undefined,
      offset,
    });
  }
  state.doubtfulBody = 0;
  state.sawHeader = true;
  const header = parseHeader(block, offset);
  if (isExtensionType(header.type)) startExtension(state, header, offset);
  else startMember(state, header, offset);
}

function takeBody(state: TarState, piece: Uint8Array, at: number): number {
  let used = Math.min(state.remaining, piece.length - at);
  if (state.segments !== null) {
    openSegment(state, state.segments);
    used = Math.min(used, state.segmentLeft);
    state.segmentLeft -= used;
    state.logical += used;
  }
  state.remaining -= used;
  state.sink.data(piece.subarray(at, at + used));
  return used;
}

/** Moves to the next segment that holds bytes, with the hole before it. */
function openSegment(state: TarState, segments: TarState['segments'] & object): void {
  while (state.segmentLeft === 0) {
    const segment = segments[state.segment++];
    if (segment === undefined) return;
    if (segment.offset > state.logical) state.sink.hole(segment.offset - state.logical);
    state.logical = segment.offset;
    state.segmentLeft = segment.length;
  }
}

function endBody(state: TarState): void {
  if (state.segments !== null && state.realSize > state.logical) state.sink.hole(state.realSize - state.logical);
  state.segments = null;
  state.open = false;
  state.sink.end();
  state.phase = 'skip';
  state.remaining = state.padding;
}

function takeSparseHeader(state: TarState, offset: number): void {
  const work = state.sparse;
  if (work === null) return;
  work.mapBytes += blockSize;
  if (work.mapBytes > maxSparseMap) throw badMap(`is larger than ${maxSparseMap} bytes`, work.path, offset);
  // Not push(...): a map may hold more pairs than a call takes arguments.
  work.segments = work.segments.concat(readPairs(state.block, sparseTable.block, work.path, offset));
  if (state.block[sparseTable.block.more] === 0) beginSparse(state, work, work.segments, work.header.size);
}

function takeSparseMap(state: TarState, piece: Uint8Array, at: number): number {
  const work = state.sparse;
  if (work === null) return 0;
  const used = Math.min(blockSize - state.filled, piece.length - at);
  state.block.set(piece.subarray(at, at + used), state.filled);
  state.filled += used;
  if (state.filled < blockSize) return used;
  state.filled = 0;
  work.mapBytes += blockSize;
  const end = state.offset + used;
  if (work.mapBytes > Math.min(maxSparseMap, state.remaining))
    throw badMap('is not inside the member', work.path, end - blockSize);
  const segments = readMapBlock(work.map, nameFromBytes(state.block), work.path, work.offset);
  if (segments !== null) beginSparse(state, work, segments, state.remaining - work.mapBytes);
  return used;
}

/** After the first zero block: a second one ends the archive, all that is not zero is counted and reported. */
function takeEnd(state: TarState, piece: Uint8Array, at: number): number {
  const rest = piece.subarray(at);
  if (state.trailing > 0) {
    state.trailing += rest.length;
    return rest.length;
  }
  const first = firstNonZero(rest);
  if (first >= 0) state.trailing = rest.length - first;
  const zeros = state.offset + (first < 0 ? rest.length : first) - state.endOffset;
  state.zeroBlocks = Math.floor(zeros / blockSize);
  return rest.length;
}

function firstNonZero(bytes: Uint8Array): number {
  for (let index = 0; index < bytes.length; index++) if (bytes[index] !== 0) return index;
  return -1;
}

/** @param doubt what an end that is not as it should be may mean. */
function finish(state: TarState, doubt: string): void {
  const { offset } = state;
  const at = { path: state.path || undefined, offset };
  if (state.phase === 'end') {
    // A disk image begins with zeros, too; an archive that holds something has a header in front.
    if (!state.sawHeader && state.trailing > 0) {
      const message = 'is not an artifact that can be read: it begins with zero bytes, as disk and ISO images do';
      throw new FormatError('unknown-format', message, { offset: 0 });
    }
    if (state.zeroBlocks < 2) {
      const message = `has a lone zero block at ${state.endOffset} instead of an end of two${doubt}`;
      notice(state, 'lone-zero-block', null, message);
    }
    if (state.trailing > 0) {
      notice(
        state,
        'data-after-end',
        null,
        `has ${state.trailing} bytes after the end of the archive; they are not counted`,
      );
    }
    return;
  }
  if (state.phase === 'skip' || (state.phase === 'header' && state.filled === 0)) {
    // Padding of the last body may be missing: umoci writes such layers.
    if (state.phase === 'skip' && state.remaining >= blockSize)
      throw truncated(`${state.remaining} more bytes should follow`, at);
    if (!state.sawHeader) throw truncated('it holds no header', at);
    noEntryAfter(state);
    notice(state, 'no-end-of-archive', null, `ends at ${offset} without an end-of-archive mark${doubt}`);
    return;
  }
  if (state.phase === 'body') throw truncated(`${state.remaining} more bytes of this member should follow`, at);
  throw truncated(
    `a header or extension of ${state.filled > 0 ? blockSize - state.filled : state.remaining} more bytes should follow`,
    at,
  );
}

function noEntryAfter(state: TarState): void {
  if (state.extensions === null) return;
  throw new FormatError('orphan-header', 'ends after an extension header that belongs to no member', {
    offset: state.extensions.offset,
  });
}

function truncated(what: string, at: { path: Name | undefined; offset: number }): FormatError {
  return new FormatError('truncated', `is cut short: ${what}`, at);
}
