// Sizes by package, for `scan --by package`. What is not shown and what belongs to no package have rows of their own, so the columns
// add up to the artifact.
import { formatSizes, groupDigits } from '../../bytes/size.ts';
import type { PackageRollup, PackageSizes } from '../../compare/packages/index.ts';
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

export function* packagesTable(rollup: PackageRollup, options: ReportOptions, style: Style): Iterable<string> {
  const rows = rowsOf(rollup, options);
  const total = sumOf([...rollup.packages, rollup.unowned]).content;
  const sizes = formatSizes(
    rows.map(({ content }) => content),
    options.units,
  );
  const removable = formatSizes(
    rows.map((row) => row.removable),
    options.units,
  );
  const files = rows.map((row) => groupDigits(row.files));
  const taken = 26 + widest(sizes, 4) + widest(removable, 9) + widest(files, 5);
  const width = Math.max(12, options.width - taken);
  yield `${style.bold('Packages')} ${style.dim('(content; each file belongs to one package or to none)')}\n`;
  yield* columns(
    [
      ['  SIZE', '%', 'REMOVABLE', 'FILES', 'KIND', 'PACKAGE'].map((text) => style.dim(text)),
      ...rows.map(({ content, kind, label }, index) => [
        `  ${sizes[index]}`,
        percent(content, total),
        removable[index] ?? '',
        files[index] ?? '',
        kind,
        cutMiddle(label, width),
      ]),
    ],
    ['right', 'right', 'right', 'right', 'left', 'left'],
  );
  yield '\n';
}

function rowsOf({ packages, unowned }: PackageRollup, { top, sort }: ReportOptions): Row[] {
  // By path means by name here.
  const sorted =
    sort === 'path' ? packages.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)) : packages;
  const shown = sorted.slice(0, top);
  const rest = sorted.slice(top);
  return [
    ...shown.map(({ name, version, kind, content, files, removable }) => ({
      label: terminalText(version === null ? name : `${name} ${version}`),
      kind,
      content,
      files,
      removable,
    })),
    ...(rest.length === 0 ? [] : [{ ...sumOf(rest), kind: '', label: `${groupDigits(rest.length)} more: --top N` }]),
    { ...unowned, kind: '', label: '(in no package)' },
  ];
}

function sumOf(rows: readonly PackageSizes[]): PackageSizes {
  const sum = { content: 0, files: 0, removable: 0 };
  for (const { content, files, removable } of rows) {
    sum.content += content;
    sum.files += files;
    sum.removable += removable;
  }
  return sum;
}
