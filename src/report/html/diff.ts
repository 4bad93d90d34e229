// The page of a diff.
import { formatSize, formatSizes, unitsOf } from '../../bytes/size.ts';
import type { Diff } from '../../model/diff.ts';
import type { Finding } from '../../model/finding.ts';
import { shellWord } from '../../model/shell.ts';
import { terminalName, terminalText } from '../escape.ts';
import { markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';
import { deltaCells, percentChange, sizeCells } from '../figures.ts';
import { claimedBytes } from '../../compare/removable.ts';
import { sizesLine } from '../markdown/changes.ts';
import { countsText, sideText } from '../identity-text.ts';
import { mapHints } from '../map-hints.ts';
import type { DiffReport, ReportOptions } from '../reporter.ts';
import { withoutRepeats } from '../repeats.ts';
import { shownFiles } from '../stored-view.ts';
import { changesMap } from './changes-map.ts';
import type { MapData } from './data.ts';
import { documentOf } from './document.ts';
import { findingPart, noticesPart } from './findings.ts';
import { imageTotals, pulledPart } from './layers.ts';
import { shareOfMost } from './map-data.ts';
import type { MapDirectory } from './map-data.ts';
import { mapPart, totalsPart } from './map-part.ts';
import { changedPackagesPart } from './packages.ts';

export function diffPage({ tool, diff }: DiffReport, options: ReportOptions): string {
  const names = [diff.before, diff.after].map(({ artifact }) => artifact.name);
  const title = names.join(' → ');
  return documentOf({
    title: `${title}: ${sizesLine(diff, options)}`,
    tool,
    parts: [
      markup`<h1>${title}</h1>
<p>${sizesLine(diff, options)}</p>
`,
      sizesPart(diff, options),
      changesPart([{ name: title, diff }], options),
      detailParts(diff, options, ''),
    ],
    data: changesData([{ name: (names[1] ?? '').replace(/^.*\/(?=[^/])/, ''), diff }], options),
  });
}

/** A diff by the name that the map has for it. */
export interface NamedDiff {
  readonly name: string;
  readonly diff: Diff;
}

/** What the map shows: of several, each is a directory of its own. */
export function changesData(diffs: readonly NamedDiff[], options: ReportOptions): MapData {
  const [only] = diffs.length === 1 ? diffs : [];
  const limits = shareOfMost(Math.max(1, diffs.length));
  const trees = diffs.map(({ name, diff }): MapDirectory => [terminalText(name), changesMap(diff, options, limits)[1]]);
  return {
    kind: 'diff',
    name: only === undefined ? 'all' : terminalText(only.name),
    findings: [],
    units: unitsOf(options.units),
    tree: ['.', only === undefined ? trees : (trees[0]?.[1] ?? [])],
  };
}

/** Below the map: what it does not show. @param id tells the commands of this diff from those of others on the page. */
export function detailParts(diff: Diff, options: ReportOptions, id: string): Markup {
  const { units } = options;
  const { new: found, fixed } = diff.findings;
  return markup`${[
    hintsPart(diff),
    changedPackagesPart(diff, options),
    pulledPart(diff, options),
    findingsPart('New findings', found, { units, commands: true, id: `${id}new` }),
    findingsPart('Fixed findings', fixed, { units, commands: false, id: `${id}fixed` }),
    noticesPart(diff.notices),
  ]}`;
}

/** Sizes of both sides, and what each is. */
export function sizesPart(diff: Diff, options: ReportOptions): Markup {
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
  return markup`${totalsPart([...totals, ...imageTotals(diff, options)])}
<p class="dim">${sideText(before)} → ${sideText(after)}; ${countsText(before, after, '→')}</p>
`;
}

/** The place of the map, and without a program the files that changed most. */
export function changesPart(diffs: readonly NamedDiff[], options: ReportOptions): Markup {
  const views = diffs.map(({ name, diff }) => ({ name, ...shownFiles(diff, { ...options, size: 'content' }) }));
  const shown = views
    .flatMap(({ name, changes }) => changes.map((change) => ({ name, change })))
    .toSorted((a, b) => Math.abs(b.change.delta) - Math.abs(a.change.delta))
    .slice(0, 100);
  const deltas = deltaCells(
    shown.map(({ change }) => change.delta),
    options.units,
  );
  const rows = shown.map(({ name, change: { kind, path } }, at) => [
    deltas[at] ?? '',
    kind,
    diffs.length > 1 ? `${terminalText(name)}: ${terminalName(path)}` : terminalName(path),
  ]);
  const labels = { go: 'grew', stay: 'shrank', size: 'changed', change: 'net', note: markup`` };
  const about = views.every(({ unit }) => unit === 'compressed') ? 'compressed, by file' : 'content, by file';
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
  /** Tells their commands from those of others on the page. */
  readonly id: string;
  readonly commands: boolean;
}

/** Findings that the map does not show. */
export function findingsPart(title: string, findings: readonly Finding[], { units, commands, id }: Style): Markup {
  if (findings.length === 0) return markup``;
  const sizes = formatSizes(
    findings.map(({ bytes }) => bytes),
    units,
  );
  const all = withoutRepeats(findings).map((found, at) => {
    const size = sizes[at] ?? '';
    return findingPart(found, { id: `${id}-${at}`, size, note: '', onMap: null, commands });
  });
  return markup`<h2>${title} <small>${formatSize(claimedBytes(findings), units)}</small></h2>
${all}`;
}
