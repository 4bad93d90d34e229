// One trial of one way to compress: what it makes of a file, in what time, in how much memory. Runs in a process of its own
// (trial-process.ts), as memory cannot be told apart otherwise. Both files are regular files that no one else writes.
import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import zlib from 'node:zlib';
import { fileSource } from '../bytes/source.ts';
import { howItEnded } from '../errors.ts';
import type { CodecName } from '../model/snapshot.ts';
import { commandOf } from './candidates.ts';
import type { Candidate } from './candidates.ts';
import { syncChunks } from './chunks.ts';
import { openEncoder } from './compress.ts';
import { codecByName } from './index.ts';
import { pieceLength } from './worker-messages.ts';
import { takeHandle } from './zlib-handle.ts';
import { createFrameScanner } from './zstd-frames.ts';

export type TrialTask =
  | {
      readonly kind: 'compress';
      readonly how: Candidate;
      readonly input: string;
      readonly output: string;
      readonly program: boolean;
    }
  | {
      readonly kind: 'decompress';
      readonly codec: CodecName | 'brotli';
      readonly input: string;
      readonly program: boolean;
    };

export interface TrialResult {
  /** Bytes that were made. */
  readonly bytes: number;
  readonly seconds: number;
  /** Peak memory beyond what the process had before; null where another program did it. */
  readonly memory: number | null;
  /** Largest window of a zstd stream that was read; null for other codecs. */
  readonly window: number | null;
}

async function compress(how: Candidate, input: string, output: string, program: boolean): Promise<TrialResult> {
  const from = openSync(input, 'r');
  const to = openSync(output, 'wx', 0o600);
  const { size } = fstatSync(from);
  if (how.codec === 'xz' || program) {
    const [name = '', ...args] = commandOf(how).split(' ');
    // zstd chooses by the length of what it compresses, so it gets the file and not a stream.
    const own = { zstd: ['-T1', '--', input], xz: ['-T1'], gzip: ['-n'], brotli: [] }[how.codec];
    const seconds = timed(() => call(name, [...args, '-q', '-c', ...own], from, to));
    return { bytes: fstatSync(to).size, seconds, memory: null, window: null };
  }
  let bytes = 0;
  const encoder = await openEncoder({ ...how, codec: how.codec }, size, (piece) => {
    for (let at = 0; at < piece.length;) at += writeSync(to, piece, at);
    bytes += piece.length;
  });
  const used = measured(() => {
    for (const chunk of syncChunks({ source: fileSource(from, size) })) encoder.write(chunk);
    encoder.finish();
  });
  encoder.close();
  closeSync(to);
  return { bytes, ...used, window: null };
}

async function decompress(codec: CodecName | 'brotli', input: string, program: boolean): Promise<TrialResult> {
  const fd = openSync(input, 'r');
  const source = fileSource(fd, fstatSync(fd).size);
  if (codec === 'brotli') return unbrotli(source);
  if (program) {
    const seconds = timed(() => call(codec, ['-q', '-dc'], fd, 'ignore'));
    return { bytes: 0, seconds, memory: null, window: null };
  }
  const known = codecByName(codec);
  await known.prepare();
  const buffer = new Uint8Array(pieceLength);
  const decoder = known.create({ maxWindow: 2 ** 31, takeBuffer: () => buffer });
  let bytes = 0;
  const count = (piece: Uint8Array): void => {
    bytes += piece.length;
  };
  const used = measured(() => {
    for (const chunk of syncChunks({ source })) decoder.write(chunk, count);
    decoder.finish(count);
  });
  return { bytes, ...used, window: codec === 'zstd' ? windowIn(source) : null };
}

function unbrotli(source: ReturnType<typeof fileSource>): TrialResult {
  const handle = takeHandle(zlib.createBrotliDecompress());
  const output = new Uint8Array(pieceLength);
  let bytes = 0;
  const used = measured(() => {
    for (const chunk of syncChunks({ source })) {
      for (let at = 0, full = true; full || at < chunk.length;) {
        handle.run(zlib.constants.BROTLI_OPERATION_PROCESS, chunk.subarray(at), output);
        at += handle.consumed;
        bytes += handle.produced;
        full = handle.produced === output.length;
        if (!full && handle.consumed === 0) break;
      }
    }
  });
  return { bytes, ...used, window: null };
}

/** Of all frames; their headers are read without decoding anything. */
function windowIn(source: ReturnType<typeof fileSource>): number {
  let window = 0;
  const scanner = createFrameScanner(Infinity);
  const events = {
    begin(header: { readonly window: number }): void {
      window = Math.max(window, header.window);
    },
    body() {},
    end() {},
  };
  for (const chunk of syncChunks({ source })) scanner.scan(chunk, events);
  return window;
}

function call(program: string, args: readonly string[], from: number, to: number | 'ignore'): void {
  const { status, signal, error } = spawnSync(program, args, { stdio: [from, to, 'inherit'] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${howItEnded(status, signal)}`);
}

function measured(work: () => void): { seconds: number; memory: number } {
  const before = process.memoryUsage.rss();
  const seconds = timed(work);
  return { seconds, memory: Math.max(0, process.resourceUsage().maxRSS * 1024 - before) };
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

export function runTask(task: TrialTask): Promise<TrialResult> {
  return task.kind === 'compress'
    ? compress(task.how, task.input, task.output, task.program)
    : decompress(task.codec, task.input, task.program);
}
