// Reports for CI systems at the edges: what is null, equal or just as many as may be shown.
import { describe, expect, it } from 'vitest';
import { rollup } from '../../src/compare/rollup.ts';
import { reporterNamed } from '../../src/report/index.ts';
import type { ReportKind, ReportOptions, Reports } from '../../src/report/reporter.ts';
import { requireTool, run } from '../oracles.ts';
import {
  checkReport,
  diffReport,
  directoryChange,
  emptyDiff,
  finding,
  plainOptions,
  side,
  testTool,
  totals,
  verdict,
} from '../build/report.ts';
import { file, snapshot } from '../build/snapshot.ts';

async function print<Kind extends ReportKind>(
  format: string,
  kind: Kind,
  report: Reports[Kind],
  options: Partial<ReportOptions> = {},
): Promise<string> {
  const reporter = await reporterNamed(format, kind);
  return [...(reporter?.(report, { ...plainOptions, ...options }) ?? [])].join('');
}

const carried = snapshot([file('a/x', 5, { stored: 3 }), file('y', 7, { stored: 4 })], {
  overhead: { headers: 2 },
});
const scanReport = (more: Partial<Reports['scan']> = {}): Reports['scan'] => ({
  tool: testTool,
  snapshot: carried,
  tree: rollup(carried),
  findings: [],
  removable: 0,
  ...more,
});

describe('annotations', () => {
  const lines = async <Kind extends ReportKind>(kind: Kind, report: Reports[Kind]): Promise<string[]> =>
    (await print('github', kind, report)).split('\n').slice(0, -1);

  it('are of findings that are no more than what others leave', async () => {
    const findings = [finding('one', 5), finding('two', 5, { leftover: true })];
    expect(await lines('scan', scanReport({ findings }))).toEqual([
      '::warning title=one::test.tar: files that one is about, 5 B; fix: find . -name x -delete',
    ]);
  });

  it('are ten of a level, or nine and how many more', async () => {
    const of = (count: number) =>
      lines('scan', scanReport({ findings: Array.from({ length: count }, (_, at) => finding(`f${at}`, 1)) }));
    for (const count of [9, 10]) {
      const shown = await of(count);
      expect(shown.map((line) => /title=(f\d+)/.exec(line)?.[1])).toEqual(shown.map((_, at) => `f${at}`));
      expect(shown).toHaveLength(count);
    }
    const shown = await of(11);
    expect([shown.length, shown.at(-1)]).toEqual([10, '::warning title=sizecheck::2 more of this kind']);
  });

  it('have the sizes that both sides know, with their sign', async () => {
    const known = (before: number | null, after: number | null) =>
      lines('diff', {
        tool: testTool,
        diff: {
          ...emptyDiff(),
          before: side('a', totals(5, { compressed: before })),
          after: side('b', totals(5, { compressed: after })),
        },
      }).then(([line]) => /::b: (.*)/.exec(line ?? '')?.[1]);
    const content = 'content 0 B (5 B to 5 B)';
    expect(await known(4, 4)).toBe(`compressed 0 B (4 B to 4 B), ${content}`);
    expect(await known(4, 6)).toBe(`compressed +2 B (4 B to 6 B), ${content}`);
    expect(await known(6, 4)).toBe(`compressed -2 B (6 B to 4 B), ${content}`);
    for (const [before, after] of [
      [null, 4],
      [4, null],
      [null, null],
    ] as const)
      expect(await known(before, after)).toBe(content);
  });
});

describe.skipIf(!requireTool('python3'))('JUnit XML', () => {
  it('says of limits that hold what they are, and warns in words', async () => {
    const script =
      'import json, sys, xml.etree.ElementTree as tree; ' +
      'json.dump([out.text for out in tree.fromstring(sys.stdin.buffer.read()).iter("system-out")], sys.stdout)';
    const top = [{ path: 'a', bytes: 5 }];
    const rule = { measure: 'rule', budget: 'debug-symbols', actual: 5, limit: 0 } as const;
    const warned = { actual: 9e6, status: 'warn', top } as const;
    const verdicts = [verdict({ top }), verdict(warned), verdict({ ...warned, ...rule })];
    const texts: unknown = JSON.parse(
      run('python3', ['-c', script], { input: await print('junit', 'check', checkReport(verdicts)) }),
    );
    expect(texts).toEqual([
      'compressed is 4,812,331 B, 430,549 B under its limit of 5 MiB (5,242,880 B)',
      'warning: compressed is 9,000,000 B, 3,757,120 B over its limit of 5 MiB (5,242,880 B)\na  5 B\nartifacts[0].compressed.max',
      expect.stringMatching(/^warning: `?debug-symbols`? .*\na {2}5 B$/),
    ]);
  });
});

describe('CSV', () => {
  const rows = (csv: string): string[][] =>
    csv
      .split('\r\n')
      .slice(0, -1)
      .map((line) => line.split(','));

  it('has the bytes that carry directories where they are asked for', async () => {
    const asked = rows(await print('csv', 'scan', scanReport(), { stored: true }));
    expect(asked.map((cells) => [cells[0], ...cells.slice(6)])).toEqual([
      ['path', 'compressed', 'own_compressed'],
      ['.', '7', '4'],
      ['a', '3', '3'],
    ]);
    const plain = rows(await print('csv', 'scan', scanReport()));
    expect(plain).toEqual(asked.map((cells) => cells.slice(0, 6)));
    // Not known: empty, not 0.
    const untold = snapshot([file('a', 5)]);
    const report = scanReport({ snapshot: untold, tree: rollup(untold) });
    expect(rows(await print('csv', 'scan', report, { stored: true }))[1]?.slice(6)).toEqual(['', '']);
  });

  it('has the path on the old side where it is another', async () => {
    const directories = [directoryChange('a', 1, 2), { ...directoryChange('b', 1, 2), from: 'c' }];
    const csv = rows(await print('csv', 'diff', diffReport({ directories })));
    expect(csv.map((cells) => cells.slice(0, 2))).toEqual([
      ['path', 'from'],
      ['a', ''],
      ['b', 'c'],
    ]);
  });
});
