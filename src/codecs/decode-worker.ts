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

function openOutlet(port: MessagePort, outstanding: Int32Array): Outlet {
  const say = (message: WorkerMessage, transfer: readonly ArrayBuffer[] = []): void => {
    port.postMessage(message, transfer);
  };
  const returned: ArrayBuffer[] = [];
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
  const encoded = work.digests === 'none' ? null : sha256();
  const decoded = work.digests === 'both' ? sha256() : null;
  await codec?.prepare();
  const list = work.marks && codec !== null ? createMarkList() : null;
  const decoder = codec?.create({ maxWindow: work.maxWindow, takeBuffer, mark: list?.mark }) ?? copier(takeBuffer);
  const emit: Emit = (piece) => {
    decoded?.update(piece);
    send(piece, bytesIn, piecesAhead(decoder.window?.() ?? 0));
  };
  const take = (chunk: Uint8Array): void => {
    bytesIn += chunk.length;
    encoded?.update(chunk);
    decoder.write(chunk, emit);
  };
  try {
    if (mayBlock(work.input)) for await (const chunk of asyncChunks(work.input)) take(chunk);
    else for (const chunk of syncChunks(work.input)) take(chunk);
    decoder.finish(emit);
    const digests = { encoded: encoded?.digest('hex') ?? null, decoded: decoded?.digest('hex') ?? null };
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

/** Sleeps until the task is there. A message listener would take the buffers that come back, too. */
function awaitTask(port: MessagePort, { ready }: ThreadStart): WorkerTask {
  Atomics.wait(new Int32Array(ready), 0, 0);
  // Sound: decoding-thread.ts is the only one who starts this thread, and the task is the first message it sends.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return receiveMessageOnPort(port)?.message as WorkerTask;
}

async function workOn(port: MessagePort, start: ThreadStart): Promise<void> {
  // Loaded before there is anything to do: the native module of zstd takes longest.
  await codecByName('zstd').prepare();
  const { work, outstanding } = awaitTask(port, start);
  const outlet = openOutlet(port, new Int32Array(outstanding));
  if (work.kind === 'members') unpackMembers(work, outlet);
  else await decodeStream(work, outlet);
}

/** Works on the one task that comes through `port`; what goes wrong is told through it, too. Runs in any thread, as tests do it. */
export async function serve(port: MessagePort, start: ThreadStart): Promise<void> {
  try {
    await workOn(port, start);
  } catch (error) {
    const message: WorkerMessage = { kind: 'failed', reached: 0, error: packError(error) };
    port.postMessage(message);
  }
}

// Sound: as in awaitTask.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
if (parentPort !== null) void serve(parentPort, workerData as ThreadStart);
