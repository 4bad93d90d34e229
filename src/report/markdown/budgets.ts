// The gate's part of a comment: the verdict in one line, the table of all limits with what is left of each, and what is behind
// those that do not hold.
import type { Units } from '../../bytes/size.ts';
import type { Gate, Verdict } from '../../model/verdict.ts';
import { markdownName, markdownText, markdownWord } from '../escape-markdown.ts';
import {
  areSeveral,
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
import { layerText, sentence, subject } from '../verdict-text.ts';
import { table } from './blocks.ts';
import type { Column } from './blocks.ts';
import { andMore } from '../figures.ts';

const icons = {
  pass: '✅',
  warn: '⚠️',
  fail: '❌',
  unknown: '❓',
  skipped: '➖',
} as const satisfies Record<VerdictKind, string>;

const words = { word: markdownWord, text: markdownText };

/** The line that says it all. */
export function headline(gate: Gate): string {
  const first = deciding(gate);
  const kind = kindOfGate(gate);
  const title = `### ${icons[kind]} ${titles[kind]}`;
  return first === null ? title : `${title}: ${markdownWord(first.artifact)} ${sentence(first, words)}`;
}

/** How many fail, warn, hold; nothing where the headline is about the only one. */
export function tally(gate: Gate): string[] {
  const text = tallyText(gate);
  return text === null ? [] : [text];
}

/** One row a verdict, at most `rows`; those that hold are left out first, since the worst come first. */
export function budgetTable(gate: Gate, given: Units, rows: number): string[] {
  const { verdicts } = gate;
  if (verdicts.length === 0) return [];
  const units = unitsOfGate(gate, given);
  const shown = verdicts.slice(0, rows);
  const several = areSeveral(gate);
  const columns: Column[] = ['center', ...(several ? (['left'] as const) : []), 'left', 'right', 'right', 'right'];
  const header = ['', ...(several ? ['Artifact'] : []), 'Budget', 'Actual', 'Limit', 'Headroom'];
  const cells = shown.map((verdict) => [
    icons[kindOf(verdict)],
    ...(several ? [markdownWord(verdict.artifact)] : []),
    subject(verdict, words),
    ...figures(verdict, units),
  ]);
  const more = verdicts.length - shown.length;
  if (more > 0) cells.push(['', ...(several ? [''] : []), andMore(more), '', '', '']);
  return table(columns, header, cells);
}

/** Actual, limit and headroom. */
function figures(verdict: Verdict, units: Units): string[] {
  const { actual, limit, headroom, isBeyond } = verdictCells(verdict, units);
  return [actual, limit, isBeyond ? `**${headroom}**` : headroom];
}

/** What is behind the limits that do not hold: reasons, and the largest contributors. */
export function evidence(gate: Gate, units: Units, rows: number): string[] {
  const said = withEvidence(gate);
  const several = areSeveral(gate);
  const shown = said.slice(0, rows);
  const lines = shown.flatMap((verdict) => {
    const artifact = several ? `${markdownWord(verdict.artifact)} ` : '';
    const parts = [
      ...(verdict.reason === null ? [] : [markdownText(verdict.reason)]),
      ...(verdict.top.length === 0 ? [] : [whatIsLargest(verdict)]),
    ];
    return [`- ${artifact}${subject(verdict, words)}: ${parts.join('; ')}`, ...contributors(verdict, units)];
  });
  const more = said.length - shown.length;
  return more > 0 && lines.length > 0 ? [...lines, `- ${andMore(more)}`] : lines;
}

function contributors(verdict: Verdict, units: Units): string[] {
  const sizes = contributorSizes(verdict, units);
  return verdict.top.map((one, at) => `  - ${sizes[at] ?? ''}${markdownName(one.path)}${layerText(verdict, one)}`);
}
