// Keeps memory near what is really held. V8 lets a large heap grow to several times what is alive before it collects all of it, which
// an archive of a million entries pays with a gigabyte; collecting sooner costs a little time, so it begins only where that matters.
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/**
 * Keeps the young heap at the 1 or 2 MiB that it begins with. V8 would let it grow to 32 MiB, which is a tenth of what a scan of a hundred
 * thousand entries takes, for no gain in time (docs/decisions.md). Call again after a thread was started: its V8 sets the factor back.
 */
export function keepYoungHeapSmall(): void {
  if (knowsFlags) setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Lets the young heap grow again, as V8 would by itself. Call when the artifact is read: what judging and reporting make is gone at once,
 * and the memory of the decoder is free by then.
 */
export function letYoungHeapGrow(): void {
  if (knowsFlags) setFlagsFromString('--semi-space-growth-factor=2');
}

/** V8 of Node 20 to 26, where the flags below are known; of others V8 says on standard error that it does not know them. */
const knowsFlags = /^1[1-4]\./.test(process.versions.v8);

interface Stage {
  /** Bytes of heap from which on it holds. */
  readonly heap: number;
  /** By how much the heap may grow until it is collected again. */
  readonly percent: number;
}

/** The first is more than 300,000 entries take: the more is held, the less may lie about. */
const stages: readonly Stage[] = [
  { heap: 144 * 1024 ** 2, percent: 50 },
  { heap: 320 * 1024 ** 2, percent: 20 },
  { heap: 512 * 1024 ** 2, percent: 10 },
];

let at = 0;

/** Call now and then while memory grows. */
export function collectSooner(): void {
  keepYoungHeapSmall();
  const next = stages[at];
  if (next === undefined || getHeapStatistics().used_heap_size < next.heap) return;
  at++;
  if (knowsFlags) setFlagsFromString(`--heap-growing-percent=${next.percent}`);
}
