// Line tables: which bytes of a code string belong to which line, and how long a table of given lines is. Lines are relative to
// co_firstlineno. Formats: Objects/lnotab_notes.txt (to 3.9, and 3.10), Objects/locations.md (since 3.11).
import { byteAt } from '../../bytes/at.ts';

/** A stretch of the code and where it comes from. */
export interface Span {
  readonly at: number;
  readonly end: number;
  /** null where the code belongs to no line. */
  readonly line: number | null;
  readonly endLine: number;
  /** -1 where columns are not recorded. */
  readonly column: number;
  readonly endColumn: number;
}

/** Without columns no one knows. */
export function isSamePlace(a: Span, b: Span): boolean {
  if (a.line === null) return b.line === null;
  const isSameLine = a.line === b.line && a.endLine === b.endLine && a.column >= 0;
  return isSameLine && a.column === b.column && a.endColumn === b.endColumn;
}

/** Spans of a table, in order and without gaps, as far as `codeLength`. */
export function spansOf(table: Uint8Array, codeLength: number, minor: number): Span[] {
  return minor >= 11 ? locations(table) : minor === 10 ? lineRanges(table) : lineMarks(table, codeLength, minor);
}

/**
 * Length of the table of these spans, as the compiler of the version writes it and without columns. To 3.9 co_firstlineno of a
 * module is the line of its first instruction, so the table does not say that line.
 */
export function tableLength(spans: readonly Span[], minor: number, isModule: boolean): number {
  if (minor >= 11) return locationsLength(spans);
  let length = 0;
  let line = isModule && minor < 10 ? (spans[0]?.line ?? 0) : 0;
  let at = 0;
  for (const run of runsOf(spans)) {
    const lines = (run.line ?? line) - line;
    if (minor === 10) length += rangeLength(run.end - run.at, lines);
    else if (lines !== 0) {
      length += markLength(run.at - at, lines, minor);
      at = run.at;
    }
    line += lines;
  }
  return length;
}

function rangeLength(bytes: number, lines: number): number {
  const more = Math.max(0, Math.ceil(Math.abs(lines) / 127) - 1);
  return 2 * (more + Math.max(1, Math.ceil(bytes / 254)));
}

function markLength(bytes: number, lines: number, minor: number): number {
  const most = minor === 0 ? 255 : lines < 0 ? 128 : 127;
  return 2 * (Math.floor(Math.max(0, bytes - 1) / 255) + Math.max(1, Math.ceil(Math.abs(lines) / most)));
}

/** Neighbours of one line as one. */
function runsOf(spans: readonly Span[]): { at: number; end: number; line: number | null }[] {
  const runs: { at: number; end: number; line: number | null }[] = [];
  for (const { at, end, line } of spans) {
    const last = runs.at(-1);
    if (last !== undefined && last.line === line) last.end = end;
    else runs.push({ at, end, line });
  }
  return runs;
}

function span(at: number, end: number, line: number | null): Span {
  return { at, end, line, endLine: line ?? 0, column: -1, endColumn: -1 };
}

/** To 3.9: pairs of increments; a line begins where its pair has added both. Increments of lines are signed since 3.6. */
function lineMarks(table: Uint8Array, codeLength: number, minor: number): Span[] {
  const spans: Span[] = [];
  let at = 0;
  let line = 0;
  let begun = 0;
  for (let index = 0; index + 1 < table.length; index += 2) {
    const step = byteAt(table, index);
    const lines = byteAt(table, index + 1);
    at += step;
    // A step of the code may stand before the pair of its line: after 510 bytes there are two of 255, and one of none.
    if (at > begun && (lines !== 0 || index + 2 >= table.length)) {
      spans.push(span(begun, at, line));
      begun = at;
    }
    line += minor > 0 && lines > 127 ? lines - 256 : lines;
  }
  if (codeLength > begun) spans.push(span(begun, codeLength, line));
  return spans;
}

/** 3.10: pairs of the length of a range and the increment of its line; -128 for no line. */
function lineRanges(table: Uint8Array): Span[] {
  const spans: Span[] = [];
  let at = 0;
  let line = 0;
  for (let index = 0; index + 1 < table.length; index += 2) {
    const end = at + byteAt(table, index);
    const step = byteAt(table, index + 1);
    if (step !== 128) line += step > 127 ? step - 256 : step;
    if (end > at) spans.push(span(at, end, step === 128 ? null : line));
    at = end;
  }
  return spans;
}

/** Position behind a number of 6 bits a byte that begins at `at`. */
function varint(table: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  let scale = 1;
  let next = at;
  for (; next < table.length && next < at + 6; scale *= 64) {
    const byte = byteAt(table, next++);
    value += (byte & 63) * scale;
    if ((byte & 64) === 0) break;
  }
  return { value, next };
}

function signed(value: number): number {
  return value % 2 === 1 ? -(value - 1) / 2 : value / 2;
}

function signedLength(value: number): number {
  let length = 1;
  for (let left = Math.abs(value) * 2; left >= 64; left /= 64) length++;
  return length;
}

/** Since 3.11: one entry for up to eight code units; each begins with a byte above 127. */
function locations(table: Uint8Array): Span[] {
  const spans: Span[] = [];
  let code = 0;
  let line = 0;
  for (let at = 0; at < table.length;) {
    const first = byteAt(table, at);
    const end = code + ((first & 7) + 1) * 2;
    const entry = location(table, at, (first >> 3) & 15, line);
    line = entry.line ?? line;
    spans.push({ at: code, end, ...entry });
    code = end;
    for (at++; at < table.length && byteAt(table, at) < 128;) at++;
  }
  return spans;
}

function location(table: Uint8Array, at: number, kind: number, before: number): Omit<Span, 'at' | 'end'> {
  const second = byteAt(table, at + 1);
  if (kind === 15) return { line: null, endLine: before, column: -1, endColumn: -1 };
  if (kind < 10) {
    const column = kind * 8 + (second >> 4);
    return { line: before, endLine: before, column, endColumn: column + (second & 15) };
  }
  if (kind < 13) {
    const line = before + kind - 10;
    return { line, endLine: line, column: second, endColumn: byteAt(table, at + 2) };
  }
  const delta = varint(table, at + 1);
  const line = before + signed(delta.value);
  if (kind === 13) return { line, endLine: line, column: -1, endColumn: -1 };
  const endLine = varint(table, delta.next);
  const column = varint(table, endLine.next);
  const endColumn = varint(table, column.next);
  return { line, endLine: line + endLine.value, column: column.value - 1, endColumn: endColumn.value - 1 };
}

/** What CPython keeps where PYTHONNODEBUGRANGES is set: a byte and a line an entry, a byte alone where there is no line. */
function locationsLength(spans: readonly Span[]): number {
  let length = 0;
  let before = 0;
  for (const { line } of spans) {
    length += line === null ? 1 : 1 + signedLength(line - before);
    before = line ?? before;
  }
  return length;
}

/** The same from a table, without taking it apart. */
export function columnlessLength(table: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < table.length;) {
    const kind = (byteAt(table, at) >> 3) & 15;
    length += kind === 15 ? 1 : kind < 13 ? 2 : 1 + signedLength(signed(varint(table, at + 1).value));
    for (at++; at < table.length && byteAt(table, at) < 128;) at++;
  }
  return length;
}
