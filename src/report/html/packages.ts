// Sizes by package, beside the map: packages lie across directories.
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
