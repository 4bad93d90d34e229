// Sparse files in tar: which stretches of the logical file are stored. All four encodings end up as one checked list of
// segments, so that totals count the logical length and a digest equals that of the expanded file.
import { FormatError } from '../../errors.ts';
import type { Name } from '../../model/name.ts';
import { sizeField } from './header.ts';
import { field } from './layout.ts';
import type { SparseTable } from './layout.ts';

/** A stored stretch of the logical file, in bytes. */
export interface Segment {
  readonly offset: number;
  readonly length: number;
}

/** Largest sparse map in bytes, counted over its blocks (1 MiB). */
export const maxSparseMap = 1 << 20;

/** Reads pairs of offset and length, both like sizes (old GNU format); an empty pair ends the list. */
export function readPairs(block: Buffer, { at, pairs }: SparseTable, path: Name, offset: number): Segment[] {
  const segments: Segment[] = [];
  const { length } = field.size;
  for (let index = 0; index < pairs; index++) {
    const pair = at + index * 2 * length;
    if (block[pair] === 0 && block[pair + length] === 0) break;
    segments.push({
      offset: sizeField(block, pair, 'sparse offset', path, offset),
      length: sizeField(block, pair + length, 'sparse length', path, offset),
    });
  }
  return segments;
}

/** Segments of alternating offsets and lengths. @throws FormatError `bad-sparse-map`. */
export function segmentsOfMap(map: readonly number[], path: Name, offset: number): Segment[] {
  if (map.length % 2 !== 0) throw badMap('holds an odd number of values', path, offset);
  const segments: Segment[] = [];
  for (let index = 0; index < map.length; index += 2) {
    segments.push({ offset: map[index] ?? 0, length: map[index + 1] ?? 0 });
  }
  return segments;
}

/** The map at the head of a pax 1.0 sparse body (decimal numbers, a line each), while it is read block by block. */
export interface MapReader {
  /** Number of segments, once known. */
  count: number | null;
  readonly values: number[];
  /** The line that the next block continues. */
  rest: string;
}

/** Takes the next block of a map; returns the segments when it was the last. @throws FormatError `bad-sparse-map`. */
export function readMapBlock(map: MapReader, block: string, path: Name, offset: number): Segment[] | null {
  const lines = (map.rest + block).split('\n');
  map.rest = lines.pop() ?? '';
  for (const line of lines) {
    const value = decimal(line, path, offset);
    if (map.count === null) {
      if (value > maxSparseMap / 4)
        throw badMap(`claims ${value} segments, more than a map of 1 MiB holds`, path, offset);
      map.count = value;
    } else {
      map.values.push(value);
    }
    // What follows in the block is padding.
    if (map.values.length === (map.count ?? 0) * 2) return segmentsOfMap(map.values, path, offset);
  }
  if (map.rest.length > 20) throw badMap('holds a number of more than 20 digits', path, offset);
  return null;
}

/** Checks order, overlap and sums. @throws FormatError `bad-sparse-map`. */
export function checkSegments(
  segments: readonly Segment[],
  realSize: number,
  stored: number,
  path: Name,
  offset: number,
): void {
  let end = 0;
  let sum = 0;
  for (const segment of segments) {
    if (segment.offset < end) throw badMap('has segments that overlap or are out of order', path, offset);
    end = segment.offset + segment.length;
    sum += segment.length;
    if (end > realSize) throw badMap(`runs past the file's size of ${realSize} bytes`, path, offset);
  }
  if (sum !== stored) throw badMap(`covers ${sum} bytes, but ${stored} are stored`, path, offset);
}

function decimal(text: string, path: Name, offset: number): number {
  const value = /^[0-9]{1,20}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw badMap('holds something that is not a size', path, offset);
  return value;
}

export function badMap(what: string, path: Name, offset: number): FormatError {
  return new FormatError('bad-sparse-map', `has a sparse map that ${what}`, { path, offset });
}
