// Keeps memory near what is really held. V8 lets a large heap grow to several times what is alive before it collects all of it, which
// an archive of a million entries pays with a gigabyte; collecting sooner costs a little time, so it begins only where that matters.
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

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
  const next = stages[at];
  if (next === undefined || getHeapStatistics().used_heap_size < next.heap) return;
  at++;
  setFlagsFromString(`--heap-growing-percent=${next.percent}`);
}
