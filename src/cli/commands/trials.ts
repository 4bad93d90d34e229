// Runs trials of ways to compress in processes of their own, as many at once as jobs and memory allow, the longest first.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandOf, memoryOf, windowOf } from '../../codecs/candidates.ts';
import type { Candidate } from '../../codecs/candidates.ts';
import type { TrialResult, TrialTask } from '../../codecs/trial.ts';
import { SizecheckError, howItEnded } from '../../errors.ts';
import { hasProgram } from './programs.ts';
import type { Trial, Untried } from '../../model/compression.ts';

export interface TrialPlan {
  /** What is to be compressed, a regular file. */
  readonly input: string;
  readonly bytes: number;
  readonly candidates: readonly Candidate[];
  /** An empty directory for what is made. */
  readonly directory: string;
  readonly jobs: number;
  /** Bytes of memory that all jobs together may take. */
  readonly memory: number;
  readonly onProgress: (running: readonly string[], done: number) => void;
}

export interface TrialRun {
  /** Those that are over, in the order in which they ended. */
  readonly trials: Trial[];
  readonly untried: Untried[];
  /** Resolves when all are over. */
  readonly finished: Promise<void>;
  /** Ends what still runs, at once. */
  stop(): void;
}

interface Job {
  readonly how: Candidate;
  readonly memory: number;
}

export function startTrials(plan: TrialPlan): TrialRun {
  const children = new Set<ChildProcess>();
  const trials: Trial[] = [];
  const jobs = plan.candidates.map((how) => ({ how, memory: memoryOf(how, plan.bytes) }));
  const untried = jobs
    .filter(({ memory }) => memory > plan.memory)
    .map(({ how: { text } }) => ({ how: text, reason: 'takes more than --memory' }));
  // What takes most memory takes longest.
  const waiting = jobs.filter(({ memory }) => memory <= plan.memory).toSorted((a, b) => b.memory - a.memory);
  const running = new Set<Job>();
  let stopped = false;

  async function work({ how }: Job): Promise<void> {
    const output = join(plan.directory, how.text.replaceAll(':', '-'));
    try {
      const packing = how.codec !== 'brotli' && hasProgram(how.codec);
      const task = { kind: 'compress', how, input: plan.input, output, program: packing } as const;
      const packed = await runTrial(task, children);
      const program = how.codec === 'xz';
      const unpacked = await runTrial({ kind: 'decompress', codec: how.codec, input: output, program }, children);
      // Only programs tell no length; what another one made may be sound, and of something else.
      if (!program && unpacked.bytes !== plan.bytes) throw new Error(`unpacks to ${unpacked.bytes} bytes`);
      trials.push({
        how: how.text,
        command: commandOf(how),
        bytes: packed.bytes,
        compress: packed.seconds,
        decompress: unpacked.seconds,
        compressMemory: packed.memory,
        decompressMemory: unpacked.memory,
        window: windowOf(how) ?? unpacked.window,
      });
    } catch (error) {
      if (!stopped) untried.push({ how: how.text, reason: error instanceof Error ? error.message : String(error) });
    } finally {
      rmSync(output, { force: true });
    }
  }

  /** The next that fits beside what runs. */
  function next(): Job | undefined {
    const free = plan.memory - [...running].reduce((sum, { memory }) => sum + memory, 0);
    const index = waiting.findIndex(({ memory }) => memory <= free);
    return running.size < plan.jobs && index >= 0 ? waiting.splice(index, 1)[0] : undefined;
  }

  async function runAll(): Promise<void> {
    const under = new Set<Promise<void>>();
    for (;;) {
      for (let job = stopped ? undefined : next(); job !== undefined; job = next()) {
        const started = job;
        running.add(started);
        const promise: Promise<void> = work(started).finally(() => {
          running.delete(started);
          under.delete(promise);
        });
        under.add(promise);
      }
      plan.onProgress(
        [...running].map(({ how }) => how.text),
        trials.length,
      );
      if (under.size === 0) return;
      await Promise.race(under);
    }
  }

  return {
    trials,
    untried,
    finished: runAll(),
    stop() {
      stopped = true;
      stopTrials(children);
    },
  };
}

/** Ends trials that still run, at once, with the programs that they called. */
export function stopTrials(children: ReadonlySet<ChildProcess>): void {
  for (const child of children) {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Over in the meantime, or no groups here.
      child.kill('SIGKILL');
    }
  }
}

/** @throws SizecheckError with what the process wrote to standard error: the programs of a machine are no bug of ours. */
export function runTrial(task: TrialTask, children: Set<ChildProcess> = new Set()): Promise<TrialResult> {
  const script = fileURLToPath(new URL('./trial-process.cjs', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: the program that it calls would outlive it otherwise.
    detached: process.platform !== 'win32',
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new SizecheckError('trial-failed', why));
    child.on('error', ({ message }) => fail(message));
    // It could not be started, and may have no streams, whatever their type says.
    if (child.pid === undefined) return;
    children.add(child);
    child.stdout.on('data', (piece: Buffer) => out.push(piece));
    child.stderr.on('data', (piece: Buffer) => err.push(piece));
    child.on('close', (code, signal) => {
      children.delete(child);
      if (code !== 0) {
        const lines = Buffer.concat(err).toString('utf8').split('\n');
        fail(
          lines.find((line) => /Error: /.test(line))?.replace(/^.*?Error: /, '') ?? `it ${howItEnded(code, signal)}`,
        );
        return;
      }
      // Sound: trial-process.ts prints nothing else.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      resolve(JSON.parse(Buffer.concat(out).toString('utf8')) as TrialResult);
    });
  });
}
