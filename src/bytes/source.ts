// Random access to bytes: everything that needs to look around in content (ELF, ar, zip) asks a ByteSource for
// "length bytes at offset" and so works alike on memory, an open file and a spool.
import { readSync } from 'node:fs';
import { FormatError, InputError, systemCode } from '../errors.ts';

export interface ByteSource {
  /** Length in bytes. */
  readonly size: number;
  /**
   * Exactly `length` bytes at `offset`. The view may share memory with the source: do not write to it. Where bytes have to be fetched,
   * `scratch`, of `length` bytes or more, saves taking new memory for them: the view is then valid until it is used again.
   * @throws FormatError `out-of-range` where the range is not wholly inside the source.
   */
  read(offset: number, length: number, scratch?: Uint8Array): Uint8Array;
}

/** Checks a range against a source's size before anything is allocated for it. */
export function checkRange(size: number, offset: number, length: number): void {
  if (
    !(
      Number.isSafeInteger(offset) &&
      Number.isSafeInteger(length) &&
      offset >= 0 &&
      length >= 0 &&
      length <= size - offset
    )
  ) {
    throw new FormatError('out-of-range', `needs ${length} bytes at ${offset}, but there are only ${size}`, {
      offset: Number.isSafeInteger(offset) ? offset : undefined,
    });
  }
}

/** A source over bytes in memory; reads share its memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, length) {
      checkRange(bytes.length, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** A source over a range of another source. */
export function sliceSource(source: ByteSource, start: number, size: number): ByteSource {
  checkRange(source.size, start, size);
  return {
    size,
    read(offset, length, scratch) {
      checkRange(size, offset, length);
      return source.read(start + offset, length, scratch);
    },
  };
}

/**
 * A source over an open file of known size; each read is one `pread`, into fresh memory without `scratch`.
 * @throws InputError `changed` when the file turns out to be shorter than `size` (it shrank while it was read), `unreadable` where the
 * system cannot read it (a broken disk, a network file system that is gone).
 */
export function fileSource(fd: number, size: number): ByteSource {
  return {
    size,
    read(offset, length, scratch) {
      checkRange(size, offset, length);
      const bytes = scratch?.subarray(0, length) ?? Buffer.allocUnsafeSlow(length);
      let filled = 0;
      while (filled < length) {
        const got = readOrRefuse(fd, bytes.subarray(filled, length), offset + filled);
        if (got === 0) {
          throw new InputError('changed', `became shorter while it was read: ${offset + filled} of ${size} bytes`, {
            offset: offset + filled,
          });
        }
        filled += got;
      }
      return bytes;
    },
  };
}

/**
 * Bytes that one read gives, 0 at the end. @param position in the file; null to read on from where it is.
 * @throws InputError `unreadable`, for a directory too.
 */
export function readOrRefuse(fd: number, into: Uint8Array, position: number | null): number {
  try {
    return readSync(fd, into, 0, into.length, position);
  } catch (error) {
    const place = position === null ? {} : { offset: position };
    throw new InputError('unreadable', `cannot be read (${systemCode(error)})`, { ...place, cause: error });
  }
}

/** Calls `each` with the source's bytes in order, in pieces of at most `step` bytes. */
export function forEachChunk(source: ByteSource, each: (chunk: Uint8Array) => void, step = 1 << 20): void {
  for (let offset = 0; offset < source.size; offset += step) {
    each(source.read(offset, Math.min(step, source.size - offset)));
  }
}
