// Packages that changed, of `diff --by package`; the rows shown, the row of the rest and the total add up.
import type { Diff, PackageChange } from '../../model/diff.ts';
import { shownPackages } from '../changed-packages.ts';
import { markdownWord } from '../escape-markdown.ts';
import type { ReportOptions } from '../reporter.ts';
import { table } from './blocks.ts';
import { andMore, deltaCells, percentChange, sizeCells } from '../figures.ts';

const columns = ['right', 'right', 'right', 'right', 'left'] as const;

export function packagesTable(
  packages: readonly PackageChange[],
  diff: Diff,
  options: ReportOptions,
  most: number,
): string[] {
  const { size, rows, more, rest, total } = shownPackages(packages, diff, '\u2192', options, most);
  if (rows.length === 0 && more === 0) return [];
  const all = [...rows, total];
  const sizes = sizeCells(
    all.flatMap(({ before, after }) => [before, after]),
    options.units,
  );
  const deltas = deltaCells([...rows.map(({ delta }) => delta), rest, total.delta], options.units);
  const cells = rows.map(({ label, part, before, after }, index) => [
    deltas[index] ?? '',
    before === null ? 'new' : after === null ? 'gone' : percentChange(before, after),
    sizes[2 * index] ?? '',
    sizes[2 * index + 1] ?? '',
    label === null ? part : `${markdownWord(label)} (${part})`,
  ]);
  if (more > 0) cells.push([deltas.at(-2) ?? '', '', '', '', andMore(more)]);
  const share = percentChange(total.before, total.after);
  cells.push([`**${deltas.at(-1)}**`, share, sizes.at(-2) ?? '', sizes.at(-1) ?? '', '**Total**']);
  return table(columns, ['Change', '', 'Before', 'After', `Package (${size})`], cells);
}
