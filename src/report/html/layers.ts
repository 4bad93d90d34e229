// The layers of an image: what each stores, and what it hides of those below.
import { formatSizes } from '../../bytes/size.ts';
import { shortInstruction } from '../../model/instruction.ts';
import { markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';
import type { ReportOptions, ScanReport } from '../reporter.ts';
import { percent } from '../table/percent.ts';
import { tableOf } from './map-part.ts';

/** Nothing where the artifact is no image. */
export function layersPart({ snapshot: { image } }: ScanReport, { units }: ReportOptions): Markup {
  if (image === undefined) return markup``;
  const { layers, layerBytes, visibleBytes, hiddenBytes, platform } = image;
  const sizes = formatSizes(
    layers.flatMap(({ content, waste }) => [content, waste]),
    units,
  );
  const rows = layers.map(({ index, content, waste, instruction }, at) => [
    String(index),
    sizes[2 * at] ?? '',
    percent(content, layerBytes),
    waste === 0 ? '' : (sizes[2 * at + 1] ?? ''),
    instruction === null ? '(not recorded)' : shortInstruction(instruction),
  ]);
  const [all = '', visible = '', hidden = ''] = formatSizes([layerBytes, visibleBytes, hiddenBytes], units);
  return markup`<h2>Layers <small>${platform ?? 'platform not told'}</small></h2>
<p>Files of all layers ${all}, of the merged tree ${visible}; ${hidden} are in layers and not in the tree.</p>
${tableOf(['layer', 'size', 'share', 'waste', 'instruction'], rows)}
<p class="dim">Waste: bytes of layers below that nothing leads to since this layer.</p>
`;
}
