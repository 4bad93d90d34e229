// Sizes by package, beside the map: packages lie across directories.
import { formatSizes, groupDigits } from '../../bytes/size.ts';
import { markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';
import { packageRows, packageSize } from '../package-rows.ts';
import type { ReportOptions, ScanReport } from '../reporter.ts';
import { percent } from '../table/percent.ts';
import { tableOf } from './map-part.ts';

/** Most packages with rows of their own. */
const most = 500;

/** Nothing where nobody asked for it. */
export function packagesPart({ packages, snapshot }: ScanReport, options: ReportOptions): Markup {
  if (packages === undefined) return markup``;
  const about = options.stored === true ? 'compressed' : 'content';
  const total = snapshot.totals[about] ?? 0;
  const rows = packageRows(packages, options, most);
  const sizes = formatSizes(
    rows.map((row) => packageSize(row, options)),
    options.units,
  );
  const removable = formatSizes(
    rows.map((row) => row.removable),
    options.units,
  );
  const cells = rows.map((row, at) => [
    sizes[at] ?? '',
    percent(packageSize(row, options), total),
    row.removable === 0 ? '' : (removable[at] ?? ''),
    groupDigits(row.files),
    row.kind,
    row.label ?? row.note,
  ]);
  return markup`<h2>Packages <small>(${about}; each file belongs to one or to none)</small></h2>
${tableOf(['size', 'share', 'can go (content)', 'files', 'kind', 'package'], cells)}
`;
}
