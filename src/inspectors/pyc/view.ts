// A code object's fields, read from its node when they are asked for.
import { byteAt } from '../../bytes/at.ts';
import type { CodeLayout } from './code.ts';
import { opcodesOf } from './opcodes.ts';
import type { Opcodes } from './opcodes.ts';
import { types } from './marshal.ts';
import type { Node } from './marshal.ts';

/** What all code objects of a file share. */
export interface Stream {
  readonly bytes: Uint8Array;
  readonly layout: CodeLayout;
  /** Minor version of Python 3, 0 for 2.7. */
  readonly minor: number;
}

export type CodeKind = 'module' | 'class' | 'function';

export interface CodeView {
  readonly node: Node;
  readonly stream: Stream;
  readonly opcodes: Opcodes;
  readonly kind: CodeKind;
  readonly hasDocstringFlag: boolean;
  readonly code: Uint8Array;
  readonly consts: readonly Node[];
  readonly names: readonly Node[];
}

const optimized = 0x1;
/** Since 3.14 a function says by a flag of its own that its first constant is its docstring. */
const hasDocstring = 0x400_0000;

export function viewCode(node: Node, stream: Stream, isModule: boolean): CodeView {
  const { layout, bytes, minor } = stream;
  const { fields } = layout;
  const at = node.start + 1 + 4 * (layout.integers - 1);
  const flags = byteAt(bytes, at) | (byteAt(bytes, at + 3) << 24);
  return {
    node,
    stream,
    opcodes: opcodesOf(minor),
    kind: isModule ? 'module' : (flags & optimized) !== 0 ? 'function' : 'class',
    hasDocstringFlag: (flags & hasDocstring) !== 0,
    code: payload(node.parts[fields.code], bytes),
    consts: node.parts[fields.consts]?.parts ?? [],
    names: node.parts[fields.names]?.parts ?? [],
  };
}

const noBytes = new Uint8Array(0);

/** Bytes of a string behind its type and length. */
export function payload(node: Node | undefined, bytes: Uint8Array): Uint8Array {
  if (node === undefined || !isString(node)) return noBytes;
  const short = node.type === types.shortAscii || node.type === types.shortAsciiInterned;
  return bytes.subarray(node.start + (short ? 2 : 5), node.start + node.own);
}

export function isString({ type }: Node): boolean {
  return stringTypes.has(type);
}

const stringTypes: ReadonlySet<number> = new Set([
  types.bytes,
  types.interned,
  types.unicode,
  types.ascii,
  types.asciiInterned,
  types.shortAscii,
  types.shortAsciiInterned,
]);

/** Whether a node is text: before Python 3 byte strings are. */
export function isText(node: Node, minor: number): boolean {
  return isString(node) && (minor === 0 || node.type !== types.bytes);
}

export function isNamed(node: Node | undefined, name: string, bytes: Uint8Array): boolean {
  const text = payload(node, bytes);
  if (text.length !== name.length) return false;
  for (let index = 0; index < name.length; index++) if (text[index] !== name.charCodeAt(index)) return false;
  return true;
}
