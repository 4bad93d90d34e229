// What each byte of a tar archive is there for, entered into a ledger as the reader moves on. Headers are weighed by what they do
// not share with the one before, because that is all that a compressor has to write of them.
import { byteAt } from '../../bytes/at.ts';
import type { Ledger } from '../ledger.ts';
import { countDialects } from './dialects.ts';
import { blockSize, field } from './layout.ts';
import type { Phase, TarState } from './state.ts';

export interface TarAccount {
  /** The archive is over. */
  finish(): void;
  /** The reader took `used` bytes of `piece` at `at` while it was in phase `before`. */
  took(before: Phase, state: TarState, piece: Uint8Array, at: number, used: number): void;
}

/**
 * How many bytes of content cost as much as a byte in which a header differs: names and numbers hardly compress, and each of them
 * ends a match. Chosen by what archives of a CPython tree gain without headers, which is 3 (zstd) to 11 (gzip).
 */
const headerWeight = 6;

/** Those that tell more come later: an archive is called by the last of them that it has. */
const dialectNames = ['v7', 'ustar', 'gnu', 'pax'] as const;
const [v7Dialect, ustarDialect, gnuDialect, paxDialect] = [0, 1, 2, 3];

export function tarAccount(ledger: Ledger): TarAccount {
  const lastHeaders = new Map<number, DataView>();
  let view: DataView | null = null; // of the reader's one block
  const lastExtension = Buffer.alloc(blockSize);
  let dialect = -1; // the one that tells most of those seen, an index of `dialectNames`
  const dialects = countDialects();
  let extended = false; // the last header was that of an extension

  /** Extensions tell pax from plain ustar; what GNU writes says so in every header. */
  function see(type: number, block: Buffer): void {
    if (type === 0x78 || type === 0x67 || type === 0x58) dialect = Math.max(dialect, paxDialect);
    else if (block[field.magic.at] === 0x75)
      dialect = Math.max(dialect, block[field.magic.at + 5] === 0x20 ? gnuDialect : ustarDialect);
    else dialect = Math.max(dialect, v7Dialect);
  }

  /** Compared with the last header of the same type. */
  function weighHeader(block: Buffer): number {
    const type = byteAt(block, field.type.at);
    see(type, block);
    view ??= viewOf(block);
    let last = lastHeaders.get(type);
    if (last === undefined) lastHeaders.set(type, (last = new DataView(new ArrayBuffer(blockSize))));
    return headerWeight * unlikeBlock(view, last);
  }

  function takeExtension(bytes: number, weight: number): void {
    ledger.take('extensions', bytes, weight);
    dialects.extensionBytes(bytes);
  }

  function takeHeader(before: Phase, state: TarState): void {
    const weight = weighHeader(state.block);
    extended = state.phase === 'extension';
    if (extended) {
      takeExtension(blockSize, weight);
      return;
    }
    ledger.take('headers', blockSize, weight);
    if (before === 'header') dialects.member(state);
  }

  return {
    finish() {
      ledger.note('archive', { dialect: dialectNames[dialect] ?? null, ...dialects.facts() });
    },
    took(before, state, piece, at, used) {
      switch (before) {
        case 'header':
        case 'sparse-header':
        case 'sparse-map':
          // A header is entered when it is there as a whole; only then it is known whether it is one.
          if (state.filled > 0) return;
          if (state.phase === 'end') ledger.take('end', blockSize, 0);
          else takeHeader(before, state);
          return;
        case 'extension': {
          const position = state.extensionParts.reduce((sum, { length }) => sum + length, 0) - used;
          const bytes = piece.subarray(at, at + used);
          takeExtension(used, headerWeight * unlike(bytes, lastExtension, position % blockSize));
          if (state.remaining === 0) dialects.extension(state);
          return;
        }
        case 'body':
          ledger.take('content', used);
          return;
        case 'skip':
          if (!extended) ledger.take('padding', used, 0);
          else takeExtension(used, 0);
          return;
        case 'end':
          ledger.take('end', used, state.trailing > 0 ? used : 0);
      }
    },
  };
}

/** How many of `bytes` are not those of `last` from `from` on; `last` takes them over. */
function unlike(bytes: Uint8Array, last: Buffer, from: number): number {
  let count = 0;
  let place = from;
  for (let index = 0; index < bytes.length; index++, place++) {
    if (place === last.length) place = 0;
    if (last[place] === bytes[index]) continue;
    count++;
    last[place] = byteAt(bytes, index);
  }
  return count;
}

/** The same of a whole block: four bytes at a time, as most headers are alike but for few of them, and this runs for every member. */
function unlikeBlock(block: DataView, last: DataView): number {
  let count = 0;
  for (let at = 0; at < blockSize; at += 4) {
    const word = block.getUint32(at, true);
    const differ = word ^ last.getUint32(at, true);
    if (differ === 0) continue;
    last.setUint32(at, word, true);
    for (let bits = differ; bits !== 0; bits >>>= 8) if ((bits & 0xff) !== 0) count++;
  }
  return count;
}

function viewOf(block: Buffer): DataView {
  return new DataView(block.buffer, block.byteOffset, blockSize);
}
