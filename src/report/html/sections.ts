// Where the bytes of ELF files are, of `scan --sections`: they lie across directories.
import { groupDigits } from '../../bytes/size.ts';
import { markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';
import type { ReportOptions, ScanReport } from '../reporter.ts';
import { sectionRows } from '../section-rows.ts';
import { tableOf } from './map-part.ts';

/** Most sections with rows of their own. */
const most = 200;

/** Nothing where nobody asked for it. */
export function sectionsPart({ sections }: ScanReport, options: ReportOptions): Markup {
  if (sections === undefined) return markup``;
  const { about, groups, names, more, compression } = sectionRows(sections, options, most);
  if (about === null)
    return markup`<h2>ELF sections <small>no ELF file</small></h2>
`;
  const rows = names.map(({ size, share, files, group, name }) => [size, share, files, group, name]);
  if (more > 0) rows.push(['', '', '', '', `(${groupDigits(more)} more)`]);
  const note =
    compression === null
      ? []
      : [
          markup`<p class="dim">${compression}</p>
`,
        ];
  const byGroup = groups.map(({ size, share, group }) => [size, share, group]);
  return markup`<h2>ELF sections <small>${about}; bytes in the file</small></h2>
${tableOf(['size', 'share', 'group'], byGroup)}
${note}${tableOf(['size', 'share', 'files', 'group', 'section'], rows)}
`;
}
