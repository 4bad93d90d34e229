// Limits on several artifacts together, where some could not be measured, not surely, or are not there.
import { describe, expect, it } from 'vitest';
import type { Notice, Snapshot } from '../../src/model/snapshot.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { readBudgets } from '../../src/policy/budgets.ts';
import type { ArtifactBudget } from '../../src/policy/budgets.ts';
import type { Measured } from '../../src/policy/evidence.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import { file, snapshot } from '../build/snapshot.ts';

const none = { findings: [], used: new Set<string>(), expired: new Set<string>() };
const secret: Notice = { code: 'unreadable', path: 'x', message: 'cannot be opened (EACCES)' };

function measuredAs(budget: ArtifactBudget, identity: string, one: Snapshot): Measured {
  return {
    name: budget.name,
    budget,
    identity,
    snapshot: one,
    judged: none,
    baseline: { kind: 'missing', reason: '' },
  };
}

/** `a` of 700 bytes (400 compressed), and `b` as given; limits on their sum. */
function verdicts(b: Snapshot | 'broken' | 'absent', limits: object, compressWith?: string): readonly Verdict[] {
  const names = ['a', 'b'].map((name) => ({ name, path: name, compressWith, uncompressed: { max: 9999 } }));
  const groups = [{ name: 'both', members: ['a', 'b'], ...limits }];
  const { budgets } = readBudgets(Buffer.from(JSON.stringify({ version: 1, artifacts: names, groups })));
  const a = { ...snapshot([file('f', 700)]) };
  const measured = budgets.artifacts.flatMap((budget) => {
    const one = budget.name === 'a' ? { ...a, totals: { ...a.totals, compressed: 400 } } : b;
    if (typeof one === 'string') return [];
    return [measuredAs(budget, budget.name, one)];
  });
  const unmeasured = budgets.artifacts.flatMap((budget) =>
    budget.name === 'b' && typeof b === 'string' ? [{ budget, kind: b, reason: 'is cut off' }] : [],
  );
  const { gate } = evaluate(budgets, { measured, unmeasured, file: '', today: '2026-01-01', complete: true });
  return gate.verdicts.filter(({ artifact }) => artifact === 'both');
}

function sized(content: number, compressed: number | null, more: Partial<Snapshot> = {}): Snapshot {
  const one = snapshot([file('f', content)]);
  return { ...one, totals: { ...one.totals, compressed }, ...more };
}

describe('a group', () => {
  it.each([
    ['all are measured', sized(300, 100), { uncompressed: { max: 1000 } }, 'pass', 1000, null],
    ['all are measured', sized(301, 100), { uncompressed: { max: 1000 } }, 'fail', 1001, null],
    ['all are measured', sized(1, 101), { compressed: { max: 500 } }, 'fail', 501, null],
    ['one is not there', 'absent', { uncompressed: { max: 700 } }, 'pass', 700, null],
    ['one is broken', 'broken', { uncompressed: { max: 700 } }, 'unknown', null, '"b" was not measured: is cut off'],
    ['one is broken', 'broken', { uncompressed: { max: 699 } }, 'fail', 700, '"b" was not measured: is cut off'],
    ['one has no size', sized(1, null), { compressed: { max: 400 } }, 'unknown', null, '"b": a directory has no'],
    ['one has no size', sized(1, null), { compressed: { max: 399 } }, 'fail', 400, '"b": a directory has no'],
    [
      'one is read in part',
      sized(1, 1, { notices: [secret] }),
      { compressed: { max: 401 } },
      'unknown',
      null,
      '"b": not all',
    ],
    [
      'one is read in part',
      sized(1, 1, { notices: [secret] }),
      { uncompressed: { max: 1 } },
      'fail',
      701,
      '"b": not all',
    ],
    [
      'one is a part',
      sized(1, 1, { isPart: true }),
      { uncompressed: { max: 701 } },
      'unknown',
      null,
      '"b": it is a snap',
    ],
    ['one is a part', sized(1, 1, { isPart: true }), { compressed: { max: 401 } }, 'pass', 401, null],
  ] as const)('of which %s (%#)', (_, b, limits, status, actual, reason) => {
    const [verdict, ...more] = verdicts(b, limits);
    expect([verdict?.status, verdict?.actual, more.length]).toEqual([status, actual, 0]);
    if (reason === null) expect(verdict?.reason).toBeNull();
    else expect(verdict?.reason).toContain(reason);
  });

  it('says that none of its members is there', () => {
    const document = {
      version: 1,
      artifacts: [{ name: 'a', path: 'a', layers: { max: 1 }, uncompressed: { max: 1 } }],
      groups: [{ name: 'both', members: ['a'], uncompressed: { max: 0 } }],
    };
    const { budgets } = readBudgets(Buffer.from(JSON.stringify(document)));
    const unmeasured = budgets.artifacts.map((budget) => ({ budget, kind: 'absent', reason: 'gone' }) as const);
    const run = { measured: [], unmeasured, file: '', today: '2026-01-01', complete: true };
    expect(
      evaluate(budgets, run).gate.verdicts.map(({ measure, status, reason }) => [measure, status, reason]),
    ).toEqual([
      ['uncompressed', 'pass', 'gone'],
      ['layers', 'pass', 'gone'],
      ['uncompressed', 'pass', 'none of its members is there'],
    ]);
  });

  it('counts each image of one file for its content, and the file once', () => {
    const one = snapshot([file('f', 700)], { artifact: { ...snapshot([]).artifact, format: 'oci-archive' } });
    const whole = { ...one, totals: { ...one.totals, compressed: 300 } };
    const document = {
      version: 1,
      artifacts: ['linux/amd64', 'linux/arm64', 'linux/arm64'].map((platform, index) => ({
        name: `${index}`,
        path: 'a',
        platform,
        compressed: { max: 999 },
      })),
      groups: [{ name: 'all', members: ['*'], compressed: { max: 9999 }, uncompressed: { max: 9999 } }],
    };
    const { budgets } = readBudgets(Buffer.from(JSON.stringify(document)));
    const judged = { findings: [], used: new Set<string>(), expired: new Set<string>() };
    const measured = budgets.artifacts.map((budget) => ({
      name: budget.name,
      budget,
      identity: 'a',
      snapshot: whole,
      judged,
      baseline: { kind: 'missing', reason: '' } as const,
    }));
    const run = { measured, unmeasured: [], file: '', today: '2026-01-01', complete: true };
    const ofGroup = evaluate(budgets, run).gate.verdicts.filter(({ artifact }) => artifact === 'all');
    expect(ofGroup.map(({ measure, actual }) => [measure, actual])).toEqual([
      ['compressed', 300],
      ['uncompressed', 1400],
    ]);
  });

  it('says how a member without a compressed size gets one', () => {
    const reasonOf = (b: Snapshot, how?: string) => verdicts(b, { compressed: { max: 999 } }, how)[0]?.reason;
    expect(reasonOf(sized(1, null))).toContain('say how to compress it with --compress-with');
    expect(reasonOf(sized(1, null), 'gzip')).toContain('a snapshot of a directory cannot be compressed');
  });

  it.each([
    ['a file counts once, packed or not', 'zip', ['gzip', 'zstd'], [300, 700]],
    ['a directory counts once for each way in which it is packed', 'directory', ['gzip', 'zstd'], [600, 700]],
    ['a directory that is packed in one way counts once', 'directory', ['gzip', 'gzip'], [300, 700]],
  ] as const)('of several budgets on one artifact: %s', (_, format, how, sums) => {
    const one = snapshot([file('f', 700)], { artifact: { ...snapshot([]).artifact, format } });
    const packed = { ...one, totals: { ...one.totals, compressed: 300 } };
    const document = {
      version: 1,
      artifacts: how.map((compressWith, index) => ({
        name: `${index}`,
        path: 'a',
        compressWith,
        compressed: { max: 999 },
      })),
      groups: [{ name: 'both', members: ['*'], compressed: { max: 9999 }, uncompressed: { max: 9999 } }],
    };
    const { budgets } = readBudgets(Buffer.from(JSON.stringify(document)));
    const sumsOf = (identities: readonly string[]) => {
      const measured = budgets.artifacts.map((budget, index) => measuredAs(budget, identities[index] ?? '', packed));
      const run = { measured, unmeasured: [], file: '', today: '2026-01-01', complete: true };
      const { verdicts: found } = evaluate(budgets, run).gate;
      return found.filter(({ artifact }) => artifact === 'both').map(({ actual }) => actual);
    };
    expect(sumsOf(['/dist/a', '/dist/a'])).toEqual(sums);
    expect(sumsOf(['/dist/a', '/dist/b'])).toEqual([600, 1400]);
  });
});
