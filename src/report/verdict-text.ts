// Verdicts in words, with exact bytes, for every reporter that writes sentences. Names go through the escape function of its form.
import { exactBytes, groupDigits, roundSize } from '../bytes/size.ts';
import { unitOf } from '../model/verdict.ts';
import type { Contributor, Measure, Verdict } from '../model/verdict.ts';

/** How an output form shows a chosen word (a glob, a rule) and free text (a reason). */
export interface Words {
  readonly word: (text: string) => string;
  readonly text: (text: string) => string;
}

/** What a verdict is about, without its artifact: `compressed`, a glob, a rule. */
export function subject({ measure, path, budget }: Verdict, { word }: Words): string {
  switch (measure) {
    case 'compressed':
    case 'uncompressed':
    case 'growth':
    case 'waste':
    case 'layers':
    case 'pull':
    case 'lowestEfficiency':
    case 'highestWastedBytes':
    case 'highestUserWastedPercent':
      return measure;
    case 'full-pull':
      return 'full pull';
    case 'waste-percent':
      return 'waste in percent';
    case 'growth-percent':
      return 'growth in percent';
    case 'compressed-growth':
      return 'compressed growth';
    case 'compressed-growth-percent':
      return 'compressed growth in percent';
    case 'path':
      // A limit on all that matches together, or on each.
      return `${budget.endsWith('.total') ? 'all ' : ''}${word(path ?? budget)}`;
    case 'rule':
      return word(budget);
  }
  return measure satisfies never;
}

/** One sentence without its full stop and without the artifact: `compressed is 5,324,123 B, 81,243 B over its limit of 5 MiB (5,242,880 B)`. */
export function sentence(verdict: Verdict, words: Words): string {
  const { measure, actual, limit, over, reason, status } = verdict;
  const about = subject(verdict, words);
  const why = reason === null ? '' : words.text(reason);
  if (isRemark(verdict)) return why === '' ? about : `${about} ${why}`;
  if (actual === null)
    return status === 'pass' ? join(`${about} was not measured`, why) : join(`${about} is unknown`, why);
  const figure = amount(measure, actual, limit);
  // Of what frees no bytes, what it is says more than how many.
  if (measure === 'rule' && actual === 0 && why !== '') return `${about}: ${why}`;
  const said = measure === 'rule' ? `${about} finds ${figure}` : `${about} is ${figure}`;
  if (limit === null || measure === 'rule') return join(said, why);
  const bound = boundText(measure, limit, actual);
  if (over !== null && over > 0) {
    if (measure === 'lowestEfficiency') return join(`${said}, below its limit of ${bound}`, why);
    return join(`${said}, ${distance(measure, over)}over its limit of ${bound}`, why);
  }
  if (actual === limit) return join(`${said}, exactly its limit`, why);
  if (measure === 'lowestEfficiency') return join(`${said}, above its limit of ${bound}`, why);
  return join(`${said}, ${distance(measure, limit - actual)}under its limit of ${bound}`, why);
}

/** A limit in bytes as it may be written in the budgets file, too, where it is found again. */
function boundText(measure: Measure, limit: number, actual: number): string {
  const exact = amount(measure, limit, actual);
  const round = unitOf(measure) === 'bytes' ? roundSize(limit) : null;
  return round === null ? exact : `${round} (${exact})`;
}

/** Whether it counts what came since the baseline: figures have a sign. */
export function isGrowth(measure: Measure): boolean {
  return growths.has(measure);
}

const growths: ReadonlySet<Measure> = new Set([
  'growth',
  'growth-percent',
  'compressed-growth',
  'compressed-growth-percent',
] as const);

/** Something to be said of the budgets file, such as of an entry of `ignore` that has expired; it measures nothing. */
export function isRemark({ actual, limit, status }: Verdict): boolean {
  return status === 'warn' && actual === null && limit === null;
}

/** How far from a limit, with a space behind it; nothing where the figures themselves say it better. */
function distance(measure: Measure, value: number): string {
  const unit = unitOf(measure);
  return unit === 'bytes' || unit === 'count' ? `${amount(measure, value, null)} ` : '';
}

function join(said: string, why: string): string {
  return why === '' ? said : `${said}: ${why}`;
}

/** Whether its contributors have bytes; those of a rule that frees none are examples, and sizes of theirs would say nothing. */
export function areSized({ top }: Verdict): boolean {
  return top.some(({ bytes }) => bytes !== 0);
}

/** Which layer of an image a contributor is about, behind its name; empty of others. */
export function layerText({ measure }: Verdict, { layer }: Contributor): string {
  return layer === undefined ? '' : ` (${measure === 'rule' ? '' : 'hidden in '}layer ${layer})`;
}

/** Exact bytes, a number, or percent or a share with as many digits as tell it from `other`. */
export function amount(measure: Measure, value: number, other: number | null): string {
  switch (unitOf(measure)) {
    case 'percent':
      return percentText(value, other);
    case 'count':
      return groupDigits(value);
    case 'share':
      return shareText(value, other);
    case 'bytes':
  }
  return exactBytes(value);
}

function percentText(value: number, other: number | null): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toFixed(digits);
    const isTold = other === null || other === value || text !== other.toFixed(digits);
    // However little it is, it does not look like nothing.
    if (isTold && (value === 0 || Number(text) !== 0)) return `${trimmed(text)}%`;
  }
  return `${value}%`;
}

/** Six digits, or all where these would not tell it from `other`. */
function shareText(value: number, other: number | null): string {
  const text = value.toPrecision(6);
  return String(Number(text === other?.toPrecision(6) ? value : text));
}

/** `2.0` is 2. */
function trimmed(text: string): string {
  return text.replace(/\.0+$/, '');
}

/** The verdict that uses most of its limit; null of none. */
export function tightest(verdicts: readonly Verdict[]): Verdict | null {
  return verdicts.reduce<Verdict | null>(
    (best, one) => (best === null || shareUsed(one) > shareUsed(best) ? one : best),
    null,
  );
}

/** Share of the limit that is used; what has none, and then what was not measured, comes behind all others, what shrank included. */
function shareUsed({ actual, limit, measure }: Verdict): number {
  if (actual === null || limit === null) return -Infinity;
  if (limit <= 0) return -Number.MAX_VALUE;
  return measure === 'lowestEfficiency' ? limit / actual : actual / limit;
}
