// The layers of an image: what each stores, and what it hides of those below; and of two images, what a host with the old one pulls.
import { formatSize, formatSizes, groupDigits } from '../../bytes/size.ts';
import { wholePull } from '../../compare/image.ts';
import type { Diff } from '../../model/diff.ts';
import { shortInstruction } from '../../model/instruction.ts';
import type { Image } from '../../model/snapshot.ts';
import { markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';
import type { ReportOptions, ScanReport } from '../reporter.ts';
import { percent } from '../table/percent.ts';
import { deltaCells, sizeCells } from '../figures.ts';
import { tableOf } from './map-part.ts';
import type { Total } from './map-part.ts';

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
    named(instruction),
  ]);
  const [all = '', visible = '', hidden = ''] = formatSizes([layerBytes, visibleBytes, hiddenBytes], units);
  return markup`<h2>Layers <small>${platform ?? 'platform not told'}</small></h2>
<p>Files of all layers ${all}, of the merged tree ${visible}; ${hidden} are in layers and not in the tree.${pullText(image, units)}</p>
${tableOf(['layer', 'size', 'share', 'waste', 'instruction'], rows)}
<p class="dim">Waste: bytes of layers below that nothing leads to since this layer.</p>
`;
}

function pullText(image: Image, units: ReportOptions['units']): string {
  const pull = wholePull(image);
  return pull === null ? '' : ` A host that has none of them pulls ${formatSize(pull, units)}.`;
}

/** What two images differ in beside their files; nothing where they are no images. */
export function imageTotals({ image }: Diff, { units }: ReportOptions): Total[] {
  if (image === undefined) return [];
  const { layers, shared, pulled, pull, waste } = image;
  const [size = ''] = sizeCells([pull], units);
  const [was, is] = sizeCells([waste.before, waste.after], units);
  const [change = ''] = deltaCells([waste.after - waste.before], units);
  return [
    {
      name: 'to pull',
      size: pulled.length === 0 ? 'nothing' : pull === null ? 'unknown' : size,
      note: `${groupDigits(shared)} of ${groupDigits(layers)} layers shared`,
    },
    {
      name: 'waste in layers',
      size: change,
      note: waste.before === waste.after ? `as before: ${is}` : `${was} \u2192 ${is}`,
    },
  ];
}

/** Layers that a host with the old image lacks, and where the cache of a build ends. */
export function pulledPart({ image }: Diff, { units }: ReportOptions): Markup {
  if (image === undefined || (image.pulled.length === 0 && image.cacheBroke === null)) return markup``;
  const { pulled, pull, cacheBroke } = image;
  const sizes = sizeCells(
    pulled.map(({ compressed, content }) => (pull === null ? content : compressed)),
    units,
  );
  const rows = pulled.map(({ index, instruction }, at) => [String(index), sizes[at] ?? '', named(instruction)]);
  const header = ['layer', pull === null ? 'files' : 'to pull', 'instruction'];
  const broke =
    cacheBroke === null
      ? markup``
      : markup`<p>The cache ends at layer ${cacheBroke.index}: <code>${named(cacheBroke.before)}</code>${
          cacheBroke.before === cacheBroke.after ? markup`` : markup` became <code>${named(cacheBroke.after)}</code>`
        }.</p>
`;
  return markup`<h2>Layers <small>that a host with the old image lacks</small></h2>
${broke}${rows.length === 0 ? markup`` : tableOf(header, rows)}
`;
}

function named(instruction: string | null): string {
  return instruction === null ? '(not recorded)' : shortInstruction(instruction);
}
