// The gate's part of a comment: the verdict in one line, the table of all limits with what is left of each, and what is behind
// those that do not hold.
import { exactBytes, formatSize, formatSizes } from '../../bytes/size.ts';
import type { Units } from '../../bytes/size.ts';
import { unitOf } from '../../model/verdict.ts';
import type { Gate, Verdict, VerdictStatus } from '../../model/verdict.ts';
import { markdownName, markdownText, markdownWord } from '../escape-markdown.ts';
import { amount, isRemark, sentence, subject, tightest } from '../verdict-text.ts';
import { table } from './blocks.ts';
import type { Column } from './blocks.ts';
import { andMore, count, none, spaced } from './figures.ts';

const icons = { pass: '✅', warn: '⚠️', fail: '❌', unknown: '❓', skipped: '➖' } as const satisfies Record<
  VerdictStatus | 'skipped',
  string
>;

const titles: Readonly<Record<VerdictStatus, string>> = {
  pass: 'Within budget',
  warn: 'Within budget, with warnings',
  fail: 'Over budget',
  unknown: 'Not measured',
};

const words = { word: markdownWord, text: markdownText };

/** The line that says it all. */
export function headline({ status, verdicts }: Gate): string {
  const first = deciding(status, verdicts);
  const title = `### ${icons[status]} ${titles[status]}`;
  return first === null ? title : `${title}: ${markdownWord(first.artifact)} ${sentence(first, words)}`;
}

/** The verdict that decides: the worst; where all hold, the one with the least headroom. */
function deciding(status: VerdictStatus, verdicts: readonly Verdict[]): Verdict | null {
  const own = verdicts.filter((one) => one.status === status);
  return status === 'pass' ? tightest(own) : (own[0] ?? null);
}

/** How many fail, warn, hold; nothing where the headline is about the only one. */
export function tally({ verdicts }: Gate): string[] {
  if (verdicts.length < 2) return [];
  const kinds: readonly (readonly [VerdictStatus | 'skipped', string, string])[] = [
    ['fail', 'limit is exceeded', 'limits are exceeded'],
    ['unknown', 'could not be measured', 'could not be measured'],
    ['warn', 'warns', 'warn'],
    ['pass', 'holds', 'hold'],
    ['skipped', 'had nothing to measure', 'had nothing to measure'],
  ];
  const parts = kinds.flatMap(([kind, one, many]) => {
    const number = verdicts.filter((verdict) => kindOf(verdict) === kind).length;
    return number === 0 ? [] : [count(number, one, many)];
  });
  return [`${parts.join(', ')}.`];
}

/** What was not measured and yet passes (an optional artifact that is not there) does not look like a limit that holds. */
function kindOf({ status, actual }: Verdict): VerdictStatus | 'skipped' {
  return status === 'pass' && actual === null ? 'skipped' : status;
}

/** One row a verdict, at most `rows`; those that hold are left out first, since the worst come first. */
export function budgetTable({ verdicts, status }: Gate, given: Units, rows: number): string[] {
  if (verdicts.length === 0) return [];
  // Where a budget fails, bytes decide, so bytes are shown.
  const units = status === 'fail' ? 'bytes' : given;
  const shown = verdicts.slice(0, rows);
  const several = new Set(verdicts.map(({ artifact }) => artifact)).size > 1;
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
  const { actual, limit, over, measure, status } = verdict;
  const unit = unitOf(measure);
  if (unit === 'percent') return percentFigures(verdict);
  if (unit !== 'bytes') return plainFigures(verdict);
  const texts = formatSizes([actual ?? 0, limit ?? 0], units);
  const limitText = limit === null || measure === 'rule' ? none : spaced(texts[1] ?? '');
  if (actual === null) return [status === 'pass' || isRemark(verdict) ? none : 'unknown', limitText, none];
  const actualText = spaced(texts[0] ?? '');
  if (limit === null || measure === 'rule') return [actualText, limitText, none];
  if (over !== null && over > 0) return [actualText, limitText, `**${spaced(exactBytes(over))} over**`];
  const left = limit - actual;
  // What shrank leaves more than all of a limit on growth, and the share says nothing.
  const share = limit > 0 && actual >= 0 ? ` (${((100 * left) / limit).toFixed(1)}%)` : '';
  return [actualText, limitText, `${spaced(formatSize(left, units))}${share}`];
}

function percentFigures({ actual, limit, over, measure, status }: Verdict): string[] {
  const limitText = limit === null ? none : amount(measure, limit, actual);
  if (actual === null) return [status === 'pass' ? none : 'unknown', limitText, none];
  const actualText = amount(measure, actual, limit);
  if (limit === null) return [actualText, limitText, none];
  const points = `${amount(measure, Math.abs(limit - actual), null).slice(0, -1)}\u00a0points`;
  return [actualText, limitText, over !== null && over > 0 ? `**${points} over**` : points];
}

/** Numbers of layers, and shares of 1. */
function plainFigures({ actual, limit, over, measure, status }: Verdict): string[] {
  const text = (value: number, other: number | null = null): string => amount(measure, value, other);
  const limitText = limit === null ? none : text(limit, actual);
  if (actual === null || limit === null)
    return [actual === null && status !== 'pass' ? 'unknown' : none, limitText, none];
  const beyond = measure === 'lowestEfficiency' ? 'too low' : 'over';
  const left = over !== null && over > 0 ? `**${text(over)} ${beyond}**` : text(Math.abs(limit - actual));
  return [text(actual, limit), limitText, left];
}

/** What is behind the limits that do not hold: reasons, and the largest contributors. */
export function evidence({ verdicts }: Gate, units: Units, rows: number): string[] {
  const said = verdicts.filter(({ status, reason, top }) => status !== 'pass' && (reason !== null || top.length > 0));
  const several = new Set(verdicts.map(({ artifact }) => artifact)).size > 1;
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

function whatIsLargest(verdict: Verdict): string {
  if (isGrowth(verdict)) return 'grew most';
  if (verdict.measure === 'pull') return 'largest layers';
  if (verdict.budget.startsWith('groups[')) return 'largest members';
  return verdict.top.every(({ path }) => path.endsWith('/')) ? 'largest directories' : 'largest files';
}

function isGrowth({ measure }: Verdict): boolean {
  return measure === 'growth' || measure === 'growth-percent';
}

function contributors(verdict: Verdict, units: Units): string[] {
  const { top } = verdict;
  const sizes = formatSizes(
    top.map(({ bytes }) => bytes),
    units,
  );
  return top.map(({ path, bytes }, index) => {
    const sign = isGrowth(verdict) && bytes > 0 ? '+' : '';
    return `  - ${sign}${spaced(sizes[index] ?? '')} ${markdownName(path)}`;
  });
}
