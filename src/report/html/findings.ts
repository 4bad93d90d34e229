// Findings and notices of a page.
import { groupDigits } from '../../bytes/size.ts';
import type { Finding } from '../../model/finding.ts';
import type { Notice } from '../../model/snapshot.ts';
import { terminalName } from '../escape.ts';
import { joined, markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';

const mostNotices = 200;

export interface FindingStyle {
  /** Tells it from others of the page. */
  readonly id: string;
  readonly size: string;
  readonly note: string;
  /** Its index among those that the map can show alone; null where it cannot. */
  readonly onMap: number | null;
  /** Whether to say how to fix it; what is fixed needs nothing. */
  readonly commands: boolean;
}

export function findingPart({ rule, severity, title, fix }: Finding, style: FindingStyle): Markup {
  const { id, size, note, onMap } = style;
  const show = markup`<button class="show" type="button" data-finding="${onMap ?? ''}" aria-pressed="false" hidden>show on the map</button>`;
  const commands = style.commands ? fix.commands.map((command) => markup`${command}`) : [];
  const block = markup`<pre id="${id}">${joined(commands, '\n')}</pre>
<button class="copy" type="button" data-of="${id}" hidden>copy</button>`;
  const advice = style.commands && fix.advice !== null ? [markup`<p class="dim">${fix.advice}</p>`] : [];
  return markup`<section class="finding">
<h3><span class="severity ${severity}">${severity}</span> <span>${size}</span> <span>${rule}</span> <span class="dim">${note}</span> ${onMap === null ? [] : [show]}</h3>
<p>${title}</p>
${commands.length === 0 ? [] : [block]}${advice}
</section>
`;
}

export function noticesPart(notices: readonly Notice[]): Markup {
  if (notices.length === 0) return markup``;
  const items = notices
    .slice(0, mostNotices)
    .map(({ path, message }) =>
      path === null ? markup`<li>${message}</li>` : markup`<li>${terminalName(path)}: ${message}</li>`,
    );
  const more = notices.length - items.length;
  if (more > 0) items.push(markup`<li>${groupDigits(more)} more</li>`);
  return markup`<h2>Notices <small>${groupDigits(notices.length)}</small></h2>
<ul>
${joined(items, '\n')}
</ul>
`;
}
