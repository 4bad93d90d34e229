// Where a page's map stands: empty until the program draws it. Without a program a table stands there.
import { joined, markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';

export interface MapLabels {
  /** Which bytes the map shows. */
  readonly about: string;
  /** What the two colours of a tile stand for. */
  readonly go: string;
  readonly stay: string;
  /** Headings of the list. */
  readonly size: string;
  readonly change: string;
  /** What else is to be known of the bytes. */
  readonly note: Markup;
}

/** Cells of one row of the table without a program; the last one is a name. */
export type PlainRow = readonly (string | Markup)[];

export function mapPart(title: string, labels: MapLabels, header: PlainRow, rows: readonly PlainRow[]): Markup {
  const { about, go, stay, size, change, note } = labels;
  return markup`<h2>${title} <small>(${about})</small></h2>
<div id="explore" hidden>
<p id="path"></p>
<p class="legend"><span><i class="go"></i><span id="shown">${go}</span></span><span><i class="stay"></i>${stay}</span><button id="all" type="button" hidden>show all findings</button></p>
<div id="map" role="img" aria-label="Map of the directories; the list below says the same"></div>
<p id="about" class="dim"></p>
${note}<div class="scroll"><table><thead><tr><th class="number">${size}</th><th class="number">share</th><th></th><th class="number">${change}</th><th class="number">files</th><th>name</th></tr></thead><tbody id="list"></tbody></table></div>
</div>
<noscript>${tableOf(header, rows)}</noscript>
`;
}

/** Figures, and a name in the last column. */
export function tableOf(header: PlainRow, rows: readonly PlainRow[]): Markup {
  const heads = header.map((text, at) =>
    at < header.length - 1 ? markup`<th class="number">${text}</th>` : markup`<th>${text}</th>`,
  );
  const lines = rows.map((row) => {
    const cells = row.map((text, at) =>
      at < row.length - 1 ? markup`<td class="number">${text}</td>` : markup`<td class="name">${text}</td>`,
    );
    return markup`<tr>${cells}</tr>`;
  });
  return markup`<div class="scroll"><table><thead><tr>${heads}</tr></thead><tbody>
${joined(lines, '\n')}
</tbody></table></div>`;
}

export interface Total {
  readonly name: string;
  readonly size: string;
  readonly note: string;
  readonly isWaste?: boolean;
}

/** The figures that stand first. */
export function totalsPart(totals: readonly Total[]): Markup {
  const cells = totals.map(
    ({ name, size, note, isWaste }) =>
      markup`<div class="${isWaste === true ? 'can-go' : ''}"><dt>${name}</dt><dd class="size">${size}</dd><dd class="dim">${note}</dd></div>`,
  );
  return markup`<dl class="totals">
${joined(cells, '\n')}
</dl>
`;
}
