// Any names, in any reporter of any kind of report: nothing raw gets out, no line is a workflow command, JSON and shell stay whole.
import { spawnSync } from 'node:child_process';
import { array, assert, asyncProperty, constantFrom, oneof, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffSnapshots } from '../../src/compare/diff.ts';
import { rollup } from '../../src/compare/rollup.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { reporters } from '../../src/report/index.ts';
import type { Reports } from '../../src/report/reporter.ts';
import { requireTool } from '../oracles.ts';
import { finding, plainOptions, testTool, totals } from '../build/report.ts';
import { file, image, snapshot } from '../build/snapshot.ts';

const nasty = [
  '::error::x',
  '::error::/x',
  '##[group]/x',
  '\n::stop-commands::x',
  '\r\n##vso[task.complete]',
  '##teamcity[x]',
  '\x1b]0;x\x07\x1b[2J',
  '\x9b31m',
  '\u00e2\u0080\u00ae',
  '\u00e2\u0080\u00a8',
  '\xff\xfe',
  '| a | `b` | ~~~',
  '@everyone #1 <!-- sizecheck -->',
  ']]></testcase><script>alert(1)</script>&amp;"\'',
  "'; rm -rf /; $(id) `id` \\",
  '-rf',
  '=1+1',
  '__proto__',
  '%0A::error::',
  'a\tb\0c',
  '</details>',
];
const name = oneof(
  constantFrom(...nasty),
  string({ unit: constantFrom(...Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))), minLength: 1 }),
);

/** Reports of every kind, of an artifact that has these names wherever a name can stand. */
function reportsOf(names: readonly string[]): Reports {
  const entries = [...new Set(names)].toSorted().map((path, index) => file(path, index + 1));
  const claims = entries.map(({ path, size }) => ({ path, part: null, bytes: size, keeps: names[0] ?? 'x' }));
  const found: Finding[] = [finding('duplicate-file', 100, { claims })];
  const notices = entries.map(({ path }) => ({ code: 'odd', path, message: 'is odd' }));
  const text = Buffer.from(names[0] ?? '', 'latin1').toString();
  const identity = { name: text, format: 'tar', codecs: [], length: 9 } as const;
  const whole: Snapshot = {
    ...snapshot(entries, { notices, image: image([text, null]) }),
    artifact: identity,
    hidden: [],
  };
  const options = { stripComponents: 0, maps: [], sections: false } as const;
  const empty = { snapshot: { ...snapshot([]), artifact: identity }, findings: [] };
  // A saved report may hold any word for a rule.
  const forged = found.map((one) => ({ ...one, rule: text }));
  const diff = diffSnapshots(empty, { snapshot: whole, findings: forged }, options);
  const verdict = {
    artifact: text,
    budget: text,
    measure: 'path',
    path: names[0] ?? null,
    actual: 5,
    limit: 4,
    over: 1,
    status: 'fail',
    reason: null,
    top: entries.map(({ path }) => ({ path, bytes: 1 })),
  } as const;
  const actions = entries.flatMap(({ path }) => [
    { kind: 'remove', path } as const,
    { kind: 'hard-link', path, target: names[0] ?? 'x' } as const,
    { kind: 'strip', path, mode: '-g', program: 'strip', before: 5, after: 4 } as const,
    { kind: 'symlink', path, target: names[0] ?? 'x' } as const,
  ]);
  const left = { rule: 'debug-symbols', reason: 'x', files: 1, bytes: 1, example: names[0] ?? 'x' };
  return {
    scan: { tool: testTool, snapshot: whole, tree: rollup(whole), findings: found, removable: 0 },
    diff: { tool: testTool, diff },
    check: {
      tool: testTool,
      gate: { status: 'fail', verdicts: [verdict] },
      artifacts: [{ name: text, artifact: identity, totals: totals(9), diff, findings: found, removable: 0, notices }],
    },
    fix: {
      tool: testTool,
      fix: {
        artifact: identity,
        before: totals(9),
        plan: { actions, rules: [], promised: 5, leftAlone: [left] },
        out: text,
        inPlace: false,
        compression: null,
        outcome: null,
      },
    },
    compress: {
      tool: testTool,
      compressions: {
        artifact: { name: text, length: 9 },
        stream: { kind: 'tar', bytes: 9 },
        today: null,
        trials: [],
        untried: [{ how: 'x', reason: text }],
        best: null,
        order: null,
        interrupted: false,
      },
    },
  };
}

const kinds = ['scan', 'diff', 'check', 'fix', 'compress'] as const;

async function printed(reporterName: string, kind: (typeof kinds)[number], reports: Reports): Promise<string | null> {
  const reporter = await reporters.find((entry) => entry.name === reporterName)?.load();
  if (reporter === undefined) throw new Error(`no reporter ${reporterName}`);
  const options = { ...plainOptions, verbose: true, sort: kind === 'diff' ? 'delta' : 'size' } as const;
  switch (kind) {
    case 'scan':
      return reporter.scan === undefined ? null : [...reporter.scan(reports.scan, options)].join('');
    case 'diff':
      return reporter.diff === undefined ? null : [...reporter.diff(reports.diff, options)].join('');
    case 'check':
      return reporter.check === undefined ? null : [...reporter.check(reports.check, options)].join('');
    case 'fix':
      return reporter.fix === undefined ? null : [...reporter.fix(reports.fix, options)].join('');
    case 'compress':
  }
  return reporter.compress === undefined ? null : [...reporter.compress(reports.compress, options)].join('');
}

describe.each(reporters.map((entry) => entry.name))('any names in %s', (reporterName) => {
  it.each(kinds)('of %s', async (kind) => {
    await assert(
      asyncProperty(array(name, { minLength: 1, maxLength: 6 }), async (names) => {
        const text = await printed(reporterName, kind, reportsOf(names));
        if (text === null) return;
        // CSV ends its lines with CRLF; GitHub's commands are commands on purpose, and hold names escaped.
        expect(text).not.toMatch(/(?!\r\n)[^\P{Cc}\n\t]|\p{Cf}/u);
        if (reporterName !== 'github') expect(text).not.toMatch(/^\s*(?:::|##\[|##vso|##teamcity)/m);
        if (reporterName === 'json' || reporterName === 'snapshot' || reporterName === 'dive') JSON.parse(text);
        if (reporterName === 'shell' && requireTool('bash'))
          expect(spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
      }),
      { numRuns: reporterName === 'shell' ? 12 : 60 },
    );
  });
});
