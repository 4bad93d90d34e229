// Packages that changed, of `diff --by package`; the rows shown, the row of the rest and the total add up.
import type { Diff, PackageChange } from '../../model/diff.ts';
import { packageChangeCells, shownPackages } from '../changed-packages.ts';
import { markdownWord } from '../escape-markdown.ts';
import type { ReportOptions } from '../reporter.ts';
import { table } from './blocks.ts';
import { andMore } from '../figures.ts';

const columns = ['right', 'right', 'right', 'right', 'left'] as const;

export function packagesTable(
  packages: readonly PackageChange[],
  diff: Diff,
  options: ReportOptions,
  most: number,
): string[] {
  const shown = shownPackages(packages, diff, '\u2192', options, most);
  if (shown.rows.length === 0 && shown.more === 0) return [];
  const { rows, total, rest } = packageChangeCells(shown, options);
  const cells = rows.map(({ label, part, delta, share, before, after }) => [
    delta,
    share,
    before,
    after,
    label === null ? part : `${markdownWord(label)} (${part})`,
  ]);
  if (shown.more > 0) cells.push([rest, '', '', '', andMore(shown.more)]);
  cells.push([`**${total.delta}**`, total.share, total.before, total.after, '**Total**']);
  return table(columns, ['Change', '', 'Before', 'After', `Package (${shown.size})`], cells);
}
