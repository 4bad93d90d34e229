// What a gate says as a whole, and of each limit in figures: the same in a comment and on a page.
import { exactBytes, formatSize, formatSizes } from '../bytes/size.ts';
import type { Units } from '../bytes/size.ts';
import { nameFromText } from '../model/name.ts';
import { compressedPaths, unitOf } from '../model/verdict.ts';
import type { CheckedArtifact, Gate, Verdict, VerdictStatus } from '../model/verdict.ts';
import { count, none, spaced } from './figures.ts';
import type { ReportOptions } from './reporter.ts';
import { percent } from './table/percent.ts';
import { amount, areSized, isGrowth, isRemark, tightest } from './verdict-text.ts';

/** A verdict's status, or that an optional artifact is not there. */
export type VerdictKind = VerdictStatus | 'skipped';

export const titles: Readonly<Record<VerdictKind, string>> = {
  pass: 'Within budget',
  warn: 'Within budget, with warnings',
  fail: 'Over budget',
  unknown: 'Not measured',
  skipped: 'Nothing to measure',
};

/** A gate's status; one that passes because there was nothing to measure does not look like one whose limits hold. */
export function kindOfGate({ status, verdicts }: Gate): VerdictKind {
  const isEmpty = verdicts.length > 0 && verdicts.every((one) => kindOf(one) === 'skipped');
  return isEmpty ? 'skipped' : status;
}

/** The verdict that decides: the worst; where all hold, the one with the least headroom. */
export function deciding({ status, verdicts }: Gate): Verdict | null {
  const own = verdicts.filter((one) => one.status === status);
  return status === 'pass' ? tightest(own) : (own[0] ?? null);
}

/** How many fail, warn, hold; null where there is but one. */
export function tallyText({ verdicts }: Gate): string | null {
  if (verdicts.length < 2) return null;
  const kinds: readonly (readonly [VerdictKind, string, string])[] = [
    ['fail', 'is exceeded', 'are exceeded'],
    ['unknown', 'could not be measured', 'could not be measured'],
    ['warn', 'warns', 'warn'],
    ['pass', 'holds', 'hold'],
    ['skipped', 'had nothing to measure', 'had nothing to measure'],
  ];
  const known = kinds
    .map(([kind, one, many]) => ({ number: verdicts.filter((verdict) => kindOf(verdict) === kind).length, one, many }))
    .filter(({ number }) => number > 0);
  // The first one says what is counted.
  const parts = known.map(({ number, one, many }, at) =>
    at === 0 ? count(number, `limit ${one}`, `limits ${many}`) : count(number, one, many),
  );
  return `${parts.join(', ')}.`;
}

/** What was not measured and yet passes (an optional artifact that is not there) does not look like a limit that holds. */
export function kindOf({ status, actual }: Verdict): VerdictKind {
  return status === 'pass' && actual === null ? 'skipped' : status;
}

/** Whether verdicts are on more than one artifact or group. */
export function areSeveral({ verdicts }: Gate): boolean {
  return new Set(verdicts.map(({ artifact }) => artifact)).size > 1;
}

/** Where a budget fails, bytes decide, so bytes are shown. */
export function unitsOfGate({ status }: Gate, given: Units): Units {
  return status === 'fail' ? 'bytes' : given;
}

/** Cells of one limit. */
export interface VerdictCells {
  readonly actual: string;
  readonly limit: string;
  readonly headroom: string;
  /** Whether `headroom` says how far it is beyond. */
  readonly isBeyond: boolean;
}

export function verdictCells(verdict: Verdict, units: Units): VerdictCells {
  const { actual, limit, over, measure, status } = verdict;
  const unit = unitOf(measure);
  if (unit === 'percent') return percentCells(verdict);
  if (unit !== 'bytes') return plainCells(verdict);
  const texts = formatSizes([actual ?? 0, limit ?? 0], units);
  const limitText = limit === null || measure === 'rule' ? none : spaced(texts[1] ?? '');
  if (actual === null) return cells(status === 'pass' || isRemark(verdict) ? none : 'unknown', limitText, none);
  const actualText = spaced(texts[0] ?? '');
  if (limit === null || measure === 'rule') return cells(actualText, limitText, none);
  if (over !== null && over > 0) return cells(actualText, limitText, `${spaced(exactBytes(over))} over`, true);
  const left = limit - actual;
  // What shrank leaves more than all of a limit on growth, and the share says nothing.
  const share = limit > 0 && actual >= 0 ? ` (${percent(left, limit)})` : '';
  return cells(actualText, limitText, `${spaced(formatSize(left, units))}${share}`);
}

function cells(actual: string, limit: string, headroom: string, isBeyond = false): VerdictCells {
  return { actual, limit, headroom, isBeyond };
}

function percentCells({ actual, limit, over, measure, status }: Verdict): VerdictCells {
  const limitText = limit === null ? none : amount(measure, limit, actual);
  if (actual === null) return cells(status === 'pass' ? none : 'unknown', limitText, none);
  const actualText = amount(measure, actual, limit);
  if (limit === null) return cells(actualText, limitText, none);
  const points = pointsText(amount(measure, Math.abs(limit - actual), null).slice(0, -1));
  const isBeyond = over !== null && over > 0;
  return cells(actualText, limitText, isBeyond ? `${points} over` : points, isBeyond);
}

/** Of percentages a difference is in points. */
export function pointsText(number: string): string {
  return `${number}\u00a0${number === '1' ? 'point' : 'points'}`;
}

/** Numbers of layers, and shares of 1. */
function plainCells({ actual, limit, over, measure, status }: Verdict): VerdictCells {
  const text = (value: number, other: number | null = null): string => amount(measure, value, other);
  const limitText = limit === null ? none : text(limit, actual);
  if (actual === null || limit === null)
    return cells(actual === null && status !== 'pass' ? 'unknown' : none, limitText, none);
  const beyond = measure === 'lowestEfficiency' ? 'too low' : 'over';
  const isBeyond = over !== null && over > 0;
  const left = isBeyond ? `${text(over)} ${beyond}` : text(Math.abs(limit - actual));
  return cells(text(actual, limit), limitText, left, isBeyond);
}

/** Verdicts that do not hold, or had nothing to measure, and of which there is more to say. */
export function withEvidence({ verdicts }: Gate): Verdict[] {
  return verdicts.filter(
    (verdict) => kindOf(verdict) !== 'pass' && (verdict.reason !== null || verdict.top.length > 0),
  );
}

/** What its contributors are. */
export function whatIsLargest(verdict: Verdict): string {
  if (!areSized(verdict)) return 'for example';
  if (isGrowth(verdict.measure)) return 'grew most';
  if (verdict.measure === 'pull' || verdict.measure === 'full-pull') return 'largest layers';
  if (verdict.budget.startsWith('groups[')) return 'largest members';
  return verdict.top.every(({ path }) => path.endsWith('/')) ? 'largest directories' : 'largest files';
}

/** Sizes of its contributors, in their order, each with a space behind it; empty of examples. */
export function contributorSizes(verdict: Verdict, units: Units): string[] {
  if (!areSized(verdict)) return verdict.top.map(() => '');
  const sizes = formatSizes(
    verdict.top.map(({ bytes }) => bytes),
    units,
  );
  return verdict.top.map(
    ({ bytes }, at) => `${isGrowth(verdict.measure) && bytes > 0 ? '+' : ''}${spaced(sizes[at] ?? '')} `,
  );
}

/**
 * Tables are of the size whose limit is at stake: of compressed bytes where limits on these are broken, or else warn, and none on content
 * does, and where both sides tell.
 */
export function bySizeOver({ verdicts }: Gate, { name }: CheckedArtifact, options: ReportOptions): ReportOptions {
  const own = verdicts.filter((verdict) => isOn(verdict, name));
  const broken = own.filter(({ status }) => status === 'fail');
  const grave = broken.length > 0 ? broken : own.filter(({ status }) => status === 'warn');
  const sizes = new Set(grave.map(sizeOf));
  const stored = sizes.has('compressed') && !sizes.has('content');
  return stored ? { ...options, stored } : options;
}

/** Limits of a group are on its largest members, too. */
function isOn({ artifact, budget, top }: Verdict, name: string): boolean {
  if (!budget.startsWith('groups[')) return artifact === name;
  const member = nameFromText(name);
  return top.some(({ path }) => path === member);
}

/** Which size a limit is on; null for what is neither. */
function sizeOf({ measure, reason }: Verdict): 'compressed' | 'content' | null {
  switch (measure) {
    case 'compressed':
    case 'compressed-growth':
    case 'compressed-growth-percent':
      return 'compressed';
    case 'path':
      return reason?.startsWith(compressedPaths) === true ? 'compressed' : 'content';
    case 'uncompressed':
    case 'growth':
    case 'growth-percent':
      return 'content';
    case 'rule':
    case 'waste':
    case 'waste-percent':
    case 'layers':
    case 'pull':
    case 'full-pull':
    case 'lowestEfficiency':
    case 'highestWastedBytes':
    case 'highestUserWastedPercent':
  }
  return null;
}
