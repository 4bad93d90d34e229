// What the comparisons with GNU du (test/scan, test/cli) do not reach.
import { expect, it } from 'vitest';
import { rollup } from '../../src/compare/rollup.ts';
import { reporterNamed } from '../../src/report/index.ts';
import { plainOptions, testTool } from '../build/report.ts';
import { directory, snapshot } from '../build/snapshot.ts';

it('prints more directories of one than a call takes arguments', async () => {
  const wide = snapshot(Array.from({ length: 200_000 }, (_, index) => directory(`d${index}`)));
  const reporter = await reporterNamed('du', 'scan');
  const report = { tool: testTool, snapshot: wide, tree: rollup(wide), findings: [], removable: 0 };
  const text = [...(reporter?.(report, plainOptions) ?? [])].join('');
  expect(text.match(/\n/g)).toHaveLength(200_001);
});
