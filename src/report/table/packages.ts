// Sizes by package, for `scan --by package`. What is not shown and what belongs to no package have rows of their own, so the columns
// add up to the artifact.
import { formatSizes, groupDigits } from '../../bytes/size.ts';
import type { PackageTable } from '../../model/packages.ts';
import type { Totals } from '../../model/snapshot.ts';
import { terminalText } from '../escape.ts';
import { packageRows, packageSize } from '../package-rows.ts';
import type { ReportOptions } from '../reporter.ts';
import { columns } from './grid.ts';
import { percent } from './percent.ts';
import { cutMiddle, widest } from './style.ts';
import type { Style } from './style.ts';

export function* packagesTable(
  rollup: PackageTable,
  { content, compressed }: Totals,
  options: ReportOptions,
  style: Style,
): Iterable<string> {
  const rows = packageRows(rollup, options, options.top);
  const total = options.stored === true ? (compressed ?? 0) : content;
  const sizes = formatSizes(
    rows.map((row) => packageSize(row, options)),
    options.units,
  );
  const removable = formatSizes(
    rows.map((row) => row.removable),
    options.units,
  );
  const files = rows.map((row) => groupDigits(row.files));
  const taken = 26 + widest(sizes, 4) + widest(removable, 9) + widest(files, 5);
  const width = Math.max(12, options.width - taken);
  const what =
    options.stored === true
      ? 'compressed; REMOVABLE is of content; each file is in one or none'
      : 'content; each file belongs to one package or to none';
  yield `${style.bold('Packages')} ${style.dim(`(${what})`)}\n`;
  yield* columns(
    [
      ['  SIZE', '%', 'REMOVABLE', 'FILES', 'KIND', 'PACKAGE'].map((text) => style.dim(text)),
      ...rows.map((row, index) => [
        `  ${sizes[index]}`,
        percent(packageSize(row, options), total),
        removable[index] ?? '',
        files[index] ?? '',
        row.kind,
        cutMiddle(row.label === null ? row.note : terminalText(row.label), width),
      ]),
    ],
    ['right', 'right', 'right', 'right', 'left', 'left'],
  );
}
