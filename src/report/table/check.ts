// The gate in a terminal: the verdict first, then each budget with what is left or over, then what makes the failures large.
import { contentByRule, hiddenClaimed } from '../../compare/removable.ts';
import { exactBytes, formatSize, groupDigits, roundSize } from '../../bytes/size.ts';
import { unitOf } from '../../model/verdict.ts';
import type { Measure, Verdict, VerdictStatus } from '../../model/verdict.ts';
import { terminalName, terminalText } from '../escape.ts';
import { kindOf, kindOfGate, pointsText, verdictCells } from '../gate-text.ts';
import type { VerdictKind } from '../gate-text.ts';
import { formatText } from '../identity-text.ts';
import type { CheckReport, ReportOptions } from '../reporter.ts';
import { budgetChangesPart } from './budget-changes.ts';
import { growthPart } from './check-growth.ts';
import { columns } from './grid.ts';
import type { Align } from './grid.ts';
import { amount, areSized, isGrowth, layerText } from '../verdict-text.ts';
import { noticeLines, noticeText } from './notices.ts';
import { partsOf } from './parts.ts';
import { cutMiddle, widest, wrap } from './style.ts';
import type { Style } from './style.ts';

export function checkTable(report: CheckReport, options: ReportOptions): Iterable<string> {
  return partsOf(
    report,
    [heading, budgetsPart, budgetChangesPart, growthPart, detailsPart, removablePart, noticesPart],
    options,
  );
}

const words: Readonly<Record<VerdictKind, string>> = {
  pass: 'pass',
  warn: 'warn',
  fail: 'FAIL',
  unknown: 'unknown',
  skipped: 'skip',
};

function colored(style: Style, status: VerdictStatus, text: string): string {
  if (status === 'pass') return text;
  return style.severity(status === 'warn' ? 'warn' : 'error', text);
}

function* heading({ gate, artifacts }: CheckReport, options: ReportOptions, style: Style): Iterable<string> {
  const { verdicts, status } = gate;
  const count = (wanted: VerdictKind): number => verdicts.filter((one) => kindOf(one) === wanted).length;
  const parts = [
    count('fail') === 0 ? '' : `${groupDigits(count('fail'))} over`,
    count('unknown') === 0 ? '' : `${groupDigits(count('unknown'))} unknown`,
    count('warn') === 0 ? '' : `${groupDigits(count('warn'))} ${count('warn') === 1 ? 'warning' : 'warnings'}`,
    count('pass') === 0 ? '' : `${groupDigits(count('pass'))} within`,
    count('skipped') === 0 ? '' : `${groupDigits(count('skipped'))} skipped`,
  ].filter((text) => text !== '');
  const told = parts.length === 0 ? 'nothing to judge' : parts.join(', ');
  yield `${colored(style, status, style.bold(words[kindOfGate(gate)]))}  ${told}\n`;
  const [only, second] = artifacts;
  // Others may not have been measured.
  const limited = verdicts.filter(({ limit }) => limit !== null);
  if (only !== undefined && second === undefined && limited.every(({ artifact }) => artifact === only.name)) {
    const kind = formatText(only.artifact);
    const name = cutMiddle(terminalText(only.artifact.name), options.width - kind.length - 2);
    yield `${style.bold(name)}  ${style.dim(kind)}\n`;
  }
  yield '\n';
}

function* budgetsPart({ gate: { verdicts } }: CheckReport, options: ReportOptions, style: Style): Iterable<string> {
  const limited = verdicts.filter(({ limit }) => limit !== null);
  const grave = limited.filter(({ status }) => status !== 'pass');
  // What is within its limit is left out where there is much of it, never what is not.
  const shown = limited.slice(0, Math.max(grave.length, options.top));
  if (shown.length === 0) return;
  // Where a budget fails, bytes decide, so bytes are shown.
  const exact = shown.some(({ status }) => status === 'fail');
  const rows = shown.map((verdict) => row(verdict, exact, options));
  const artifacts = [...new Set(rows.map(({ artifact }) => artifact))];
  const several = artifacts.length > 1;
  const anyOver = shown.some(({ over }) => (over ?? 0) > 0);
  const titles = ['ACTUAL', 'LIMIT', anyOver ? 'OVER / LEFT' : 'LEFT'] as const;
  // On a narrow terminal the limit goes first: it stands in the budgets file.
  const wide = nameSpace(rows, titles, [0, 1, 2], options) >= (several ? 26 : 16);
  const kept = wide ? [0, 1, 2] : [0, 2];
  const space = Math.max(several ? 14 : 8, nameSpace(rows, titles, kept, options) - (several ? 2 : 0));
  const names = longest(rows.map(({ artifact }) => artifact));
  const nameWidth = Math.max(
    8,
    Math.min(names, Math.floor(space / 3)),
    space - longest(rows.map(({ budget }) => budget)),
  );
  const budgetWidth = several ? space - nameWidth : space;
  const name = several ? [style.dim('ARTIFACT')] : [];
  // Of files that one glob matches, what tells them apart may stand where others have least to tell.
  const share = [0.65, 0, 1].find(
    (one) => new Set(artifacts.map((text) => cutMiddle(text, nameWidth, one))).size === artifacts.length,
  );
  const lines: string[][] = [['', ...name, style.dim('BUDGET'), ...kept.map((at) => style.dim(titles[at] ?? ''))]];
  for (const { status, word, artifact, budget, cells } of rows) {
    const line = [`  ${colored(style, status, word)}`];
    if (several) line.push(cutMiddle(artifact, nameWidth, share));
    line.push(cutMiddle(budget, budgetWidth), ...kept.map((at) => cells[at] ?? ''));
    lines.push(line);
  }
  const align: Align[] = ['left', 'left', ...kept.map(() => 'right' as const)];
  yield* columns(lines, several ? ['left', ...align] : align);
  const more = limited.length - shown.length;
  if (more > 0) yield style.dim(`  ${groupDigits(more)} more within: --top N\n`);
}

/** Columns that are left for names beside the status and the figures that are kept. */
function nameSpace(
  rows: readonly Row[],
  titles: readonly string[],
  kept: readonly number[],
  { width }: ReportOptions,
): number {
  const figures = kept.map((at) => 2 + longest([titles[at] ?? '', ...rows.map(({ cells }) => cells[at] ?? '')]));
  return width - 2 - longest(rows.map(({ word }) => word)) - 2 - figures.reduce((sum, one) => sum + one, 0);
}

interface Row {
  readonly status: VerdictStatus;
  readonly word: string;
  readonly artifact: string;
  readonly budget: string;
  readonly cells: readonly [actual: string, limit: string, left: string];
}

function row(verdict: Verdict, exact: boolean, { units }: ReportOptions): Row {
  const { artifact, actual, status, measure } = verdict;
  // Without a limit it would stand in no row.
  const limit = verdict.limit ?? 0;
  const beyond = verdict.over ?? 0;
  const left = actual === null ? null : measure === 'lowestEfficiency' ? actual - limit : limit - actual;
  const unit = unitOf(measure);
  if (unit === 'percent') return { ...percentRow(verdict), artifact: terminalText(artifact) };
  // Two figures that differ never read alike.
  const rough = (value: number): string =>
    unit !== 'bytes' ? plain(value) : exact ? exactBytes(value) : formatSize(value, units);
  const alike = actual !== limit && rough(actual ?? 0) === rough(limit);
  const precise = (value: number): string => (unit === 'bytes' ? exactBytes(value) : String(value));
  const text = alike ? precise : rough;
  const signed = (value: number): string => (isGrowth(measure) && value > 0 ? `+${text(value)}` : text(value));
  // A rule that frees no bytes is broken all the same; what is left of a limit of 0 would say nothing.
  const isFree = measure === 'rule' && actual === 0;
  return {
    status,
    word: words[kindOf(verdict)],
    artifact: terminalText(artifact),
    budget: budgetLabel(verdict),
    cells: [
      actual === null ? '-' : signed(actual),
      isFree ? '-' : text(limit),
      left === null || isFree ? '-' : beyond > 0 ? `+${text(beyond)}` : text(left),
    ],
  };
}

/** As a comment has it, growth with its sign. */
function percentRow(verdict: Verdict): Omit<Row, 'artifact'> {
  const { measure, actual, status } = verdict;
  const { actual: text, limit, headroom, isBeyond } = verdictCells(verdict, 'bytes');
  const sign = isGrowth(measure) && (actual ?? 0) > 0 ? '+' : '';
  const left = headroom.replace(' over', '').replace('\u00a0', ' ');
  return {
    status,
    word: words[kindOf(verdict)],
    budget: budgetLabel(verdict),
    cells: [actual === null ? '-' : `${sign}${text}`, limit, actual === null ? '-' : `${isBeyond ? '+' : ''}${left}`],
  };
}

/** A number of layers, or a share of 1. */
function plain(value: number): string {
  return Number.isInteger(value) ? groupDigits(value) : String(Number(value.toPrecision(4)));
}

function points(measure: Measure, value: number): string {
  return pointsText(amount(measure, value, null).slice(0, -1)).replace('\u00a0', ' ');
}

const labels: Readonly<Record<Measure, string>> = {
  compressed: 'compressed',
  uncompressed: 'uncompressed',
  growth: 'growth',
  'growth-percent': 'growth in %',
  'compressed-growth': 'compressed growth',
  'compressed-growth-percent': 'compressed growth in %',
  path: 'path',
  rule: 'rule',
  waste: 'waste',
  'waste-percent': 'waste in %',
  layers: 'layers',
  pull: 'pull',
  'full-pull': 'full pull',
  lowestEfficiency: 'lowestEfficiency',
  highestWastedBytes: 'highestWastedBytes',
  highestUserWastedPercent: 'highestUserWastedPercent',
};

function budgetLabel({ measure, path, budget }: Verdict): string {
  if (measure === 'rule') return terminalText(budget);
  const what = budget.endsWith('.total') ? 'all ' : '';
  return path === null ? labels[measure] : terminalText(`${what}${path}`);
}

/** What is not as it should be, worst first, each with its figures, its reason and its largest contributors. */
function* detailsPart({ gate: { verdicts } }: CheckReport, options: ReportOptions, style: Style): Iterable<string> {
  const several = new Set(verdicts.map(({ artifact }) => artifact)).size > 1;
  const { verbose } = options;
  // What is optional and not there is worth a word, and not thousands of them.
  const absent = new Set(verdicts.filter(isAbsent).slice(0, verbose ? verdicts.length : options.top));
  for (const verdict of verdicts) {
    const { status, artifact, reason, top, measure } = verdict;
    if (status === 'pass' && !absent.has(verdict) && !(verbose && top.length > 0)) continue;
    const about = several ? `${terminalText(artifact)}: ${budgetLabel(verdict)}` : budgetLabel(verdict);
    const figure = figureText(verdict);
    const head = [about, figure].filter((text) => text !== '').join(', ');
    const lines = wrap(head, options.width - 9);
    yield `\n${colored(style, status, words[kindOf(verdict)].padEnd(7))}  ${style.bold(lines[0] ?? '')}\n`;
    for (const line of lines.slice(1)) yield `         ${line}\n`;
    if (verdict.budget !== budgetLabel(verdict)) yield style.dim(`         ${whereSet(verdict)}\n`);
    for (const line of reason === null ? [] : wrap(terminalText(reason), options.width - 9)) yield `         ${line}\n`;
    const sized = areSized(verdict);
    const sizes = top.map(({ bytes }) => (sized ? `${isGrowth(measure) ? '+' : ''}${exactBytes(bytes)}  ` : ''));
    const width = longest(sizes);
    for (const [index, one] of top.entries()) {
      const layer = layerText(verdict, one);
      const room = Math.max(12, options.width - 9 - width - layer.length);
      yield `         ${(sizes[index] ?? '').padStart(width)}${cutMiddle(terminalName(one.path), room)}${layer}\n`;
    }
  }
}

/** Where the limit stands in the budgets file, and in bytes as it may be written there. */
function whereSet({ budget, limit, measure }: Verdict): string {
  const round = unitOf(measure) === 'bytes' ? roundSize(limit ?? 0) : null;
  return round === null ? terminalText(budget) : `${terminalText(budget)} = ${round}`;
}

function isAbsent({ status, actual, reason }: Verdict): boolean {
  return status === 'pass' && actual === null && reason !== null;
}

/** How much a verdict is over its limit, or how near to it. */
function figureText({ measure, over, actual, limit, status }: Verdict): string {
  const unit = unitOf(measure);
  const beyond = over ?? 0;
  if (beyond > 0) {
    if (unit === 'percent') return `${points(measure, beyond)} over`;
    if (unit !== 'bytes') return `${plain(beyond)} ${measure === 'lowestEfficiency' ? 'too low' : 'over'}`;
    return measure === 'rule' ? exactBytes(beyond) : `${exactBytes(beyond)} over`;
  }
  if (status !== 'warn' || actual === null || limit === null || measure === 'rule') return '';
  if (unit === 'percent') return `${points(measure, limit - actual)} left`;
  return `${unit === 'bytes' ? exactBytes(limit - actual) : plain(limit - actual)} left`;
}

/** Where a limit on sizes is broken: what would make room again, by the rules that find most. */
function* removablePart({ gate: { verdicts }, artifacts }: CheckReport, options: ReportOptions): Iterable<string> {
  const over = new Set(
    verdicts.filter(({ status, measure }) => status === 'fail' && measure !== 'rule').map(({ artifact }) => artifact),
  );
  const wasteful = artifacts
    .map(({ findings, ...rest }) => ({ ...rest, findings, hidden: hiddenClaimed(findings) }))
    .filter(({ name, removable, hidden }) => over.has(name) && removable + hidden > 0);
  if (wasteful.length > 0) yield '\n';
  for (const { name, removable, hidden, findings } of wasteful.slice(0, options.top)) {
    const all = contentByRule(findings).map(([rule, bytes]) => `${terminalText(rule)} ${exactBytes(bytes)}`);
    const most = all.length === 0 ? '' : ` (${all.slice(0, 3).join(', ')}${all.length > 3 ? ', …' : ''})`;
    const of = artifacts.length > 1 ? `Of ${terminalText(name)} ` : '';
    const parts = [
      ...(removable > 0 ? [`${exactBytes(removable)} of content can go away${most}`] : []),
      ...(hidden > 0 ? [`${exactBytes(hidden)} ${removable > 0 ? 'more ' : ''}are hidden in layers`] : []),
    ];
    const text = `${of}${parts.join(', ')}: sizecheck scan says how.`;
    for (const line of wrap(text, options.width)) yield `${line}\n`;
  }
}

function noticesPart({ artifacts }: CheckReport, options: ReportOptions, style: Style): Iterable<string> {
  const notices = artifacts.flatMap(({ name, notices: own }) => own.map((notice) => ({ name, ...notice })));
  const textOf = (notice: (typeof notices)[number]): string => {
    const artifact = notice.path === null || artifacts.length > 1 ? `${terminalText(notice.name)}: ` : '';
    return `${artifact}${noticeText(notice)}`;
  };
  return noticeLines('Notices', notices, textOf, options, style);
}

function longest(texts: readonly string[]): number {
  return widest(texts, 0);
}
