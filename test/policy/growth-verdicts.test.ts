// What an artifact may grow by, of its content and of its file: what is measured, and what cannot be.
import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../src/policy/evidence.ts';
import { growthVerdicts } from '../../src/policy/growth-verdicts.ts';
import type { GrowthSize } from '../../src/policy/growth-verdicts.ts';
import { change, diff, side, totals } from '../build/report.ts';

const subject = { artifact: 'a', why: null };
const limit = (max: number) => ({ at: 'x', max, warnAt: null });

/** From `before` to `after` bytes of both sizes; null for what has no compressed size. */
function grown(before: number | null, after: number | null): Baseline {
  const [old, now] = [before, after].map((compressed) => totals(compressed ?? 1, { compressed }));
  if (old === undefined || now === undefined) throw new Error('no sides');
  const delta = {
    content: now.content - old.content,
    disk: 0,
    archive: null,
    compressed: before === null || after === null ? null : after - before,
  };
  const found = diff({ before: side('a', old), after: side('b', now), delta, changes: [change('x', 1, 9)] });
  return { kind: 'diff', diff: found, notices: [] };
}

function judged(size: GrowthSize, baseline: Baseline, unknown: string | null = null) {
  const growth = { max: limit(10), maxPercent: limit(5), missingBaseline: 'unknown' } as const;
  return growthVerdicts(subject, size, growth, baseline, unknown).map(
    ({ verdict: { measure, actual, status, reason }, overBytes }) => [measure, actual, status, reason, overBytes],
  );
}

describe('growth', () => {
  it('is in bytes, and in percent of what there was', () => {
    expect(judged('content', grown(200, 210))).toEqual([
      ['growth', 10, 'pass', null, 0],
      ['growth-percent', 5, 'pass', null, 0],
    ]);
    expect(judged('compressed', grown(200, 211))).toEqual([
      ['compressed-growth', 11, 'fail', null, 1],
      ['compressed-growth-percent', 5.5, 'fail', null, 1],
    ]);
    expect(growthVerdicts(subject, 'content', null, grown(1, 2), null)).toEqual([]);
  });

  it('of nothing has no percentage, but where nothing came', () => {
    const none = 'the baseline holds 0 bytes, of which there is no percentage';
    for (const size of ['content', 'compressed'] as const) {
      expect(judged(size, grown(0, 3))[1]?.slice(1)).toEqual([null, 'unknown', none, 0]);
      expect(judged(size, grown(0, 0))[1]?.slice(1)).toEqual([0, 'pass', null, 0]);
    }
  });

  it('of a file is unknown where there is none on either side', () => {
    const without = 'the baseline has no compressed size; a snapshot of its archive would have one';
    const itself = 'a directory has no compressed size';
    const unknown = (reason: string) => [
      ['compressed-growth', null, 'unknown', reason, 0],
      ['compressed-growth-percent', null, 'unknown', reason, 0],
    ];
    expect(judged('compressed', grown(null, 5))).toEqual(unknown(without));
    expect(judged('compressed', grown(5, null), itself)).toEqual(unknown(itself));
    expect(judged('content', grown(null, 5)).map(([, actual]) => actual)).toEqual([4, 400]);
  });
});
