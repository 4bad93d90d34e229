// Ways to compress that `compress` tries: how each is written, how the program of its codec is called, and about how much memory it
// takes, so that no more run side by side than there is room for.
import { UsageError } from '../errors.ts';
import { parseCompression } from './compress.ts';
import type { Compression } from './compress.ts';

/** `xz` is left to the program of that name; the others are compressed here. */
export interface Candidate extends Omit<Compression, 'codec'> {
  readonly codec: Compression['codec'] | 'xz';
}

const mebi = 1024 * 1024;

/** What is tried of a tar; brotli, which only browsers take, is for single files. */
const usual = [
  'gzip:6',
  'gzip:9',
  'zstd:3',
  'zstd:9',
  'zstd:19',
  'zstd:22',
  'zstd:3:long',
  'zstd:9:long',
  'zstd:19:long',
  'zstd:22:long',
  'xz:6',
  'xz:9',
];
const ofFiles = ['brotli:5', 'brotli:9', 'brotli:11'];

/** Content above which `brotli:11`, at about half a megabyte a second, is only tried where it is asked for. */
const brotliPatience = 32 * mebi;

export function usualCandidates(kind: 'tar' | 'file', bytes: number): readonly Candidate[] {
  const files = kind === 'file' ? ofFiles.filter((how) => how !== 'brotli:11' || bytes <= brotliPatience) : [];
  return [...usual, ...files].map(parseCandidate);
}

/** @throws UsageError for what is no way to compress. */
export function parseCandidate(text: string): Candidate {
  const match = /^(xz|brotli):([0-9]{1,2})$/.exec(text);
  if (match === null) return parseCompression(text);
  const codec = match[1] === 'xz' ? 'xz' : 'brotli';
  const level = Number(match[2]);
  const most = codec === 'xz' ? 9 : 11;
  if (level > most) throw new UsageError(`levels of ${codec} go from 0 to ${most}, not ${level}`);
  return { codec, level, long: null, text };
}

/** How the program is called that makes the same. */
export function commandOf({ codec, level, long }: Candidate): string {
  if (codec === 'brotli') return `brotli -q ${level}`;
  const ultra = codec === 'zstd' && level > 19 ? ' --ultra' : '';
  const distance = long === null ? '' : ` --long${long === 27 ? '' : `=${long}`}`;
  return `${codec} -${level}${ultra}${distance}`;
}

/** Dictionary of each preset of xz, in MiB. */
const xzDictionaries = [0.25, 1, 2, 4, 4, 8, 8, 16, 32, 64];

function xzDictionary(level: number): number {
  return (xzDictionaries[level] ?? 0) * mebi;
}

/** Bytes of history that a decoder keeps; null where only the result tells (zstd). */
export function windowOf({ codec, level }: Candidate): number | null {
  switch (codec) {
    case 'gzip':
      return 32 * 1024;
    case 'brotli':
      return 16 * mebi;
    case 'xz':
      return xzDictionary(level);
    case 'zstd':
  }
  return null;
}

/** About the most memory that compressing takes, in bytes: measured on 200 MB, rounded up; less content needs less. */
export function memoryOf({ codec, level, long }: Candidate, bytes: number): number {
  const most = codec === 'zstd' ? zstdMemory(level) + (long === null ? 0 : 2 ** long * 1.5) : otherMemory(codec, level);
  return Math.min(most, 12 * bytes + 32 * mebi);
}

function zstdMemory(level: number): number {
  if (level >= 20) return 900 * mebi;
  return (level >= 16 ? 160 : 64) * mebi;
}

function otherMemory(codec: 'gzip' | 'brotli' | 'xz', level: number): number {
  if (codec === 'gzip') return 16 * mebi;
  if (codec === 'brotli') return 256 * mebi;
  return xzDictionary(level) * 11 + 16 * mebi;
}
