// `--format html`: one file without anything from outside, to be opened in a browser or kept with a build. All figures stand in it as
// text; the map and the list of directories are drawn by the program in the page (page.ts).
import { createHash } from 'node:crypto';
import { bothSizes, formatSize, formatSizes, groupDigits, unitsOf } from '../../bytes/size.ts';
import type { Finding } from '../../model/finding.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { storedSavings } from '../../rules/stored-savings.ts';
import { terminalName, terminalText } from '../escape.ts';
import { Markup, embeddedJson, markup } from '../escape-html.ts';
import type { Reporter, ReportOptions, ScanReport } from '../reporter.ts';
import { shownNodes, sizeKey } from '../shown-nodes.ts';
import { percent } from '../table/percent.ts';
import { sizeNote } from '../table/size-note.ts';
import type { MapData } from './data.ts';
import { layersPart } from './layers.ts';
import { mapData } from './map-data.ts';
import { Page } from './page.ts';
import { readTree } from './read-tree.ts';
import { squarify } from './squarify.ts';
import { style } from './style.ts';

export const htmlReporter: Reporter = {
  *scan(report, options) {
    const { snapshot, tool } = report;
    const { name } = snapshot.artifact;
    const parts = [header, mapPart, layersPart, findingsPart, noticesPart].map((part) => part(report, options));
    const program = `new (${Page.toString()})(document, window, ${squarify.toString()}, ${readTree.toString()});`;
    const title = `${name}: ${formatSize(snapshot.totals.content, options.units)}`;
    yield markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(program)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
${parts}
<footer>${tool.name} ${tool.version}</footer>
<script type="application/json" id="data">${embeddedJson(dataOf(report, options))}</script>
<script>${new Markup(program)}</script>
</body>
</html>
`.html;
  },
};

/** Nothing is loaded, sent or run but what the page was written with. */
function policy(program: string): string {
  return `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(program)}; base-uri 'none'; form-action 'none'`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function dataOf(report: ScanReport, options: ReportOptions): MapData {
  const { snapshot, findings } = report;
  return {
    name: terminalText(snapshot.artifact.name.replace(/^.*\/(?=[^/])/, '')),
    findings: findings.map(({ rule, leftover }) => terminalText(leftover === true ? `${rule} (not counted)` : rule)),
    units: unitsOf(options.units),
    tree: mapData(report, sizeKey(options)),
  };
}

function header(report: ScanReport, { units }: ReportOptions): Markup {
  const { artifact, totals } = report.snapshot;
  const kind = [artifact.format, ...artifact.codecs.toReversed()].join(' in ');
  const known = (['content', 'disk', 'archive', 'compressed'] as const).filter((size) => totals[size] !== null);
  const sizes = formatSizes(
    known.map((size) => totals[size] ?? 0),
    units,
  );
  const cells = known.map(
    (
      size,
      at,
    ) => markup`<div><dt>${size}</dt><dd class="size">${sizes[at] ?? ''}</dd><dd class="dim">${sizeNote(size, report)}</dd></div>
`,
  );
  const share =
    totals.content > 0 ? `${percent(report.removable, totals.content)} of content, each byte counted once` : '';
  return markup`<h1>${artifact.name} <small>${kind}</small></h1>
<dl class="totals">
${cells}<div class="can-go"><dt>can go away</dt><dd class="size">${formatSize(report.removable, units)}</dd><dd class="dim">${share}</dd></div>
</dl>
`;
}

/** Empty until the program draws it; without one the table stands there. */
function mapPart({ tree, snapshot }: ScanReport, options: ReportOptions): Markup {
  const name = options.stored === true ? 'compressed' : options.size;
  const key = sizeKey(options);
  const rows = shownNodes(tree, options).slice(0, 100);
  const sizes = formatSizes(
    rows.map((node) => node[key] ?? 0),
    options.units,
  );
  const table = rows.map(
    (node, at) =>
      markup`<tr><td class="number">${sizes[at] ?? ''}</td><td class="number">${percent(node[key] ?? 0, snapshot.totals[name] ?? 0)}</td><td class="number">${groupDigits(node.files)}</td><td class="name">${terminalName(node.path)}</td></tr>
`,
  );
  return markup`<h2>Where the bytes are <small>(${name})</small></h2>
<div id="explore" hidden>
<p id="path"></p>
<p class="legend"><span><i class="go"></i><span id="shown">can go away</span></span><span><i class="stay"></i>stays</span><button id="all" type="button" hidden>show all findings</button></p>
<div id="map" role="img" aria-label="Map of the directories; the list below says the same"></div>
<p id="about" class="dim"></p>
${overheadPart(snapshot, options)}<div class="scroll"><table><thead><tr><th class="number">size</th><th class="number">share</th><th></th><th class="number">can go</th><th class="number">files</th><th>name</th></tr></thead><tbody id="list"></tbody></table></div>
</div>
<noscript><div class="scroll"><table><thead><tr><th class="number">size</th><th class="number">share</th><th class="number">files</th><th>directory</th></tr></thead><tbody>
${table}</tbody></table></div></noscript>
`;
}

/** What lies in no directory, where those are of compressed bytes. */
function overheadPart({ overhead, totals }: Snapshot, { stored, units }: ReportOptions): Markup {
  if (stored !== true) return markup``;
  const sum = Object.values(overhead ?? {}).reduce((all, bytes) => all + bytes, 0);
  return markup`<p class="dim">Of the file ${formatSize(sum, units)}, ${percent(sum, totals.compressed ?? 0)}, carry no content and are not on the map: headers, padding and the like.</p>
`;
}

function findingsPart({ findings, snapshot, removable }: ScanReport, options: ReportOptions): Markup {
  const sizes = formatSizes(
    findings.map(({ bytes }) => bytes),
    options.units,
  );
  const savings = options.stored === true ? storedSavings(snapshot, findings) : [];
  const all = findings.map((found, at) => {
    const saving = savings[at] ?? null;
    const note = saving === null ? '' : `~${formatSize(saving, options.units)} compressed`;
    return { leftover: found.leftover === true, text: findingPart(found, at, sizes[at] ?? '', note) };
  });
  const counted = all.filter(({ leftover }) => !leftover).map(({ text }) => text);
  const leftovers = all.filter(({ leftover }) => leftover).map(({ text }) => text);
  const hasCommands = findings.some(({ fix }) => fix.commands.length > 0);
  const where =
    snapshot.image === undefined || !hasCommands
      ? []
      : [
          markup`<p class="dim">Run commands in the RUN that makes the files: a later layer frees nothing.</p>
`,
        ];
  const apart = markup`<h2>Leftovers <small>(what only some need; not counted above)</small></h2>
${leftovers}`;
  return markup`<h2>Findings <small>${counted.length === 0 ? 'none' : `${bothSizes(removable, options.units)}, each byte counted once`}</small></h2>
${counted}${where}${leftovers.length === 0 ? [] : [apart]}`;
}

function findingPart({ rule, severity, title, fix, claims }: Finding, at: number, size: string, note: string): Markup {
  // Those on what an archive stores in vain are of no file.
  const onMap = claims.some(({ part, bytes }) => bytes > 0 && part !== 'superseded' && part !== 'hidden');
  const show = markup`<button class="show" type="button" data-finding="${at}" aria-pressed="false" hidden>show on the map</button>`;
  const id = `commands-${at}`;
  const commands = markup`<pre id="${id}">${lines(fix.commands)}</pre>
<button class="copy" type="button" data-of="${id}" hidden>copy</button>
`;
  return markup`<section class="finding">
<h3><span class="severity ${severity}">${severity}</span> <span>${size}</span> <span>${rule}</span> <span class="dim">${note}</span> ${onMap ? [show] : []}</h3>
<p>${title}</p>
${fix.commands.length === 0 ? [] : [commands]}${
    fix.advice === null
      ? []
      : [
          markup`<p class="dim">${fix.advice}</p>
`,
        ]
  }</section>
`;
}

/** Each inert, on a line of its own. */
function lines(texts: readonly string[]): Markup[] {
  return texts.map((text, at) =>
    at === 0
      ? markup`${text}`
      : markup`
${text}`,
  );
}

function noticesPart({ snapshot }: ScanReport): Markup {
  const { notices } = snapshot;
  if (notices.length === 0) return markup``;
  const shown = notices.slice(0, 200);
  const items = shown.map(({ path, message }: Snapshot['notices'][number]) =>
    path === null
      ? markup`<li>${message}</li>
`
      : markup`<li>${terminalName(path)}: ${message}</li>
`,
  );
  const more = notices.length - shown.length;
  return markup`<h2>Notices <small>${groupDigits(notices.length)}</small></h2>
<ul>
${items}${more > 0 ? [markup`<li>${groupDigits(more)} more</li>`] : []}</ul>
`;
}
