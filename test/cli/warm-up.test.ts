// What is run on a made-up tree before the artifact is there.
import { describe, expect, it } from 'vitest';
import { warmUpJudging } from '../../src/cli/warm-up.ts';
import { tableReporter } from '../../src/report/table/index.ts';
import { rules } from '../../src/rules/index.ts';
import { plainOptions } from '../build/report.ts';

describe('warming up', () => {
  it('runs rules that find something, and the report of it', () => {
    const text = warmUpJudging(rules, tableReporter.scan, { ...plainOptions, sort: 'size' }).join('');
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
    expect(warmUpJudging(rules, null, plainOptions)).toEqual([]);
  });

  it('runs with any rules and options', () => {
    for (const rule of rules) expect(warmUpJudging([rule], tableReporter.scan, plainOptions).length).toBeGreaterThan(3);
    const odd = { ...plainOptions, stored: true, verbose: true, color: true, width: 20, top: 0, depth: 0 };
    expect(warmUpJudging([], tableReporter.scan, odd).length).toBeGreaterThan(3);
    for (const units of ['si', 'bytes'] as const)
      expect(warmUpJudging(rules, tableReporter.scan, { ...plainOptions, units, size: 'disk' })).not.toEqual([]);
  });
});
