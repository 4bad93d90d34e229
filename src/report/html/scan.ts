// The page of a scan.
import { bothSizes, formatSize, formatSizes, groupDigits, unitsOf } from '../../bytes/size.ts';
import { storedSavings } from '../../rules/stored-savings.ts';
import { hiddenBytes } from '../../compare/image.ts';
import { hiddenPart, supersededPart } from '../../model/finding.ts';
import type { Finding } from '../../model/finding.ts';
import { terminalName, terminalText } from '../escape.ts';
import { markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';
import { formatText } from '../identity-text.ts';
import type { ReportOptions, ScanReport } from '../reporter.ts';
import { withoutRepeats } from '../repeats.ts';
import { shownNodes, sizeKey } from '../shown-nodes.ts';
import { percent } from '../table/percent.ts';
import { sizeNote } from '../table/size-note.ts';
import { documentOf } from './document.ts';
import { findingPart, noticesPart } from './findings.ts';
import { layersPart } from './layers.ts';
import { mapData } from './map-data.ts';
import { mapPart, totalsPart } from './map-part.ts';
import { packagesPart } from './packages.ts';
import { sectionsPart } from './sections.ts';

export function scanPage(report: ScanReport, options: ReportOptions): string {
  const { snapshot, findings, tool } = report;
  const { name } = snapshot.artifact;
  return documentOf({
    title: `${name}: ${formatSize(snapshot.totals.content, options.units)}`,
    tool,
    parts: [
      header(report, options),
      places(report, options),
      packagesPart(report, options),
      sectionsPart(report, options),
      layersPart(report, options),
      findingsPart(report, options),
      noticesPart(snapshot.notices),
    ],
    data: {
      kind: 'scan',
      name: terminalText(name.replace(/^.*\/(?=[^/])/, '')),
      findings: findings.map(({ rule, leftover }) => terminalText(leftover === true ? `${rule} (not counted)` : rule)),
      units: unitsOf(options.units),
      tree: mapData(report, sizeKey(options)),
    },
  });
}

function header(report: ScanReport, { units }: ReportOptions): Markup {
  const { artifact, totals, image } = report.snapshot;
  const kind = formatText(artifact);
  const known = (['content', 'disk', 'archive', 'compressed'] as const).filter((size) => totals[size] !== null);
  const sizes = formatSizes(
    known.map((size) => totals[size] ?? 0),
    units,
  );
  const share =
    totals.content > 0 ? `${percent(report.removable, totals.content)} of content, each byte counted once` : '';
  return markup`<h1>${artifact.name} <small>${kind}</small></h1>
${totalsPart([
  ...known.map((name, at) => ({ name, size: sizes[at] ?? '', note: sizeNote(name, report) })),
  ...(image === undefined
    ? []
    : [
        {
          name: 'hidden',
          size: formatSize(hiddenBytes(report.snapshot), units),
          note: 'stored in layers, and not in the tree',
        },
      ]),
  { name: 'can go away', size: formatSize(report.removable, units), note: share, isWaste: true },
])}`;
}

function places({ tree, snapshot }: ScanReport, options: ReportOptions): Markup {
  const key = sizeKey(options);
  const about = key === 'stored' ? 'compressed' : key;
  const shown = shownNodes(tree, options).slice(0, 100);
  const sizes = formatSizes(
    shown.map((node) => node[key] ?? 0),
    options.units,
  );
  const total = snapshot.totals[about] ?? 0;
  const rows = shown.map((node, at) => [
    sizes[at] ?? '',
    percent(node[key] ?? 0, total),
    groupDigits(node.files),
    terminalName(node.path),
  ]);
  const labels = { about, go: 'can go away', stay: 'stays', size: 'size', change: 'can go' };
  const note = overheadPart(snapshot, options);
  return mapPart('Where the bytes are', { ...labels, note }, ['size', 'share', 'files', 'directory'], rows);
}

/** What lies in no directory, where those are of compressed bytes. */
function overheadPart({ overhead, totals }: ScanReport['snapshot'], { stored, units }: ReportOptions): Markup {
  if (stored !== true) return markup``;
  const sum = Object.values(overhead ?? {}).reduce((all, bytes) => all + bytes, 0);
  return markup`<p class="dim">Of the file ${formatSize(sum, units)}, ${percent(sum, totals.compressed ?? 0)}, carry no content and are not on the map: headers, padding and the like.</p>
`;
}

function findingsPart(report: ScanReport, options: ReportOptions): Markup {
  const { findings, snapshot, removable } = report;
  const sizes = formatSizes(
    findings.map(({ bytes }) => bytes),
    options.units,
  );
  const savings = options.stored === true ? storedSavings(snapshot, findings) : [];
  const all = withoutRepeats(findings).map((found, at) => {
    const saving = savings[at] ?? null;
    const note = saving === null ? '' : `~${formatSize(saving, options.units)} compressed`;
    const onMap = isOnMap(found) ? at : null;
    const text = findingPart(found, { id: `commands-${at}`, size: sizes[at] ?? '', note, onMap, commands: true });
    return { isLeftover: found.leftover === true, text };
  });
  const counted = all.filter(({ isLeftover }) => !isLeftover).map(({ text }) => text);
  const leftovers = all.filter(({ isLeftover }) => isLeftover).map(({ text }) => text);
  const sum = counted.length === 0 ? 'none' : `${bothSizes(removable, options.units)}, each byte counted once`;
  const isImage = snapshot.image !== undefined && findings.some(({ fix }) => fix.commands.length > 0);
  const where = markup`<p class="dim">Run commands in the RUN that makes the files: a later layer frees nothing.</p>
`;
  const apart = markup`<h2>Leftovers <small>(what only some need; not counted above)</small></h2>
${leftovers}`;
  return markup`<h2>Findings <small>${sum}</small></h2>
${counted}${isImage ? [where] : []}${leftovers.length === 0 ? [] : [apart]}`;
}

/** Those on what an archive or a layer stores in vain are of no file of the tree. */
function isOnMap({ claims }: Finding): boolean {
  return claims.some(({ part, bytes }) => bytes > 0 && part !== supersededPart && part !== hiddenPart);
}
