// Packages that changed, largest change first (`diff --by package`). What is not shown and what is in no package have rows of their own,
// so the column of changes adds up to the TOTAL row.
import { groupDigits } from '../../bytes/size.ts';
import type { Diff, PackageChange } from '../../model/diff.ts';
import { shownPackages } from '../changed-packages.ts';
import type { ShownPackage } from '../changed-packages.ts';
import { terminalText } from '../escape.ts';
import type { ReportOptions } from '../reporter.ts';
import { changeGrid } from './change-grid.ts';
import type { ChangeLine } from './change-grid.ts';
import type { Style } from './style.ts';

export function* packagesPart(
  packages: readonly PackageChange[],
  diff: Diff,
  options: ReportOptions,
  style: Style,
): Iterable<string> {
  const { size, rows, more, rest, total } = shownPackages(packages, diff, '->', options, options.top);
  if (rows.length === 0 && more === 0) return;
  const lines = rows.map(lineOf);
  const note = `${groupDigits(more)} more ${more === 1 ? 'package' : 'packages'}`;
  if (more > 0) lines.push({ delta: rest, before: null, after: null, text: style.dim(note), remark: '', fixed: true });
  const { delta, before, after } = total;
  lines.push({ delta, before, after, text: style.bold('TOTAL'), remark: '', fixed: true });
  yield `${style.bold('Packages')} ${style.dim(`(${size}; each file belongs to one package or to none)`)}\n`;
  yield* changeGrid('PACKAGE', lines, options, style);
  yield '\n';
}

function lineOf({ label, part, delta, before, after }: ShownPackage): ChangeLine {
  const sizes = { delta, before, after };
  return label === null
    ? { ...sizes, text: part, remark: '', fixed: true }
    : { ...sizes, text: terminalText(label), remark: ` (${part})`, fixed: false };
}
