// The pump for zip members: unpacks one after the other, in the order of the directory, in the calling thread or, for large files, in
// a worker thread that runs ahead. Which of them changes no result: both run zip-data.ts.
import type { View } from '../bytes/read-ahead.ts';
import { createTurns } from '../bytes/turns.ts';
import { InputError } from '../errors.ts';
import type { Emit } from './codec.ts';
import { startDecodingRun } from './decoding-run.ts';
import type { DecodingRun } from './decoding-run.ts';
import { pieceLength, unpackError } from './worker-messages.ts';
import type { DoneMessage, FailedMessage } from './worker-messages.ts';
import { createMemberUnpacker, readRanges } from './zip-data.ts';
import type { MemberRange, MemberRanges } from './zip-data.ts';

export interface Unpacker {
  /**
   * Hands the content of the next member to `emit`, in one piece up to nearly 1 MiB; a piece is valid during the call only.
   * @throws FormatError, without path, as in zip-data.ts.
   */
  unpack(range: MemberRange, emit: Emit): Promise<void>;
  /** Ends whatever still runs. */
  close(): Promise<void>;
}

export function createUnpacker(view: View): Unpacker {
  let buffer: Uint8Array | null = null;
  const unpacker = createMemberUnpacker(view, () => (buffer ??= new Uint8Array(pieceLength)));
  const turns = createTurns();
  return {
    async unpack(range, emit) {
      const steps = unpacker.unpack(range, emit);
      while (steps.next().done !== true) if (turns.due()) await turns.next();
      unpacker.flush(emit);
    },
    async close() {
      unpacker.close();
    },
  };
}

/** Unpacks `ranges`, all that will be asked for, in a worker; `fd` stays open until `close` has returned. */
export function createWorkerUnpacker(file: { fd: number; size: number }, ranges: MemberRanges): Unpacker {
  const run = startDecodingRun({ kind: 'members', fd: file.fd, size: file.size, ranges });
  const expected = readRanges(ranges);
  const incoming = cutPieces(run);
  let asked = 0;
  return {
    async unpack(range, emit) {
      const { offset, size, crc } = expected(asked++);
      if (range.offset !== offset || range.size !== size || range.crc !== crc) {
        throw new InputError('changed', 'changed while it was read');
      }
      await incoming.take(size, emit);
      await incoming.verified(asked);
    },
    async close() {
      if (!incoming.complete(ranges.count)) await run.stop();
    },
  };
}

interface Incoming {
  /** Emits the next `length` bytes. */
  take(length: number, emit: Emit): Promise<void>;
  /** Waits until `count` members are known to be sound. */
  verified(count: number): Promise<void>;
  complete(count: number): boolean;
}

/** Members lie in the pieces one behind the other, without marks between them. What is wrong with one is told after its bytes. */
function cutPieces(run: DecodingRun): Incoming {
  let piece = new Uint8Array(0);
  let at = 0;
  let sound = 0;
  let end: FailedMessage | DoneMessage | null = null;

  /** Waits for the next message; called only where the current piece is used up. */
  async function advance(): Promise<void> {
    if (end?.kind === 'failed') throw unpackError(end.error);
    if (end !== null) throw new Error('the decoding thread was done before the last member');
    if (piece.length > 0) run.release(piece);
    piece = new Uint8Array(0);
    at = 0;
    const message = await run.next();
    sound = message.reached;
    if (message.kind === 'piece') piece = message.piece;
    else end = message;
  }

  return {
    async take(length, emit) {
      for (let left = length; left > 0;) {
        const part = piece.subarray(at, at + left);
        if (part.length === 0) {
          await advance();
          continue;
        }
        at += part.length;
        left -= part.length;
        emit(part);
      }
    },
    async verified(count) {
      while (sound < count) await advance();
    },
    complete: (count) => sound === count,
  };
}
