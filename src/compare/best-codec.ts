// Which of the ways that were tried to recommend. Pure: the same trials give the same answer.
import type { Trial } from '../model/compression.ts';

/** Windows that `zstd -d` and most libraries take without being asked to, in bytes. */
export const usualWindow = 128 * 1024 * 1024;

/** Windows that decoders of HTTP content take (RFC 9659), in bytes. */
export const httpWindow = 8 * 1024 * 1024;

/** What is this close to the smallest is as small. */
const closeness = 1.005;

/** Shares of today's size that are not worth a change. */
const worthwhile = 0.99;

/** The smallest that every decoder takes; of those as small, the one that decompresses with the smallest window, then fastest. */
export function bestTrial(trials: readonly Trial[], today: Trial | null): Trial | null {
  const fit = trials.filter(({ window }) => (window ?? 0) <= usualWindow);
  const least = fit.reduce((bytes, trial) => Math.min(bytes, trial.bytes), Infinity);
  const [best] = fit
    .filter(({ bytes }) => bytes <= least * closeness)
    .toSorted((a, b) => (a.window ?? 0) - (b.window ?? 0) || a.bytes - b.bytes);
  if (best === undefined) return null;
  return today !== null && best.bytes > today.bytes * worthwhile ? null : best;
}
