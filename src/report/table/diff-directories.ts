// Directories that changed, as `du -S` on both sides would show it: own sizes, largest change first. Whatever is shown, the column
// of changes adds up to the TOTAL row: what is not shown has a row of its own.
import { formatDeltas, formatSizes, groupDigits, percentChange } from '../../bytes/size.ts';
import type { Diff, DirectoryChange } from '../../model/diff.ts';
import { compareNames } from '../../model/name.ts';
import { terminalName } from '../escape.ts';
import type { ReportOptions } from '../reporter.ts';
import { storedView } from '../stored-view.ts';
import { directoriesIn, shownDirectories } from '../whole-trees.ts';
import { columns } from './grid.ts';
import { cutMiddle, widest } from './style.ts';
import type { Style } from './style.ts';

export function* directoriesPart(whole: Diff, options: ReportOptions, style: Style): Iterable<string> {
  const { size } = options;
  const diff = options.stored === true ? storedView(whole) : whole;
  const changed = shownDirectories(diff.directories, options);
  if (changed.length === 0 || (diff.changes.length === 0 && diff.delta[size] === 0)) return;
  const rows = changed
    .filter(({ delta }) => Math.abs(delta[size]) >= options.minChange)
    .toSorted(order(options))
    .slice(0, options.top);
  const rest = diff.delta[size] - rows.reduce((sum, { delta }) => sum + delta[size], 0);
  const more = directoriesIn(changed) - directoriesIn(rows);
  const lines: Line[] = rows.map(({ before, after, delta, path, below }) => ({
    delta: delta[size],
    before: before?.[size] ?? null,
    after: after?.[size] ?? null,
    text: terminalName(path),
    remark: below === 0 ? '' : ` (and ${groupDigits(below)} below)`,
    fixed: false,
  }));
  if (more > 0)
    lines.push({ delta: rest, before: null, after: null, text: style.dim(moreText(more)), remark: '', fixed: true });
  const { before, after } = diff;
  lines.push({
    delta: diff.delta[size],
    before: before.totals[size],
    after: after.totals[size],
    text: style.bold('TOTAL'),
    remark: '',
    fixed: true,
  });
  const what = options.stored === true ? 'own compressed bytes' : `own ${size} as du -S`;
  yield `${style.bold('Directories')} ${style.dim(`(${what}; new and gone ones with all in them)`)}\n`;
  yield* grid(lines, options, style);
  yield '\n';
}

function order({ size, sort }: ReportOptions): (a: DirectoryChange, b: DirectoryChange) => number {
  if (sort === 'path') return byPath;
  const weight = ({ before, after, delta }: DirectoryChange): number =>
    sort === 'size' ? Math.max(before?.[size] ?? 0, after?.[size] ?? 0) : Math.abs(delta[size]);
  return (a, b) => weight(b) - weight(a) || byPath(a, b);
}

/** The root first. */
function byPath(a: DirectoryChange, b: DirectoryChange): number {
  return compareNames(a.path === '.' ? '' : a.path, b.path === '.' ? '' : b.path);
}

function moreText(more: number): string {
  return `${groupDigits(more)} more ${more === 1 ? 'directory' : 'directories'}`;
}

interface Line {
  readonly delta: number;
  readonly before: number | null;
  readonly after: number | null;
  readonly text: string;
  /** Behind the text, and never cut. */
  readonly remark: string;
  /** Whether the text is ours and may not be cut. */
  readonly fixed: boolean;
}

function* grid(lines: readonly Line[], options: ReportOptions, style: Style): Iterable<string> {
  const { units } = options;
  const deltas = formatDeltas(
    lines.map(({ delta }) => delta),
    units,
  );
  const sizes = formatSizes(
    lines.flatMap(({ before, after }) => [before ?? 0, after ?? 0]),
    units,
  );
  const befores = lines.map(({ before }, index) => (before === null ? '' : (sizes[2 * index] ?? '')));
  const afters = lines.map(({ after }, index) => (after === null ? '' : (sizes[2 * index + 1] ?? '')));
  const percents = lines.map(shareOf);
  // Two columns of indent, two between each of the five columns.
  const taken = 10 + widest(deltas, 6) + widest(percents, 1) + widest(befores, 6) + widest(afters, 5);
  const room = Math.max(20, options.width - taken);
  const cells = lines.map(({ delta, text, remark, fixed }, index) => [
    `  ${style.change(delta, deltas[index] ?? '')}`,
    style.change(delta, percents[index] ?? ''),
    befores[index] ?? '',
    afters[index] ?? '',
    fixed ? text : cutMiddle(text, room - remark.length) + style.dim(remark),
  ]);
  const head = ['  CHANGE', '%', 'BEFORE', 'AFTER', 'DIRECTORY'].map((text) => style.dim(text));
  yield* columns([head, ...cells], ['right', 'right', 'right', 'right', 'left']);
}

function shareOf({ before, after }: Line): string {
  if (before === null) return after === null ? '' : '[new]';
  return after === null ? '[gone]' : percentChange(before, after);
}
