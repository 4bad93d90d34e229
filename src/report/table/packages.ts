// Sizes by package, for `scan --by package`. What is not shown and what belongs to no package have rows of their own, so the columns
// add up to the artifact.
import type { PackageTable } from '../../model/packages.ts';
import type { Totals } from '../../model/snapshot.ts';
import { terminalText } from '../escape.ts';
import { packageCells } from '../package-rows.ts';
import type { ReportOptions } from '../reporter.ts';
import { columns } from './grid.ts';
import { cutEnd, widest } from './style.ts';
import type { Style } from './style.ts';

export function* packagesTable(
  rollup: PackageTable,
  totals: Totals,
  options: ReportOptions,
  style: Style,
): Iterable<string> {
  const rows = packageCells(rollup, totals, options, options.top);
  const widths = (['size', 'removable', 'files'] as const).map((key) =>
    widest(
      rows.map((row) => row[key]),
      key.length,
    ),
  );
  const width = Math.max(12, options.width - widths.reduce((sum, one) => sum + one, 26));
  const what =
    options.stored === true
      ? 'compressed; REMOVABLE is of content; each file is in one or none'
      : 'content; each file belongs to one package or to none';
  yield `${style.bold('Packages')} ${style.dim(`(${what})`)}\n`;
  yield* columns(
    [
      ['  SIZE', '%', 'REMOVABLE', 'FILES', 'KIND', 'PACKAGE'].map((text) => style.dim(text)),
      ...rows.map(({ size, share, removable, files, kind, label, note }) => [
        `  ${size}`,
        share,
        removable,
        files,
        kind,
        cutEnd(label === null ? note : terminalText(label), width),
      ]),
    ],
    ['right', 'right', 'right', 'right', 'left', 'left'],
  );
}
