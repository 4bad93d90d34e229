// What changed file by file: one group a kind, largest change first; for ELF files which sections grew, where that was asked for.
import { formatDeltas, formatSizes, groupDigits, percentChange } from '../../bytes/size.ts';
import type { Change, ChangeKind, Diff, SectionChange } from '../../model/diff.ts';
import { compareNames } from '../../model/name.ts';
import { terminalName, terminalText } from '../escape.ts';
import type { ReportOptions } from '../reporter.ts';
import { shownFiles } from '../stored-view.ts';
import { columnsOf, cutMiddle, widest } from './style.ts';
import type { Style } from './style.ts';

const kinds: readonly ChangeKind[] = ['changed', 'added', 'removed', 'moved'];

/** Columns from which on there is room for both sizes beside a name. */
const wide = 100;

/** Most sections shown of one file. */
const mostSections = 8;

export function* changesPart(diff: Diff, options: ReportOptions, style: Style): Iterable<string> {
  const { changes, unit, unchanged } = shownFiles(diff, options);
  if (changes.length === 0 && unchanged === 0) return;
  for (const kind of kinds) {
    const group = changes.filter((change) => change.kind === kind);
    if (group.length > 0) yield* groupLines({ kind, group, unit }, options, style);
  }
  if (unchanged !== 0) {
    const [text = ''] = formatDeltas([unchanged], options.units);
    yield `${style.bold('Unchanged')}  ${style.change(unchanged, text)} ${style.dim('compressed: equal content that compressed differently')}\n`;
  }
  yield '\n';
}

interface Group {
  readonly kind: ChangeKind;
  readonly group: readonly Change[];
  readonly unit: string;
}

function* groupLines({ kind, group, unit }: Group, options: ReportOptions, style: Style): Iterable<string> {
  const sum = group.reduce((total, { delta }) => total + delta, 0);
  const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  const [text = ''] = formatDeltas([sum], options.units);
  const change = sum === 0 ? '' : `  ${style.change(sum, text)}${style.dim(unit === '' ? '' : ` ${unit}`)}`;
  yield `${style.bold(title)} ${style.dim(`(${groupDigits(group.length)})`)}${change}\n`;
  const rows = group
    .filter(({ delta }) => Math.abs(delta) >= options.minChange)
    .toSorted(order(options))
    .slice(0, options.top);
  yield* rowLines(kind, rows, options, style);
  const more = group.length - rows.length;
  const how = options.minChange > 0 ? '--top N, --min-change SIZE' : '--top N';
  if (more > 0) yield style.dim(`  ${groupDigits(more)} more: ${how}\n`);
}

function order({ sort }: ReportOptions): (a: Change, b: Change) => number {
  if (sort === 'path') return byPath;
  if (sort === 'size') return (a, b) => sizeOf(b) - sizeOf(a) || byPath(a, b);
  return (a, b) => Math.abs(b.delta) - Math.abs(a.delta) || sizeOf(b) - sizeOf(a) || byPath(a, b);
}

function byPath(a: Change, b: Change): number {
  return compareNames(a.path, b.path);
}

function sizeOf({ before, after }: Change): number {
  return Math.max(before ?? 0, after ?? 0);
}

function* rowLines(kind: ChangeKind, rows: readonly Change[], options: ReportOptions, style: Style): Iterable<string> {
  const figures = rowFigures(kind, rows, options);
  const width = widest(figures, 0);
  const room = Math.max(16, options.width - width - 4);
  for (const [index, row] of rows.entries()) {
    const figure = style.change(row.delta, (figures[index] ?? '').padStart(width));
    for (const [at, text] of nameLines(row, room, style).entries()) {
      yield `  ${at === 0 ? figure : ' '.repeat(width)}  ${text}\n`;
    }
    if (row.sections !== null) yield* sectionLines(row.sections, width, options, style);
  }
}

/** What stands before each name: the change, and for what both sides have the share and both sizes. */
function rowFigures(kind: ChangeKind, rows: readonly Change[], options: ReportOptions): string[] {
  const deltas = formatDeltas(
    rows.map(({ delta }) => delta),
    options.units,
  );
  const sizes = formatSizes(
    rows.flatMap(({ before, after }) => [before ?? 0, after ?? 0]),
    options.units,
  );
  if (kind === 'added' || kind === 'removed') return deltas;
  if (kind === 'moved') return rows.map((_, index) => sizes[2 * index + 1] ?? '');
  const percents = rows.map(({ before, after }) => percentChange(before ?? 0, after ?? 0));
  const [deltaWidth, percentWidth, sizeWidth] = [widest(deltas, 0), widest(percents, 0), widest(sizes, 0)];
  return rows.map(({ delta, aspects }, index) => {
    // Where only a mode or a link differs, sizes say nothing.
    if (delta === 0 && !aspects.includes('content')) return aspects.join(', ');
    const share = [(deltas[index] ?? '').padStart(deltaWidth), (percents[index] ?? '').padStart(percentWidth)];
    if (options.width < wide) return share.join('  ');
    return [
      ...share,
      `${(sizes[2 * index] ?? '').padStart(sizeWidth)} -> ${(sizes[2 * index + 1] ?? '').padStart(sizeWidth)}`,
    ].join('  ');
  });
}

/** The name, and for a move both, on two lines where they do not fit on one. */
function nameLines(change: Change, room: number, style: Style): string[] {
  const { kind, path, from } = change;
  const remark = remarkOf(change);
  const now = terminalName(path);
  const rest = room - remark.length;
  if (kind !== 'moved' || from === null) return [`${cutMiddle(now, Math.max(12, rest))}${style.dim(remark)}`];
  const old = terminalName(from);
  if (columnsOf(old) + columnsOf(now) + 4 <= rest) return [`${old} -> ${now}${style.dim(remark)}`];
  return [cutMiddle(old, room), `-> ${cutMiddle(now, Math.max(12, rest - 3))}${style.dim(remark)}`];
}

/** What is not said by the sizes. */
function remarkOf({ kind, entryKind, aspects, delta }: Change): string {
  // Stands in place of the figures already.
  if (kind === 'changed' && delta === 0 && !aspects.includes('content')) return '';
  const words: string[] = aspects.filter((aspect) => aspect !== 'content' || aspects.length > 1);
  if (kind === 'added' || kind === 'removed') {
    if (entryKind !== 'file') words.push(entryKind === 'hardlink' ? 'hard link' : entryKind);
  }
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

function* sectionLines(
  sections: readonly SectionChange[],
  indent: number,
  options: ReportOptions,
  style: Style,
): Iterable<string> {
  const shown = sections.slice(0, mostSections);
  const deltas = formatDeltas(
    shown.map(({ delta }) => delta),
    options.units,
  );
  const sizes = formatSizes(
    shown.flatMap(({ before, after }) => [before ?? 0, after ?? 0]),
    options.units,
  );
  for (const [index, { name, before, after, delta }] of shown.entries()) {
    const was = before === null ? 'new' : after === null ? 'gone' : `${sizes[2 * index]} -> ${sizes[2 * index + 1]}`;
    const size = style.change(delta, (deltas[index] ?? '').padStart(Math.max(indent, 12)));
    const label = cutMiddle(terminalText(name), Math.max(16, options.width - indent - 8 - was.length));
    yield `  ${size}    ${label}  ${style.dim(was)}\n`;
  }
  const more = sections.length - shown.length;
  if (more > 0)
    yield style.dim(`  ${' '.repeat(Math.max(indent, 12))}    ${groupDigits(more)} more sections: --json\n`);
}
