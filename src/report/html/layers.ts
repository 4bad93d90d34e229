// The layers of an image: what each stores, and what it hides of those below.
import { formatSizes } from '../../bytes/size.ts';
import { shortInstruction } from '../../model/instruction.ts';
import { markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';
import type { ReportOptions, ScanReport } from '../reporter.ts';
import { percent } from '../table/percent.ts';

/** Nothing where the artifact is no image. */
export function layersPart({ snapshot: { image } }: ScanReport, { units }: ReportOptions): Markup {
  if (image === undefined) return markup``;
  const { layers, layerBytes, visibleBytes, hiddenBytes, platform } = image;
  const sizes = formatSizes(
    layers.flatMap(({ content, waste }) => [content, waste]),
    units,
  );
  const rows = layers.map(
    ({ index, content, waste, instruction }, at) =>
      markup`<tr><td class="number">${index}</td><td class="number">${sizes[2 * at] ?? ''}</td><td class="number">${percent(content, layerBytes)}</td><td class="number">${waste === 0 ? '' : (sizes[2 * at + 1] ?? '')}</td><td class="name">${instruction === null ? '(not recorded)' : shortInstruction(instruction)}</td></tr>
`,
  );
  const [all = '', visible = '', hidden = ''] = formatSizes([layerBytes, visibleBytes, hiddenBytes], units);
  return markup`<h2>Layers <small>${platform ?? 'platform not told'}</small></h2>
<p>Files of all layers ${all}, of the merged tree ${visible}; ${hidden} are in layers and not in the tree.</p>
<div class="scroll"><table><thead><tr><th class="number">#</th><th class="number">size</th><th class="number">share</th><th class="number">waste</th><th>instruction</th></tr></thead><tbody>
${rows}</tbody></table></div>
<p class="dim">Waste: bytes of layers below that nothing leads to since this layer.</p>
`;
}
