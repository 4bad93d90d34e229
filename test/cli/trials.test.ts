// Trials of ways to compress: which run at once, what is told of each, and how they end.
import type { ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { runTrial, startTrials } from '../../src/cli/commands/trials.ts';
import type { TrialPlan, TrialRun } from '../../src/cli/commands/trials.ts';
import { memoryOf, parseCandidate } from '../../src/codecs/candidates.ts';
import { SizecheckError } from '../../src/errors.ts';
import { tempDirectory } from '../build/temp.ts';
import type { FakeTrials } from '../build/trials.ts';

const fake = await vi.hoisted(async () => {
  const { fakeTrials } = await import('../build/trials.ts');
  const trials: FakeTrials = fakeTrials();
  return { trials, programs: new Set<string>() };
});
vi.mock('node:child_process', async (original) => ({ ...(await original<object>()), spawn: fake.trials.spawn }));
vi.mock('../../src/cli/commands/programs.ts', () => ({ hasProgram: (name: string) => fake.programs.has(name) }));

const directory = tempDirectory('trials');
/** So much that the memory of a way does not go by it. */
const bytes = 2 ** 30;
const memory = (how: string): number => memoryOf(parseCandidate(how), bytes);
/** Until all that is under way has gone on. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const names = (): string[] => fake.trials.running.map(({ name }) => name);

beforeEach(() => {
  Object.assign(fake.trials, { onStart: () => {}, startable: true });
  fake.trials.running.length = 0;
  fake.programs.clear();
});

function start(hows: readonly string[], more: Partial<TrialPlan> = {}): TrialRun & { progress: string[] } {
  const progress: string[] = [];
  const run = startTrials({
    input: 'input',
    bytes,
    candidates: hows.map(parseCandidate),
    directory,
    jobs: 9,
    memory: 2 ** 40,
    onProgress: (running, done) => progress.push(`${running.join(' ')} ${done}`),
    ...more,
  });
  return Object.assign(run, { progress });
}

/** All end well, now and later ones at once; content is as long as it was. */
function finishAll(): void {
  fake.trials.onStart = (trial) => trial.finish({ bytes: trial.task.kind === 'compress' ? 10 : bytes });
  for (const trial of fake.trials.running.toReversed()) fake.trials.onStart(trial);
}

describe('trials that run at once', () => {
  it('are as many as jobs, those of most memory first', async () => {
    const run = start(['gzip:6', 'zstd:19', 'xz:9', 'zstd:3'], { jobs: 2 });
    const byMemory = ['gzip:6', 'zstd:19', 'xz:9', 'zstd:3'].toSorted((a, b) => memory(b) - memory(a));
    await settle();
    expect(names()).toEqual(byMemory.slice(0, 2).map((how) => `compress ${how}`));
    finishAll();
    await run.finished;
    expect(run.trials.map(({ how }) => how).toSorted()).toEqual(byMemory.toSorted());
    expect(run.progress[0]).toBe(`${byMemory.slice(0, 2).join(' ')} 0`);
    expect(run.progress.at(-1)).toBe(' 4');
  });

  it.each([
    [0, 2],
    [-1, 1],
  ])('fit into memory together, with %d bytes more than that', async (more, count) => {
    const run = start(['gzip:6', 'xz:9'], { memory: memory('gzip:6') + memory('xz:9') + more });
    await settle();
    expect(names()).toEqual(['compress xz:9', 'compress gzip:6'].slice(0, count));
    finishAll();
    await run.finished;
    expect(run.trials).toHaveLength(2);
  });

  it.each([
    [0, []],
    [-1, [{ how: 'xz:9', reason: 'takes more than --memory' }]],
  ])('may take all memory, and no more: %d', async (more, untried) => {
    finishAll();
    const run = start(['xz:9', 'gzip:6'], { memory: memory('xz:9') + more });
    await run.finished;
    expect(run.untried).toEqual(untried);
    expect(run.trials).toHaveLength(2 - untried.length);
  });

  it('go on behind one that does not fit yet', async () => {
    const run = start(['zstd:22', 'xz:9', 'gzip:6'], { memory: memory('zstd:22') + memory('gzip:6') });
    await settle();
    expect(memory('zstd:22')).toBeGreaterThan(memory('xz:9'));
    expect(names()).toEqual(['compress zstd:22', 'compress gzip:6']);
    finishAll();
    await run.finished;
  });
});

describe('a trial', () => {
  it.each([
    ['gzip:6', [], false, false],
    ['gzip:6', ['gzip'], true, false],
    ['xz:6', ['xz'], true, true],
    ['brotli:5', ['brotli'], false, false],
  ])('of %s with the programs %j', async (how, programs, packs, unpacks) => {
    for (const name of programs) fake.programs.add(name);
    const tasks: unknown[] = [];
    fake.trials.onStart = (trial) => {
      tasks.push([trial.name, trial.task.program]);
      trial.finish({ bytes, window: 5 });
    };
    const run = start([how]);
    await run.finished;
    expect(tasks).toEqual([
      [`compress ${how}`, packs],
      [`decompress ${how.replace(/:.*/, '')}`, unpacks],
    ]);
    expect(run.trials).toMatchObject([{ how, bytes, compress: 2, decompress: 2, compressMemory: 3 }]);
  });

  it('has to give back what it was made of, where that is told', async () => {
    fake.trials.onStart = (trial) => trial.finish({ bytes: bytes - 1 });
    const run = start(['gzip:6', 'xz:6']);
    await run.finished;
    expect(run.trials.map(({ how }) => how)).toEqual(['xz:6']);
    expect(run.untried).toEqual([{ how: 'gzip:6', reason: `unpacks to ${bytes - 1} bytes` }]);
  });

  it('that fails leaves nothing behind, and the others run', async () => {
    const output = join(directory, 'gzip-6');
    writeFileSync(output, 'half');
    fake.trials.onStart = (trial) => {
      if (trial.name === 'compress gzip:6') trial.fail('stack\nInputError: it is broken\n  at x', 1);
      else trial.finish({ bytes });
    };
    const run = start(['gzip:6', 'zstd:3']);
    await run.finished;
    expect(run.untried).toEqual([{ how: 'gzip:6', reason: 'it is broken' }]);
    expect(run.trials.map(({ how }) => how)).toEqual(['zstd:3']);
    expect(existsSync(output)).toBe(false);
  });

  it.each([
    ['', 1, undefined, 'it exited 1'],
    ['all is well\n', null, 'SIGKILL', 'it was ended by SIGKILL'],
  ])('tells how its process ended: %j', async (stderr, code, signal, says) => {
    fake.trials.onStart = (trial) => trial.fail(stderr, code, signal);
    const task = { kind: 'decompress', codec: 'gzip', input: 'input', program: false } as const;
    await expect(runTrial(task)).rejects.toThrow(says);
    await expect(runTrial(task)).rejects.toThrow(SizecheckError);
  });

  it('that cannot be started is one that failed', async () => {
    fake.trials.startable = false;
    const children = new Set<ChildProcess>();
    const task = { kind: 'decompress', codec: 'gzip', input: 'input', program: false } as const;
    await expect(runTrial(task, children)).rejects.toThrow('spawn ENOENT');
    expect(children.size).toBe(0);
  });

  it('that is stopped is neither tried nor untried, and none follows', async () => {
    const run = start(['gzip:6', 'zstd:3'], { jobs: 1 });
    await settle();
    const [first] = [...fake.trials.running];
    expect(first?.detached).toBe(true);
    run.stop();
    expect(first?.killed).toBe(true);
    first?.fail('', null, 'SIGKILL');
    await run.finished;
    expect([run.trials, run.untried, names()]).toEqual([[], [], []]);
  });

  it('has a group of its own where there are groups', async () => {
    const own = Object.getOwnPropertyDescriptor(process, 'platform');
    for (const [platform, detached] of [
      ['linux', true],
      ['win32', false],
    ] as const) {
      try {
        Object.defineProperty(process, 'platform', { ...own, value: platform });
        const seen: boolean[] = [];
        fake.trials.onStart = (trial) => {
          seen.push(trial.detached);
          trial.finish();
        };
        await runTrial({ kind: 'decompress', codec: 'gzip', input: 'input', program: false });
        expect(seen).toEqual([detached]);
      } finally {
        Object.defineProperty(process, 'platform', { ...own });
      }
    }
  });
});
