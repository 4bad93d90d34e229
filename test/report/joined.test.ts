// Reports of several gates as one: whose names get labels, how verdicts are ranked, what is told of budgets files.
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { BudgetChange } from '../../src/model/budget-change.ts';
import type { VerdictStatus } from '../../src/model/verdict.ts';
import { jsonReporter } from '../../src/report/json/index.ts';
import { parseReport } from '../../src/report/json/read/index.ts';
import { joinReports, labelsOf } from '../../src/report/joined.ts';
import { defaultKey } from '../../src/report/markdown/marker.ts';
import type { CheckReport } from '../../src/report/reporter.ts';
import { checkReport, checked, gate, plainOptions, verdict } from '../build/report.ts';

/** Of one artifact, over by so many bytes. */
function leg(name: string, over = 0, more: Partial<CheckReport> = {}): CheckReport {
  const status = over > 0 ? 'fail' : 'pass';
  return { ...checkReport([verdict({ artifact: name, over, status })], [checked({ name })]), ...more };
}

const labelled = (...reports: readonly CheckReport[]) =>
  reports.map((report, index) => ({ label: 'abcdef'[index] ?? '', report }));
const namesIn = ({ gate: { verdicts }, artifacts }: CheckReport): (readonly string[])[] => [
  artifacts.map(({ name }) => name),
  verdicts.map(({ artifact }) => artifact),
];

describe('names', () => {
  it('that several reports have are told apart, and others stay', () => {
    const joined = joinReports(labelled(leg('app'), leg('extra'), leg('app')));
    expect(namesIn(joined)).toEqual([
      ['app (a)', 'extra', 'app (c)'],
      ['app (a)', 'extra', 'app (c)'],
    ]);
    const group = checkReport([verdict({ artifact: 'all' }), verdict({ artifact: 'x' })], [checked({ name: 'x' })]);
    expect(namesIn(joinReports(labelled(group, leg('all'))))).toEqual([
      ['x', 'all (b)'],
      ['all (a)', 'x', 'all (b)'],
    ]);
    const one = leg('app', 5);
    expect(joinReports(labelled(one))).toEqual({ ...one, key: 'app' });
  });

  it('make the key that a single leg would have', () => {
    expect(defaultKey(joinReports(labelled(leg('app'), leg('app'))))).toBe(defaultKey(leg('app')));
    const keyOf = (...parts: readonly CheckReport[]): string => defaultKey(joinReports(labelled(...parts)));
    // At one place in two budgets files: no verdict decides the order.
    expect(keyOf(leg('y'), leg('x', 9))).toBe('y+x');
    expect(keyOf(leg('y', 9), leg('x'))).toBe('y+x');
    const saved = parseReport(
      Buffer.from([...jsonReporter.check(joinReports(labelled(leg('y'), leg('x'))), plainOptions)].join('')),
    );
    expect(saved.report).toHaveProperty('key', 'y+x');
  });
});

describe('verdicts', () => {
  it('are ranked as in each report, and together by bytes', () => {
    const percent = verdict({ artifact: 'p', measure: 'growth-percent', status: 'fail', over: 3 });
    const bytes = (over: number, status: VerdictStatus = 'fail') => verdict({ artifact: `${over}`, over, status });
    const first = checkReport([bytes(9), percent, bytes(2), bytes(0, 'pass')], []);
    const second = checkReport([bytes(10), bytes(8), bytes(1), bytes(1, 'warn')], []);
    const passed = { measure: 'growth-percent', status: 'pass', over: 0 } as const;
    const ties = [verdict({ artifact: 'one' }), verdict({ artifact: 'two', ...passed })].map((one) =>
      checkReport([one], []),
    );
    expect(namesIn(joinReports(labelled(...ties)))[1]).toEqual(['one', 'two']);
    expect(namesIn(joinReports(labelled(...ties.toReversed())))[1]).toEqual(['two', 'one']);
    const joined = joinReports(labelled(first, second));
    expect(joined.gate.status).toBe('fail');
    expect(joined.gate.verdicts.map(({ artifact, status }) => `${artifact} ${status}`)).toEqual([
      '10 fail',
      '9 fail',
      'p fail',
      '8 fail',
      '2 fail',
      '1 fail',
      '1 warn',
      '0 pass',
    ]);
  });

  it('are all there, in the order of their own report, from the worst on', () => {
    const statuses: VerdictStatus[] = ['fail', 'unknown', 'warn', 'pass'];
    const status = fc.array(fc.constantFrom(...statuses), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(status, { minLength: 1, maxLength: 4 }), (lists) => {
        const parts = lists.map((list, part) => {
          const sorted = list.toSorted((a, b) => statuses.indexOf(a) - statuses.indexOf(b));
          return checkReport(
            sorted.map((one, at) => verdict({ artifact: `${part}-${at}`, status: one, over: null })),
            [],
          );
        });
        const joined = joinReports(labelled(...parts)).gate;
        expect(joined).toEqual({ ...gate(joined.verdicts), status: joined.status });
        const found = joined.verdicts.map((one) => statuses.indexOf(one.status));
        expect(found).toEqual(found.toSorted((a, b) => a - b));
        for (const [part, one] of parts.entries())
          expect(joined.verdicts.filter(({ artifact }) => artifact.startsWith(`${part}-`))).toEqual(one.gate.verdicts);
        expect(joined.verdicts).toHaveLength(lists.flat().length);
        expect(joined.status).toBe(statuses.find((one) => lists.flat().includes(one)) ?? 'pass');
      }),
    );
  });

  it('that are none leave the status of the gates', () => {
    const empty = checkReport([], []);
    expect(joinReports(labelled(empty, empty)).gate).toEqual({ status: 'pass', verdicts: [] });
    const forged = { ...empty, gate: { status: 'fail', verdicts: [] } } as const;
    expect(joinReports(labelled(empty, forged)).gate.status).toBe('fail');
    // Whatever another leg says: nothing that failed passes.
    expect(joinReports(labelled(leg('app'), forged)).gate.status).toBe('fail');
  });
});

describe('changes of budgets', () => {
  const change = (artifact: string | null, effect: BudgetChange['effect'], after = 2): BudgetChange => {
    return { artifact, key: 'compressed.max', unit: 'bytes', before: 1, after, effect, reason: null };
  };
  const changesIn = (...lists: (readonly BudgetChange[] | null)[]) =>
    joinReports(labelled(...lists.map((budgetChanges) => leg('app', 0, { budgetChanges })))).budgetChanges;

  it('are told once where all tell the same, by the names of the file', () => {
    const same = [change('app', 'looser'), change(null, 'tighter')];
    expect(changesIn(same, same)).toEqual(same);
    expect(changesIn([], [])).toEqual([]);
  });

  it('of files that differ are told of each, the loosest first', () => {
    const [tighter, other] = [change('app', 'tighter'), change(null, 'other')];
    expect(changesIn([tighter, other], [change('app', 'looser'), other])).toEqual([
      change('app (b)', 'looser'),
      other,
      change('app (a)', 'tighter'),
    ]);
  });

  it('are not known where one report does not know them, and not told where none was asked', () => {
    expect(changesIn([change('app', 'looser')], null)).toBeNull();
    expect(joinReports(labelled(leg('app'), leg('app')))).not.toHaveProperty('budgetChanges');
    const asked = leg('x', 0, { budgetChanges: [change('x', 'looser')] });
    expect(joinReports(labelled(leg('app'), asked)).budgetChanges).toEqual([change('x', 'looser')]);
  });
});

it.each([
  [
    ['reports/a/check.json', 'reports/b/check.json'],
    ['a', 'b'],
  ],
  [
    ['/tmp/x/a.json', '/tmp/x/b.json'],
    ['a', 'b'],
  ],
  [
    ['a.json', 'a'],
    ['a.json', 'a'],
  ],
  [
    ['r/a/1.json', 'r/a/2.json', 'r/b/1.json'],
    ['a/1', 'a/2', 'b/1'],
  ],
  [
    ['r/size-a/report-1.json', 'r/size-b/report-2.json'],
    ['size-a', 'size-b'],
  ],
  [
    ['-', 'b.json'],
    ['standard input', 'b'],
  ],
  [
    ['.json', 'x.json'],
    ['.json', 'x'],
  ],
  [
    ['a/b', 'a/b/c'],
    ['b', 'b/c'],
  ],
  [['only/one.json'], ['one']],
])('labels of %j are %j', (paths, labels) => {
  expect(labelsOf(paths)).toEqual(labels);
});

it('labels of paths that differ differ', () => {
  const path = fc.array(fc.constantFrom('a', 'b', 'a.json', '', '.'), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(
      fc.uniqueArray(
        path.map((parts) => parts.join('/')),
        { minLength: 1, maxLength: 5 },
      ),
      (paths) => {
        expect(new Set(labelsOf(paths)).size).toBe(paths.length);
      },
    ),
  );
});

it.each([
  ['none', [], 'there are no reports to join'],
  ['labels twice', [leg('a'), leg('b')].map((report) => ({ label: 'x', report })), 'need labels that differ'],
  [
    'versions',
    labelled(leg('a'), leg('b', 0, { tool: { name: 'sizecheck', version: '9.9.9' } })),
    'b was measured by sizecheck 9.9.9, a by sizecheck 0.0.0: measure all with one version',
  ],
  [
    'other tools',
    labelled(leg('a'), leg('b', 0, { tool: { name: 'other', version: '0.0.0' } })),
    'by other 0.0.0, a by',
  ],
])('refuses %s', (_, parts, says) => {
  expect(() => joinReports(parts)).toThrow(says);
});
