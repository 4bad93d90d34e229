// Which instructions of a code object are those of assert statements: optimised compilation leaves them out.
import { firstIndex } from '../../bytes/search.ts';
import type { Span } from './lines.ts';
import { instructions } from './opcodes.ts';
import type { Instruction } from './opcodes.ts';
import { isNamed } from './view.ts';
import type { CodeView } from './view.ts';

export interface Range {
  readonly at: number;
  readonly end: number;
}

/** Quick, and true of nearly all code objects. */
export function hasNoAsserts({ code, stream, names, opcodes }: CodeView): boolean {
  if (stream.minor < 9) return !names.some((name) => isNamed(name, 'AssertionError', stream.bytes));
  for (let at = 0; at < code.length; at += 2) if (code[at] === opcodes.assertion) return false;
  return true;
}

export interface Asserts {
  /** In order, none overlapping. */
  readonly ranges: readonly Range[];
  /** What has the place of the assert before it for want of an own one, in order. */
  readonly placeless: readonly Range[];
}

/** `spans` are those of the code object's line table. */
export function assertsOf(view: CodeView, spans: readonly Span[]): Asserts {
  if (hasNoAsserts(view)) return { ranges: [], placeless: [] };
  const list = [...instructions(view.code, view.stream.minor)];
  const ends = endsOfRaises(list, view.opcodes.raise);
  const places: Span[] = [];
  const ranges: { at: number; end: number }[] = [];
  const exits: Range[] = [];
  const exitAt = exitsOf(view, list);
  for (const [index, push] of list.entries()) {
    const end = ends[index] ?? null;
    if (end === null || !isAssert(view, list, index, end, spans)) continue;
    const place = spanAt(spans, push.at);
    if (place === undefined || place.line === null) continue;
    // With columns the place of AssertionError is that of the whole statement; in 3.11 it is that of the condition.
    if (place.column >= 0) places.push(place);
    const first =
      place.column >= 0 ? push.at : firstOfStatement(list, index, push.at, place.line, spans, ranges.at(-1)?.end ?? 0);
    ranges.push({ at: first, end });
    if (view.stream.minor < 10) continue;
    const exit = loopBefore(view, list, index) ?? exitAt(end);
    if (exit !== null && isWithin(spanAt(spans, exit.at), place)) exits.push(exit);
  }
  const placeless = joined(exits);
  const kept = joined([...placeless, ...returnsOf(view, list)]);
  return { ranges: joined([...ranges, ...without(within(spans, places), kept)]), placeless };
}

function isWithin(span: Span | undefined, place: Span): boolean {
  if (span === undefined || place.column < 0) return span?.line === place.line;
  const ends = span.endLine < place.endLine || (span.endLine === place.endLine && span.endColumn <= place.endColumn);
  return ends && compareBegins(place, span) <= 0;
}

/** Since 3.12 the jump to the next round of a loop stands between the condition and what raises. */
function loopBefore({ opcodes, stream }: CodeView, list: readonly Instruction[], index: number): Range | null {
  let last = index - 1;
  while (list[last]?.opcode === cache) last--;
  const jump = list[last];
  const isLoop = stream.minor >= 12 && jump !== undefined && opcodes.jumps.has(jump.opcode);
  return isLoop ? { at: jump.at, end: list[index]?.at ?? jump.end } : null;
}

/** Finds the jump or the return at an offset, with its caches; once, however many asserts end there. */
function exitsOf(view: CodeView, list: readonly Instruction[]): (offset: number) => Range | null {
  const known = new Map<number, Range | null>();
  return (offset) => {
    const found = known.get(offset);
    if (found !== undefined) return found;
    const exit = exitAfter(view, list, offset);
    known.set(offset, exit);
    return exit;
  };
}

function exitAfter({ opcodes }: CodeView, list: readonly Instruction[], offset: number): Range | null {
  let index = firstIndex(list, ({ at }) => at >= offset);
  const first = list[index];
  if (first === undefined) return null;
  if (first.opcode === opcodes.loadConst && list[index + 1]?.opcode === opcodes.returns) index++;
  else if (first.opcode !== opcodes.returnsConst && !opcodes.jumps.has(first.opcode)) return null;
  while (list[index + 1]?.opcode === cache) index++;
  return { at: first.at, end: list[index]?.end ?? first.end };
}

/** For each instruction, where the next one that raises ends. */
function endsOfRaises(list: readonly Instruction[], raise: number): (number | null)[] {
  const ends: (number | null)[] = [];
  let next: number | null = null;
  for (let index = list.length - 1; index >= 0; index--) {
    const instruction = list[index];
    if (instruction?.opcode === raise) next = instruction.end;
    ends.push(next);
  }
  return ends.toReversed();
}

/** Whether the AssertionError that is pushed at `index` is that of an assert. */
function isAssert(
  view: CodeView,
  list: readonly Instruction[],
  index: number,
  end: number,
  spans: readonly Span[],
): boolean {
  const { opcodes, stream, names } = view;
  const push = list[index];
  if (push === undefined || push.opcode !== opcodes.assertion) return false;
  if (opcodes.assertionArg !== null && push.arg !== opcodes.assertionArg) return false;
  if (stream.minor >= 9) return true;
  // Before 3.9 `if not x: raise AssertionError` is the same but for its line.
  return isNamed(names[push.arg], 'AssertionError', stream.bytes) && jumpsOver(view, list, index, end, spans);
}

function jumpsOver(
  { opcodes, stream }: CodeView,
  list: readonly Instruction[],
  index: number,
  end: number,
  spans: readonly Span[],
): boolean {
  const [jump, push] = [conditionBefore(list, index), list[index]];
  if (jump === undefined || push === undefined) return false;
  // Since 3.7 `assert not x` jumps if x is false.
  const { opcode, arg } = jump;
  if (opcode !== opcodes.jumpIfTrue && !(stream.minor >= 7 && opcode === jumpIfFalse)) return false;
  const after = leadsTo(list, end);
  if (arg !== end && (after === null || (after !== arg && after !== leadsTo(list, arg)))) return false;
  return (lineAt(spans, jump.at) ?? 0) >= (lineAt(spans, push.at) ?? 0);
}

const cache = 0;
const [popTop, jumpForward, jumpAbsolute, jumpIfFalse] = [1, 110, 113, 114];

/** The jump of the condition. Since 3.7 `a < b < c` pops what it leaves behind that, and `not` of it jumps once more from there. */
function conditionBefore(list: readonly Instruction[], index: number): Instruction | undefined {
  const isNot = [jumpForward, jumpAbsolute].includes(list[index - 1]?.opcode ?? 0);
  const pop = isNot ? index - 2 : index - 1;
  return list[pop]?.opcode === popTop && list[pop - 1]?.opcode === jumpForward ? list[pop - 2] : list[index - 1];
}

/** Where the instruction at an offset jumps if it does nothing else: what would jump to it jumps there at once, or halfway. */
function leadsTo(list: readonly Instruction[], offset: number): number | null {
  const instruction = list[firstIndex(list, ({ at }) => at >= offset)];
  if (instruction?.opcode === jumpForward) return instruction.end + instruction.arg;
  return instruction?.opcode === jumpAbsolute ? instruction.arg : null;
}

/** Where a statement without columns begins: its condition has no smaller line, what comes before it has. */
function firstOfStatement(
  list: readonly Instruction[],
  index: number,
  at: number,
  line: number,
  spans: readonly Span[],
  after: number,
): number {
  let begin = at;
  for (let first = index - 1; first >= 0; first--) {
    const before = list[first];
    if (before === undefined || before.at < after || (lineAt(spans, before.at) ?? -1) < line) break;
    begin = before.at;
  }
  return begin;
}

/** The spans that lie within one of the places in the source. */
function within(spans: readonly Span[], places: readonly Span[]): Range[] {
  const sorted = places.toSorted(compareBegins);
  const result: Range[] = [];
  if (sorted.length === 0) return result;
  for (const span of spans) {
    const place = sorted[firstIndex(sorted, (one) => compareBegins(one, span) > 0) - 1];
    if (place !== undefined && isWithin(span, place)) result.push({ at: span.at, end: span.end });
  }
  return result;
}

/** The return at the end of a function takes the place of its last statement, but stays when that goes. */
function returnsOf({ opcodes }: CodeView, list: readonly Instruction[]): Range[] {
  const found: Range[] = [];
  for (const [index, { at, end, opcode }] of list.entries()) {
    const before = list[index - 1];
    if (opcode === opcodes.returnsConst) found.push({ at, end });
    else if (opcode === opcodes.returns && before?.opcode === opcodes.loadConst) found.push({ at: before.at, end });
  }
  return found;
}

/** Both in order, none of either overlapping. */
function without(ranges: readonly Range[], kept: readonly Range[]): Range[] {
  const result: Range[] = [];
  let next = 0;
  for (const { at, end } of ranges) {
    let from = at;
    while ((kept[next]?.end ?? Infinity) <= at) next++;
    for (let index = next; index < kept.length; index++) {
      const keep = kept[index];
      if (keep === undefined || keep.at >= end) break;
      if (keep.at > from) result.push({ at: from, end: keep.at });
      from = Math.max(from, keep.end);
    }
    if (from < end) result.push({ at: from, end });
  }
  return result;
}

function compareBegins(a: Span, b: Span): number {
  return (a.line ?? 0) - (b.line ?? 0) || a.column - b.column;
}

function spanAt(spans: readonly Span[], at: number): Span | undefined {
  return spans[firstIndex(spans, ({ end }) => end > at)];
}

function lineAt(spans: readonly Span[], at: number): number | null {
  return spanAt(spans, at)?.line ?? null;
}

function joined(ranges: readonly Range[]): Range[] {
  const result: { at: number; end: number }[] = [];
  for (const { at, end } of ranges.toSorted((a, b) => a.at - b.at || a.end - b.end)) {
    const last = result.at(-1);
    if (last !== undefined && at <= last.end) last.end = Math.max(last.end, end);
    else result.push({ at, end });
  }
  return result;
}
