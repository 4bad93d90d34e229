// Where results go: standard output with back-pressure, or a file that appears whole or not at all.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../errors.ts';

/** Pieces are joined up to this many characters before they are written. */
const batchLength = 1 << 16;

/** Temporary files that an interrupt has to remove. */
const unfinished = new Set<string>();

export function removeUnfinished(): void {
  for (const path of unfinished) rmSync(path, { force: true });
}

/** Writes to standard output; resolves when all is handed over. A reader that went away (`| head`) ends it quietly. */
export async function writeStdout(pieces: Iterable<string>): Promise<void> {
  for (const batch of batches(pieces)) {
    const error = await new Promise<unknown>((resolve) => {
      process.stdout.write(batch, resolve);
    });
    if (error instanceof Error) {
      if ('code' in error && error.code === 'EPIPE') return;
      throw new InputError('write-failed', `cannot write to standard output: ${error.message}`, { cause: error });
    }
  }
}

/**
 * Writes beside the target and renames, so that no reader ever sees half a file.
 * @throws InputError `write-failed`; then the target is what it was before.
 */
export function writeFile(path: string, pieces: Iterable<string>): void {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
      // A pipe or /dev/stdout cannot be replaced, only written to.
      writeThrough(path, 'w', pieces);
      return;
    }
    unfinished.add(beside);
    writeThrough(beside, 'wx', pieces);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new InputError(
      'write-failed',
      `cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  } finally {
    unfinished.delete(beside);
  }
}

function writeThrough(path: string, flags: 'w' | 'wx', pieces: Iterable<string>): void {
  const fd = openSync(path, flags);
  try {
    for (const batch of batches(pieces)) writeAll(fd, Buffer.from(batch));
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
