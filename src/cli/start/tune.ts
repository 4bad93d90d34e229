// How long V8 waits before it optimises code.
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/**
 * Bytes of bytecode that a function runs before V8 11 optimises it; its default is 132 KiB. A scan is over before most optimised code
 * pays.
 */
const late = 1_000_000;
/** V8's own. */
const usual = 135_168;

let isLate = false;

/**
 * Lets V8 optimise late where the threads of the program, `threads` with this one, leave no core to those in which V8 optimises. With a
 * core to spare optimised code costs no time, and gains some.
 *
 * Call when Node's own modules are loaded, in all threads that are started: V8 takes their compiled code from Node's binary only as long
 * as no flag has changed, and compiling them takes a thread 25 ms longer to start. Only the V8 of Node 20 gains by it: later ones have
 * other compilers, and other names for flags.
 */
export function optimizeLate(threads: number): void {
  if (process.versions.v8.startsWith('11.') && threads >= availableParallelism()) {
    setBudget(late);
    isLate = true;
  }
}

/** Lets V8 optimise as it would by itself. Call when the threads of the program have done their work, and their cores are free for V8's. */
export function optimizeAsUsual(): void {
  if (isLate) setBudget(usual);
  isLate = false;
}

function setBudget(bytes: number): void {
  setFlagsFromString(`--interrupt-budget=${bytes}`);
}
