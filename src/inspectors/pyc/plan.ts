// What `-OO` makes of one code object: which constants, names and instructions go. Follows Python/compile.c of each release:
// the statement of a docstring leaves a NOP in 3.10 to 3.12, because its line must still be seen by a tracer.
import { assertsOf, hasNoAsserts } from './asserts.ts';
import type { Range } from './asserts.ts';
import { docstringOf } from './docstring.ts';
import type { Docstring } from './docstring.ts';
import type { Edit } from './edit.ts';
import { leftOver } from './left-over.ts';
import type { LeftOver } from './left-over.ts';
import { spansOf } from './lines.ts';
import type { Span } from './lines.ts';
import type { Node } from './marshal.ts';
import { instructions } from './opcodes.ts';
import { isNamed, isText, payload } from './view.ts';
import type { CodeView } from './view.ts';

/** Most that are likely between a docstring and what follows. */
const blankLines = 3;

export interface Plan extends LeftOver {
  readonly docstring: Docstring | null;
  readonly asserts: readonly Range[];
  readonly edit: Edit;
  readonly spans: readonly Span[];
  /** Bytes of the line table that come on top of what the spans say. */
  readonly moreLines: number;
  readonly isModule: boolean;
}

/** null where `-OO` changes nothing but columns. */
export function planOf(view: CodeView): Plan | null {
  if (!mayChange(view)) return null;
  const { node, stream, code } = view;
  const table = node.parts[stream.layout.fields.lines];
  const spans = spansOf(payload(table, stream.bytes), code.length, stream.minor);
  const docstring = docstringOf(view, spans);
  const { ranges: asserts, placeless } = assertsOf(view, spans);
  if (docstring === null && asserts.length === 0) return null;
  const gone = [...asserts];
  let nop: Edit['nop'] = null;
  let moreLines = 0;
  if (docstring?.store != null) {
    const { load, store } = docstring.store;
    // The first instruction stands for the NOP that takes its place.
    const at = leavesNop(stream.minor, spans, load.at, store.end) ? load.at + 2 : load.at;
    gone.push({ at, end: store.end });
    gone.sort((a, b) => a.at - b.at);
  } else if (docstring !== null) {
    const begin = prologueEnd(view);
    nop = nopOfFunction(view, docstring, spans, begin);
    if (isEmptyBody(stream.minor, spans)) moreLines = 2;
  }
  const left = leftOver(view, { gone, nop }, docstring);
  const edit: Edit = { gone: [...gone, ...left.prefixes].toSorted((a, b) => a.at - b.at), nop, placeless };
  return { docstring, asserts, edit, spans, moreLines, isModule: view.kind === 'module', ...left };
}

/** False of most functions, and known without taking the line table apart. */
function mayChange(view: CodeView): boolean {
  const { kind, consts, names, stream } = view;
  const docstring =
    kind === 'function'
      ? consts[0] !== undefined && isText(consts[0], stream.minor)
      : names.some((name) => isNamed(name, '__doc__', stream.bytes));
  return docstring || !hasNoAsserts(view);
}

/** Not in a line that another instruction has: annotated modules begin with one for them. */
function leavesNop(minor: number, spans: readonly Span[], at: number, end: number): boolean {
  if (minor < 10 || minor > 12) return false;
  const line = spans.find((span) => span.end > at)?.line;
  const before = spans.findLast((span) => span.at < at)?.line;
  return line !== before && line !== spans.find((span) => span.end > end)?.line;
}

/** Offset of the first instruction of the body. */
function prologueEnd({ code, opcodes, stream }: CodeView): number {
  for (const { opcode, end } of instructions(code, stream.minor)) if (opcode === opcodes.resume) return end;
  return 0;
}

/**
 * The line is not recorded. It matters only beyond 31 lines: the docstring is taken for the second line of the function, or, where that
 * would leave more than blank lines behind it, to end in front of the first statement.
 */
function nopOfFunction({ stream }: CodeView, { node }: Docstring, spans: readonly Span[], begin: number): Edit['nop'] {
  if (stream.minor < 10 || stream.minor > 12) return null;
  const next = spans.find((span) => span.end > begin)?.line ?? 0;
  const line = next - 1 - lineBreaks(node, stream.bytes);
  return next > 0 ? { at: begin, line: line > blankLines ? line : 1 } : null;
}

const countedBreaks = new WeakMap<Node, number>();

/** Counted once, however many functions refer to one text. */
function lineBreaks(text: Node, bytes: Uint8Array): number {
  const known = countedBreaks.get(text);
  if (known !== undefined) return known;
  let count = 0;
  for (const byte of payload(text, bytes)) if (byte === 0x0a) count++;
  countedBreaks.set(text, count);
  return count;
}

/** A body of nothing but a docstring returns in the line of `def`, and without the docstring in its own. */
function isEmptyBody(minor: number, spans: readonly Span[]): boolean {
  return (minor === 12 || minor === 14) && spans.length === 1;
}
