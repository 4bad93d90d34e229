// The page of a diff.
import { formatSize, formatSizes, unitsOf } from '../../bytes/size.ts';
import type { Diff } from '../../model/diff.ts';
import type { Finding } from '../../model/finding.ts';
import { shellWord } from '../../model/shell.ts';
import { terminalName, terminalText } from '../escape.ts';
import { markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';
import { deltaCells, percentChange, sizeCells } from '../markdown/figures.ts';
import { claimed } from '../markdown/findings.ts';
import { sizesLine } from '../markdown/changes.ts';
import { countsText, sideText } from '../identity-text.ts';
import { mapHints } from '../map-hints.ts';
import type { DiffReport, ReportOptions } from '../reporter.ts';
import { shownFiles } from '../stored-view.ts';
import { changesMap } from './changes-map.ts';
import { documentOf } from './document.ts';
import { findingPart, noticesPart } from './findings.ts';
import { imageTotals, pulledPart } from './layers.ts';
import { mapPart, totalsPart } from './map-part.ts';
import { changedPackagesPart } from './packages.ts';

export function diffPage({ tool, diff }: DiffReport, options: ReportOptions): string {
  const { units } = options;
  const { new: found, fixed } = diff.findings;
  const names = [diff.before, diff.after].map(({ artifact }) => artifact.name);
  return documentOf({
    title: `${names.join(' → ')}: ${sizesLine(diff, options)}`,
    tool,
    parts: [
      header(diff, options),
      places(diff, options),
      hintsPart(diff),
      changedPackagesPart(diff, options),
      pulledPart(diff, options),
      findingsPart('New findings', found, { units, commands: true }),
      findingsPart('Fixed findings', fixed, { units, commands: false }),
      noticesPart(diff.notices),
    ],
    data: {
      kind: 'diff',
      name: terminalText((names[1] ?? '').replace(/^.*\/(?=[^/])/, '')),
      findings: [],
      units: unitsOf(units),
      tree: changesMap(diff, options),
    },
  });
}

function header(diff: Diff, options: ReportOptions): Markup {
  const { before, after, delta } = diff;
  const known = (['compressed', 'archive', 'content', 'disk'] as const).filter((size) => delta[size] !== null);
  const deltas = deltaCells(
    known.map((size) => delta[size]),
    options.units,
  );
  const totals = known.map((name, at) => {
    const [old, now] = [before.totals[name], after.totals[name]];
    const [was, is] = sizeCells([old, now], options.units);
    const share = percentChange(old, now);
    return { name, size: deltas[at] ?? '', note: `${share === '' ? 'as before' : share}: ${was} → ${is}` };
  });
  return markup`<h1>${before.artifact.name} → ${after.artifact.name}</h1>
<p>${sizesLine(diff, options)}</p>
${totalsPart([...totals, ...imageTotals(diff, options)])}
<p class="dim">${sideText(before)} → ${sideText(after)}; ${countsText(before, after, '→')}</p>
`;
}

function places(diff: Diff, options: ReportOptions): Markup {
  const { changes, unit } = shownFiles(diff, { ...options, size: 'content' });
  const shown = changes.toSorted((a, b) => Math.abs(b.delta) - Math.abs(a.delta)).slice(0, 100);
  const deltas = deltaCells(
    shown.map(({ delta }) => delta),
    options.units,
  );
  const rows = shown.map(({ kind, path }, at) => [deltas[at] ?? '', kind, terminalName(path)]);
  const labels = { go: 'grew', stay: 'shrank', size: 'changed', change: 'net', note: markup`` };
  const about = unit === 'compressed' ? 'compressed, by file' : 'content, by file';
  return mapPart('What changed', { ...labels, about }, ['change', '', 'file'], rows);
}

/** What would pair directories that have numbers in their names. */
function hintsPart(diff: Diff): Markup {
  const hints = mapHints(diff, 3).map(
    ({ gone, added, pattern }) =>
      markup`<li><code>--map ${terminalText(shellWord(pattern))}</code> would pair ${terminalName(gone)} with ${terminalName(added)}</li>`,
  );
  return hints.length === 0
    ? markup``
    : markup`<ul class="dim">${hints}</ul>
`;
}

interface Style extends Pick<ReportOptions, 'units'> {
  readonly commands: boolean;
}

function findingsPart(title: string, findings: readonly Finding[], { units, commands }: Style): Markup {
  if (findings.length === 0) return markup``;
  const sizes = formatSizes(
    findings.map(({ bytes }) => bytes),
    units,
  );
  const all = findings.map((found, at) =>
    findingPart(found, {
      id: `${commands ? 'new' : 'fixed'}-${at}`,
      size: sizes[at] ?? '',
      note: '',
      onMap: null,
      commands,
    }),
  );
  return markup`<h2>${title} <small>${formatSize(claimed(findings), units)}</small></h2>
${all}`;
}
