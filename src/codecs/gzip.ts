// gzip (RFC 1952): members one after the other, each with its CRC-32 and length checked. The framing is ours, because Node's
// own accepts a cut header, ignores the header's CRC and does not tell where a member ends.
import { byteAt } from '../bytes/at.ts';
import { crc32 } from 'node:zlib';
import { FormatError } from '../errors.ts';
import type { Notice } from '../model/snapshot.ts';
import type { Codec, DecodeOptions, Decoder, Emit } from './codec.ts';
import { createInflater } from './inflate.ts';
import { trailingGarbage } from './trailing.ts';

const flagHeaderCrc = 0x02;
const flagExtra = 0x04;
const flagName = 0x08;
const flagComment = 0x10;
const flagReserved = 0xe0;
const deflateMethod = 8;

/** What the header's XFL says: level 9, level 1. */
const efforts: Readonly<Record<number, string>> = { 2: 'best', 4: 'fastest' };

/**
 * Encoded bytes that are decoded at once where it is asked what they make: each call of zlib copies its window of 32 KiB, so what is
 * large is told in larger steps.
 */
function markStep(position: number): number {
  return position < 8 * 2 ** 20 ? 4096 : 32 * 1024;
}

type State =
  | 'magic' // ID1 ID2
  | 'fixed' // CM FLG MTIME XFL OS
  | 'extra-length'
  | 'extra'
  | 'name'
  | 'comment'
  | 'header-crc'
  | 'body'
  | 'trailer' // CRC32 ISIZE
  | 'between' // a further member, zero padding or garbage
  | 'zeros'
  | 'garbage';

export const gzip: Codec = {
  name: 'gzip',
  bid(head) {
    return head[0] === 0x1f && head[1] === 0x8b && (head.length < 3 || head[2] === deflateMethod) ? 24 : 0;
  },
  prepare: () => Promise.resolve(),
  create: createGzipDecoder,
};

function createGzipDecoder(options: DecodeOptions): Decoder {
  const inflater = createInflater(options);
  const notices: Notice[] = [];
  const field = new Uint8Array(8);
  let fieldLength = 0;
  let state: State = 'magic';
  let flags = 0;
  let headerCrc = 0;
  let extraLeft = 0;
  let position = 0; // in the encoded stream
  let garbage = 0;
  let members = 0;
  let unmarked = 0;
  let named = false;
  let timed = false;
  let effort: string | null = null; // as the first member's header tells it
  let before = 0; // decoded bytes of earlier members

  function fail(code: string, message: string, offset = position): never {
    throw new FormatError(code, message, { offset });
  }

  /** Gathers a field of `length` bytes over any number of pieces; returns how many it took. */
  function gather(input: Uint8Array, from: number, length: number): number {
    const count = Math.min(length - fieldLength, input.length - from);
    field.set(input.subarray(from, from + count), fieldLength);
    fieldLength += count;
    return count;
  }

  function u16(): number {
    return byteAt(field, 0) | (byteAt(field, 1) << 8);
  }

  function u32(at: number): number {
    return new DataView(field.buffer).getUint32(at, true);
  }

  function nextHeaderState(after: State): State {
    const order: readonly [State, number][] = [
      ['extra-length', flagExtra],
      ['name', flagName],
      ['comment', flagComment],
      ['header-crc', flagHeaderCrc],
    ];
    const done = after === 'extra' ? 'extra-length' : after;
    const start = order.findIndex(([name]) => name === done) + 1;
    const next = order.slice(start).find(([, flag]) => (flags & flag) !== 0);
    return next === undefined ? 'body' : next[0];
  }

  function enter(next: State): void {
    state = next;
    fieldLength = 0;
    if (next === 'body') inflater.reset(position, true);
  }

  /** Takes bytes of one header state; returns how many. */
  function header(input: Uint8Array, from: number): number {
    const lengths: Partial<Record<State, number>> = { magic: 2, fixed: 8, 'extra-length': 2, 'header-crc': 2 };
    const length = lengths[state];
    let count: number;
    let complete: boolean;
    if (length !== undefined) {
      count = gather(input, from, length);
      complete = fieldLength === length;
    } else if (state === 'extra') {
      count = Math.min(extraLeft, input.length - from);
      extraLeft -= count;
      complete = extraLeft === 0;
    } else {
      const end = input.indexOf(0, from);
      complete = end !== -1;
      count = (complete ? end + 1 : input.length) - from;
    }
    if (state !== 'header-crc') headerCrc = crc32(input.subarray(from, from + count), headerCrc);
    position += count;
    if (complete) endField();
    return count;
  }

  function endField(): void {
    switch (state) {
      case 'magic':
        if (field[0] !== 0x1f || field[1] !== 0x8b) fail('bad-magic', 'is not gzip data', position - 2);
        enter('fixed');
        return;
      case 'fixed':
        flags = byteAt(field, 1);
        named ||= (flags & flagName) !== 0;
        timed ||= u32(2) !== 0;
        if (members === 0) effort = efforts[byteAt(field, 6)] ?? null;
        if (field[0] !== deflateMethod) {
          fail('unsupported', `uses gzip compression method ${field[0]}, but only 8 (deflate) exists`, position - 8);
        }
        if ((flags & flagReserved) !== 0) fail('bad-header', 'sets reserved gzip header flags', position - 7);
        break;
      case 'extra-length':
        extraLeft = u16();
        if (extraLeft > 0) {
          enter('extra');
          return;
        }
        break;
      case 'header-crc':
        if (u16() !== (headerCrc & 0xffff)) fail('bad-checksum', 'has a gzip header with a wrong CRC', position - 2);
        break;
      case 'extra':
      case 'name':
      case 'comment':
        break;
      case 'body':
      case 'trailer':
      case 'between':
      case 'zeros':
      case 'garbage':
        return;
    }
    enter(nextHeaderState(state));
  }

  function trailer(input: Uint8Array, from: number): number {
    const count = gather(input, from, 8);
    position += count;
    if (fieldLength < 8) return count;
    if (u32(0) !== inflater.crc) fail('bad-checksum', 'has a gzip member with a wrong CRC-32', position - 8);
    if (u32(4) !== inflater.bytesOut % 0x1_0000_0000) {
      fail('bad-length', 'has a gzip member whose length is not what its trailer says', position - 4);
    }
    members += 1;
    before += inflater.bytesOut;
    headerCrc = 0;
    enter('between');
    return count;
  }

  /** After a member: another one, zero padding (tapes), or garbage, which gzip ignores with a warning. */
  function afterMember(input: Uint8Array, from: number): number {
    const byte = input[from];
    if (state === 'between' && fieldLength === 0 && byte === 0x1f) {
      fieldLength = 1;
      position += 1;
      return 1;
    }
    if (state === 'between' && fieldLength === 1 && byte === 0x8b) {
      headerCrc = crc32(Uint8Array.of(0x1f, 0x8b));
      position += 1;
      enter('fixed');
      return 1;
    }
    garbage += fieldLength;
    fieldLength = 0;
    if (garbage === 0 && byte === 0) {
      state = 'zeros';
      let end = from + 1;
      while (end < input.length && input[end] === 0) end += 1;
      position += end - from;
      return end - from;
    }
    state = 'garbage';
    const count = input.length - from;
    garbage += count;
    position += count;
    return count;
  }

  function step(input: Uint8Array, from: number, emit: Emit): number {
    if (state === 'body') {
      // Up to the next step of the stream, wherever pieces begin and end: marks do not depend on how the input is cut.
      const markEvery = markStep(position);
      const most = options.mark === undefined ? Infinity : from + markEvery - (position % markEvery);
      const count = inflater.write(from === 0 && most >= input.length ? input : input.subarray(from, most), emit);
      position += count;
      unmarked += count;
      if (options.mark !== undefined && (inflater.ended || position % markEvery === 0)) {
        options.mark(before + inflater.bytesOut, unmarked);
        unmarked = 0;
      }
      if (inflater.ended) enter('trailer');
      return count;
    }
    if (state === 'trailer') return trailer(input, from);
    if (state === 'between' || state === 'zeros' || state === 'garbage') return afterMember(input, from);
    return header(input, from);
  }

  return {
    notices,
    write(input, emit) {
      let at = 0;
      while (at < input.length) at += step(input, at, emit);
    },
    finish(emit) {
      const between = state === 'between' && fieldLength === 0;
      if (!between && state !== 'zeros' && state !== 'garbage') {
        fail('truncated', members === 0 ? 'ends inside gzip data' : `ends inside gzip member ${members + 1}`);
      }
      if (garbage > 0) notices.push(trailingGarbage('gzip', garbage));
      inflater.flush(emit);
    },
    made: () => ({ members, effort, name: named, time: timed }),
    close: () => inflater.close(),
  };
}
