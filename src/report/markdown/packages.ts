// Packages that changed, of `diff --by package`; the rows shown, the row of the rest and the total add up.
import type { Diff, PackageChange } from '../../model/diff.ts';
import { inNoPackage, orderedPackages, packageLabel } from '../changed-packages.ts';
import { markdownWord } from '../escape-markdown.ts';
import type { ReportOptions } from '../reporter.ts';
import { table } from './blocks.ts';
import { andMore, deltaCells, percentChange, sizeCells } from './figures.ts';

const columns = ['right', 'right', 'right', 'right', 'left'] as const;

export function packagesTable(
  packages: readonly PackageChange[],
  { delta, before, after }: Diff,
  options: ReportOptions,
  most: number,
): string[] {
  const ordered = orderedPackages(packages, options);
  if (ordered.length === 0) return [];
  const rows = ordered.filter((row) => Math.abs(row.delta) >= options.minChange).slice(0, most);
  const more = ordered.length - rows.length;
  const rest = delta.content - rows.reduce((sum, row) => sum + row.delta, 0);
  const [old, now] = [before.totals.content, after.totals.content];
  const sides = rows.flatMap((row) => [row.before?.content ?? null, row.after?.content ?? null]);
  const sizes = sizeCells([...sides, old, now], options.units);
  const deltas = deltaCells([...rows.map((row) => row.delta), rest, delta.content], options.units);
  const cells = rows.map((row, index) => [
    deltas[index] ?? '',
    row.before === null ? 'new' : row.after === null ? 'gone' : percentChange(row.before.content, row.after.content),
    sizes[2 * index] ?? '',
    sizes[2 * index + 1] ?? '',
    labelOf(row),
  ]);
  if (more > 0) cells.push([deltas.at(-2) ?? '', '', '', '', andMore(more)]);
  cells.push([`**${deltas.at(-1)}**`, percentChange(old, now), sizes.at(-2) ?? '', sizes.at(-1) ?? '', '**Total**']);
  return table(columns, ['Change', '', 'Before', 'After', 'Package (content)'], cells);
}

function labelOf(row: PackageChange): string {
  return row.name === null ? inNoPackage : `${markdownWord(packageLabel(row.name, row, '\u2192'))} (${row.kind})`;
}
