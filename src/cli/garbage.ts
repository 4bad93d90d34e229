// Keeps memory near what is really held. V8 lets a large heap grow to several times what is alive before it collects all of it, which
// an archive of a million entries pays with a gigabyte; collecting sooner costs a little time, so it begins only where that matters.
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** Bytes of heap from which on it matters: more than 300,000 entries take. */
const large = 144 * 1024 ** 2;

let set = false;

/** Call now and then while memory grows. */
export function collectSooner(): void {
  if (set || getHeapStatistics().used_heap_size < large) return;
  set = true;
  // Collect when the heap has grown by half since the last time.
  setFlagsFromString('--heap-growing-percent=50');
}
