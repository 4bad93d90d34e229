// Seeded damage to good samples: single bytes, numbers of their formats, ranges that go, double, move or come from another sample.
import type { Random } from './random.ts';

/** May change the bytes that it is given. */
type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

const edges: readonly [number, ...number[]] = [0, 1, 2, 7, 8, 15, 16, 127, 128, 255, 256, 32_767, 65_535, 65_536];
const wideEdges: readonly [bigint, ...bigint[]] = [
  0n,
  1n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  2n ** 53n - 1n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const words: readonly [string, ...string[]] = [
  '0',
  '-1',
  '1e3',
  '0x10',
  '1.5',
  '99999999999999999999',
  '9007199254740993',
  '77777777777',
  '..',
  '/',
  '../../x',
  '__proto__',
  '\u001b[31m',
  '\r\n::error::x',
  '\xe2\x80\xae',
  '\xff\xfe',
  '\0',
  '"',
  ',',
  '[[[[',
  '{"a":{"a":',
  'null',
  '#1/9999',
  '/9999',
];

const mutations: readonly [Mutation, ...Mutation[]] = [
  flipBit,
  flipBit,
  setByte,
  setByte,
  setNumber,
  setNumber,
  setWideNumber,
  putWord,
  removeRange,
  doubleRange,
  moveRange,
  fillRange,
  insertFrom,
  overwriteFrom,
  truncate,
  spliceEnd,
  digit,
];

/** One to eight mutations, mostly few: much damage at once is seen by the first check. */
export function mutate(sample: Buffer, random: Random, other: Buffer): Buffer {
  const count = random.pick([1, 1, 1, 2, 2, 3, 5, 8]);
  let bytes: Buffer = Buffer.from(sample);
  for (let done = 0; done < count; done++) bytes = random.pick(mutations)(bytes, random, other);
  return bytes.length > maxLength ? bytes.subarray(0, maxLength) : bytes;
}

/** Samples are small, and stay so however often ranges are doubled. */
const maxLength = 4 * 1024 ** 2;

function placeOf(bytes: Buffer, random: Random, length = 1): number {
  return random.below(Math.max(1, bytes.length - length + 1));
}

function flipBit(bytes: Buffer, random: Random): Buffer {
  const at = placeOf(bytes, random);
  if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  return bytes;
}

function setByte(bytes: Buffer, random: Random): Buffer {
  const at = placeOf(bytes, random);
  if (at < bytes.length) bytes[at] = random.below(256);
  return bytes;
}

function setNumber(bytes: Buffer, random: Random): Buffer {
  if (bytes.length < 4) return bytes;
  const at = placeOf(bytes, random, 4);
  const value = random.pick(edges);
  const turned = random.below(4) === 0 ? -value >>> 0 : value;
  random.pick([
    () => bytes.writeUInt16LE(turned & 0xffff, at),
    () => bytes.writeUInt16BE(turned & 0xffff, at),
    () => bytes.writeUInt32LE(turned, at),
    () => bytes.writeUInt32BE(turned, at),
  ])();
  return bytes;
}

function setWideNumber(bytes: Buffer, random: Random): Buffer {
  if (bytes.length < 8) return bytes;
  const at = placeOf(bytes, random, 8);
  const value = random.pick(wideEdges);
  if (random.below(4) === 0) bytes.writeBigUInt64BE(value, at);
  else bytes.writeBigUInt64LE(value, at);
  return bytes;
}

function putWord(bytes: Buffer, random: Random): Buffer {
  const word = Buffer.from(random.pick(words), 'latin1');
  const at = placeOf(bytes, random);
  return Buffer.concat([bytes.subarray(0, at), word, bytes.subarray(at + (random.below(2) === 0 ? word.length : 0))]);
}

function rangeOf(bytes: Buffer, random: Random): [start: number, end: number] {
  const start = placeOf(bytes, random);
  // Short ranges and block-sized ones do different harm.
  const length = random.pick([1 + random.below(16), 1 + random.below(300), 512, 1 + random.below(bytes.length + 1)]);
  return [start, Math.min(bytes.length, start + length)];
}

function removeRange(bytes: Buffer, random: Random): Buffer {
  const [start, end] = rangeOf(bytes, random);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
}

function doubleRange(bytes: Buffer, random: Random): Buffer {
  const [start, end] = rangeOf(bytes, random);
  const range = bytes.subarray(start, end);
  const copies = Array.from({ length: random.pick([1, 1, 2, 16]) }, () => range);
  return Buffer.concat([bytes.subarray(0, end), ...copies, bytes.subarray(end)]);
}

function moveRange(bytes: Buffer, random: Random): Buffer {
  const [start, end] = rangeOf(bytes, random);
  const range = Buffer.from(bytes.subarray(start, end));
  const rest = Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  const at = placeOf(rest, random);
  return Buffer.concat([rest.subarray(0, at), range, rest.subarray(at)]);
}

function fillRange(bytes: Buffer, random: Random): Buffer {
  const [start, end] = rangeOf(bytes, random);
  return bytes.fill(random.pick([0, 0, 0x20, 0x30, 0x80, 0xff, random.below(256)]), start, end);
}

function insertFrom(bytes: Buffer, random: Random, other: Buffer): Buffer {
  const [start, end] = rangeOf(other, random);
  const at = placeOf(bytes, random);
  return Buffer.concat([bytes.subarray(0, at), other.subarray(start, end), bytes.subarray(at)]);
}

function overwriteFrom(bytes: Buffer, random: Random, other: Buffer): Buffer {
  const [start, end] = rangeOf(other, random);
  other.copy(bytes, placeOf(bytes, random), start, end);
  return bytes;
}

function truncate(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, random.below(bytes.length + 1));
}

function spliceEnd(bytes: Buffer, random: Random, other: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, placeOf(bytes, random)), other.subarray(placeOf(other, random))]);
}

/** Numbers in text (tar, ar, JSON, lists): another digit where a digit is. */
function digit(bytes: Buffer, random: Random): Buffer {
  const start = placeOf(bytes, random);
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x30 || byte > 0x39) continue;
    bytes[at] = 0x30 + random.below(10);
    return bytes;
  }
  return bytes;
}

/** Makes the checksums of all 512-byte blocks right that look like tar headers, so that damage gets behind that first check. */
export function repairTar(bytes: Buffer): Buffer {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const block = bytes.subarray(at, at + 512);
    if (block.toString('latin1', 257, 262) !== 'ustar') continue;
    block.fill(0x20, 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
  return bytes;
}
