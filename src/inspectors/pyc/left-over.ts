// Which constants and names of a code object are left when instructions go, and which prefixes their smaller indexes save.
import { byteAt } from '../../bytes/at.ts';
import type { Range } from './asserts.ts';
import type { Docstring } from './docstring.ts';
import { isGone } from './edit.ts';
import type { Cut } from './edit.ts';
import { types } from './marshal.ts';
import type { Node } from './marshal.ts';
import { instructions } from './opcodes.ts';
import type { Instruction, Opcodes } from './opcodes.ts';
import type { CodeView } from './view.ts';

export interface LeftOver {
  readonly consts: readonly Node[];
  readonly names: readonly Node[];
  /** EXTENDED_ARG instructions that are needed no more. */
  readonly prefixes: readonly Range[];
}

const none: Node = { type: types.none, start: -1, own: 1, parts: [] };

export function leftOver(view: CodeView, edit: Cut, docstring: Docstring | null): LeftOver {
  const list = [...instructions(view.code, view.stream.minor)];
  const kept: Instruction[] = [];
  const lost: Instruction[] = [];
  const store = docstring?.store ?? null;
  for (const instruction of list) {
    const { at } = instruction;
    const stored = store !== null && at >= store.load.at && at < store.store.end;
    (stored || isGone(edit, at) ? lost : kept).push(instruction);
  }
  const first = view.stream.minor >= 14 && losesFirst(view, edit, docstring, list) ? firstMet(view, kept) : null;
  const consts = keptConsts(view, docstring, kept, unused(constOf, view, lost, kept), first);
  const names = keptNames(view, unused(nameOf, view, lost, kept));
  return { consts: consts.nodes, names: names.nodes, prefixes: prefixesOf(view, kept, consts.places, names.places) };
}

/** Whether the first constant is there for a docstring or an assert. */
function losesFirst(view: CodeView, edit: Cut, docstring: Docstring | null, list: readonly Instruction[]): boolean {
  const [first] = view.consts;
  if (docstring !== null && first === docstring.node) return true;
  const met = list.find((instruction) => meets(view.opcodes, instruction));
  return met !== undefined && isGone(edit, met.at) && first?.type === firstMet(view, list).type;
}

/** What is left of a tuple, and where in it what stood at an index stands now. */
interface Kept {
  readonly nodes: Node[];
  readonly places: ReadonlyMap<number, number>;
}

type IndexOf = (view: CodeView, instruction: Instruction) => number | null;

function constOf({ opcodes }: CodeView, { opcode, arg }: Instruction): number | null {
  return opcodes.consts.has(opcode) ? arg : null;
}

function nameOf({ opcodes }: CodeView, { opcode, arg }: Instruction): number | null {
  const shift = opcodes.names.get(opcode);
  return shift === undefined ? null : arg >>> shift;
}

/** Indexes that only lost instructions use. */
function unused(
  indexOf: IndexOf,
  view: CodeView,
  lost: readonly Instruction[],
  kept: readonly Instruction[],
): Set<number> {
  const indexes = new Set<number>();
  for (const instruction of lost) {
    const index = indexOf(view, instruction);
    if (index !== null) indexes.add(index);
  }
  if (indexes.size === 0) return indexes;
  for (const instruction of kept) {
    const index = indexOf(view, instruction);
    if (index !== null) indexes.delete(index);
  }
  return indexes;
}

/** The first constant of a function is kept for its docstring to 3.13: None where it has none. */
function keptConsts(
  view: CodeView,
  docstring: Docstring | null,
  kept: readonly Instruction[],
  unusedConsts: ReadonlySet<number>,
  first: Node | null,
): Kept {
  const { consts, kind, stream } = view;
  const ofFunction = kind === 'function';
  const replaced = docstring !== null && ofFunction;
  const slot = replaced && stream.minor < 14;
  const nodes: Node[] = slot ? [none] : first === null ? [] : [first];
  const places = new Map<number, number>();
  for (const [index, node] of consts.entries()) {
    if (index === 0 && (replaced || (first !== null && !kept.some((instruction) => constOf(view, instruction) === 0))))
      continue;
    if (slot && node.type === types.none) places.set(index, 0);
    else if (node === first || (first === none && node.type === types.none)) places.set(index, 0);
    else if (!unusedConsts.has(index) || (index === 0 && ofFunction)) places.set(index, nodes.push(node) - 1);
  }
  return { nodes, places };
}

function keptNames({ names }: CodeView, unusedNames: ReadonlySet<number>): Kept {
  const nodes: Node[] = [];
  const places = new Map<number, number>();
  for (const [index, node] of names.entries()) {
    if (!unusedNames.has(index)) places.set(index, nodes.push(node) - 1);
  }
  return { nodes, places };
}

/** CALL_KW of 3.14: names of arguments are a tuple from the start. */
const callWithNames = 55;
const smallInts = new Map<number, Node>();

/** 3.14 always keeps the first constant that it met, even where an instruction stands for it, or only what is computed of it then. */
function firstMet({ opcodes, consts, stream }: CodeView, kept: readonly Instruction[]): Node {
  const index = kept.findIndex((instruction) => meets(opcodes, instruction));
  const first = kept[index];
  // A return of None ends every function, if only to be left out.
  if (first === undefined || opcodes.jumpsOfNone.has(first.opcode)) return none;
  if (first.opcode === opcodes.loadSmallInt) return smallInt(first.arg);
  let node = consts[first.arg] ?? none;
  if (kept[index + 1]?.opcode === callWithNames) return node;
  while (node.type === types.smallTuple && node.parts[0] !== undefined) node = node.parts[0];
  const isNegative = node.type === 0x69 && byteAt(stream.bytes, node.start + 4) > 127;
  return isNegative ? smallInt(-1) : node;
}

function meets({ consts, jumpsOfNone, loadSmallInt }: Opcodes, { opcode }: Instruction): boolean {
  return opcode === loadSmallInt || consts.has(opcode) || jumpsOfNone.has(opcode);
}

function smallInt(value: number): Node {
  const node = smallInts.get(value) ?? { type: 0x69, start: -1, own: 5, parts: [] };
  smallInts.set(value, node);
  return node;
}

function prefixesOf(
  view: CodeView,
  kept: readonly Instruction[],
  consts: ReadonlyMap<number, number>,
  names: ReadonlyMap<number, number>,
): Range[] {
  if (view.stream.minor === 0) return [];
  const ranges: Range[] = [];
  for (const instruction of kept) {
    const { at, end, arg, opcode } = instruction;
    if (end - at <= 2) continue;
    const index = constOf(view, instruction) ?? nameOf(view, instruction) ?? 0;
    const now = (view.opcodes.consts.has(opcode) ? consts : names).get(index) ?? index;
    const saved = width(arg) - width(arg - (index - now) * 2 ** (view.opcodes.names.get(opcode) ?? 0));
    if (saved > 0) ranges.push({ at, end: at + saved });
  }
  return ranges;
}

/** Bytes of the prefixes for an argument. One from 2^24 on would have six, and never moves: no file holds so many objects. */
function width(arg: number): number {
  return arg < 256 ? 0 : arg < 65_536 ? 2 : 4;
}
