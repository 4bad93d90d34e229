// Filters that a .xz block may go through before LZMA2 (.xz file format, section 5.3): the difference to a byte before, and absolute
// targets of calls in machine code.
import { byteAt } from '../bytes/at.ts';
import { arm, arm64, armThumb, ia64, powerPc, sparc, x86 } from './xz-branches.ts';
import type { Branches, BranchFilter } from './xz-branches.ts';

/** Takes back what one filter did to the content of a block. */
export interface XzFilter {
  /** Takes what follows, and gives what is known of it so far: memory that is its own, until the next call. */
  decode(bytes: Uint8Array): Uint8Array;
  /** What it still holds at the end, where no filter reaches. */
  finish(): Uint8Array;
}

export type FilterKind =
  | { readonly name: 'delta' }
  | { readonly name: 'branches'; readonly branches: BranchFilter }
  | { readonly name: 'lzma2' };

/** By the number that stands for it in a block header; null for others. */
export function filterKind(id: number): FilterKind | null {
  if (id === 0x03) return { name: 'delta' };
  if (id === 0x21) return { name: 'lzma2' };
  const branches = branchFilters[id - 0x04];
  return branches === undefined ? null : { name: 'branches', branches };
}

const branchFilters: readonly BranchFilter[] = [x86, powerPc, ia64, arm, armThumb, sparc, arm64];

/** @param distance how many bytes back the byte stands of which each is the difference: 1 to 256. */
export function createDelta(distance: number): XzFilter {
  // The end of what came before stands before what comes.
  let memory = new Uint8Array(distance);
  let length = distance;
  return {
    decode(bytes) {
      const next = memory.length < distance + bytes.length ? new Uint8Array(distance + bytes.length) : memory;
      next.set(memory.subarray(length - distance, length));
      memory = next;
      length = distance + bytes.length;
      for (let at = 0; at < bytes.length; at++) memory[distance + at] = byteAt(memory, at) + byteAt(bytes, at);
      return memory.subarray(distance, length);
    },
    finish: () => new Uint8Array(0),
  };
}

/** @param start the offset that the filter gives the block's first byte. */
export function createBranchFilter(filter: BranchFilter, start: number): XzFilter {
  const branches: Branches = filter.create();
  let memory = new Uint8Array(0);
  let position = start;
  let from = 0; // of what is held in memory, and where it ends
  let to = 0;
  return {
    decode(bytes) {
      const length = to - from + bytes.length;
      const next = memory.length < length ? new Uint8Array(length) : memory;
      next.set(memory.subarray(from, to));
      next.set(bytes, to - from);
      memory = next;
      from = branches(memory.subarray(0, length), position);
      to = length;
      position = (position + from) % 2 ** 32;
      return memory.subarray(0, from);
    },
    finish: () => memory.subarray(from, to),
  };
}

/** Filters one after the other, in the order in which they are taken back. */
export function createFilterChain(filters: readonly XzFilter[]): XzFilter {
  return {
    decode: (bytes) => filters.reduce((given, filter) => filter.decode(given), bytes),
    finish: () =>
      filters.reduce((rest, filter) => Buffer.concat([filter.decode(rest), filter.finish()]), new Uint8Array(0)),
  };
}
