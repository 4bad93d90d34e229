// Opens what the user named: nothing that could block is opened, and the first bytes are at hand before anything is decided.
import { closeSync, constants, fstatSync, openSync, read as readCallback, readSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { InputError } from '../errors.ts';
import { codeOf } from './directory.ts';
import { formatHeadLength } from './format.ts';

const read = promisify(readCallback);

export interface OpenedFile {
  readonly kind: 'file';
  /** As the user named it; `-` for standard input. */
  readonly name: string;
  readonly fd: number;
  /** First bytes, up to `formatHeadLength`; they count as read. */
  readonly head: Uint8Array;
  /** Length in bytes, null for standard input. */
  readonly length: number | null;
  close(): void;
}

export interface OpenedDirectory {
  readonly kind: 'directory';
  readonly name: string;
}

/** @throws InputError `not-found`, `unreadable` or `not-regular`. */
export async function openArtifact(name: string): Promise<OpenedFile | OpenedDirectory> {
  if (name === '-') return { kind: 'file', name, fd: 0, head: await readHeadOfStdin(), length: null, close: () => {} };
  let stats;
  try {
    stats = statSync(name);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new InputError('not-found', 'does not exist', { cause: error });
    throw new InputError('unreadable', `cannot be read (${code})`, { cause: error });
  }
  if (stats.isDirectory()) return { kind: 'directory', name };
  if (!stats.isFile()) {
    const what = stats.isFIFO() ? 'a fifo' : stats.isSocket() ? 'a socket' : 'a device';
    throw new InputError('not-regular', `is ${what}, not a file or directory; to read from a pipe use "-"`);
  }
  return openFile(name);
}

function openFile(name: string): OpenedFile {
  let fd: number;
  try {
    fd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new InputError('unreadable', `cannot be opened (${codeOf(error)})`, { cause: error });
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new InputError('changed', 'was replaced while it was opened');
    const head = Buffer.alloc(formatHeadLength);
    const filled = readSync(fd, head, 0, head.length, 0);
    return { kind: 'file', name, fd, head: head.subarray(0, filled), length: stats.size, close: () => closeSync(fd) };
  } catch (error) {
    closeSync(fd);
    throw error instanceof InputError
      ? error
      : new InputError('unreadable', `cannot be read (${codeOf(error)})`, { cause: error });
  }
}

/** Reads without blocking the process, so that it can be interrupted while a pipe is silent. */
async function readHeadOfStdin(): Promise<Uint8Array> {
  const head = Buffer.alloc(formatHeadLength);
  let filled = 0;
  while (filled < head.length) {
    let got: number;
    try {
      got = (await read(0, head, filled, head.length - filled, null)).bytesRead;
    } catch (error) {
      if (codeOf(error) === 'EAGAIN') {
        await new Promise((resolve) => setTimeout(resolve, 10));
        continue;
      }
      if (codeOf(error) === 'EOF') break;
      throw new InputError('unreadable', `cannot be read (${codeOf(error)})`, { cause: error });
    }
    if (got === 0) break;
    filled += got;
  }
  return head.subarray(0, filled);
}
