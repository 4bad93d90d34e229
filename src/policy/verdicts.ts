// One limit against one figure. What could not be measured is unknown and never passes; a limit that is already passed stays
// failed, whatever else is not known.
import type { Contributor, Measure, Verdict, VerdictStatus } from '../model/verdict.ts';
import type { Limit } from './limits.ts';

/** A verdict and what it is ranked by. */
export interface Ranked {
  readonly verdict: Verdict;
  /** Bytes over the limit, for limits in percent too. */
  readonly overBytes: number;
}

export interface Subject {
  readonly artifact: string;
  readonly measure: Measure;
  readonly path?: string;
  /** Why the limit is there, as the budgets file says. */
  readonly why: string | null;
}

export interface Figure {
  /** In the unit of the limit; null where it could not be measured. */
  readonly actual: number | null;
  /** Why it could not, or what has to be said of it. */
  readonly remark: string | null;
  /** Why it is not certain; makes the verdict unknown unless the limit is passed anyway. */
  readonly doubt?: string | null;
  readonly top: readonly Contributor[];
  /** Bytes that are over, where the limit is in percent. */
  readonly overBytes?: number;
}

export function judgeLimit(subject: Subject, limit: Limit, figure: Figure): Ranked {
  const { actual, remark, doubt = null } = figure;
  if (actual === null) return notKnown(subject, limit, doubt ?? remark);
  const status = statusOf(actual, limit);
  if (doubt !== null && status !== 'fail') return notKnown(subject, limit, doubt);
  const over = status === 'fail' ? excess(actual, limit.max) : 0;
  const why = status === 'fail' && subject.why !== null ? `limit because: ${subject.why}` : null;
  const reasons = [remark, status === 'fail' ? doubt : null, why].filter((text) => text !== null);
  const verdict: Verdict = {
    ...named(subject, limit),
    actual,
    limit: limit.max,
    over,
    status,
    reason: reasons.length === 0 ? null : reasons.join('; '),
    top: figure.top,
  };
  return { verdict, overBytes: figure.overBytes ?? over };
}

/** A limit that is the least instead of the most. */
export function judgeLeast(subject: Subject, limit: Limit, figure: Figure): Ranked {
  const { actual, top } = figure;
  if (actual === null) return notKnown(subject, limit, figure.remark);
  const fails = limit.max > actual;
  const verdict: Verdict = {
    ...named(subject, limit),
    actual,
    limit: limit.max,
    over: fails ? excess(limit.max, actual) : 0,
    status: fails ? 'fail' : 'pass',
    reason: fails && subject.why !== null ? `limit because: ${subject.why}` : figure.remark,
    top,
  };
  return { verdict, overBytes: 0 };
}

/** What equals a limit is within it, and what equals `warnAt` draws no warning. */
function statusOf(actual: number, { max, warnAt }: Limit): VerdictStatus {
  if (actual > max) return 'fail';
  return warnAt !== null && actual > warnAt ? 'warn' : 'pass';
}

/** The difference, without the noise of binary fractions where it is one of percents. */
function excess(actual: number, max: number): number {
  const difference = actual - max;
  return Number.isInteger(difference) ? difference : Number(difference.toPrecision(6));
}

export function notKnown(subject: Subject, limit: Limit, reason: string | null): Ranked {
  return without(subject, limit, 'unknown', reason);
}

/** A limit on something that need not be there, and is not. */
export function notThere(subject: Subject, limit: Limit, reason: string): Ranked {
  return without(subject, limit, 'pass', reason);
}

function without(subject: Subject, limit: Limit, status: VerdictStatus, reason: string | null): Ranked {
  const figures = { actual: null, limit: limit.max, over: null };
  return { verdict: { ...named(subject, limit), ...figures, status, reason, top: [] }, overBytes: 0 };
}

function named(
  { artifact, measure, path }: Subject,
  { at }: Limit,
): Pick<Verdict, 'artifact' | 'budget' | 'measure' | 'path'> {
  return { artifact, budget: at, measure, path: path ?? null };
}

/** From the worst on. */
export const verdictOrder: readonly VerdictStatus[] = ['fail', 'unknown', 'warn', 'pass'];

/** The gravest status of all; a gate without verdicts has nothing against it. */
export function worst(statuses: readonly VerdictStatus[]): VerdictStatus {
  return verdictOrder.find((status) => statuses.includes(status)) ?? 'pass';
}

/** Worst first; within a status by bytes over, then in the given order. */
export function rankVerdicts(ranked: readonly Ranked[]): Verdict[] {
  const rank = ({ verdict }: Ranked): number => verdictOrder.indexOf(verdict.status);
  return ranked.toSorted((a, b) => rank(a) - rank(b) || b.overBytes - a.overBytes).map(({ verdict }) => verdict);
}
