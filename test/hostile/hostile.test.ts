// Every case of the corpus: what comes of it, that nothing raw gets out, that it ends soon, and that the page on reliability lists it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../build/cpu-time.ts';
import { describeError } from '../../src/cli/errors.ts';
import { rollup } from '../../src/compare/rollup.ts';
import { SizecheckError } from '../../src/errors.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { reporterNamed } from '../../src/report/index.ts';
import { judge } from '../../src/rules/index.ts';
import { removableContent } from '../../src/compare/removable.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { plainOptions, testTool } from '../build/report.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import type { HostileSample } from './case.ts';
import { cases } from './cases.ts';

const work = tempDirectory('hostile');
const root = resolve(import.meta.dirname, '../..');
/** Milliseconds that no sample may take; they take a few. */
const longest = 20_000;
const raw = /(?!\r\n)[^\P{Cc}\n\t]|\p{Cf}/u;

function put({ file = 'artifact', make }: HostileSample): string {
  const path = join(work, file);
  const bytes = make();
  writeFileSync(path, typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return path;
}

async function outcomeOf(path: string): Promise<Snapshot | SizecheckError> {
  const everything = { digests: 'all', facts: 'all', packages: true, bytecode: true, compressDebug: true } as const;
  try {
    return await scan(path, { ...defaultLimits, ...everything });
  } catch (error) {
    if (error instanceof SizecheckError) return error;
    throw error;
  }
}

async function checkReports(snapshot: Snapshot): Promise<void> {
  const findings = judge(snapshot);
  const removable = removableContent(snapshot, findings);
  expect(removable).toBeLessThanOrEqual(snapshot.totals.content);
  const report = { tool: testTool, snapshot, tree: rollup(snapshot), findings, removable };
  for (const name of ['table', 'json', 'du', 'csv', 'snapshot', 'github']) {
    const reporter = await reporterNamed(name, 'scan');
    const text = [...(reporter?.(report, { ...plainOptions, verbose: true, sort: 'size' }) ?? [])].join('');
    expect(text).not.toMatch(raw);
    if (name !== 'github') expect(text).not.toMatch(/^\s*(?:::|##vso|##\[)/m);
    if (name === 'json' || name === 'snapshot') JSON.parse(text);
  }
}

describe.each(cases.filter(({ samples }) => samples !== undefined))('case $number: $what', ({ samples = [] }) => {
  it.each(samples)('$what', async (sample) => {
    const started = cpuTime();
    const outcome = await outcomeOf(put(sample));
    if (outcome instanceof SizecheckError) {
      expect(outcome.message).not.toBe('');
      if (!('error' in sample.expect)) throw outcome;
      expect([sample.expect.error].flat()).toContain(outcome.code);
      const line = describeError(outcome, 'artifact');
      expect(line).toMatch(/^sizecheck: artifact: /);
      expect(line).not.toMatch(/[^\P{Cc}]|\p{Cf}/u);
    } else {
      const notices = [...new Set(outcome.notices.map(({ code }) => code))].toSorted();
      const { content, files } = outcome.totals;
      expect('files' in sample.expect ? { content, files, notices } : { content, notices }).toEqual(sample.expect);
      await checkReports(outcome);
    }
    expect(cpuTime() - started).toBeLessThan(longest);
  });

  it('at the command line, with little memory', () => {
    const [sample] = samples;
    if (sample === undefined) return;
    const ran = sizecheck(['scan', put(sample)], { env: { NODE_OPTIONS: '--max-old-space-size=128', NO_COLOR: '1' } });
    expect(ran.stdout + ran.stderr).not.toMatch(raw);
    if ('error' in sample.expect) {
      expect(ran).toMatchObject({ code: 2, stdout: '' });
      expect(ran.stderr).toMatch(/^sizecheck: [^\n]+\n$/);
    } else {
      expect(ran).toMatchObject({ code: 0, stderr: '' });
    }
  });
});

describe('the list of cases', () => {
  const page = readFileSync(join(root, 'docs/reliability.md'), 'utf8');

  it('is whole and in order', () => {
    expect(cases.map(({ number }) => number)).toEqual(Array.from({ length: 86 }, (_, at) => at + 1));
    const samples = cases.reduce((sum, one) => sum + (one.samples?.length ?? 0), 0);
    expect(samples).toBeGreaterThanOrEqual(400);
    expect(page).toContain(`${samples} samples`);
  });

  it.each(cases)('has tests for case $number', ({ samples = [], tests = [] }) => {
    expect(samples.length + tests.length).toBeGreaterThan(0);
    for (const [file, title] of tests) {
      const path = join(root, 'test', file);
      expect(existsSync(path), file).toBe(true);
      expect(readFileSync(path, 'utf8'), `${file}: ${title}`).toContain(title);
    }
  });

  it.each(cases)('is on the page: $number', (one) => {
    const where = [
      ...(one.samples === undefined ? [] : [`${one.samples.length} samples`]),
      ...(one.tests ?? []).map(([file]) => `\`${file}\``),
    ];
    expect(page).toContain(`| ${one.number} | ${one.what} | ${one.outcome} | ${[...new Set(where)].join(', ')} |`);
  });
});
