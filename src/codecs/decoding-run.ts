// A task of the decoding thread, seen from the main thread: pieces are asked for one by one and given back, so that the thread never
// gets further ahead than `piecesAhead`.
import { takeDecodingThread } from './decoding-thread.ts';
import type { DecodingWork, WorkerMessage } from './worker-messages.ts';

export interface DecodingRun {
  /** What the thread says next; nothing comes after `done` and `failed`. Rejects only where the thread itself broke. */
  next(): Promise<WorkerMessage>;
  /** Says that a piece was taken in; its memory belongs to the thread again. */
  release(piece: Uint8Array<ArrayBuffer>): void;
  /** Ends the thread before it is done. */
  stop(): Promise<void>;
}

export function startDecodingRun(work: DecodingWork): DecodingRun {
  const outstanding = new Int32Array(new SharedArrayBuffer(4));
  const worker = takeDecodingThread({ work, outstanding: outstanding.buffer });
  const arrived: WorkerMessage[] = [];
  let failure: { readonly error: unknown } | null = null;
  let wake: (() => void) | null = null;

  const fail = (error: unknown): void => {
    failure ??= { error };
    wake?.();
  };
  worker.on('message', (message: WorkerMessage) => {
    arrived.push(message);
    wake?.();
  });
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`the decoding thread stopped early (code ${code})`)));

  return {
    async next() {
      for (;;) {
        const message = arrived.shift();
        if (message !== undefined) return message;
        if (failure !== null) throw failure.error;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    release({ buffer }) {
      worker.postMessage(buffer, [buffer]);
      Atomics.sub(outstanding, 0, 1);
      Atomics.notify(outstanding, 0);
    },
    async stop() {
      await worker.terminate();
    },
  };
}
