// Sizes by package, and changes of them, beside the map: packages lie across directories.
import { groupDigits } from '../../bytes/size.ts';
import type { Diff } from '../../model/diff.ts';
import { shownPackages } from '../changed-packages.ts';
import { markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';
import { deltaCells, percentChange, sizeCells } from '../figures.ts';
import { packageCells } from '../package-rows.ts';
import type { ReportOptions, ScanReport } from '../reporter.ts';
import { tableOf } from './map-part.ts';

/** Most packages with rows of their own. */
const most = 500;

/** Nothing where nobody asked for it. */
export function packagesPart({ packages, snapshot }: ScanReport, options: ReportOptions): Markup {
  if (packages === undefined) return markup``;
  const about = options.stored === true ? 'compressed' : 'content';
  const cells = packageCells(packages, snapshot.totals, options, most).map((row) => [
    row.size,
    row.share,
    row.removable,
    row.files,
    row.kind,
    row.label ?? row.note,
  ]);
  return markup`<h2>Packages <small>(${about}; each file belongs to one or to none)</small></h2>
${tableOf(['size', 'share', 'can go (content)', 'files', 'kind', 'package'], cells)}
`;
}

/** What changed by package; the rows, the rest and the total add up. Nothing where nobody asked for it. */
export function changedPackagesPart(diff: Diff, options: ReportOptions): Markup {
  if (diff.packages === undefined) return markup``;
  const { size, rows, more, rest, total } = shownPackages(diff.packages, diff, '\u2192', options, most);
  const all = [...rows, total];
  const sizes = sizeCells(
    all.flatMap(({ before, after }) => [before, after]),
    options.units,
  );
  const deltas = deltaCells([...all.map(({ delta }) => delta), rest], options.units);
  const cells = all.map(({ label, part, before, after }, at) => [
    deltas[at] ?? '',
    before === null ? 'new' : after === null ? 'gone' : percentChange(before, after),
    sizes[2 * at] ?? '',
    sizes[2 * at + 1] ?? '',
    label === null ? '' : part,
    label ?? part,
  ]);
  if (more > 0) cells.splice(-1, 0, [deltas.at(-1) ?? '', '', '', '', '', `(${groupDigits(more)} more)`]);
  return markup`<h2>Packages <small>(${size}; each file belongs to one or to none)</small></h2>
${tableOf(['change', '', 'before', 'after', 'kind', 'package'], cells)}
`;
}
