// What the tar reader knows between two pieces of the stream.
import type { Name } from '../../model/name.ts';
import type { MemberSink } from '../format.ts';
import { wordsOf } from './header.ts';
import type { TarHeader } from './header.ts';
import { blockSize } from './layout.ts';
import type { PaxFields, PaxRecord } from './pax.ts';
import type { MapReader, Segment } from './sparse.ts';

/**
 * `header`: a 512-byte block is expected. `extension`: body of a pax or GNU long-name header. `body`: content of a member.
 * `skip`: bytes that belong to no member. `sparse-header`: continuation of an old GNU sparse map. `sparse-map`: the map at the
 * head of a pax 1.0 sparse body. `end`: after a zero block.
 */
export type Phase = 'header' | 'extension' | 'body' | 'skip' | 'sparse-header' | 'sparse-map' | 'end';

/** Headers that describe the next member. */
export interface Extensions {
  pax: PaxFields;
  paxHeaders: number;
  longName: Name | null;
  longLink: Name | null;
  /** Bytes of extension bodies so far. */
  bytes: number;
  /** Offset of the first of them, for errors. */
  offset: number;
}

/** A sparse member on its way. */
export interface SparseWork {
  readonly header: TarHeader;
  readonly path: Name;
  readonly realSize: number;
  readonly offset: number;
  segments: Segment[];
  /** Bytes of map read so far. */
  mapBytes: number;
  /** A pax 1.0 map on its way. */
  readonly map: MapReader;
}

export interface TarState {
  readonly sink: MemberSink;
  phase: Phase;
  /** Offset in the archive of the next byte of input. */
  offset: number;
  readonly block: Buffer;
  /** The same bytes. */
  readonly words: Int32Array;
  filled: number;
  /** Bytes left of the current body, extension or skip. */
  remaining: number;
  /** Zero padding to skip after the current body. */
  padding: number;
  path: Name;
  /** Whether `begin` was called for the current body. */
  open: boolean;
  segments: readonly Segment[] | null;
  segment: number;
  /** Logical position in the current sparse file, its size, and bytes left of the current segment. */
  logical: number;
  realSize: number;
  segmentLeft: number;
  sparse: SparseWork | null;
  extensionType: string;
  extensionParts: Uint8Array[];
  /** Of the last pax header, once its body is complete. */
  records: readonly PaxRecord[];
  extensions: Extensions | null;
  /** Offset of the first extension header of the current member. */
  start: number | undefined;
  globals: PaxFields;
  /** Whether no global header was seen. */
  plainGlobals: boolean;
  /** Size claimed by a link or directory header, where only the next block tells whether a body follows. */
  doubtfulBody: number;
  sawHeader: boolean;
  /** Zero blocks seen at the end, and bytes after it that are not zero (with those between them). */
  zeroBlocks: number;
  endOffset: number;
  trailing: number;
}

export function initialState(sink: MemberSink): TarState {
  const block = Buffer.alloc(blockSize);
  return {
    sink,
    phase: 'header',
    offset: 0,
    block,
    words: wordsOf(block),
    filled: 0,
    remaining: 0,
    padding: 0,
    path: '',
    open: false,
    segments: null,
    segment: 0,
    logical: 0,
    realSize: 0,
    segmentLeft: 0,
    sparse: null,
    extensionType: '',
    extensionParts: [],
    records: [],
    extensions: null,
    start: undefined,
    globals: {},
    plainGlobals: true,
    doubtfulBody: 0,
    sawHeader: false,
    zeroBlocks: 0,
    endOffset: 0,
    trailing: 0,
  };
}

export function notice(state: TarState, code: string, path: Name | null, message: string): void {
  state.sink.notice({ code, path, message });
}
