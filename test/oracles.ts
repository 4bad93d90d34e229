// Programs that tests compare with. One that is missing skips its tests with a printed reason; in CI it fails them.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const known = new Map<string, boolean>();

/** Whether `name` is on PATH. @throws where it is not and CI is set: there every oracle must run. */
export function requireTool(name: string): boolean {
  const found = known.get(name) ?? isOnPath(name);
  if (!known.has(name) && !found) {
    if (process.env['CI'] !== undefined && process.env['CI'] !== '')
      throw new Error(`CI lacks the program "${name}" (scripts/install-tools.sh)`);
    console.warn(
      `skipped: tests that compare with "${name}", which is not installed (scripts/install-tools.sh installs it)`,
    );
  }
  known.set(name, found);
  return found;
}

function isOnPath(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Standard output of a command as text. @throws where it fails. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; input?: Uint8Array | string } = {},
): string {
  return runRaw(command, args, options).toString('utf8');
}

/** Standard output of a command as bytes. @throws where it fails. */
export function runRaw(
  command: string,
  args: readonly string[],
  options: { cwd?: string; input?: Uint8Array | string } = {},
): Buffer {
  const result = spawnSync(command, args, { ...options, maxBuffer: 1 << 30, env: { ...process.env, LC_ALL: 'C' } });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0)
    throw new Error(`${command} ${args.join(' ')} exited ${result.status}: ${result.stderr.toString('utf8')}`);
  return result.stdout;
}

/** Exit status of a command whose failure is an answer, too. */
export function runStatus(command: string, args: readonly string[]): number | null {
  const result = spawnSync(command, args, { stdio: 'ignore', env: { ...process.env, LC_ALL: 'C' } });
  if (result.error !== undefined) throw result.error;
  return result.status;
}
