// Rows of a scan by package, as tables show them: the largest, the rest, and what belongs to no package, so that columns add up to the
// artifact.
import { formatSizes, groupDigits } from '../bytes/size.ts';
import { compareNames } from '../model/name.ts';
import type { PackageRow, PackageSizes, PackageTable } from '../model/packages.ts';
import type { Totals } from '../model/snapshot.ts';
import type { ReportOptions } from './reporter.ts';
import { percent } from './table/percent.ts';

interface Row extends PackageSizes {
  readonly kind: string;
  /** Name and version, not yet inert; null for a row that is no package. */
  readonly label: string | null;
  /** What a row without a label is; inert. */
  readonly note: string;
}

/** A row as texts. */
export interface PackageCells extends Pick<Row, 'kind' | 'label' | 'note'> {
  readonly size: string;
  /** Of the artifact. */
  readonly share: string;
  /** Of content. */
  readonly removable: string;
  readonly files: string;
}

/** @param most packages with rows of their own. */
export function packageCells(
  packages: PackageTable,
  { content, compressed }: Totals,
  options: Pick<ReportOptions, 'sort' | 'stored' | 'units'>,
  most: number,
): PackageCells[] {
  const rows = packageRows(packages, options, most);
  const bytes = rows.map((row) => sizeOf(row, options));
  const total = options.stored === true ? (compressed ?? 0) : content;
  const sizes = formatSizes(bytes, options.units);
  const removable = formatSizes(
    rows.map((row) => row.removable),
    options.units,
  );
  return rows.map(({ files, kind, label, note }, at) => ({
    size: sizes[at] ?? '',
    share: percent(bytes[at] ?? 0, total),
    removable: removable[at] ?? '',
    files: groupDigits(files),
    kind,
    label,
    note,
  }));
}

function sizeOf({ content, stored = 0 }: PackageSizes, options: Pick<ReportOptions, 'stored'>): number {
  return options.stored === true ? stored : content;
}

function packageRows(
  { packages, unowned }: PackageTable,
  options: Pick<ReportOptions, 'sort' | 'stored'>,
  most: number,
): Row[] {
  // By path means by name here; they come by content.
  const sorted = packages.toSorted((a, b) =>
    options.sort === 'path' ? compareNames(a.name, b.name) : sizeOf(b, options) - sizeOf(a, options),
  );
  const rest = sorted.slice(most);
  return [
    ...sorted.slice(0, most).map(labelled),
    ...(rest.length === 0
      ? []
      : [{ ...sumOf(rest), kind: '', label: null, note: `${groupDigits(rest.length)} more: --top N` }]),
    { ...unowned, kind: '', label: null, note: '(in no package)' },
  ];
}

function labelled(row: PackageRow): Row {
  return { ...row, label: row.version === null ? row.name : `${row.name} ${row.version}`, note: '' };
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
