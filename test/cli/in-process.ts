// Runs a command in the process of the test, where tests of mutants see what it decides.
import { vi } from 'vitest';

export interface Told<Result> {
  readonly result: Result;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `run` returns, and what it writes to both streams. */
export async function told<Result>(run: () => Promise<Result> | Result): Promise<Told<Result>> {
  const texts = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((...args: unknown[]) => {
      texts[name] += String(args[0]);
      for (const argument of args) if (typeof argument === 'function') argument();
      return true;
    }),
  );
  try {
    const result = await run();
    return { result, ...texts };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
