// The branch filters of xz (.xz file format, section 5.3.2): before compressing, targets of calls were made absolute, which repeats where
// a function is called from several places; here they become relative to their instruction again. Each processor's encoding of calls is
// described in its manual; which of them a filter touches, and the rules for x86, are those of XZ Utils.
import { byteAt } from '../bytes/at.ts';

/**
 * Makes targets relative in `bytes`, in place; `position` is where they stand in the block, counted from the filter's start offset.
 * @returns how many bytes are done; the others must come again, followed by more.
 */
export type Branches = (bytes: Uint8Array, position: number) => number;

export interface BranchFilter {
  /** What start offsets are multiples of, in bytes. */
  readonly alignment: number;
  create(): Branches;
}

function everyWord(
  length: number,
  step: number,
  convert: (bytes: Uint8Array, at: number, position: number) => boolean,
): BranchFilter {
  const branches: Branches = (bytes, position) => {
    let at = 0;
    // An instruction of two words is not looked at in its middle.
    for (; at + length <= bytes.length; at += step) if (convert(bytes, at, position + at)) at += length - step;
    return at;
  };
  return { alignment: step, create: () => branches };
}

function littleEndian(bytes: Uint8Array, at: number): number {
  return (
    (byteAt(bytes, at) |
      (byteAt(bytes, at + 1) << 8) |
      (byteAt(bytes, at + 2) << 16) |
      (byteAt(bytes, at + 3) << 24)) >>>
    0
  );
}

function putLittleEndian(bytes: Uint8Array, at: number, value: number): void {
  for (let byte = 0; byte < 4; byte++) bytes[at + byte] = value >>> (8 * byte);
}

function bigEndian(bytes: Uint8Array, at: number): number {
  return (
    ((byteAt(bytes, at) << 24) |
      (byteAt(bytes, at + 1) << 16) |
      (byteAt(bytes, at + 2) << 8) |
      byteAt(bytes, at + 3)) >>>
    0
  );
}

function putBigEndian(bytes: Uint8Array, at: number, value: number): void {
  for (let byte = 0; byte < 4; byte++) bytes[at + byte] = value >>> (24 - 8 * byte);
}

/** `bl` that is always executed: 24 bits of words, counted from two instructions further on. */
export const arm = everyWord(4, 4, (bytes, at, position) => {
  const word = littleEndian(bytes, at);
  if (word >>> 24 !== 0xeb) return false;
  const target = (word << 2) - (position + 8);
  putLittleEndian(bytes, at, 0xeb00_0000 | ((target >>> 2) & 0xff_ffff));
  return true;
});

/** `bl` of two halfwords with eleven bits each: 22 bits of halfwords, counted from four bytes further on. */
export const armThumb = everyWord(4, 2, (bytes, at, position) => {
  const high = byteAt(bytes, at + 1);
  const low = byteAt(bytes, at + 3);
  if (high >>> 3 !== 0x1e || low >>> 3 !== 0x1f) return false;
  const absolute = ((high & 7) << 19) | (byteAt(bytes, at) << 11) | ((low & 7) << 8) | byteAt(bytes, at + 2);
  const target = ((absolute << 1) - (position + 4)) >>> 1;
  putLittleEndian(bytes, at, 0xf800_f000 | ((target >>> 11) & 0x7ff) | ((target & 0x7ff) << 16));
  return true;
});

/** `bl` with 26 bits of words, and `adrp` with 21 bits of pages as long as it reaches no further than 512 MiB. */
export const arm64 = everyWord(4, 4, (bytes, at, position) => {
  const word = littleEndian(bytes, at);
  if (word >>> 26 === 0x25) {
    putLittleEndian(bytes, at, 0x9400_0000 | ((word - (position >>> 2)) & 0x3ff_ffff));
    return true;
  }
  if ((word & 0x9f00_0000) >>> 0 !== 0x9000_0000) return false;
  const absolute = ((word >>> 29) & 3) | ((word >>> 3) & 0x1f_fffc);
  if (((absolute + 0x2_0000) & 0x1c_0000) !== 0) return false;
  const page = absolute - (position >>> 12);
  const sign = (page & 0x2_0000) === 0 ? 0 : 0xe0_0000;
  putLittleEndian(bytes, at, (word & 0x9000_001f) | ((page & 3) << 29) | ((page & 0x3_fffc) << 3) | sign);
  return true;
});

/** `bl` with a relative target: 24 bits of words. */
export const powerPc = everyWord(4, 4, (bytes, at, position) => {
  const word = bigEndian(bytes, at);
  if ((word & 0xfc00_0003) >>> 0 !== 0x4800_0001) return false;
  putBigEndian(bytes, at, 0x4800_0001 | (((word & 0x3ff_fffc) - position) & 0x3ff_fffc));
  return true;
});

/** `call` within 8 MiB of words: 30 bits of which the upper eight repeat the sign. */
export const sparc = everyWord(4, 4, (bytes, at, position) => {
  const word = bigEndian(bytes, at);
  if (word >>> 22 !== 0x100 && word >>> 22 !== 0x1ff) return false;
  const target = ((word << 2) - position) >>> 2;
  const sign = (target & 0x40_0000) === 0 ? 0 : 0x3fc0_0000;
  putBigEndian(bytes, at, 0x4000_0000 | sign | (target & 0x3f_ffff));
  return true;
});

/** Slots of a bundle that hold a branch, by template from 16 on. */
const branchSlots = [[2], [2], [1, 2], [1, 2], [], [], [0, 1, 2], [0, 1, 2], [2], [2], [], [], [2], [2]];

/** `br.call`: bundles of 128 bits, with five of template and three slots of 41; targets have 21 bits of bundles, the upper one apart. */
export const ia64 = everyWord(16, 16, (bytes, at, position) => {
  const slots = branchSlots[(byteAt(bytes, at) & 0x1f) - 16] ?? [];
  for (const slot of slots) convertSlot(bytes, at, slot, position);
  return true;
});

function convertSlot(bytes: Uint8Array, bundle: number, slot: number, position: number): void {
  const bit = 5 + 41 * slot;
  const at = bundle + (bit >>> 3);
  const shift = 2 ** (bit & 7);
  // 48 bits, which numbers hold exactly.
  const field = littleEndian(bytes, at) + (byteAt(bytes, at + 4) + byteAt(bytes, at + 5) * 256) * 2 ** 32;
  const code = Math.floor(field / shift);
  const bits = (from: number, count: number): number => Math.floor(code / 2 ** from) % 2 ** count;
  if (bits(37, 4) !== 5 || bits(9, 3) !== 0) return;
  const [low, high] = [bits(13, 20), bits(36, 1)];
  const target = (((low + high * 2 ** 20) * 16 - position) >>> 4) & 0x1f_ffff;
  const changed = field + ((target & 0xf_ffff) - low) * 2 ** 13 * shift + ((target >>> 20) - high) * 2 ** 36 * shift;
  putLittleEndian(bytes, at, changed % 2 ** 32);
  const rest = Math.floor(changed / 2 ** 32);
  bytes[at + 4] = rest;
  bytes[at + 5] = rest >>> 8;
}

/** `call` and `jmp` with 32 bits whose upper byte is 00 or FF. */
export const x86: BranchFilter = { alignment: 1, create: createX86 };

function isSign(byte: number): boolean {
  return byte === 0 || byte === 0xff;
}

/**
 * An opcode may be a byte of another instruction, so the filter keeps in mind which of the four bytes before looked like opcodes: bit 0
 * is the byte before, and so on; bit 4 says that the target of the last of them looked sound.
 */
function createX86(): Branches {
  let seen = 0;
  // Bytes since the last opcode, itself included.
  let distance = 0;
  return (bytes, position) => {
    let at = 0;
    while (at + 5 <= bytes.length) {
      if ((byteAt(bytes, at) & 0xfe) !== 0xe8) {
        at++;
        distance++;
        continue;
      }
      seen = aged(seen, distance);
      distance = 0;
      const isSound = isSign(byteAt(bytes, at + 4));
      if (isSound && mayConvert(seen)) {
        putTarget(bytes, at + 1, relative(littleEndian(bytes, at + 1), position + at + 5, seen));
        seen = 0;
        at += 5;
        distance += 5;
      } else {
        seen |= isSound ? 0x11 : 1;
        at++;
        distance++;
      }
    }
    return at;
  };
}

function aged(seen: number, distance: number): number {
  let now = seen;
  // What is further away than four bytes is forgotten.
  for (let byte = Math.min(distance, 4); byte > 0; byte--) now = (now & 0x77) << 1;
  return now;
}

/** Whether what was seen before may stand before a call: at most one opcode, and none with a sound target. */
function mayConvert(seen: number): boolean {
  return [0, 1, 2, 4].includes(seen >> 1);
}

/** The byte of a target at which the last opcode before it stands, from the top. */
const places = [0, 1, 2, 2, 3, 3, 3, 3];

function relative(absolute: number, next: number, seen: number): number {
  let source = absolute;
  for (;;) {
    const target = (source - next) >>> 0;
    if (seen === 0) return target;
    const place = 8 * (places[seen >> 1] ?? 0);
    if (!isSign((target >>> (24 - place)) & 0xff)) return target;
    source = (target ^ (2 ** (32 - place) - 1)) >>> 0;
  }
}

/** Of 25 bits, the upper one repeated. */
function putTarget(bytes: Uint8Array, at: number, target: number): void {
  putLittleEndian(bytes, at, (target & 0x1ff_ffff) | ((target & 0x100_0000) === 0 ? 0 : 0xff00_0000));
}
