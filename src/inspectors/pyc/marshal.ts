// The objects of a marshal stream as nodes that know where they lie, nothing more: no string is made, no number built. Every count
// is held against what is left before anything is done with it, and depth and number of objects are bounded.
// Layout: CPython, Python/marshal.c (versions 2 to 5); a code object's fields are in code.ts.
import { byteAt } from '../../bytes/at.ts';
import { FormatError } from '../../errors.ts';
import type { CodeLayout } from './code.ts';

/** One object. A reference to an earlier object is that object's node itself. */
export interface Node {
  /** Type character without the flag; `r` never occurs. */
  readonly type: number;
  readonly start: number;
  /** Bytes of the object without those of its parts. */
  readonly own: number;
  readonly parts: readonly Node[];
}

export const types = {
  none: 0x4e,
  code: 0x63,
  bytes: 0x73,
  interned: 0x74,
  unicode: 0x75,
  ascii: 0x61,
  asciiInterned: 0x41,
  shortAscii: 0x7a,
  shortAsciiInterned: 0x5a,
  tuple: 0x28,
  smallTuple: 0x29,
} as const;

/** Bytes of a reference: its type and a 32-bit index. */
export const referenceLength = 5;

const flagRef = 0x80;
/** CPython itself stops at 2,000; what its compiler makes stays below 200. */
const maxDepth = 1000;
/** A module of one million objects has some 10 MB of bytecode. */
const maxObjects = 1 << 21;

const noParts: readonly Node[] = [];
const fixedLengths: ReadonlyMap<number, number> = new Map([
  ...['0', 'N', 'F', 'T', 'S', '.'].map((type) => [type.charCodeAt(0), 0] as const),
  ['i'.charCodeAt(0), 4],
  ['I'.charCodeAt(0), 8],
  ['g'.charCodeAt(0), 8],
  ['y'.charCodeAt(0), 16],
]);

interface Walk {
  readonly bytes: Uint8Array;
  readonly layout: CodeLayout;
  /** Objects that later ones may refer to; null while one is being read. */
  readonly known: (Node | null)[];
  at: number;
  objects: number;
}

/** Reads the one object that fills `bytes` from `start` to the end. @throws FormatError `bad-marshal` or `truncated`. */
export function readMarshal(bytes: Uint8Array, start: number, layout: CodeLayout): Node {
  const walk: Walk = { bytes, layout, known: [], at: start, objects: 0 };
  const root = readObject(walk, 0);
  if (walk.at !== bytes.length) throw bad(`has ${bytes.length - walk.at} bytes after its code`, walk.at);
  return root;
}

function readObject(walk: Walk, depth: number): Node {
  const start = walk.at;
  if (depth > maxDepth) throw bad(`nests objects deeper than ${maxDepth} levels`, start);
  if (++walk.objects > maxObjects) throw bad(`holds more than ${maxObjects} objects`, start);
  need(walk, 1);
  const first = byteAt(walk.bytes, walk.at++);
  const type = first & ~flagRef;
  if (type === 0x72 || (type === 0x52 && walk.layout.internedReferences)) return referred(walk, start);
  const flagged = walk.layout.internedReferences ? type === types.interned : first !== type;
  const slot = flagged ? walk.known.push(null) - 1 : -1;
  const node = type === types.code ? readCode(walk, start, depth) : readPlain(walk, type, start, depth);
  if (slot >= 0) walk.known[slot] = node;
  return node;
}

/** The node that a reference means; one that is not yet complete would contain itself. */
function referred(walk: Walk, start: number): Node {
  const index = u32(walk);
  const node = walk.known[index];
  if (node === undefined) throw bad(`refers to object ${index} of ${walk.known.length}`, start);
  if (node === null) throw bad('holds an object that contains itself', start);
  return node;
}

function readCode(walk: Walk, start: number, depth: number): Node {
  const { integers, objects, firstLine } = walk.layout;
  skip(walk, 4 * integers);
  const parts: Node[] = [];
  for (let index = 0; index < objects; index++) {
    if (index === firstLine) skip(walk, 4);
    parts.push(readObject(walk, depth + 1));
  }
  return { type: types.code, start, own: 1 + 4 * integers + 4, parts };
}

function readPlain(walk: Walk, type: number, start: number, depth: number): Node {
  const length = fixedLengths.get(type) ?? counted(walk, type, start);
  if (length !== null) {
    skip(walk, length);
    return { type, start, own: walk.at - start, parts: noParts };
  }
  switch (String.fromCharCode(type)) {
    case ')':
      return container(walk, type, start, u8(walk), depth);
    case '(':
    case '[':
    case '<':
    case '>':
      return container(walk, type, start, u32(walk), depth);
    case ':':
      return container(walk, type, start, 3, depth);
    case '{':
      return dictionary(walk, start, depth);
  }
  throw bad(`has an object of unknown type 0x${type.toString(16)}`, start);
}

/** Length of what follows the count of an object without parts; null for other types. */
function counted(walk: Walk, type: number, start: number): number | null {
  switch (String.fromCharCode(type)) {
    case 's':
    case 't':
    case 'u':
    case 'a':
    case 'A':
      return u32(walk);
    case 'z':
    case 'Z':
    case 'f':
      return u8(walk);
    case 'x': {
      const real = u8(walk);
      skip(walk, real);
      return u8(walk);
    }
    case 'l': {
      const digits = Math.abs(u32(walk) | 0);
      if (digits > walk.bytes.length) throw bad(`has a number of ${digits} digits`, start);
      return digits * 2;
    }
    default:
      return null;
  }
}

function container(walk: Walk, type: number, start: number, count: number, depth: number): Node {
  const own = walk.at - start;
  // Each object takes one byte at least.
  if (count > walk.bytes.length - walk.at)
    throw bad(`has ${count} objects in ${walk.bytes.length - walk.at} bytes`, start);
  const parts: Node[] = [];
  for (let index = 0; index < count; index++) parts.push(readObject(walk, depth + 1));
  return { type, start, own, parts };
}

/** Keys and values in turn, until a null stands for a key. */
function dictionary(walk: Walk, start: number, depth: number): Node {
  const parts: Node[] = [];
  for (;;) {
    need(walk, 1);
    if (walk.bytes[walk.at] === 0x30) break;
    parts.push(readObject(walk, depth + 1), readObject(walk, depth + 1));
  }
  walk.at++;
  return { type: 0x7b, start, own: 2, parts };
}

function u8(walk: Walk): number {
  need(walk, 1);
  return byteAt(walk.bytes, walk.at++);
}

function u32(walk: Walk): number {
  need(walk, 4);
  const { bytes, at } = walk;
  walk.at += 4;
  const low = byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16);
  return low + byteAt(bytes, at + 3) * 0x100_0000;
}

function skip(walk: Walk, length: number): void {
  need(walk, length);
  walk.at += length;
}

function need(walk: Walk, length: number): void {
  if (length > walk.bytes.length - walk.at) {
    throw new FormatError(
      'truncated',
      `needs ${length} more bytes of bytecode, but has ${walk.bytes.length - walk.at}`,
      {
        offset: walk.at,
      },
    );
  }
}

function bad(message: string, offset: number): FormatError {
  return new FormatError('bad-marshal', message, { offset });
}
