// How long V8 waits before it optimises code.
import { setFlagsFromString } from 'node:v8';

/**
 * Bytes of bytecode that a function runs before V8 11 optimises it; its default is 132 KiB. A scan is over before most optimised code
 * pays, and V8's threads optimise on the same cores that decode and parse.
 */
const interruptBudget = 1_000_000;

/**
 * Call when Node's own modules are loaded, in all threads that are started: V8 takes their compiled code from Node's binary only as long
 * as no flag has changed, and compiling them takes a thread 25 ms longer to start. Only the V8 of Node 20 gains by it: later ones have
 * other compilers, and other names for flags.
 */
export function optimizeLate(): void {
  if (process.versions.v8.startsWith('11.')) setFlagsFromString(`--interrupt-budget=${interruptBudget}`);
}
