// Where results go: standard output with back-pressure, or a file that appears whole or not at all.
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { removeTree } from '../../bytes/remove-tree.ts';
import { giveRights, modeUntilWhole, rightsOf } from '../../bytes/rights.ts';
import type { Rights } from '../../bytes/rights.ts';
import { OutputError, UsageError, systemCode } from '../../errors.ts';

/** Pieces are joined up to this many characters before they are written. */
const batchLength = 1 << 16;

/** What an interrupt has to undo: temporary files and directories to remove, other programs to stop. */
const unfinished = new Set<string | (() => void)>();

export function trackUnfinished(undo: string | (() => void)): void {
  unfinished.add(undo);
}

/** Programs first: one that still writes makes files appear again. */
export function removeUnfinished(): void {
  for (const undo of unfinished) if (typeof undo !== 'string') undo();
  for (const undo of unfinished) if (typeof undo === 'string') removeQuietly(undo);
}

/** Writes to where `--output` says: a file, or standard output without it or for `-`. */
export async function print(pieces: Iterable<string>, output: string | undefined): Promise<void> {
  if (output === undefined || output === '-') await writeStdout(pieces);
  else writeFile(output, pieces);
}

/** The same pieces; once they are through, `bytes` is what they take as UTF-8. */
export function counting(pieces: Iterable<string>): Iterable<string> & { readonly bytes: number } {
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    *[Symbol.iterator]() {
      for (const piece of pieces) {
        bytes += Buffer.byteLength(piece);
        yield piece;
      }
    },
  };
}

/** Writes to standard output; resolves when all is handed over. A reader that went away (`| head`) ends it quietly. */
export async function writeStdout(pieces: Iterable<string>): Promise<void> {
  for (const batch of batches(pieces)) {
    const error = await new Promise<unknown>((resolve) => {
      process.stdout.write(batch, resolve);
    });
    if (error instanceof Error) {
      if ('code' in error && error.code === 'EPIPE') return;
      throw cannotBeWritten('standard output', error);
    }
  }
}

/**
 * Writes beside the target and renames, so that no reader ever sees half a file. A file that is there keeps its permissions and owner.
 * @throws OutputError; then the target is what it was before.
 */
export function writeFile(path: string, pieces: Iterable<string>): void {
  let beside: string | null = null;
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
      // A pipe or /dev/stdout cannot be replaced, only written to.
      writeThrough(path, 'w', null, pieces);
      return;
    }
    const target = throughLinks(path);
    // Loaded here, as most runs write no file.
    const { randomBytes } = process.getBuiltinModule('node:crypto');
    beside = join(dirname(target), `.sizecheck-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
    unfinished.add(beside);
    writeThrough(beside, 'wx', rightsOf(target), pieces);
    renameSync(beside, target);
  } catch (error) {
    throw cannotBeWritten(path, error);
  } finally {
    if (beside !== null) removeQuietly(beside);
  }
}

/** The file that a symlink leads to, as `>` in a shell would write to it. */
function throughLinks(path: string): string {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true ? realpathSync(path) : path;
}

/** Nothing is there any more after the rename, and nothing may be there after a failure. */
function removeQuietly(path: string): void {
  try {
    removeTree(path, 20);
  } catch {
    // Where even removing fails, the failure before says more.
  }
  unfinished.delete(path);
}

/** Whether writing to `path` would overwrite what is at the other one; `-` is what standard input reads. */
export function isSameFile(path: string, artifact: string): boolean {
  try {
    const a = statSync(path, { bigint: true });
    const b = artifact === '-' ? fstatSync(0, { bigint: true }) : statSync(artifact, { bigint: true });
    return a.isFile() && a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

/**
 * Before anything is read, which may take minutes: whether the result can be written to where `--output` says.
 * @throws UsageError where it would overwrite what is read, OutputError where nothing can be written.
 */
export function checkOutput(output: string | undefined, inputs: readonly (string | null | undefined)[]): void {
  if (output === undefined) return;
  const hit = inputs.find((path) => typeof path === 'string' && isSameFile(output, path));
  if (hit !== undefined) {
    const what = hit === '-' ? 'what standard input reads' : `"${hit}", which is read`;
    throw new UsageError(`--output names ${what}; it would be overwritten`);
  }
  if (output !== '-') requireWritable(output);
}

/** As far as can be told without writing: a full disk shows later. @throws OutputError */
export function requireWritable(path: string): void {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    if (there === undefined || there.isFile()) accessSync(dirname(throughLinks(path)), constants.W_OK | constants.X_OK);
    else accessSync(path, constants.W_OK);
  } catch (error) {
    throw cannotBeWritten(path, error);
  }
}

function cannotBeWritten(path: string, cause: unknown): OutputError {
  return new OutputError(path, `cannot be written (${systemCode(cause)})`, { cause });
}

function writeThrough(path: string, flags: 'w' | 'wx', rights: Rights | null, pieces: Iterable<string>): void {
  const fd = openSync(path, flags, modeUntilWhole(rights));
  try {
    for (const batch of batches(pieces)) writeAll(fd, Buffer.from(batch));
    if (rights !== null) giveRights(fd, rights);
    if (flags === 'wx') fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at);
}

function* batches(pieces: Iterable<string>): Iterable<string> {
  let batch = '';
  for (const piece of pieces) {
    batch += piece;
    if (batch.length >= batchLength) {
      yield batch;
      batch = '';
    }
  }
  if (batch !== '') yield batch;
}
