// Limits on what an artifact grew by since its baseline: of its content, and of its compressed file.
import type { Diff } from '../model/diff.ts';
import type { Measure } from '../model/verdict.ts';
import { contributorsToCompressedGrowth, contributorsToGrowth } from './contributors.ts';
import { doubtOfLength, doubtOfSizes } from './doubts.ts';
import type { Baseline } from './evidence.ts';
import type { Growth, Limit } from './limits.ts';
import { judgeLimit, notKnown, notThere } from './verdicts.ts';
import type { Figure, Ranked, Subject } from './verdicts.ts';

export type GrowthSize = 'content' | 'compressed';

const measures = {
  content: { bytes: 'growth', percent: 'growth-percent' },
  compressed: { bytes: 'compressed-growth', percent: 'compressed-growth-percent' },
} as const satisfies Record<GrowthSize, Record<'bytes' | 'percent', Measure>>;

/** What is measured for each limit that may be given: in bytes, and in percent of the baseline. */
export function growthLimits(
  size: GrowthSize,
  growth: Growth | null | undefined,
): (readonly [measure: Measure, limit: Limit | null])[] {
  const { bytes, percent } = measures[size];
  return [
    [bytes, growth?.max ?? null],
    [percent, growth?.maxPercent ?? null],
  ];
}

/** @param unknown why that size of the artifact itself is not known, or not certain; null where it is. */
export function growthVerdicts(
  subject: Omit<Subject, 'measure'>,
  size: GrowthSize,
  growth: Growth | null | undefined,
  baseline: Baseline,
  unknown: string | null,
): Ranked[] {
  return growthLimits(size, growth).flatMap(([measure, limit]) => {
    if (limit === null) return [];
    const about = { ...subject, measure };
    if (baseline.kind === 'missing' && growth?.missingBaseline === 'pass')
      return [notThere(about, limit, baseline.reason)];
    if (baseline.kind !== 'diff') return [notKnown(about, limit, baseline.reason)];
    // With what was not seen of it the growth would be less.
    const doubt = { content: doubtOfSizes, compressed: doubtOfLength }[size];
    const old = doubt({ notices: baseline.notices, artifact: baseline.diff.before.artifact });
    if (old !== null) return [notKnown(about, limit, `baseline: ${old}`)];
    const figure = { content: contentFigure, compressed: compressedFigure }[size](baseline.diff, unknown);
    return [judgeLimit(about, limit, measure === measures[size].bytes ? figure : inPercent(figure, limit))];
  });
}

interface Grown extends Figure {
  /** What the baseline has of it, in bytes. */
  readonly base: number;
}

function contentFigure(diff: Diff, doubt: string | null): Grown {
  const { delta, before } = diff;
  return { actual: delta.content, remark: null, doubt, top: contributorsToGrowth(diff), base: before.totals.content };
}

function compressedFigure(diff: Diff, doubt: string | null): Grown {
  const base = diff.before.totals.compressed;
  const [old, now] = [diff.before.artifact.packedWith, diff.after.artifact.packedWith];
  if (old !== undefined && now !== undefined && old !== now) {
    return { actual: null, remark: `packed with ${now}, and the baseline with ${old}`, doubt, top: [], base: 0 };
  }
  const remark = base === null ? 'the baseline has no compressed size; a snapshot of its archive would have one' : null;
  const top = contributorsToCompressedGrowth(diff);
  return { actual: diff.delta.compressed, remark, doubt, top, base: base ?? 0 };
}

function inPercent({ base, ...figure }: Grown, { max }: Limit): Figure {
  const { actual: grown } = figure;
  if (grown === null) return figure;
  const overBytes = Math.max(0, grown - Math.floor((base * max) / 100));
  if (base > 0) return { ...figure, actual: (100 * grown) / base, overBytes };
  if (grown === 0) return figure;
  return { actual: null, remark: 'the baseline holds 0 bytes, of which there is no percentage', top: figure.top };
}
