// What the comparisons with GNU du (test/scan, test/cli) do not reach.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffSnapshots } from '../../src/compare/diff.ts';
import { rollup } from '../../src/compare/rollup.ts';
import { reporterNamed } from '../../src/report/index.ts';
import type { DiffReport, ReportOptions } from '../../src/report/reporter.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { diffReport, directoryChange, plainOptions, testTool } from '../build/report.ts';
import { directory, file, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

async function scanned(of: ReturnType<typeof snapshot>): Promise<string> {
  const reporter = await reporterNamed('du', 'scan');
  const report = { tool: testTool, snapshot: of, tree: rollup(of), findings: [], removable: 0 };
  return [...(reporter?.(report, plainOptions) ?? [])].join('');
}

async function differences(report: DiffReport, options: Partial<ReportOptions> = {}): Promise<string[]> {
  const reporter = await reporterNamed('du', 'diff');
  const text = [...(reporter?.(report, { ...plainOptions, ...options }) ?? [])].join('');
  return text.split('\n').slice(0, -1);
}

it('prints more directories of one than a call takes arguments', async () => {
  const wide = snapshot(Array.from({ length: 200_000 }, (_, index) => directory(`d${index}`)));
  expect((await scanned(wide)).match(/\n/g)).toHaveLength(200_001);
});

it('prints directories below those that no member stands for before the root', async () => {
  const text = await scanned(snapshot([file('a/b/c', 1), file('e/b/c', 1), file('d', 1)]));
  expect(text.split('\n').slice(0, -1).at(-1)).toMatch(/\t\.$/);
  expect(text.match(/\.\/.*/g)?.filter((path) => path.endsWith('/b'))).toEqual(['./a/b', './e/b']);
});

describe.skipIf(!['du', 'diff', 'bash'].every(requireTool))('what changed', () => {
  const root = tempDirectory('du-diff');
  const at = (path: string): string => join(root, path);
  const tree = (name: string, files: Readonly<Record<string, number>>): void => {
    mkdirSync(at(name));
    for (const [path, size] of Object.entries(files)) {
      mkdirSync(join(at(name), path, '..'), { recursive: true });
      writeFileSync(at(`${name}/${path}`), Buffer.alloc(size, 1));
    }
  };
  tree('old', { 'same/a': 5000, 'grown/a': 5000, 'gone/a': 9000, 'gone/in/b': 1, 'a-b/c': 1, 'a/c': 9000, x: 1 });
  tree('new', { 'same/a': 5000, 'grown/a': 50_000, 'new/a': 9000, 'new/in/b': 1, 'a-b/c': 9000, 'a/c': 1, x: 1 });
  const snapshotOf = (name: string) => scan(at(name), { ...defaultLimits, digests: 'compare', facts: 'needed' });

  it.each([
    ['old', 'new'],
    ['new', 'old'],
    ['old', 'old'],
  ])('between %s and %s is what diff -U0 says of du -S', async (before, after) => {
    const sides = [await snapshotOf(before), await snapshotOf(after)] as const;
    const [old, now] = sides.map((one) => ({ snapshot: one, findings: [] }));
    if (old === undefined || now === undefined) throw new Error('no sides');
    const diff = diffSnapshots(old, now, { stripComponents: 0, maps: [], sections: false });
    for (const [units, option] of [
      ['bytes', '-B1'],
      ['iec', '-h'],
    ] as const) {
      const du = (name: string): string => `cd '${at(name)}' && du -S ${option} | LC_ALL=C sort -t $'\\t' -k2`;
      const script = `diff -U0 <(${du(before)}) <(${du(after)}) | grep -v '^---\\|^+++\\|^@@' || true`;
      const theirs = run('bash', ['-c', script]).split('\n').slice(0, -1);
      expect((await differences({ tool: testTool, diff }, { units })).toSorted()).toEqual(theirs.toSorted());
    }
  });
});

describe('directories of a diff', () => {
  const sized = (before: number | null, after: number | null, from: string | null = null) => {
    const side = (disk: number | null) => (disk === null ? null : { content: 0, disk });
    const delta = { content: 0, disk: (after ?? 0) - (before ?? 0) };
    return { ...directoryChange('d', 0, 0), from, before: side(before), after: side(after), delta };
  };
  const lines = (...args: Parameters<typeof sized>) => differences(diffReport({ directories: [sized(...args)] }));

  it('have exact sizes where these differ and round alike', async () => {
    expect(await lines(40_960, 45_056)).toEqual(['-40K\t./d', '+44K\t./d']);
    expect(await lines(102_400_000, 102_404_096)).toEqual(['-102400000\t./d', '+102404096\t./d']);
    expect(await lines(null, 102_404_096)).toEqual(['+98M\t./d']);
    expect(await lines(102_404_096, null)).toEqual(['-98M\t./d']);
    expect(await lines(8192, 8192)).toEqual([]);
  });

  it('have both paths where these differ, as what du says knows of no pairs', async () => {
    expect(await lines(8192, 8192, 'c')).toEqual(['-8.0K\t./c', '+8.0K\t./d']);
    expect(await lines(102_400_000, 102_404_096, 'e')).toEqual(['+98M\t./d', '-98M\t./e']);
  });
});
