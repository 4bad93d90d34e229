// A copy of a directory with a plan carried out on it. The copy is made by `cp -a`, which keeps hard links, owners, times and
// extended attributes; what is changed afterwards keeps the times it had, since bytecode is judged by them.
import { execFile } from 'node:child_process';
import type { ExecFileException } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  lutimesSync,
  openSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { createTurns } from '../bytes/turns.ts';
import { InputError, howItEnded, systemCode } from '../errors.ts';
import type { FixAction, FixPlan } from '../model/fix.ts';
import { baseName, nameFromText, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { reportStrip } from './decisions.ts';
import type { OnBroken } from './decisions.ts';
import type { FileContent, Stripper } from './strip-tool.ts';

/**
 * @param onStart gets what stops the copying.
 * @throws InputError where the copy cannot be made whole.
 */
export async function copyDirectory(from: string, to: string, onStart: (stop: () => void) => void): Promise<void> {
  const args = ['-a', '--', `${from}/.`, to];
  const { error, stderr } = await new Promise<{ error: ExecFileException | null; stderr: string }>((done) => {
    const env = { ...process.env, LC_ALL: 'C' };
    const child = execFile('cp', args, { env }, (failed, _stdout, said) => done({ error: failed, stderr: said }));
    onStart(() => child.kill('SIGKILL'));
  });
  if (error === null) return;
  // A signal is no code, and a program that could not be started has one that is no number.
  const why = typeof error.code === 'string' ? error.code : `cp ${howItEnded(error.code, error.signal)}`;
  const said = stderr.split('\n')[0] ?? '';
  throw new InputError('unreadable', `cannot be copied: ${said === '' ? why : said}`, { cause: error });
}

/** Carries out the plan on a copy that nothing else uses. @throws InputError with the path for what the system refuses. */
export async function fixDirectory(
  root: string,
  { actions }: FixPlan,
  stripper: Stripper,
  onBroken: OnBroken,
): Promise<void> {
  const base = nameFromText(root);
  const turns = createTurns();
  const directories = openDirectories(base, actions);
  for (const action of actions) {
    try {
      act(base, action, stripper, onBroken);
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw unwritable(action.path, error);
    }
    if (turns.due()) await turns.next();
  }
  directories.restore();
}

function act(root: Name, action: FixAction, stripper: Stripper, onBroken: OnBroken): void {
  const path = onDisk(root, action.path);
  switch (action.kind) {
    case 'remove':
      unlinkSync(path);
      break;
    case 'remove-directory':
      rmdirSync(path);
      break;
    case 'hard-link':
      unlinkSync(path);
      linkSync(onDisk(root, action.target), path);
      break;
    case 'symlink':
      unlinkSync(path);
      symlinkSync(Buffer.from(baseName(action.target), 'latin1'), path);
      break;
    case 'strip': {
      const { content, refused } = stripper.file(path, action.program, action.mode);
      reportStrip(action.path, content, refused, action.after, onBroken);
      if (content !== null) overwrite(path, content);
      break;
    }
    case 'drop-superseded':
      // Only archives have them.
      break;
  }
}

/** Into the same inode, so that all its names go along; permissions and times stay. */
function overwrite(path: Buffer, content: FileContent): void {
  const stats = lstatSync(path, { bigint: true });
  const mode = permissionsOf(stats);
  chmodSync(path, mode | 0o200);
  const fd = openSync(path, 'w');
  try {
    for (const piece of content.pieces()) for (let at = 0; at < piece.length;) at += writeSync(fd, piece, at);
  } finally {
    closeSync(fd);
  }
  // Writing takes setuid bits away.
  chmodSync(path, mode);
  restoreTimes(path, stats);
}

/** Whole seconds exactly, others to the microsecond: Node takes numbers, and cuts off what they have of smaller parts, or not. */
function restoreTimes(path: Buffer, { atimeNs, mtimeNs }: BigIntStats): void {
  lutimesSync(path, timeOf(atimeNs), timeOf(mtimeNs));
}

/** What `lutimes` takes for a time in nanoseconds since 1970. */
export function timeOf(time: bigint): number | Date {
  // Numbers before 1970 are taken for now.
  if (time < 0n) return new Date(Number(time / 1_000_000n));
  if (time % 1_000_000_000n === 0n) return Number(time / 1_000_000_000n);
  // The nearest number may be below the microsecond.
  return (Number(time / 1000n) + 0.5) / 1e6;
}

/**
 * Lets the actions change the directories that they have to do with, as their owner may not be allowed to; `restore` gives those that are
 * still there the permissions and times that they had.
 */
function openDirectories(root: Name, actions: readonly FixAction[]): { restore(): void } {
  const directories = new Map<Name, BigIntStats>();
  for (const { kind, path } of actions) {
    const parent = parentPath(path) ?? '.';
    if (kind === 'strip' || kind === 'drop-superseded' || directories.has(parent)) continue;
    directories.set(parent, openDirectory(root, parent));
  }
  // What goes is not given back what it had.
  for (const { path } of actions) directories.delete(path);
  return {
    restore() {
      for (const [name, stats] of directories) {
        const path = onDisk(root, name);
        if (isClosed(stats)) chmodSync(path, permissionsOf(stats));
        restoreTimes(path, stats);
      }
    },
  };
}

/** Returns what it was before. */
function openDirectory(root: Name, name: Name): BigIntStats {
  const path = onDisk(root, name);
  try {
    const stats = lstatSync(path, { bigint: true });
    if (isClosed(stats)) chmodSync(path, permissionsOf(stats) | 0o200);
    return stats;
  } catch (error) {
    throw unwritable(name, error);
  }
}

/** Whether the owner of a directory may change nothing in it. What is none is not touched: a symlink may lead out of the copy. */
function isClosed(stats: BigIntStats): boolean {
  return stats.isDirectory() && (permissionsOf(stats) & 0o200) === 0;
}

function permissionsOf({ mode }: BigIntStats): number {
  return Number(mode) & 0o7777;
}

function unwritable(path: Name, error: unknown): InputError {
  return new InputError('unwritable', `cannot be changed (${systemCode(error)})`, { path, cause: error });
}

function onDisk(root: Name, path: Name): Buffer {
  return Buffer.from(`${root}/${path}`, 'latin1');
}
