// Processes of trials that tests end as they like. Their number is that of no process, so that nothing is hit where they are stopped.
import { EventEmitter } from 'node:events';
import type { TrialResult, TrialTask } from '../../src/codecs/trial.ts';

export interface FakeTrial {
  readonly task: TrialTask;
  /** `compress gzip:6`, `decompress gzip`. */
  readonly name: string;
  readonly detached: boolean;
  killed: boolean;
  /** It prints a result and ends. */
  finish(result?: Partial<TrialResult>): void;
  /** It writes to standard error and ends. */
  fail(stderr: string, code: number | null, signal?: string): void;
}

export interface FakeTrials {
  /** Those that were started and have not ended, in order. */
  readonly running: FakeTrial[];
  /** What is done with each at once; nothing by default. */
  onStart: (trial: FakeTrial) => void;
  /** Whether processes can be started. */
  startable: boolean;
  readonly spawn: (program: string, args: readonly string[], options: { readonly detached?: boolean }) => EventEmitter;
}

export function fakeTrials(): FakeTrials {
  const running: FakeTrial[] = [];
  const trials: FakeTrials = {
    running,
    onStart: () => {},
    startable: true,
    spawn(_program, args, { detached = false }) {
      const streams = { stdout: new EventEmitter(), stderr: new EventEmitter() };
      const child = Object.assign(new EventEmitter(), {
        ...(trials.startable ? { pid: 2 ** 30, ...streams } : {}),
        kill: () => (trial.killed = true),
      });
      // Sound: the tasks are those of the module under test.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const task = JSON.parse(args[1] ?? '') as TrialTask;
      const end = (stdout: string, stderr: string, code: number | null, signal: string | null): void => {
        running.splice(running.indexOf(trial), 1);
        streams.stdout.emit('data', Buffer.from(stdout));
        streams.stderr.emit('data', Buffer.from(stderr));
        child.emit('close', code, signal);
      };
      const trial: FakeTrial = {
        task,
        name: `${task.kind} ${task.kind === 'compress' ? task.how.text : task.codec}`,
        detached,
        killed: false,
        finish: (result = {}) =>
          end(JSON.stringify({ bytes: 1, seconds: 2, memory: 3, window: null, ...result }), '', 0, null),
        fail: (stderr, code, signal) => end('', stderr, code, signal ?? null),
      };
      running.push(trial);
      setImmediate(() => {
        try {
          if (trials.startable) trials.onStart(trial);
          else child.emit('error', new Error('spawn ENOENT'));
        } catch (error) {
          child.emit('error', error);
        }
      });
      return child;
    },
  };
  return trials;
}
