// The page of a gate: the verdict, all limits, what is behind those that do not hold; and of each artifact what changed since its
// baseline, or what was measured.
import { formatSizes } from '../../bytes/size.ts';
import { hiddenClaimed } from '../../compare/removable.ts';
import type { CheckedArtifact, Gate, Verdict } from '../../model/verdict.ts';
import { terminalName, terminalText } from '../escape.ts';
import { joined, markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';
import {
  areSeveral,
  bySizeOver,
  contributorSizes,
  deciding,
  kindOf,
  kindOfGate,
  tallyText,
  titles,
  unitsOfGate,
  verdictCells,
  whatIsLargest,
  withEvidence,
} from '../gate-text.ts';
import type { VerdictKind } from '../gate-text.ts';
import { formatText } from '../identity-text.ts';
import { sizesLine } from '../markdown/changes.ts';
import type { CheckReport, ReportOptions } from '../reporter.ts';
import { layerText, sentence, subject } from '../verdict-text.ts';
import { budgetChangesPart } from './budget-changes.ts';
import { changesData, changesPart, detailParts, findingsPart, sizesPart } from './diff.ts';
import type { NamedDiff } from './diff.ts';
import { documentOf } from './document.ts';
import { noticesPart } from './findings.ts';
import { tableOf, totalsPart } from './map-part.ts';

/** What a template is filled with is escaped by it. */
const words = { word: (text: string) => text, text: (text: string) => text };

export function checkPage(report: CheckReport, options: ReportOptions): string {
  const { tool, gate, artifacts } = report;
  const title = titles[kindOfGate(gate)];
  const first = deciding(gate);
  const decided = first === null ? '' : `${first.artifact}: ${sentence(first, words)}`;
  const diffs = artifacts.flatMap(({ name, diff }): NamedDiff[] => (diff === null ? [] : [{ name, diff }]));
  const shown = artifacts.map((one) => ({ one, own: bySizeOver(gate, one, options) }));
  // One map has one kind of bytes.
  const stored = shown.every(({ one, own }) => one.diff === null || own.stored === true);
  const forMap = { ...options, stored };
  return documentOf({
    title: decided === '' ? title : `${title}: ${decided}`,
    tool,
    parts: [
      markup`<h1>${badge(gate.status)} ${title}</h1>
<p>${decided}</p>
<p class="dim">${tallyText(gate) ?? ''}</p>
`,
      budgetsPart(gate, options),
      evidencePart(gate, options),
      budgetChangesPart(report),
      diffs.length === 0 ? markup`` : changesPart(diffs, forMap),
      ...shown.map(({ one, own }, at) => artifactPart(one, own, String(at))),
    ],
    data: diffs.length === 0 ? null : changesData(diffs, forMap),
  });
}

function budgetsPart(gate: Gate, options: ReportOptions): Markup {
  const units = unitsOfGate(gate, options.units);
  const aboutOf = namingOf(gate);
  const rows = gate.verdicts.map((verdict) => {
    const { actual, limit, headroom } = verdictCells(verdict, units);
    return [badge(kindOf(verdict)), actual, limit, headroom, aboutOf(verdict)];
  });
  return rows.length === 0 ? markup`` : tableOf(['', 'actual', 'limit', 'headroom', 'budget'], rows);
}

function badge(kind: VerdictKind): Markup {
  const colour = kind === 'fail' || kind === 'unknown' ? 'error' : kind;
  return markup`<span class="severity ${colour}">${kind === 'skipped' ? 'not there' : kind}</span>`;
}

/** What a limit is called: with its artifact where there are several. */
function namingOf(gate: Gate): (verdict: Verdict) => string {
  const several = areSeveral(gate);
  return (verdict) => `${several ? `${verdict.artifact}: ` : ''}${subject(verdict, words)}`;
}

/** Reasons, and the largest contributors. */
function evidencePart(gate: Gate, { units }: ReportOptions): Markup {
  const aboutOf = namingOf(gate);
  const items = withEvidence(gate).map((verdict) => {
    const sizes = contributorSizes(verdict, units);
    const top = verdict.top.map(
      (one, at) => markup`<li>${sizes[at] ?? ''}${terminalName(one.path)}${layerText(verdict, one)}</li>`,
    );
    const said = [verdict.reason ?? '', top.length === 0 ? '' : whatIsLargest(verdict)].filter((text) => text !== '');
    return markup`<li>${aboutOf(verdict)}: ${said.join('; ')}${top.length === 0 ? [] : [markup`<ul>${top}</ul>`]}</li>`;
  });
  return items.length === 0
    ? markup``
    : markup`<ul>
${joined(items, '\n')}
</ul>
`;
}

function artifactPart(one: CheckedArtifact, options: ReportOptions, id: string): Markup {
  const { name, diff } = one;
  if (diff === null) return measuredPart(one, options, id);
  return markup`<h2>${name} <small>against ${diff.before.artifact.name}</small></h2>
<p>${sizesLine(diff, options)}</p>
${sizesPart(diff, options)}${detailParts(diff, options, `${id}-`)}`;
}

/** Without a baseline. */
function measuredPart(one: CheckedArtifact, { units }: ReportOptions, id: string): Markup {
  const { name, artifact, totals, findings, removable, notices } = one;
  const known = (['compressed', 'archive', 'content', 'disk'] as const).filter((size) => totals[size] !== null);
  const hidden = hiddenClaimed(findings);
  const sizes = formatSizes([removable, hidden, ...known.map((size) => totals[size] ?? 0)], units);
  const cards = known.map((size, at) => ({ name: size, size: sizes[at + 2] ?? '', note: '' }));
  const waste = [
    { name: 'can go away', size: sizes[0] ?? '', note: 'each byte counted once', isWaste: true },
    ...(hidden === 0
      ? []
      : [{ name: 'hidden in layers', size: sizes[1] ?? '', note: 'stored, and not in the tree', isWaste: true }]),
  ];
  return markup`<h2>${terminalText(name)} <small>${formatText(artifact)}</small></h2>
${totalsPart([...cards, ...waste])}${findingsPart('Findings', findings, { units, commands: true, id })}${noticesPart(notices)}`;
}
