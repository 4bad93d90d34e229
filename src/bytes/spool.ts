// A place for content that streams by but must be looked at with random access: memory up to a limit, then one temporary
// file that is unlinked as soon as it is open, so that nothing stays behind however the process ends.
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { fileSource, memorySource } from './source.ts';
import type { ByteSource } from './source.ts';

/** Bytes that a spool keeps in memory before it moves to a file (16 MiB). */
const defaultSpoolMemory = 16 * 1024 * 1024;

/** Enough for most of what is spooled at all. */
const smallRoom = 1 << 18;

export class Spool {
  readonly #limit: number;
  #memory: Buffer = Buffer.alloc(0);
  #size = 0;
  #fd: number | null = null;

  constructor(memoryLimit = defaultSpoolMemory) {
    this.#limit = memoryLimit;
  }

  get size(): number {
    return this.#size;
  }

  /** Says how many bytes will come at most. The number may be a lie; what is never written costs address space only. */
  expect(length: number): void {
    if (this.#fd === null && length <= this.#limit) this.#reserve(length);
  }

  /** Appends a copy of `piece`. @throws InputError `spool-failed` when the temporary file cannot take it. */
  write(piece: Uint8Array): void {
    const end = this.#size + piece.length;
    if (this.#fd === null && end <= this.#limit) {
      this.#reserve(end);
      this.#memory.set(piece, this.#size);
    } else {
      if (this.#fd === null) this.#moveToFile();
      this.#append(piece);
    }
    this.#size = end;
  }

  /** Descriptor of the temporary file; null where all is in memory. */
  get fd(): number | null {
    return this.#fd;
  }

  /** Random access to what was written; valid until the next `reset` or `close`. */
  source(): ByteSource {
    if (this.#fd !== null) return fileSource(this.#fd, this.#size);
    return memorySource(this.#memory.subarray(0, this.#size));
  }

  /** Empties the spool; its memory is kept for the next use. */
  reset(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
    this.#size = 0;
  }

  close(): void {
    this.reset();
    this.#memory = Buffer.alloc(0);
  }

  /** Beyond the first little room the whole limit at once: what is left behind by growing lies about until the heap is collected. */
  #reserve(length: number): void {
    if (length <= this.#memory.length) return;
    const grown = Buffer.allocUnsafeSlow(length <= smallRoom ? Math.min(this.#limit, smallRoom) : this.#limit);
    grown.set(this.#memory.subarray(0, this.#size));
    this.#memory = grown;
  }

  #moveToFile(): void {
    const path = join(tmpdir(), `sizecheck-${process.pid}-${randomBytes(8).toString('hex')}.spool`);
    try {
      this.#fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
      unlinkSync(path);
    } catch (error) {
      throw new InputError('spool-failed', `cannot make a temporary file in ${tmpdir()} (set TMPDIR)`, {
        cause: error,
      });
    }
    const held = this.#memory.subarray(0, this.#size);
    this.#size = 0;
    this.#append(held);
    this.#size = held.length;
  }

  #append(piece: Uint8Array): void {
    if (this.#fd === null) return;
    let written = 0;
    try {
      while (written < piece.length) {
        written += writeSync(this.#fd, piece, written, piece.length - written, this.#size + written);
      }
    } catch (error) {
      throw new InputError(
        'spool-failed',
        `cannot write a temporary file of ${this.#size + written} bytes in ${tmpdir()}`,
        {
          cause: error,
        },
      );
    }
  }
}
