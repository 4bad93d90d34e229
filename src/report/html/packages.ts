// Sizes by package, and changes of them, beside the map: packages lie across directories.
import { groupDigits } from '../../bytes/size.ts';
import type { Diff } from '../../model/diff.ts';
import { packageChangeCells, shownPackages } from '../changed-packages.ts';
import { markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';
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
  const shown = shownPackages(diff.packages, diff, '\u2192', options, most);
  const { rows, total, rest } = packageChangeCells(shown, options);
  const cells = rows.map(({ label, part, delta, share, before, after }) => [
    delta,
    share,
    before,
    after,
    label === null ? '' : part,
    label ?? part,
  ]);
  if (shown.more > 0) cells.push([rest, '', '', '', '', `(${groupDigits(shown.more)} more)`]);
  cells.push([total.delta, total.share, total.before, total.after, '', total.part]);
  return markup`<h2>Packages <small>(${shown.size}; each file belongs to one or to none)</small></h2>
${tableOf(['change', '', 'before', 'after', 'kind', 'package'], cells)}
`;
}
