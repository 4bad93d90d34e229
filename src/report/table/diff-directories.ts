// Directories that changed, as `du -S` on both sides would show it: own sizes, largest change first. Whatever is shown, the column
// of changes adds up to the TOTAL row: what is not shown has a row of its own.
import { groupDigits } from '../../bytes/size.ts';
import type { Diff, DirectoryChange } from '../../model/diff.ts';
import { comparePaths } from '../../model/name.ts';
import { terminalName } from '../escape.ts';
import type { ReportOptions } from '../reporter.ts';
import { rowLabel, storedView } from '../stored-view.ts';
import { directoriesIn, shownDirectories } from '../whole-trees.ts';
import { changeGrid } from './change-grid.ts';
import type { ChangeLine } from './change-grid.ts';
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
  const lines: ChangeLine[] = rows.map(({ before, after, delta, path, below }) => {
    const label = rowLabel(diff, path);
    return {
      delta: delta[size],
      before: before?.[size] ?? null,
      after: after?.[size] ?? null,
      text: label === null ? terminalName(path) : style.dim(label),
      remark: below === 0 ? '' : ` (and ${groupDigits(below)} below)`,
      fixed: false,
    };
  });
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
  yield* changeGrid('DIRECTORY', lines, options, style);
  yield '\n';
}

function order({ size, sort }: ReportOptions): (a: DirectoryChange, b: DirectoryChange) => number {
  if (sort === 'path') return (a, b) => comparePaths(a.path, b.path);
  const weight = ({ before, after, delta }: DirectoryChange): number =>
    sort === 'size' ? Math.max(before?.[size] ?? 0, after?.[size] ?? 0) : Math.abs(delta[size]);
  return (a, b) => weight(b) - weight(a) || comparePaths(a.path, b.path);
}

function moreText(more: number): string {
  return `${groupDigits(more)} more ${more === 1 ? 'directory' : 'directories'}`;
}
