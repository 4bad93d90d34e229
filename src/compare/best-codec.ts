// Which of the ways that were tried to recommend. Pure: the same trials give the same answer.
import type { Trial } from '../model/compression.ts';

/** Windows that `zstd -d` and most libraries take without being asked to, in bytes. */
export const usualWindow = 128 * 1024 * 1024;

/** Windows that decoders of HTTP content take (RFC 9659), in bytes. */
export const httpWindow = 8 * 1024 * 1024;

/** Shares of today's size that are not worth a change. */
const worthwhile = 0.99;

/**
 * The smallest that every decoder takes and that is worth a change; of those as small, the one that decompresses with the smallest window,
 * then the smallest.
 */
export function bestTrial(trials: readonly Trial[], today: Trial | null): Trial | null {
  const most = (today?.bytes ?? Infinity) * worthwhile;
  const fit = trials.filter(({ window, bytes }) => (window ?? 0) <= usualWindow && bytes <= most);
  const least = fit.reduce((bytes, trial) => Math.min(bytes, trial.bytes), Infinity);
  const [best] = fit
    // Within half a percent.
    .filter(({ bytes }) => bytes * 200 <= least * 201)
    .toSorted((a, b) => (a.window ?? 0) - (b.window ?? 0) || a.bytes - b.bytes);
  return best ?? null;
}
