// About which share of a file's compressed bytes goes with stripping it: what goes and what stays compress differently, so both are
// compressed, in samples, at a level that takes no time. How well a codec does in absolute terms cancels out.
import { deflateRawSync } from 'node:zlib';
import type { ByteSource } from '../../bytes/source.ts';
import { hasBytes } from './file.ts';
import type { ElfSection } from './file.ts';
import type { StripSections } from './strip-sections.ts';

/** Bytes from `start` to `end`, which is not in it. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Length of a sample. Many short ones tell more than few long ones. */
const sampleLength = 4096;
/** One sample is taken of this many bytes, ... */
const samplePer = 64 * sampleLength;
/** ... at least two and at most 64 of them: a large library takes as long as a small one. */
const [leastSamples, mostSamples] = [2, 64];

/** Four decimals: samples tell no more. */
const digits = 10_000;

/** Ranges of the file that strip leaves out: debug data, of linked files also symbols and their names. By offset, without overlaps. */
export function rangesGone(view: StripSections): Range[] {
  const { elf, linked, gone, symtab, strtab } = view;
  const goes = (section: ElfSection): boolean =>
    gone[section.index] === 1 ||
    gone[targetOf(view, section)] === 1 ||
    (linked && (section === symtab || section === strtab));
  const ranges: Range[] = [];
  let end = 0;
  for (const section of elf.sections.toSorted((a, b) => a.offset - b.offset)) {
    if (!hasBytes(section) || !goes(section)) continue;
    const start = Math.max(end, section.offset);
    end = Math.max(end, Math.min(section.offset + section.size, elf.source.size));
    if (end > start) ranges.push({ start, end });
  }
  return ranges;
}

/** The section that a relocation section belongs to and goes with; -1 for other sections. */
function targetOf({ relocations }: StripSections, section: ElfSection): number {
  return relocations.get(section.info)?.includes(section) === true ? section.info : -1;
}

/**
 * @param gone by offset, without overlaps.
 * @param removed bytes that strip makes the file shorter by, which is near the sum of `gone`: tables are rewritten, too.
 * @returns a share from 0 to 1.
 */
export function shareOfGone(source: ByteSource, gone: readonly Range[], removed: number): number {
  const bytes = lengthOf(gone);
  if (bytes === 0 || removed <= 0) return 0;
  const [going, staying] = [compressedLength(source, gone), compressedLength(source, complement(gone, source.size))];
  const share = Math.min(1, ((going / (going + staying)) * removed) / bytes);
  return Math.round(share * digits) / digits;
}

function lengthOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

function complement(ranges: readonly Range[], size: number): Range[] {
  const starts = [0, ...ranges.map(({ end }) => end)];
  const ends = [...ranges.map(({ start }) => start), size];
  return starts.map((start, index) => ({ start, end: ends[index] ?? size }));
}

/** Bytes that the ranges, one behind the other, take about when they are compressed. */
function compressedLength(source: ByteSource, ranges: readonly Range[]): number {
  const length = lengthOf(ranges);
  if (length === 0) return 0;
  const count = Math.max(leastSamples, Math.min(mostSamples, Math.floor(length / samplePer)));
  const windows = length <= count * sampleLength ? [{ start: 0, end: length }] : samplesOf(length, count);
  const sample = Buffer.allocUnsafe(lengthOf(windows));
  copyWindows(source, ranges, windows, sample);
  return (deflateRawSync(sample, { level: 1 }).length * length) / sample.length;
}

/** Evenly spread over the length. */
function samplesOf(length: number, count: number): Range[] {
  return Array.from({ length: count }, (_, index) => {
    const start = Math.floor((index + 0.5) * (length / count) - sampleLength / 2);
    return { start, end: start + sampleLength };
  });
}

/** Copies what the windows show of the ranges, taken as one. Windows are by offset, without overlaps. */
function copyWindows(source: ByteSource, ranges: readonly Range[], windows: readonly Range[], sample: Buffer): void {
  let filled = 0;
  let at = 0;
  let window = 0;
  for (const { start, end } of ranges) {
    const rangeEnd = at + end - start;
    for (let now = windows[window]; now !== undefined && now.start < rangeEnd; now = windows[window]) {
      const from = Math.max(now.start, at);
      const length = Math.min(now.end, rangeEnd) - from;
      sample.set(source.read(start + from - at, length), filled);
      filled += length;
      if (now.end > rangeEnd) break;
      window++;
    }
    at = rangeEnd;
  }
}
