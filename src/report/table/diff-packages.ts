// Packages that changed, largest change first (`diff --by package`). What is not shown and what is in no package have rows of their own,
// so the column of changes adds up to the TOTAL row.
import { groupDigits } from '../../bytes/size.ts';
import type { Diff, PackageChange } from '../../model/diff.ts';
import { inNoPackage, orderedPackages, packageLabel } from '../changed-packages.ts';
import { terminalText } from '../escape.ts';
import type { ReportOptions } from '../reporter.ts';
import { changeGrid } from './change-grid.ts';
import type { ChangeLine } from './change-grid.ts';
import type { Style } from './style.ts';

export function* packagesPart(
  packages: readonly PackageChange[],
  { delta, before, after }: Diff,
  options: ReportOptions,
  style: Style,
): Iterable<string> {
  const ordered = orderedPackages(packages, options);
  if (ordered.length === 0) return;
  const rows = ordered.filter((row) => Math.abs(row.delta) >= options.minChange).slice(0, options.top);
  const lines = rows.map(lineOf);
  const more = ordered.length - rows.length;
  const rest = delta.content - rows.reduce((sum, row) => sum + row.delta, 0);
  const note = `${groupDigits(more)} more ${more === 1 ? 'package' : 'packages'}`;
  if (more > 0) lines.push({ delta: rest, before: null, after: null, text: style.dim(note), remark: '', fixed: true });
  const total = { before: before.totals.content, after: after.totals.content, text: style.bold('TOTAL') };
  lines.push({ ...total, delta: delta.content, remark: '', fixed: true });
  yield `${style.bold('Packages')} ${style.dim('(content; each file belongs to one package or to none)')}\n`;
  yield* changeGrid('PACKAGE', lines, options, style);
  yield '\n';
}

function lineOf(row: PackageChange): ChangeLine {
  const { name, kind, before, after, delta } = row;
  const sizes = { delta, before: before?.content ?? null, after: after?.content ?? null };
  if (name === null) return { ...sizes, text: inNoPackage, remark: '', fixed: true };
  return { ...sizes, text: terminalText(packageLabel(name, row, '->')), remark: ` (${kind})`, fixed: false };
}
