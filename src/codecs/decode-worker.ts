// The decoding thread: reads and decodes synchronously, hands each piece over without copying it, gets its buffers back, and
// sleeps while the main thread is behind.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { ThreadStart } from './decoding-thread.ts';
import { asyncChunks, mayBlock, syncChunks } from './chunks.ts';
import type { Decoder } from './codec.ts';
import { codecByName } from './index.ts';
import { maxOutstanding, packError, pieceLength } from './worker-messages.ts';
import type { WorkerMessage, WorkerTask } from './worker-messages.ts';

async function run(task: WorkerTask, port: MessagePort): Promise<void> {
  const outstanding = new Int32Array(task.outstanding);
  const codec = codecByName(task.codec);
  let bytesIn = 0;

  function say(message: WorkerMessage, transfer: readonly ArrayBuffer[] = []): void {
    port.postMessage(message, transfer);
  }

  function takeBuffer(): Uint8Array<ArrayBuffer> {
    const returned: unknown = receiveMessageOnPort(port)?.message;
    return returned instanceof ArrayBuffer ? new Uint8Array(returned) : new Uint8Array(pieceLength);
  }

  function emit(piece: Uint8Array): void {
    // Sound: pieces are views of the buffers of takeBuffer.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const owned = piece as Uint8Array<ArrayBuffer>;
    Atomics.add(outstanding, 0, 1);
    say({ kind: 'piece', piece: owned, bytesIn }, [owned.buffer]);
    for (;;) {
      const count = Atomics.load(outstanding, 0);
      if (count < maxOutstanding) return;
      Atomics.wait(outstanding, 0, count);
    }
  }

  function take(decoder: Decoder, chunk: Uint8Array): void {
    bytesIn += chunk.length;
    decoder.write(chunk, emit);
  }

  await codec.prepare();
  const decoder = codec.create({ maxWindow: task.maxWindow, takeBuffer });
  try {
    if (mayBlock(task.input)) for await (const chunk of asyncChunks(task.input)) take(decoder, chunk);
    else for (const chunk of syncChunks(task.input)) take(decoder, chunk);
    decoder.finish(emit);
    say({ kind: 'done', bytesIn, notices: decoder.notices });
  } finally {
    decoder.close();
  }
}

/** Sleeps until the task is there. A message listener would take the buffers that come back, too. */
function awaitTask(port: MessagePort, { ready }: ThreadStart): WorkerTask {
  Atomics.wait(new Int32Array(ready), 0, 0);
  // Sound: decoding-thread.ts is the only one who starts this thread, and the task is the first message it sends.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return receiveMessageOnPort(port)?.message as WorkerTask;
}

async function main(port: MessagePort): Promise<void> {
  // Loaded before there is anything to do: the native module of zstd takes longest.
  await codecByName('zstd').prepare();
  // Sound: as above.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  await run(awaitTask(port, workerData as ThreadStart), port);
}

const port = parentPort;
if (port !== null) {
  main(port).catch((error: unknown) => {
    const message: WorkerMessage = { kind: 'failed', error: packError(error) };
    port.postMessage(message);
  });
}
