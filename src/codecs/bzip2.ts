// bzip2: streams one after the other, each block's CRC and each stream's combined CRC checked. Our own decoder, because those
// at hand are not synchronous, or take a cut stream for a whole one. A block is decoded when it is there as a whole.
import { byteAt } from '../bytes/at.ts';
import { FormatError } from '../errors.ts';
import type { Notice } from '../model/snapshot.ts';
import { createBitReader, NeedInput } from './bit-reader.ts';
import { BadBlock, createBzip2Block } from './bzip2-block.ts';
import type { Codec, DecodeOptions, Decoder, Emit } from './codec.ts';
import { createOutput } from './output.ts';
import { trailingGarbage } from './trailing.ts';

const blockMagic = [0x314159, 0x265359];
const endMagic = [0x177245, 0x385090];
const headerLength = 4; // `BZh` and the level, `1` to `9`
const magic = Buffer.from('BZh');

/** More than any block takes: 32,767 groups of 50 codes of 20 bits, and tables of a sane length. */
const longestBlock = 4_300_000;
const firstAttempt = 1024;

export const bzip2: Codec = {
  name: 'bzip2',
  bid(head) {
    if (!isHeader(head)) return 0;
    const next = head.subarray(headerLength, headerLength + 6);
    const known = [blockMagic, endMagic].some((words) => bytesOf(words).every((byte, i) => (next[i] ?? byte) === byte));
    return known ? 24 + 8 * next.length : 0;
  },
  prepare: () => Promise.resolve(),
  create: createBzip2Decoder,
};

function bytesOf(words: readonly number[]): number[] {
  return words.flatMap((word) => [word >>> 16, (word >>> 8) & 0xff, word & 0xff]);
}

function isHeader(bytes: Uint8Array): boolean {
  const level = byteAt(bytes, 3);
  return magic.equals(bytes.subarray(0, magic.length)) && level >= 0x31 && level <= 0x39;
}

function createBzip2Decoder(options: DecodeOptions): Decoder {
  const output = createOutput(options.takeBuffer);
  const bits = createBitReader();
  const block = createBzip2Block();
  const notices: Notice[] = [];
  let held = new Uint8Array(64 * 1024); // bytes from the start of the next header or block on
  let heldLength = 0;
  let bit = 0; // where in its first byte that starts
  let position = 0; // offset of its first byte in the encoded stream
  let wanted = firstAttempt; // bytes to have before the next attempt to decode
  let level = 0; // 0 between streams
  let lastLevel = 0;
  let streamCrc = 0;
  let streams = 0;
  let garbage = 0;

  function fail(code: string, message: string): never {
    throw new FormatError(code, message, { offset: position });
  }

  function hold(input: Uint8Array): void {
    const length = heldLength + input.length;
    if (length > held.length) {
      const grown = new Uint8Array(Math.max(length, 2 * held.length));
      grown.set(held.subarray(0, heldLength));
      held = grown;
    }
    held.set(input, heldLength);
    heldLength = length;
  }

  /** Decodes all that is there from byte `from` on; returns where the rest starts. */
  function decodeHeld(ended: boolean, emit: Emit): void {
    let from = 0;
    const start = position;
    try {
      for (;;) {
        const missing = garbage === 0 && !ended && heldLength - from < wanted;
        if (from === heldLength || missing) break;
        position = start + from;
        const length = attempt(held.subarray(from, heldLength), ended, emit);
        if (length === 0) break;
        from += length;
      }
    } finally {
      position = start + from;
      if (from > 0) held.copyWithin(0, from, heldLength);
      heldLength -= from;
    }
  }

  /** Decodes one header or block at the start of `bytes`; returns its length in whole bytes, or 0 where input is missing. */
  function attempt(bytes: Uint8Array, ended: boolean, emit: Emit): number {
    if (level === 0) return header(bytes, ended);
    bits.start(bytes, bit);
    try {
      const [first, second] = [bits.read(24), bits.read(24)];
      const crc = ((bits.read(16) << 16) | bits.read(16)) >>> 0;
      if (first === endMagic[0] && second === endMagic[1]) return endStream(crc);
      if (first !== blockMagic[0] || second !== blockMagic[1])
        fail('bad-block', 'has something else than a bzip2 block');
      block.read(bits, level * 100_000);
      if (block.write(output, emit) !== crc) fail('bad-checksum', 'has a bzip2 block with a wrong CRC');
      streamCrc = (((streamCrc << 1) | (streamCrc >>> 31)) ^ crc) >>> 0;
    } catch (error) {
      if (error instanceof BadBlock) fail('bad-block', `has a corrupt bzip2 block: it ${error.message}`);
      if (!(error instanceof NeedInput)) throw error;
      if (bytes.length >= longestBlock) fail('bad-block', 'has a bzip2 block without an end');
      if (ended) fail('truncated', 'ends inside a bzip2 block');
      wanted = 2 * bytes.length;
      return 0;
    }
    const used = bits.bitPosition >>> 3;
    options.mark?.(output.total, used);
    bit = bits.bitPosition & 7;
    // Blocks of one file are about as long as each other; a little more saves an attempt in vain.
    wanted = Math.max(firstAttempt, used + (used >>> 3), wanted - (wanted >>> 3));
    wanted = Math.min(wanted, 2 * used + firstAttempt);
    return used;
  }

  function header(bytes: Uint8Array, ended: boolean): number {
    if (garbage === 0 && isHeader(bytes)) {
      level = byteAt(bytes, 3) - 0x30;
      lastLevel = level;
      streamCrc = 0;
      return headerLength;
    }
    if (streams === 0) {
      if (bytes.length >= headerLength) fail('bad-magic', 'is not bzip2 data');
      return ended ? fail('truncated', 'ends inside a bzip2 header') : 0;
    }
    const start = bytes.subarray(0, 3);
    if (garbage === 0 && bytes.length < headerLength && magic.subarray(0, start.length).equals(start)) {
      fail('truncated', 'ends inside a bzip2 header');
    }
    garbage += bytes.length;
    return bytes.length;
  }

  function endStream(crc: number): number {
    if (crc !== streamCrc) fail('bad-checksum', 'has a bzip2 stream with a wrong CRC');
    level = 0;
    bit = 0;
    streams += 1;
    wanted = firstAttempt;
    return Math.ceil(bits.bitPosition / 8);
  }

  return {
    notices,
    write(input, emit) {
      hold(input);
      decodeHeld(false, emit);
    },
    finish(emit) {
      decodeHeld(true, emit);
      if (level !== 0 || streams === 0) fail('truncated', 'ends inside a bzip2 stream');
      if (garbage > 0) notices.push(trailingGarbage('bzip2', garbage));
      output.flush(emit);
    },
    made: () => ({ streams, level: lastLevel }),
    close() {},
  };
}
