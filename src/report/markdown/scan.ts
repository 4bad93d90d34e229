// A scan as Markdown: for the summary of a run, an issue, a release's notes. Sizes, the largest directories or packages, findings with
// their commands.
import { bothSizes, formatSize, groupDigits } from '../../bytes/size.ts';
import { shortInstruction } from '../../model/instruction.ts';
import type { PackageTable } from '../../model/packages.ts';
import type { Image, ImageLayer, Snapshot } from '../../model/snapshot.ts';
import { markdownName, markdownWord } from '../escape-markdown.ts';
import { formatText } from '../identity-text.ts';
import { packageCells } from '../package-rows.ts';
import type { ReportOptions, ScanReport } from '../reporter.ts';
import { shownNodes, sizeKey } from '../shown-nodes.ts';
import { percent } from '../table/percent.ts';
import { sizeNote } from '../table/size-note.ts';
import { fit, paragraphs, table } from './blocks.ts';
import type { Limits } from './blocks.ts';
import { andMore, count, sizeCells, spaced } from '../figures.ts';
import { hiddenBytes, wholePull } from '../../compare/image.ts';
import { findingsDetails } from './findings.ts';
import { footer, noticesDetails } from './identity.ts';
import { sectionsDetails } from './sections.ts';

export function scanMarkdown(report: ScanReport, options: ReportOptions): string {
  return fit((limits) => paragraphs([...partsOf(report, options, limits), footer(report.tool)]), options.top);
}

function partsOf(report: ScanReport, options: ReportOptions, { rows }: Limits): string[][] {
  const { snapshot, findings: all, removable, packages } = report;
  const { units } = options;
  const { content } = snapshot.totals;
  const findings = all.filter(({ leftover }) => leftover !== true);
  const leftovers = all.filter(({ leftover }) => leftover === true);
  const share = content > 0 ? ` (${percent(removable, content)} of content)` : '';
  return [
    [`### ${markdownWord(snapshot.artifact.name)}: ${formatSize(content, units)}, ${canGo(report, units)}`],
    sizesTable(report, options),
    snapshot.image === undefined ? [] : layersTable(snapshot.image, options, rows),
    packages === undefined ? directoriesTable(report, options, rows) : packagesTable(report, packages, options, rows),
    findings.length === 0
      ? ['No findings.']
      : [
          `**${bothSizes(removable, units)}**${share} can go away, each byte counted once.${hiddenToo(snapshot, units)}`,
        ],
    findingsDetails(findings, { title: 'Findings', commands: true, units, rows }),
    findingsDetails(leftovers, {
      title: 'Leftovers (not counted)',
      commands: true,
      units,
      rows,
    }),
    sectionsDetails(report.sections, options, rows),
    noticesDetails(snapshot.notices, rows),
  ];
}

function canGo({ removable, snapshot }: ScanReport, units: ReportOptions['units']): string {
  const hidden = hiddenBytes(snapshot);
  const waste = removable === 0 ? null : `of which ${formatSize(removable, units)} can go away`;
  if (hidden === 0) return waste ?? 'nothing of which is known to be waste';
  const more = `${formatSize(hidden, units)} more are hidden in layers`;
  return waste === null ? more : `${waste}, and ${more}`;
}

/** Layers store it, and the tree does not hold it: no part of what can go away. */
function hiddenToo(snapshot: Snapshot, units: ReportOptions['units']): string {
  const hidden = hiddenBytes(snapshot);
  return hidden === 0 ? '' : ` **${bothSizes(hidden, units)}** more are hidden in layers.`;
}

function sizesTable(report: ScanReport, { units }: ReportOptions): string[] {
  const { artifact, totals } = report.snapshot;
  const known = (['content', 'disk', 'archive', 'compressed'] as const).filter((size) => totals[size] !== null);
  const sizes = sizeCells(
    known.map((size) => totals[size]),
    units,
  );
  const kind = formatText(artifact);
  return table(
    ['left', 'right', 'left'],
    ['Size', '', kind],
    known.map((size, at) => [size, sizes[at] ?? '', sizeNote(size, report)]),
  );
}

function directoriesTable({ tree, snapshot }: ScanReport, options: ReportOptions, rows: number): string[] {
  const key = sizeKey(options);
  const name = key === 'stored' ? 'compressed' : key;
  const shown = shownNodes(tree, options).slice(0, rows);
  const sizes = sizeCells(
    shown.map((node) => node[key] ?? 0),
    options.units,
  );
  const own = sizeCells(
    shown.map((node) => node.own[key] ?? 0),
    options.units,
  );
  const cells = shown.map((node, at) => [
    sizes[at] ?? '',
    percent(node[key] ?? 0, snapshot.totals[name] ?? 0),
    own[at] ?? '',
    groupDigits(node.files),
    markdownName(node.path),
  ]);
  const more = tree.length - shown.length;
  if (more > 0) cells.push(['', '', '', '', andMore(more)]);
  return table(
    ['right', 'right', 'right', 'right', 'left'],
    [`Size (${name})`, '%', 'Own', 'Files', 'Directory (own: without subdirectories)'],
    cells,
  );
}

function packagesTable(
  { snapshot }: ScanReport,
  packages: PackageTable,
  options: ReportOptions,
  most: number,
): string[] {
  const cells = packageCells(packages, snapshot.totals, options, most).map((row) => [
    spaced(row.size),
    row.share,
    spaced(row.removable),
    row.files,
    row.kind,
    row.label === null ? row.note : markdownWord(row.label),
  ]);
  return table(
    ['right', 'right', 'right', 'right', 'left', 'left'],
    [
      `Size (${options.stored === true ? 'compressed' : 'content'})`,
      '%',
      'Can go (content)',
      'Files',
      'Kind',
      'Package',
    ],
    cells,
  );
}

function layersTable(image: Image, options: ReportOptions, rows: number): string[] {
  const { layers, layerBytes, visibleBytes } = image;
  const pull = wholePull(image);
  const pulled = pull === null ? '' : ` A host that has none of them pulls ${spaced(formatSize(pull, options.units))}.`;
  const largest = layers
    .toSorted((a, b) => b.content + b.waste - a.content - a.waste || a.index - b.index)
    .slice(0, rows)
    .toSorted((a, b) => a.index - b.index);
  const sizes = sizeCells(
    largest.flatMap(({ content, waste }) => [content, waste]),
    options.units,
  );
  const cells = largest.map((layer: ImageLayer, at) => [
    String(layer.index),
    sizes[2 * at] ?? '',
    percent(layer.content, layerBytes),
    layer.waste === 0 ? '' : (sizes[2 * at + 1] ?? ''),
    layer.instruction === null ? '(not recorded)' : markdownWord(shortInstruction(layer.instruction)),
  ]);
  const more = layers.length - largest.length;
  if (more > 0) cells.push(['', '', '', '', andMore(more)]);
  const [all = '', visible = '', hidden = ''] = sizeCells([layerBytes, visibleBytes, image.hiddenBytes], options.units);
  return [
    `Files of ${count(layers.length, 'layer')}: ${all}, of the merged tree: ${visible}; **${hidden}** are in layers and not in the tree.${pulled}`,
    '',
    ...table(
      ['right', 'right', 'right', 'right', 'left'],
      ['Layer', 'Size', '%', 'Waste (below, hidden by it)', 'Instruction'],
      cells,
    ),
  ];
}
