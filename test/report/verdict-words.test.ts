// What a verdict reads as, in a sentence and in the cells of a comment, one decision after the other.
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/model/verdict.ts';
import {
  bySizeOver,
  contributorSizes,
  deciding,
  verdictCells,
  whatIsLargest,
  withEvidence,
} from '../../src/report/gate-text.ts';
import { amount, sentence, tightest } from '../../src/report/verdict-text.ts';
import { checked, gate, plainOptions, verdict } from '../build/report.ts';

const words = { word: (text: string) => text, text: (text: string) => text };
const says = (more: Partial<Verdict>): string => sentence(verdict(more), words);
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

/** Actual, limit, headroom, and whether it is beyond. */
function cells(more: Partial<Verdict>): (string | boolean)[] {
  const { actual, limit, headroom, isBeyond } = verdictCells(verdict(more), 'bytes');
  return [...[actual, limit, headroom].map(plain), isBeyond];
}

describe('headroom', () => {
  it('is neither nothing nor all of a limit by rounding', () => {
    const left = (actual: number) => cells({ actual, limit: 1_000_000, status: 'pass', over: 0 })[2];
    expect([left(1), left(0), left(999_999), left(1_000_000)]).toEqual([
      '999,999 B (99.9%)',
      '1,000,000 B (100.0%)',
      '1 B (<0.1%)',
      '0 B (0.0%)',
    ]);
  });
});

describe('sentence', () => {
  it('says how far it is from the limit', () => {
    expect(says({ actual: 1500, limit: 1000 })).toBe('compressed is 1,500 B, 500 B over its limit of 1,000 B');
    expect(says({ measure: 'layers', actual: 20_001, limit: 20_000 })).toBe(
      'layers is 20,001, 1 over its limit of 20,000',
    );
    expect(says({ actual: 900, limit: 1000 })).toBe('compressed is 900 B, 100 B under its limit of 1,000 B');
    expect(says({ actual: 1000, limit: 1000 })).toBe('compressed is 1,000 B, exactly its limit');
    expect(says({ actual: 900, limit: null })).toBe('compressed is 900 B');
    expect(says({ actual: 1500, limit: 1000, reason: 'it grew' })).toBe(
      'compressed is 1,500 B, 500 B over its limit of 1,000 B: it grew',
    );
    expect(says({ measure: 'layers', actual: 3, limit: 1 })).toBe('layers is 3, 2 over its limit of 1');
    expect(says({ measure: 'growth-percent', actual: 3.14, limit: 2 })).toBe(
      'growth in percent is 3.1%, over its limit of 2%',
    );
    expect(says({ measure: 'growth-percent', actual: 1, limit: 2 })).toBe(
      'growth in percent is 1%, under its limit of 2%',
    );
    const efficiency = { measure: 'lowestEfficiency', limit: 0.9 } as const;
    expect(says({ ...efficiency, actual: 0.8, over: 0.1, status: 'fail' })).toBe(
      'lowestEfficiency is 0.8, below its limit of 0.9',
    );
    expect(says({ ...efficiency, actual: 0.95, over: 0, status: 'pass' })).toBe(
      'lowestEfficiency is 0.95, above its limit of 0.9',
    );
    expect(says({ ...efficiency, actual: 0.9, over: 0, status: 'pass' })).toBe(
      'lowestEfficiency is 0.9, exactly its limit',
    );
  });

  it('says of a rule what it finds', () => {
    const rule = { measure: 'rule', budget: 'stale', limit: 0 } as const;
    expect(says({ ...rule, actual: 50 })).toBe('stale finds 50 B');
    expect(says({ ...rule, actual: 50, reason: '2 pycs' })).toBe('stale finds 50 B: 2 pycs');
    expect(says({ ...rule, actual: 0, reason: '2 pycs' })).toBe('stale: 2 pycs');
    expect(says({ ...rule, actual: 0 })).toBe('stale finds 0 B');
    expect(says({ actual: 0, limit: 5, reason: 'empty' })).toBe('compressed is 0 B, 5 B under its limit of 5 B: empty');
  });

  it('says what was not measured', () => {
    expect(says({ actual: null, limit: 5 })).toBe('compressed is unknown');
    expect(says({ actual: null, limit: 5, reason: 'cannot be read' })).toBe('compressed is unknown: cannot be read');
    expect(says({ actual: null, limit: 5, over: null, status: 'pass', reason: 'is not there' })).toBe(
      'compressed was not measured: is not there',
    );
    // A remark on the budgets file.
    const remark = { actual: null, limit: null, over: null, status: 'warn' } as const;
    expect(says({ ...remark, reason: 'has expired' })).toBe('compressed has expired');
    expect(says(remark)).toBe('compressed');
    expect(says({ ...remark, status: 'fail' })).toBe('compressed is unknown');
    expect(says({ ...remark, actual: 5 })).toBe('compressed is 5 B');
    expect(says({ ...remark, limit: 5 })).toBe('compressed is unknown');
  });

  it('has as many digits as tell figures apart', () => {
    const percent = (value: number, other: number | null): string => amount('growth-percent', value, other);
    expect([percent(2, null), percent(2.04, 2), percent(2.0000000001, 2)]).toEqual(['2%', '2.04%', '2.0000000001%']);
    expect([percent(0, 0), percent(0, null), percent(0.004, null), percent(2, 2)]).toEqual([
      '0%',
      '0%',
      '0.004%',
      '2%',
    ]);
    expect(percent(1.23456789012, 1.2345678)).toBe('1.2345679%');
    expect(percent(1.2345678912, 1.23456789)).toBe('1.2345678912%');
    expect(percent(2.04, 2.04)).toBe('2%');
    const share = (value: number, other: number | null): string => amount('lowestEfficiency', value, other);
    expect([share(0.95, null), share(0.95, 0.9), share(0.12345678, 0.2)]).toEqual(['0.95', '0.95', '0.123457']);
    expect(share(0.12345678, 0.12345679)).toBe('0.12345678');
    expect([amount('layers', 1200, null), amount('pull', 1200, null)]).toEqual(['1,200', '1,200 B']);
  });
});

describe('cells', () => {
  it('of bytes', () => {
    expect(cells({ actual: 900, limit: 1000 })).toEqual(['900 B', '1,000 B', '100 B (10.0%)', false]);
    expect(cells({ actual: 1500, limit: 1000 })).toEqual(['1,500 B', '1,000 B', '500 B over', true]);
    expect(cells({ actual: 1000, limit: 1000 })).toEqual(['1,000 B', '1,000 B', '0 B (0.0%)', false]);
    expect(cells({ actual: 0, limit: 1000 })).toEqual(['0 B', '1,000 B', '1,000 B (100.0%)', false]);
    expect(cells({ actual: 0, limit: 0 })).toEqual(['0 B', '0 B', '0 B', false]);
    expect(cells({ measure: 'growth', actual: -5, limit: 10 })).toEqual(['-5 B', '10 B', '15 B', false]);
    expect(cells({ actual: 5, limit: null, over: null, status: 'pass' })).toEqual(['5 B', '–', '–', false]);
    expect(cells({ actual: null, limit: 9 })).toEqual(['unknown', '9 B', '–', false]);
    expect(cells({ actual: null, limit: 9, over: null, status: 'pass' })).toEqual(['–', '9 B', '–', false]);
    expect(cells({ actual: null, limit: null, over: null, status: 'warn' })).toEqual(['–', '–', '–', false]);
    expect(cells({ measure: 'rule', budget: 'stale', actual: 5, limit: 0 })).toEqual(['5 B', '–', '–', false]);
  });

  it('of percent', () => {
    const percent = { measure: 'growth-percent' } as const;
    expect(cells({ ...percent, actual: 1, limit: 2 })).toEqual(['1%', '2%', '1 point', false]);
    expect(cells({ ...percent, actual: 3.5, limit: 2 })).toEqual(['3.5%', '2%', '1.5 points over', true]);
    expect(cells({ ...percent, actual: 2, limit: 2 })).toEqual(['2%', '2%', '0 points', false]);
    expect(cells({ ...percent, actual: null, limit: 2 })).toEqual(['unknown', '2%', '–', false]);
    expect(cells({ ...percent, actual: null, limit: 2, over: null, status: 'pass' })).toEqual(['–', '2%', '–', false]);
    expect(cells({ ...percent, actual: 3, limit: null, over: null, status: 'pass' })).toEqual(['3%', '–', '–', false]);
    expect(cells({ ...percent, actual: null, limit: null, over: null, status: 'pass' })).toEqual([
      '–',
      '–',
      '–',
      false,
    ]);
  });

  it('of numbers and shares', () => {
    const layers = { measure: 'layers' } as const;
    expect(cells({ ...layers, actual: 3, limit: 1 })).toEqual(['3', '1', '2 over', true]);
    expect(cells({ ...layers, actual: 1, limit: 3 })).toEqual(['1', '3', '2', false]);
    expect(cells({ ...layers, actual: 3, limit: 3 })).toEqual(['3', '3', '0', false]);
    expect(cells({ ...layers, actual: null, limit: 3 })).toEqual(['unknown', '3', '–', false]);
    expect(cells({ ...layers, actual: null, limit: 3, over: null, status: 'pass' })).toEqual(['–', '3', '–', false]);
    expect(cells({ ...layers, actual: 3, limit: null, over: null, status: 'unknown' })).toEqual(['–', '–', '–', false]);
    const efficiency = { measure: 'lowestEfficiency', limit: 0.75 } as const;
    expect(cells({ ...efficiency, actual: 0.5, over: 0.25, status: 'fail' })).toEqual([
      '0.5',
      '0.75',
      '0.25 too low',
      true,
    ]);
    expect(cells({ ...efficiency, actual: 1, over: 0, status: 'pass' })).toEqual(['1', '0.75', '0.25', false]);
  });
});

describe('gate', () => {
  it('is decided by the worst, and where all hold by the one with the least headroom', () => {
    const [near, far] = [verdict({ actual: 9, limit: 10 }), verdict({ actual: 1, limit: 10 })];
    const over = verdict({ actual: 11, limit: 10 });
    expect(deciding(gate([far, near]))).toBe(near);
    expect(deciding(gate([near, over]))).toBe(over);
    expect(deciding(gate([]))).toBeNull();
    const efficient = verdict({ measure: 'lowestEfficiency', actual: 0.91, limit: 0.9, over: 0, status: 'pass' });
    expect(tightest([near, efficient])).toBe(efficient);
    expect(tightest([verdict({ actual: 8, limit: 10 }), near, verdict({ actual: 9, limit: 10 })])).toBe(near);
    const unlimited = verdict({ actual: 50, limit: null, over: null, status: 'pass' });
    const unmeasured = verdict({ actual: null, limit: 5, over: null, status: 'pass' });
    const shrunk = verdict({ measure: 'growth', actual: -50, limit: 0, status: 'pass' });
    expect(tightest([unlimited, unmeasured, shrunk])).toBe(shrunk);
    expect(tightest([shrunk, far])).toBe(far);
    expect(tightest([unlimited, unmeasured])).toBe(unlimited);
  });

  it('has something to say of what does not hold', () => {
    const top = [{ path: 'a', bytes: 5 }];
    const of = (more: Partial<Verdict>): number =>
      withEvidence(gate([verdict({ actual: 9, limit: 1, ...more })])).length;
    expect([of({}), of({ reason: 'so' }), of({ top })]).toEqual([0, 1, 1]);
    expect(of({ status: 'pass', reason: 'so', top })).toBe(0);
  });

  it('says what its contributors are', () => {
    const of = (more: Partial<Verdict>, ...paths: string[]): string =>
      whatIsLargest(verdict({ top: paths.map((path) => ({ path, bytes: 5 })), ...more }));
    expect(of({}, 'a', 'b/')).toBe('largest files');
    expect(of({}, 'a/', 'b/')).toBe('largest directories');
    expect(of({ measure: 'growth' }, 'a')).toBe('grew most');
    expect(of({ measure: 'growth-percent' }, 'a')).toBe('grew most');
    expect(of({ measure: 'pull' }, 'a')).toBe('largest layers');
    expect(of({ budget: 'groups[0].max' }, 'a')).toBe('largest members');
    expect(of({ top: [{ path: 'a', bytes: 0 }] })).toBe('for example');
  });

  it('gives contributors to growth a sign', () => {
    const of = (more: Partial<Verdict>): string[] => {
      const top = [7, -3, 0].map((bytes) => ({ path: 'a', bytes }));
      return contributorSizes(verdict({ top, ...more }), 'bytes').map(plain);
    };
    expect(of({ measure: 'growth' })).toEqual(['+7 B ', '-3 B ', '0 B ']);
    expect(of({})).toEqual(['7 B ', '-3 B ', '0 B ']);
    expect(of({ top: [{ path: 'a', bytes: 0 }] })).toEqual(['']);
  });

  it('has tables of compressed bytes where these alone are at stake', () => {
    const at = (measure: Verdict['measure'], status: Verdict['status'], artifact = 'x') =>
      verdict({ artifact, measure, status });
    const of = (...verdicts: Verdict[]): boolean | undefined =>
      bySizeOver(gate(verdicts), checked({ name: 'x' }), plainOptions).stored;
    expect(of(at('compressed', 'fail'))).toBe(true);
    expect(of(at('compressed', 'warn'))).toBe(true);
    expect(of(at('compressed', 'pass'))).toBeUndefined();
    expect(of(at('compressed', 'unknown'))).toBeUndefined();
    expect(of(at('compressed', 'fail', 'y'))).toBeUndefined();
    for (const measure of ['uncompressed', 'growth', 'growth-percent'] as const) {
      expect(of(at('compressed', 'fail'), at(measure, 'fail'))).toBeUndefined();
      expect(of(at('compressed', 'warn'), at(measure, 'warn'))).toBeUndefined();
      expect(of(at('compressed', 'warn'), at(measure, 'fail'))).toBeUndefined();
      // What is broken weighs more than what warns.
      expect(of(at('compressed', 'fail'), at(measure, 'warn'))).toBe(true);
      expect(of(at('compressed', 'fail'), at(measure, 'pass'))).toBe(true);
    }
    expect(of(at('compressed', 'fail'), at('rule', 'fail'))).toBe(true);
    expect(of(at('compressed', 'fail'), at('path', 'fail'))).toBeUndefined();
    const path = verdict({
      artifact: 'x',
      measure: 'path',
      status: 'fail',
      reason: 'compressed bytes, 2 files are over',
    });
    expect(of(path)).toBe(true);
    const members = [{ path: 'x', bytes: 1 }];
    const group = verdict({ artifact: 'g', budget: 'groups[0].compressed.max', measure: 'compressed', status: 'fail' });
    expect(of({ ...group, top: members })).toBe(true);
    expect(of(group)).toBeUndefined();
  });
});
