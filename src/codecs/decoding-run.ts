// A task of the decoding thread, seen from the main thread: pieces are asked for one by one and given back, so that the thread never
// gets further ahead than `piecesAhead`.
import { MessageChannel } from 'node:worker_threads';
import { endThread, giveTask, keepThread, takeDecodingThread } from './decoding-thread.ts';
import type { DecodingWork, WorkerMessage } from './worker-messages.ts';

export interface DecodingRun {
  /** What the thread says next; nothing comes after `done` and `failed`. Rejects only where the thread itself broke. */
  next(): Promise<WorkerMessage>;
  /** Says that a piece was taken in; its memory belongs to the thread again. */
  release(piece: Uint8Array<ArrayBuffer>): void;
  /** Ends the thread before it is done. */
  stop(): Promise<void>;
}

export interface RunOptions {
  /** Whether to take the SHA-256 of what comes out, in a thread of its own: it comes with `done`. */
  readonly digest?: boolean;
  /** Whether the thread waits for another run afterwards, until `dismissDecodingThreads`. */
  readonly keep?: boolean;
}

export function startDecodingRun(work: DecodingWork, { digest = false, keep = false }: RunOptions = {}): DecodingRun {
  const outstanding = new Int32Array(new SharedArrayBuffer(4));
  const thread = takeDecodingThread(digest);
  const { worker, digester } = thread;
  const relay = digest ? digester : null;
  const arrived: WorkerMessage[] = [];
  let failure: { readonly error: unknown } | null = null;
  let wake: (() => void) | null = null;

  const take = (message: WorkerMessage): void => {
    arrived.push(message);
    wake?.();
  };
  const fail = (error: unknown): void => {
    failure ??= { error };
    wake?.();
  };
  const stopped = (code: number): void => fail(new Error(`the decoding thread stopped early (code ${code})`));
  const crew = relay === null ? [worker] : [worker, relay];
  for (const one of crew) one.on('error', fail).on('exit', stopped);
  const speaker = relay ?? worker;
  speaker.on('message', take);
  // A thread that is done and ends would be noticed before the last of what it said has come through the other one, so it waits, too.
  const again = keep || relay !== null;
  if (relay === null) {
    giveTask(thread, { work, outstanding: outstanding.buffer, outlet: null, again }, []);
  } else {
    const { port1, port2 } = new MessageChannel();
    relay.postMessage(port2, [port2]);
    giveTask(thread, { work, outstanding: outstanding.buffer, outlet: port1, again }, [port1]);
  }

  function close(): void {
    speaker.off('message', take);
    for (const one of crew) one.off('error', fail).off('exit', stopped);
    if (keep) keepThread(thread);
    else if (again || digester !== null) void endThread(thread);
  }

  return {
    async next() {
      for (;;) {
        const message = arrived.shift();
        if (message?.kind === 'done') close();
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
      await endThread(thread);
    },
  };
}
