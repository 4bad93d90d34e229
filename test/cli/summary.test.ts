// The summary of a run on GitHub: appended to its file, where there is one.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { appendReport, appendSummary } from '../../src/cli/output/summary.ts';
import { OutputError } from '../../src/errors.ts';
import { checkReport, diffReport, plainOptions, testTool } from '../build/report.ts';
import { snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';

const path = join(tempDirectory('summary'), 'summary.md');
beforeEach(() => {
  writeFileSync(path, 'before\n');
  vi.stubEnv('GITHUB_STEP_SUMMARY', path);
});
afterEach(() => vi.unstubAllEnvs());

it('stands behind what is there', () => {
  appendSummary('one');
  appendSummary('two');
  expect(readFileSync(path, 'utf8')).toBe('before\none\ntwo\n');
});

it('is of a scan, a diff or a check', async () => {
  const scan = { tool: testTool, snapshot: snapshot([]), tree: [], findings: [], removable: 0 };
  for (const report of [scan, diffReport(), checkReport()]) {
    writeFileSync(path, '');
    await appendReport(report, plainOptions);
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(/\n$/);
    // Comments hold a marker to be found by; a scan is never one.
    expect(text.startsWith('<!-- sizecheck:')).toBe(report !== scan);
  }
});

it('is nowhere without a file', async () => {
  for (const value of ['', undefined]) {
    vi.stubEnv('GITHUB_STEP_SUMMARY', value);
    expect(() => appendSummary('one')).not.toThrow();
    await appendReport(diffReport(), plainOptions);
  }
  expect(readFileSync(path, 'utf8')).toBe('before\n');
});

it('fails where it cannot be written', () => {
  vi.stubEnv('GITHUB_STEP_SUMMARY', join(path, 'none'));
  expect(() => appendSummary('one')).toThrow(OutputError);
  expect(() => appendSummary('one')).toThrow('cannot be written (ENOTDIR)');
});
