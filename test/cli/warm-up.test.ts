// What is run on a made-up tree before the artifact is there.
import { describe, expect, it } from 'vitest';
import { warmUp } from '../../src/cli/start/warm-up.ts';
import { removableContent } from '../../src/compare/removable.ts';
import { rollup } from '../../src/compare/rollup.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { ScanReport } from '../../src/report/reporter.ts';
import { tableReporter } from '../../src/report/table/index.ts';
import { judge, rules } from '../../src/rules/index.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { plainOptions, testTool } from '../build/report.ts';

const judgedBy =
  (selected: readonly Rule[]) =>
  (snapshot: Snapshot): ScanReport => {
    const findings = judge(snapshot, selected, 'apart');
    const removable = removableContent(snapshot, findings);
    return { tool: testTool, snapshot, tree: rollup(snapshot), findings, removable };
  };

describe('warming up', () => {
  it('runs rules that find something, and the report of it', () => {
    const text = warmUp(judgedBy(rules), tableReporter.scan, { ...plainOptions, sort: 'size' }).join('');
    for (const rule of [
      'debug-symbols',
      'development-files',
      'documentation',
      'duplicate-file',
      'duplicate-static-library',
      'optimized-bytecode',
      'source-maps',
      'static-library',
      'timestamp-bytecode',
    ])
      expect(text).toContain(rule);
    expect(text).toMatch(/\n {2}Removable: /);
  });

  it('prints nothing where the format is another', () => {
    expect(warmUp(judgedBy(rules), null, plainOptions)).toEqual([]);
  });

  it('runs with any rules and options', () => {
    for (const rule of rules)
      expect(warmUp(judgedBy([rule]), tableReporter.scan, plainOptions).length).toBeGreaterThan(3);
    const odd = { ...plainOptions, stored: true, verbose: true, color: true, width: 20, top: 0, depth: 0 };
    expect(warmUp(judgedBy([]), tableReporter.scan, odd).length).toBeGreaterThan(3);
    for (const units of ['si', 'bytes'] as const)
      expect(warmUp(judgedBy(rules), tableReporter.scan, { ...plainOptions, units, size: 'disk' })).not.toEqual([]);
  });
});
