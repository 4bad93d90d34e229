// Runs the built command line beside the test, so that a server of the test can answer it.
import { spawn } from 'node:child_process';
import { cli } from './run.ts';
import type { Ran } from './run.ts';

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
}

/** Variables of the CI system that the tests themselves may run in say nothing to the commands under test. */
export function plainEnvironment(): Record<string, string> {
  const foreign = /^(?:GITHUB_|GITLAB_|CI$|CI_|RUNNER_)/;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || foreign.test(name) ? [] : [[name, value]],
    ),
  );
}

export function spawned(args: readonly string[], { env = {}, input = '', cwd }: SpawnOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], {
      env: { ...plainEnvironment(), ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(input);
  });
}
