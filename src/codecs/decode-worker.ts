// The decoding thread: reads and decodes synchronously, hands each piece over without copying it, gets its buffers back, and
// sleeps while the main thread is behind.
import { sha256 } from '../bytes/sha256.ts';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { readAhead } from '../bytes/read-ahead.ts';
import { fileSource } from '../bytes/source.ts';
import type { ThreadStart } from './decoding-thread.ts';
import { asyncChunks, mayBlock, syncChunks } from './chunks.ts';
import type { Decoder, Emit } from './codec.ts';
import { codecByName } from './index.ts';
import { relayDigests } from './digest-relay.ts';
import { createOutput } from './output.ts';
import { createMarkList } from './marks.ts';
import { packError, pieceLength, piecesAhead } from './worker-messages.ts';
import type {
  DoneMessage,
  MembersWork,
  StreamWork,
  WorkerDigests,
  WorkerMessage,
  WorkerTask,
} from './worker-messages.ts';
import { createMemberUnpacker, readRanges } from './zip-data.ts';

/** What a decoder says at its end, beside its output. */
type Told = Pick<DoneMessage, 'notices' | 'marks' | 'made'>;

/** The way out of this thread. */
interface Outlet {
  readonly takeBuffer: () => Uint8Array<ArrayBuffer>;
  /** Sends a piece, a view of one of the buffers of `takeBuffer`; sleeps while `ahead` of them are under way. */
  readonly send: (piece: Uint8Array, reached: number, ahead: number) => void;
  readonly done: (reached: number, told: Told, digests?: WorkerDigests) => void;
  readonly failed: (reached: number, error: unknown) => void;
}

/** `port` is where buffers come back; `returned` are those that did. */
function openOutlet(port: MessagePort, returned: ArrayBuffer[], { outlet, outstanding: shared }: WorkerTask): Outlet {
  const outstanding = new Int32Array(shared);
  const say = (message: WorkerMessage, transfer: readonly ArrayBuffer[] = []): void => {
    (outlet ?? port).postMessage(message, transfer);
  };
  return {
    takeBuffer() {
      for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
        const buffer: unknown = got.message;
        if (buffer instanceof ArrayBuffer) returned.push(buffer);
      }
      // The last one first: what the main thread has just read is still in a cache.
      const last = returned.pop();
      return last === undefined ? new Uint8Array(pieceLength) : new Uint8Array(last);
    },
    send(piece, reached, ahead) {
      // Sound: pieces are views of the buffers of takeBuffer.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const owned = piece as Uint8Array<ArrayBuffer>;
      Atomics.add(outstanding, 0, 1);
      say({ kind: 'piece', piece: owned, reached }, [owned.buffer]);
      for (;;) {
        const count = Atomics.load(outstanding, 0);
        if (count < ahead) return;
        Atomics.wait(outstanding, 0, count);
      }
    },
    done: (reached, told, digests = { encoded: null, decoded: null }) =>
      say({ kind: 'done', reached, ...told, digests }),
    failed: (reached, error) => say({ kind: 'failed', reached, error: packError(error) }),
  };
}

async function decodeStream(work: StreamWork, { takeBuffer, send, done }: Outlet): Promise<void> {
  const codec = work.codec === null ? null : codecByName(work.codec);
  let bytesIn = 0;
  const encoded = work.digest ? sha256() : null;
  await codec?.prepare();
  const list = work.marks && codec !== null ? createMarkList() : null;
  const decoder = codec?.create({ maxWindow: work.maxWindow, takeBuffer, mark: list?.mark }) ?? copier(takeBuffer);
  const emit: Emit = (piece) => send(piece, bytesIn, piecesAhead(decoder.window?.() ?? 0));
  const take = (chunk: Uint8Array): void => {
    bytesIn += chunk.length;
    encoded?.update(chunk);
    decoder.write(chunk, emit);
  };
  try {
    if (mayBlock(work.input)) for await (const chunk of asyncChunks(work.input)) take(chunk);
    else for (const chunk of syncChunks(work.input)) take(chunk);
    decoder.finish(emit);
    const digests = { encoded: encoded?.digest('hex') ?? null, decoded: null };
    done(bytesIn, { notices: decoder.notices, marks: list?.marks() ?? null, made: decoder.made() }, digests);
  } finally {
    decoder.close();
  }
}

/** Passes bytes on; chunks are read into the same memory again, so they have to be copied. */
function copier(takeBuffer: () => Uint8Array): Decoder {
  const output = createOutput(takeBuffer);
  return {
    notices: [],
    write: (input, emit) => output.put(input, emit),
    finish: (emit) => output.flush(emit),
    made: () => ({}),
    close() {},
  };
}

function unpackMembers({ fd, size, ranges }: MembersWork, outlet: Outlet): void {
  const unpacker = createMemberUnpacker(readAhead(fileSource(fd, size), { reuse: true }), outlet.takeBuffer);
  const range = readRanges(ranges);
  let whole = 0;
  const emit: Emit = (piece) => outlet.send(piece, whole, piecesAhead(0));
  try {
    for (; whole < ranges.count; whole++) {
      const steps = unpacker.unpack(range(whole), emit);
      while (steps.next().done !== true);
    }
    unpacker.flush(emit);
    outlet.done(whole, { notices: [], marks: null, made: {} });
  } catch (error) {
    // What is held back belongs to members that come before this one.
    unpacker.flush(emit);
    outlet.failed(whole, error);
  } finally {
    unpacker.close();
  }
}

/** Sleeps until a task is there. A message listener would take the buffers that come back, too. */
function awaitTask(port: MessagePort, ready: Int32Array, returned: ArrayBuffer[]): WorkerTask {
  Atomics.wait(ready, 0, 0);
  Atomics.store(ready, 0, 0);
  for (;;) {
    const message: unknown = receiveMessageOnPort(port)?.message;
    if (message instanceof ArrayBuffer) {
      returned.push(message);
      continue;
    }
    // Sound: decoding-run.ts is the only one who sends this thread anything.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return message as WorkerTask;
  }
}

/** Works on the tasks that come through `port`; what goes wrong is told like all else. Runs in any thread, as tests do it. */
export async function serve(port: MessagePort, start: ThreadStart): Promise<void> {
  if (start.role === 'digest') {
    relayDigests(port);
    return;
  }
  // Loaded before there is anything to do: the native module of zstd takes longest. Whoever needs it will hear why it does not load.
  await codecByName('zstd')
    .prepare()
    .catch(() => {});
  const ready = new Int32Array(start.ready);
  const returned: ArrayBuffer[] = [];
  for (let again = true; again;) {
    const task = awaitTask(port, ready, returned);
    ({ again } = task);
    const outlet = openOutlet(port, returned, task);
    try {
      if (task.work.kind === 'members') unpackMembers(task.work, outlet);
      else await decodeStream(task.work, outlet);
    } catch (error) {
      outlet.failed(0, error);
    }
  }
}

// Sound: as in awaitTask.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
if (parentPort !== null) void serve(parentPort, workerData as ThreadStart);
