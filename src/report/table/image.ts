// The layers of an image: what each stores, what it hides of those below, and the paths that most bytes are hidden at.
import { formatSize, formatSizes, groupDigits } from '../../bytes/size.ts';
import { shortInstruction } from '../../model/instruction.ts';
import { wholePull } from '../../compare/image.ts';
import { compareNames } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import type { HiddenFile, Image, ImageLayer } from '../../model/snapshot.ts';
import { terminalName, terminalText } from '../escape.ts';
import type { Flattened, ReportOptions, ScanReport } from '../reporter.ts';
import { columns } from './grid.ts';
import { percent } from './percent.ts';
import { cutEnd, cutMiddle, widest, wrap } from './style.ts';
import type { Style } from './style.ts';

export function* imageTable(report: ScanReport, options: ReportOptions, style: Style): Iterable<string> {
  const { image, hidden } = report.snapshot;
  if (image === undefined) return;
  const alone = image.layers[report.layer ?? -1];
  if (alone !== undefined) {
    const [first, ...rest] = wrap(
      `Layer ${alone.index} alone, of ${image.layers.length}: ${instructionOf(alone)}`,
      options.width,
    );
    yield `${style.bold(first ?? '')}\n${rest.map((line) => `  ${line}\n`).join('')}\n`;
    if (report.flattened !== undefined)
      yield* columns([flattenedRow(report.flattened, options, style), ['']], ['left']);
    yield* wastefulPaths(hidden ?? [], options, style);
    return;
  }
  yield* sums(image, report.flattened, options, style);
  if (image.layers.length === 0) return;
  if (report.allLayers === true) yield* allLayers(image, options, style);
  else yield* largestLayers(image, options, style);
  yield* wastefulPaths(hidden ?? [], options, style);
}

function* sums(
  image: Image,
  flattened: Flattened | undefined,
  { units }: ReportOptions,
  style: Style,
): Iterable<string> {
  const { platform, layers, layerBytes, visibleBytes, hiddenBytes } = image;
  const sizes = formatSizes([layerBytes, visibleBytes, hiddenBytes], units);
  const share = layerBytes > 0 ? `, ${percent(hiddenBytes, layerBytes)} of what they store` : '';
  const count = `${groupDigits(layers.length)} ${layers.length === 1 ? 'layer' : 'layers'}`;
  yield `${style.bold('Image')}  ${style.dim(platform === null ? 'platform not told' : terminalText(platform))}\n`;
  const notes = [`files of ${count}`, 'files of the merged tree', `in layers and not in the tree${share}`];
  const rows = ['layers', 'visible', 'hidden'].map((name, at) => [
    `  ${name}`,
    sizes[at] ?? '',
    style.dim(notes[at] ?? ''),
  ]);
  const pull = wholePull(image);
  if (pull !== null)
    rows.push(['  pull', formatSize(pull, units), style.dim('compressed layers, of a host that has none of them')]);
  if (flattened !== undefined) rows.push(flattenedRow(flattened, { units }, style));
  yield* columns(rows, ['left', 'right', 'left']);
  yield '\n';
}

function flattenedRow({ how, compressed }: Flattened, { units }: Pick<ReportOptions, 'units'>, style: Style): string[] {
  return ['  flattened', formatSize(compressed, units), style.dim(`the merged tree as one layer, ${how}`)];
}

function* largestLayers({ layers, layerBytes }: Image, options: ReportOptions, style: Style): Iterable<string> {
  const largest = layers
    .toSorted((a, b) => b.content + b.waste - a.content - a.waste || a.index - b.index)
    .slice(0, options.top)
    .toSorted((a, b) => a.index - b.index);
  const sizes = formatSizes(
    largest.flatMap(({ content, waste }) => [content, waste]),
    options.units,
  );
  // Two columns of indent, six for percent, two between each of the five columns.
  const taken = 16 + widest(sizes, 5) * 2 + widest(largest.map(indexOf), 1);
  yield `${style.bold('Layers')} ${style.dim('(files; waste: bytes below that nothing leads to since this layer)')}\n`;
  yield* columns(
    [
      ['  #', 'SIZE', '%', 'WASTE', 'INSTRUCTION'].map((text) => style.dim(text)),
      ...largest.map((layer, at) => [
        `  ${layer.index}`,
        sizes[2 * at] ?? '',
        percent(layer.content, layerBytes),
        layer.waste === 0 ? '-' : (sizes[2 * at + 1] ?? ''),
        cutEnd(instructionOf(layer), Math.max(12, options.width - taken)),
      ]),
    ],
    ['right', 'right', 'right', 'right', 'left'],
  );
  const more = layers.length - largest.length;
  if (more > 0) yield style.dim(`  ${groupDigits(more)} more ${more === 1 ? 'layer' : 'layers'}: --layers\n`);
  yield '\n';
}

function* allLayers({ layers, layerBytes }: Image, options: ReportOptions, style: Style): Iterable<string> {
  const { units, width } = options;
  yield `${style.bold('Layers')} ${style.dim('(files; waste: bytes below that nothing leads to since this layer)')}\n`;
  for (const layer of layers) {
    const { index, content, added, changed, deleted, waste, compressed, digest } = layer;
    const [size, plus, change, minus, lost] = formatSizes([content, added, changed, deleted, waste], units);
    const packed = compressed === null ? 'stored uncompressed' : `${formatSize(compressed, units)} compressed`;
    const share = layerBytes > 0 ? ` (${percent(content, layerBytes)})` : '';
    yield `  ${style.bold(`${index}  ${size}`)}${share}  ${style.dim(`${packed}, ${digest.slice(0, 19)}`)}\n`;
    const parts = [`added ${plus}`, `changed ${change}`, `deleted ${minus}`, `waste ${lost}`];
    yield `     ${parts.join(', ')}\n`;
    for (const line of wrap(instructionOf(layer), width - 5)) yield `     ${style.dim(line)}\n`;
  }
  yield '\n';
}

function indexOf({ index }: ImageLayer): string {
  return String(index);
}

function instructionOf({ instruction }: ImageLayer): string {
  return instruction === null ? '(not recorded)' : terminalText(shortInstruction(instruction));
}

/** All that is hidden at one path. */
interface Wasted {
  readonly path: Name;
  bytes: number;
  /** Layers that store it in vain, and those that hid it. */
  readonly stored: Set<number>;
  readonly layers: Set<number>;
}

function* wastefulPaths(hidden: readonly HiddenFile[], options: ReportOptions, style: Style): Iterable<string> {
  if (hidden.length === 0) return;
  const byPath = new Map<Name, Wasted>();
  for (const { path, size, stored, layer } of hidden) {
    let known = byPath.get(path);
    if (known === undefined) byPath.set(path, (known = { path, bytes: 0, stored: new Set(), layers: new Set() }));
    known.bytes += size;
    known.stored.add(stored);
    known.layers.add(layer);
  }
  const all = [...byPath.values()].toSorted((a, b) => b.bytes - a.bytes || compareNames(a.path, b.path));
  const shown = all.slice(0, options.top);
  const sizes = formatSizes(
    shown.map(({ bytes }) => bytes),
    options.units,
  );
  const from = shown.map(({ stored }) => listOf(stored));
  const by = shown.map(({ layers }) => listOf(layers));
  const pathWidth = Math.max(12, options.width - 8 - widest(sizes, 5) - widest(from, 6) - widest(by, 6));
  yield `${style.bold('Hidden paths')} ${style.dim('(layers that store them, layers that hid them)')}\n`;
  yield* columns(
    [
      ['  SIZE', 'STORED', 'HIDDEN', 'PATH'].map((text) => style.dim(text)),
      ...shown.map(({ path }, at) => [
        `  ${sizes[at]}`,
        from[at] ?? '',
        by[at] ?? '',
        cutMiddle(terminalName(path), pathWidth),
      ]),
    ],
    ['right', 'right', 'right', 'left'],
  );
  const more = all.length - shown.length;
  if (more > 0) yield style.dim(`  ${groupDigits(more)} more ${more === 1 ? 'path' : 'paths'}: --top N\n`);
  yield '\n';
}

/** `0, 3`; a long list is cut. */
function listOf(layers: ReadonlySet<number>): string {
  const numbers = [...layers].toSorted((a, b) => a - b);
  return numbers.length > 3 ? `${numbers.slice(0, 2).join(', ')}, …` : numbers.join(', ');
}
