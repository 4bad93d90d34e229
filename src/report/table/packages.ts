// Sizes by package, for `scan --by package`. What is not shown and what belongs to no package have rows of their own, so the columns
// add up to the artifact.
import { formatSizes, groupDigits } from '../../bytes/size.ts';
import { compareNames } from '../../model/name.ts';
import type { PackageRow, PackageSizes, PackageTable } from '../../model/packages.ts';
import type { Totals } from '../../model/snapshot.ts';
import { terminalText } from '../escape.ts';
import type { ReportOptions } from '../reporter.ts';
import { columns } from './grid.ts';
import { percent } from './percent.ts';
import { cutMiddle, widest } from './style.ts';
import type { Style } from './style.ts';

interface Row extends PackageSizes {
  readonly kind: string;
  readonly label: string;
}

export function* packagesTable(
  rollup: PackageTable,
  { content, compressed }: Totals,
  options: ReportOptions,
  style: Style,
): Iterable<string> {
  const rows = rowsOf(rollup, options);
  const total = options.stored === true ? (compressed ?? 0) : content;
  const sizes = formatSizes(
    rows.map((row) => sizeOf(row, options)),
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
        percent(sizeOf(row, options), total),
        removable[index] ?? '',
        files[index] ?? '',
        row.kind,
        cutMiddle(row.label, width),
      ]),
    ],
    ['right', 'right', 'right', 'right', 'left', 'left'],
  );
}

function sizeOf({ content, stored = 0 }: PackageSizes, options: ReportOptions): number {
  return options.stored === true ? stored : content;
}

function rowsOf({ packages, unowned }: PackageTable, options: ReportOptions): Row[] {
  const { top, sort } = options;
  // By path means by name here; they come by content.
  const sorted = packages.toSorted((a, b) =>
    sort === 'path' ? compareNames(a.name, b.name) : sizeOf(b, options) - sizeOf(a, options),
  );
  const shown = sorted.slice(0, top);
  const rest = sorted.slice(top);
  return [
    ...shown.map(labelled),
    ...(rest.length === 0 ? [] : [{ ...sumOf(rest), kind: '', label: `${groupDigits(rest.length)} more: --top N` }]),
    { ...unowned, kind: '', label: '(in no package)' },
  ];
}

function labelled(row: PackageRow): Row {
  return { ...row, label: terminalText(row.version === null ? row.name : `${row.name} ${row.version}`) };
}

function sumOf(rows: readonly PackageSizes[]): PackageSizes {
  const sum = { content: 0, files: 0, removable: 0, stored: 0 };
  for (const { content, files, removable, stored = 0 } of rows) {
    sum.content += content;
    sum.stored += stored;
    sum.files += files;
    sum.removable += removable;
  }
  return sum;
}
