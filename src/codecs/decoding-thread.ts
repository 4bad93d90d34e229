// The worker thread that decodes. It may be started before it is known what there is to decode, because starting takes as long as
// decoding 20 MB: then it loads what it needs and sleeps until it gets its task.
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { InputError } from '../errors.ts';
import type { WorkerTask } from './worker-messages.ts';

/** Encoded bytes from which on a worker thread (about 60 ms to start and end) is worth it. */
export const workerThreshold = 16 * 1024 * 1024;

/** Where to decode; by default that depends on the input's length. */
export type DecodeThread = 'calling' | 'worker' | undefined;

/** Whether a file of `length` encoded bytes (null where that is not known) is decoded in a worker; `own` is where this module is. */
export function useWorker(length: number | null, wanted: DecodeThread, own?: string): boolean {
  const isWorth = wanted === undefined ? length === null || length >= workerThreshold : wanted === 'worker';
  const file = isWorth && isAllowed() ? threadFile(own) : null;
  return file !== null && existsSync(file);
}

/** Node starts no thread where the working directory is gone, and none under `--permission` unless it is told to. */
function isAllowed(): boolean {
  try {
    process.cwd();
  } catch {
    return false;
  }
  // The types of Node 20 do not know that it is absent without the flag.
  const permission: { has(scope: string): boolean } | undefined = process.permission;
  return permission === undefined || permission.has('worker');
}

/**
 * What a worker runs. It is not there where sources are run as they are (in tests), and where a bundler put this module into a
 * program's own file, whose place is not even known in CommonJS: there the calling thread decodes.
 */
function threadFile(own: string | undefined = import.meta.url): URL | null {
  return own === undefined ? null : new URL('./decode-worker.js', own);
}

/** What a thread is given before its task. */
export type ThreadStart =
  | {
      readonly role: 'decode';
      /** One Int32: 0 until the task was sent; the thread sets it back when it takes it. */
      readonly ready: SharedArrayBuffer;
    }
  | { readonly role: 'digest' };

export interface DecodingThread {
  readonly worker: Worker;
  readonly ready: Int32Array;
  /** Takes digests of what is decoded (digest-relay.ts); started where it is asked for. */
  digester: Worker | null;
}

const waiting: DecodingThread[] = [];

/**
 * Starts a thread for one `takeDecodingThread` to come; `onStarted` is called once it runs. It does not keep the process alive. Where the
 * system gives none, that is told when it is taken, if it ever is.
 */
export function warmUpDecodingThread(onStarted: () => void = () => {}): void {
  let thread: DecodingThread;
  try {
    thread = startThread();
  } catch (error) {
    if (error instanceof InputError) return;
    throw error;
  }
  thread.worker.unref();
  thread.worker.once('online', onStarted);
  waiting.push(thread);
}

/** Ends all threads that wait, after an image; where another scan would have taken one, it starts its own. */
export async function dismissDecodingThreads(): Promise<void> {
  await Promise.all(waiting.splice(0).map(endThread));
}

/**
 * A thread that waits, or a new one; with `digester` where that is asked for.
 * @throws InputError `no-thread` where the system gives none (`ulimit -u`).
 */
export function takeDecodingThread(withDigester: boolean): DecodingThread {
  const thread = waiting.shift() ?? startThread();
  try {
    if (withDigester) thread.digester ??= startWorker({ role: 'digest' });
  } catch (error) {
    void endThread(thread);
    throw error;
  }
  thread.worker.ref();
  return thread;
}

/** Hands a thread its task, with what of it is moved there. */
export function giveTask({ worker, ready }: DecodingThread, task: WorkerTask, moved: readonly MessagePort[]): void {
  worker.postMessage(task, moved);
  Atomics.store(ready, 0, 1);
  Atomics.notify(ready, 0);
}

/** Lets a thread wait for its next task. */
export function keepThread(thread: DecodingThread): void {
  thread.worker.unref();
  waiting.push(thread);
}

export async function endThread({ worker, digester }: DecodingThread): Promise<void> {
  await Promise.all([worker.terminate(), digester?.terminate()]);
}

function startThread(): DecodingThread {
  const ready = new Int32Array(new SharedArrayBuffer(4));
  return { worker: startWorker({ role: 'decode', ready: ready.buffer }), ready, digester: null };
}

function startWorker(workerData: ThreadStart): Worker {
  const file = threadFile();
  if (file === null) throw new Error('there is no file for the decoding thread');
  // Flags of this process may not suit a worker (`--input-type` keeps it from starting).
  try {
    return new Worker(file, { workerData, execArgv: [] });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError('no-thread', `cannot be decoded: no thread can be started (${why})`, { cause: error });
  }
}
