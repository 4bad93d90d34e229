// Which constant of a code object is its docstring. Functions keep it as their first constant; modules and classes store it as
// `__doc__` before anything else they do.
import type { Span } from './lines.ts';
import type { Node } from './marshal.ts';
import { instructions } from './opcodes.ts';
import type { Instruction } from './opcodes.ts';
import { isNamed, isText } from './view.ts';
import type { CodeView } from './view.ts';

export interface Docstring {
  readonly node: Node;
  /** The two instructions that store it; null for functions. */
  readonly store: { readonly load: Instruction; readonly store: Instruction } | null;
}

/** A class stores `__module__`, `__qualname__` and a few more names first. */
const prologue = 24;

export function docstringOf(view: CodeView, spans: readonly Span[]): Docstring | null {
  return view.kind === 'function' ? ofFunction(view) : ofBody(view, spans);
}

function ofFunction({ node, stream, consts, hasDocstringFlag }: CodeView): Docstring | null {
  const first = consts[0];
  if (first === undefined || !isText(first, stream.minor)) return null;
  if (stream.minor >= 14) return hasDocstringFlag ? { node: first, store: null } : null;
  // Lambdas, comprehensions and the scopes of type parameters have no docstring; their first constant may be any string.
  const name = node.parts[stream.layout.fields.name];
  const anonymous = name !== undefined && isAnonymous(name, stream.bytes);
  return anonymous ? null : { node: first, store: null };
}

function isAnonymous(name: Node, bytes: Uint8Array): boolean {
  // Behind the type and a length of one or four bytes: `<lambda>`, `<genexpr>`, `<generic parameters of f>`.
  return bytes[name.start + name.own - 1] === 0x3e;
}

function ofBody({ stream, names, consts, code, opcodes }: CodeView, spans: readonly Span[]): Docstring | null {
  const doc = names.findIndex((name) => isNamed(name, '__doc__', stream.bytes));
  if (doc < 0) return null;
  let before: Instruction | null = null;
  let count = 0;
  for (const instruction of instructions(code, stream.minor)) {
    if (++count > prologue) return null;
    if (instruction.opcode === opcodes.storeName && instruction.arg === doc) {
      const node = before?.opcode === opcodes.loadConst ? consts[before.arg] : undefined;
      if (before === null || node === undefined || !isText(node, stream.minor)) return null;
      if (isAssignment(spans, before.at, instruction.at)) return null;
      return { node, store: { load: before, store: instruction } };
    }
    before = instruction;
  }
  return null;
}

/** `__doc__ = '…'` is the same but for columns, which are those of the name and of the text. */
function isAssignment(spans: readonly Span[], load: number, store: number): boolean {
  const from = spans.find(({ end }) => end > load);
  const to = spans.find(({ end }) => end > store);
  return from !== undefined && to !== undefined && from.column !== to.column;
}
