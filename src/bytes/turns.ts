// Long synchronous work that still lets signals, timers and progress have their turn.
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest time in milliseconds that work goes on without looking at signals and timers. */
const longestTurn = 50;

export interface Turns {
  /** Whether it is time to `await next()`. */
  due(): boolean;
  next(): Promise<void>;
}

export function createTurns(): Turns {
  let last = performance.now();
  return {
    due: () => performance.now() - last > longestTurn,
    async next() {
      await nextTurn();
      last = performance.now();
    },
  };
}
