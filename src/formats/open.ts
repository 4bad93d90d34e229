// Opens what the user named: nothing that could block is opened, and the first bytes are at hand before anything is decided.
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { readOrRefuse } from '../bytes/source.ts';
import { asyncChunks, mayBlock } from '../codecs/chunks.ts';
import type { FileInput, StreamInput } from '../codecs/chunks.ts';
import { InputError, systemCode } from '../errors.ts';
import { describeSpecial } from './directory.ts';
import { formatHeadLength } from './format.ts';

export interface OpenedFile {
  readonly kind: 'file';
  /** As the user named it; `-` for standard input. */
  readonly name: string;
  /** Its bytes; `head` holds the first ones, `formatHeadLength` or more where there are as many. */
  readonly input: FileInput | StreamInput;
  close(): void;
}

export interface OpenedDirectory {
  readonly kind: 'directory';
  readonly name: string;
}

/**
 * @param stdin descriptor that `-` stands for.
 * @throws InputError `not-found`, `unreadable` or `not-regular`.
 */
export async function openArtifact(name: string, stdin = 0): Promise<OpenedFile | OpenedDirectory> {
  if (name === '-') return openStdin(stdin);
  let stats;
  try {
    stats = statSync(name);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new InputError('not-found', `does not exist${hintOn(name)}`, { cause: error });
    }
    throw new InputError('unreadable', `cannot be read (${code})`, { cause: error });
  }
  if (stats.isDirectory()) return { kind: 'directory', name };
  if (!stats.isFile()) {
    throw new InputError(
      'not-regular',
      `is ${describeSpecial(stats)}, not a file or directory; to read from a pipe use "-"`,
    );
  }
  return openFile(name);
}

function hintOn(name: string): string {
  if (/^https?:/.test(name)) return '; a URL is not fetched: give "-", and pipe to it what curl -sL prints';
  // Node makes text of arguments: other bytes come as this character, and the file cannot be named.
  if (name.includes('\ufffd'))
    return ' by that name; if its name is not UTF-8, pipe it to sizecheck, or name its directory';
  return '';
}

function openFile(name: string): OpenedFile {
  let fd: number;
  try {
    fd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new InputError('unreadable', `cannot be opened (${systemCode(error)})`, { cause: error });
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new InputError('changed', 'was replaced while it was opened');
    const head = readHead(fd, 0);
    return {
      kind: 'file',
      name,
      input: { fd, head, position: head.length, length: stats.size },
      close: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw error instanceof InputError
      ? error
      : new InputError('unreadable', `cannot be read (${systemCode(error)})`, { cause: error });
  }
}

/** Reads a pipe through the event loop, so that the process can be interrupted while the pipe is silent. */
async function openStdin(fd: number): Promise<OpenedFile> {
  if (!stdinMayBlock(fd))
    return {
      kind: 'file',
      name: '-',
      input: { fd, head: readHead(fd, null), position: null, length: null },
      close() {},
    };
  const chunks = asyncChunks({ fd, head: new Uint8Array(0), position: null, length: null });
  let head = Buffer.alloc(0);
  while (head.length < formatHeadLength) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return { kind: 'file', name: '-', input: { head, chunks }, close: () => void chunks.return() };
}

function stdinMayBlock(fd: number): boolean {
  try {
    return mayBlock({ fd, head: new Uint8Array(0), position: null, length: null });
  } catch (error) {
    throw new InputError('unreadable', `cannot be read (${systemCode(error)})`, { cause: error });
  }
}

/** The first bytes of a file; with position null they are taken from where the file is. */
function readHead(fd: number, position: number | null): Uint8Array {
  const head = Buffer.alloc(formatHeadLength);
  let filled = 0;
  for (;;) {
    const got = readOrRefuse(fd, head.subarray(filled), position === null ? null : position + filled);
    filled += got;
    if (got === 0 || filled === head.length) return head.subarray(0, filled);
  }
}
