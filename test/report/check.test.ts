// Reports of a gate, whole, as a person and a script see them. To change one on purpose: UPDATE_GOLDEN=1 npx vitest run
// test/report, and read the difference. A missing golden fails.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffSnapshots } from '../../src/compare/diff.ts';
import { nameFromText } from '../../src/model/name.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { CheckedArtifact, Verdict } from '../../src/model/verdict.ts';
import { readBudgets } from '../../src/policy/budgets.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { Baseline, Measured, Unmeasured } from '../../src/policy/evidence.ts';
import { judgeByPolicy } from '../../src/policy/severities.ts';
import { reporterNamed } from '../../src/report/index.ts';
import type { CheckReport, ReportOptions } from '../../src/report/reporter.ts';
import { judge } from '../../src/rules/index.ts';
import { removableContent } from '../../src/compare/removable.ts';
import { digest, directory, elf, file, snapshot } from '../build/snapshot.ts';
import { checkReport, checked, finding, plainOptions, verdict } from '../build/report.ts';

const golden = resolve(import.meta.dirname, '../golden');
const mebibyte = 1024 ** 2;

function runtime(more: number, total: number): Snapshot {
  return snapshot(
    [
      ...['lib', 'lib/python3.12', 'lib/python3.12/site-packages', 'share'].map(directory),
      file('lib/libpython3.12.so.1.0', 9 * mebibyte + more, {
        facts: elf({ unneeded: 9 * mebibyte }),
        digest: digest(`so${more}`),
      }),
      file('lib/python3.12/os.py', 39_000),
      file('lib/python3.12/site-packages/na\xc3\xafve \x1b[31mname.so', 700_000, { digest: digest('twin') }),
      file('share/::error::twin', 700_000, { digest: digest('twin') }),
      ...(more > 0 ? [file('share/new \xff bytes', 4000)] : []),
    ],
    {
      artifact: { name: 'dist/runtime.tar.zst', format: 'tar', codecs: ['zstd'], length: total },
      notices:
        more > 0
          ? [
              {
                code: 'no-end-of-archive',
                path: null,
                message: 'ends at 10240 without an end-of-archive mark; it may have been cut',
              },
            ]
          : [],
    },
  );
}

const document = {
  version: 1,
  artifacts: [
    {
      name: 'runtime',
      path: 'dist/runtime.tar.zst',
      compressed: { max: '5 MiB', warnAt: '95%' },
      uncompressed: { max: '12 MiB', warnAt: '80%' },
      growth: { max: '200 KiB', maxPercent: 2, mode: 'both' },
      paths: [
        { match: '**/*.so*', max: '9 MiB' },
        { match: 'share/**', total: '2 MB' },
        { match: '*.dll', max: 0 },
      ],
      reason: 'cold start',
    },
    { name: 'extension', path: 'dist/extension', compressed: { max: '5 MiB' }, optional: true },
    { name: 'cut', path: 'dist/cut.zip', uncompressed: { max: 1 } },
  ],
  groups: [{ name: 'all', members: ['*'], uncompressed: { max: 262_144_000 } }],
  rules: { 'debug-symbols': 'error', 'duplicate-file': 'warn' },
  ignore: [{ rule: 'duplicate-file', match: 'share/*', reason: 'two loaders', until: '2026-01-01' }],
};

function report(): CheckReport {
  const { budgets } = readBudgets(Buffer.from(JSON.stringify(document)));
  const today = '2026-06-01';
  const [before, after] = [runtime(0, 5 * mebibyte), runtime(300_000, 5 * mebibyte + 1)];
  const judged = judgeByPolicy(judge(after), budgets, today);
  const old = { snapshot: before, findings: judgeByPolicy(judge(before), budgets, today).findings };
  const diff = diffSnapshots(
    old,
    { snapshot: after, findings: judged.findings },
    { stripComponents: 'auto', maps: [], sections: false },
  );
  const [first, second, third] = budgets.artifacts;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three artifacts');
  const baseline: Baseline = { kind: 'diff', diff, notices: [] };
  const totals = { ...after.totals, compressed: 5 * mebibyte + 1 };
  const measured: Measured[] = [
    { name: 'runtime', budget: first, identity: 'runtime', snapshot: { ...after, totals }, judged, baseline },
  ];
  const unmeasured: Unmeasured[] = [
    { budget: second, kind: 'absent', reason: '"dist/extension" is optional, and not there' },
    { budget: third, kind: 'broken', reason: '"dist/cut.zip" is cut short: the end record is missing (at byte 4711)' },
  ];
  const { gate } = evaluate(budgets, { measured, unmeasured, file: 'budgets.json', today, complete: true });
  return {
    tool: { name: 'sizecheck', version: '0.0.0' },
    gate,
    artifacts: [
      {
        name: 'runtime',
        artifact: after.artifact,
        totals,
        diff,
        findings: judged.findings,
        removable: removableContent(after, judged.findings),
        notices: after.notices,
      },
    ],
  };
}

const plain: ReportOptions = { ...plainOptions, depth: 3, sort: 'size' };

async function printed(reporter: string, options: Partial<ReportOptions> = {}, given = report()): Promise<string> {
  const found = await reporterNamed(reporter, 'check');
  return [...(found?.(given, { ...plain, ...options }) ?? [])].join('');
}

/** The report with its failures taken for passes: what is printed where all is well. */
function passing(): CheckReport {
  const full = report();
  const verdicts = full.gate.verdicts.filter(({ status }) => status === 'pass' || status === 'warn');
  return { ...full, gate: { status: 'warn', verdicts } };
}

const cases: readonly (readonly [file: string, reporter: string, options: Partial<ReportOptions>])[] = [
  ['check.table.txt', 'table', {}],
  ['check.table-140.txt', 'table', { width: 140, verbose: true }],
  ['check.table-color.txt', 'table', { color: true }],
  ['check.json', 'json', {}],
];

describe('goldens of the gate', () => {
  it.each(cases)('%s', async (name, reporter, options) => {
    const text = await printed(reporter, options);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(join(golden, name), text);
    expect(text).toBe(readFileSync(join(golden, name), 'utf8'));
  });

  it('check.table-pass.txt', async () => {
    const text = await printed('table', {}, passing());
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(join(golden, 'check.table-pass.txt'), text);
    expect(text).toBe(readFileSync(join(golden, 'check.table-pass.txt'), 'utf8'));
  });
});

describe('the table of a gate', () => {
  it.each([60, 80, 100, 140])('fits %d columns', async (width) => {
    const text = await printed('table', { width });
    expect(text.split('\n').filter((line) => line.length > width)).toEqual([]);
  });

  it.each([
    'dist/%-py312-linux-amd64.zip',
    '%/build/artifacts/layer-py312-linux-amd64.zip',
    'dist/layer-py312-amd64-%',
  ])('cuts no two names of %s to the same', async (pattern) => {
    const full = report();
    const names = ['amber', 'basil'].map((word) => `layer (${pattern.replace('%', word)})`);
    const verdicts = names.flatMap((artifact) => full.gate.verdicts.slice(0, 1).map((one) => ({ ...one, artifact })));
    const text = await printed('table', {}, { ...full, gate: { ...full.gate, verdicts } });
    const shown = [...text.matchAll(/^ {2}FAIL {2}(.*?) {2}/gm)].map(([, name]) => name);
    expect(shown).toHaveLength(2);
    expect(shown[0]).not.toBe(shown[1]);
  });

  it('is exact to the byte where a budget fails', async () => {
    const text = await printed('table');
    expect(text).toContain('5,242,881 B');
    expect(text).toContain('+1 B');
    // Nothing but limits as they may be written, which are exact.
    const others = text.replaceAll(/(?<=\.(?:max|total)) = [\d.]+ (?:[KMG]i|[kMG])B$/gm, '');
    expect(others).not.toBe(text);
    expect(others).not.toMatch(/\d (?:[KMG]i|[kMG])B/);
  });

  it('lists all that is not within, and says how much of the rest is left out', async () => {
    const full = report();
    const grave = full.gate.verdicts.filter(({ status }) => status !== 'pass').length;
    const text = await printed('table', { top: 1 });
    expect(text.match(/^ {2}(?:FAIL|unknown|warn|pass) /gm)).toHaveLength(grave - 1);
    expect(text).toContain('more within: --top N');
  });

  it('tells what changed since a baseline, and leaves out what was before where there is no room', async () => {
    const full = report();
    const [first] = full.artifacts;
    if (first === undefined || first.diff === null) throw new Error('there is no baseline');
    const { before, after } = first.diff;
    const change = after.totals.content - before.totals.content;
    const row = [before.totals.content, after.totals.content, change].map((bytes) => bytes.toLocaleString('en-US'));
    const text = await printed('table');
    expect(text).toContain('Since the baseline');
    expect(text.replaceAll(/ +/g, ' ')).toContain(` runtime content ${row[0]} B ${row[1]} B +${row[2]} B `);
    const narrow = await printed('table', { width: 60 });
    expect(narrow.replaceAll(/ +/g, ' ')).toContain(` runtime content ${row[1]} B +${row[2]} B `);
    const none = full.artifacts.map((artifact) => ({ ...artifact, diff: null }));
    expect(await printed('table', {}, { ...full, artifacts: none })).not.toContain('Since the baseline');
  });
});

describe('where a limit is set', () => {
  it.each([
    [{ measure: 'compressed', limit: 5_242_880 }, 'here = 5 MiB'],
    [{ measure: 'compressed', limit: 5_242_881 }, 'here'],
    [{ measure: 'layers', limit: 20_000 }, 'here'],
    [{ measure: 'growth-percent', limit: 20_000 }, 'here'],
    [{ measure: 'compressed', limit: null }, 'here'],
  ] as const)('of %j: %s', async (more, says) => {
    const one = verdict({ ...more, actual: 1, status: 'warn', budget: 'here' });
    const text = await printed('table', {}, checkReport([one], []));
    expect(text.split('\n').filter((line) => line.includes('here'))).toEqual([`         ${says}`]);
  });
});

describe('what would make room', () => {
  const rules = [finding('a', 3000), finding('b', 200), finding('c', 10), finding('d', 5), finding('e', 0)];
  const over = verdict({ artifact: 'x', measure: 'compressed', status: 'fail', over: 1 });
  const of = (name: string, findings: readonly Finding[], removable: number): CheckedArtifact =>
    checked({ name, findings, removable });
  const lines = async (verdicts: readonly Verdict[], artifacts: readonly CheckedArtifact[]): Promise<string[]> => {
    const text = await printed('table', { width: 140 }, checkReport(verdicts, artifacts));
    return text.split('\n').filter((line) => /can go away|hidden in layers:/.test(line));
  };

  it('stands below a broken limit on sizes, by the rules that find most', async () => {
    expect(await lines([over], [of('x', rules, 3100)])).toEqual([
      '3,100 B of content can go away (a 3,000 B, b 200 B, c 10 B, …): sizecheck scan says how.',
    ]);
    expect(await lines([over], [of('x', rules.slice(0, 1), 3000), of('y', rules, 3100)])).toEqual([
      'Of x 3,000 B of content can go away (a 3,000 B): sizecheck scan says how.',
    ]);
    const three = [...rules.slice(0, 3), ...rules.slice(-1)];
    expect(await lines([over], [of('x', three, 3100)])).toEqual([
      '3,100 B of content can go away (a 3,000 B, b 200 B, c 10 B): sizecheck scan says how.',
    ]);
    expect(await lines([over], [of('x', [], 7)])).toEqual(['7 B of content can go away: sizecheck scan says how.']);
  });

  it('tells content from what layers of an image hide, and sums by rule', async () => {
    const hidden = (rule: string, bytes: number): Finding =>
      finding(rule, bytes, { claims: [{ path: 'lib/x', part: 'hidden', bytes, layer: 1 }] });
    const mixed = finding('b', 70, {
      claims: [
        { path: 'y', part: null, bytes: 50 },
        { path: 'y', part: 'superseded', bytes: 20 },
      ],
    });
    const all = [hidden('h', 9000), finding('a', 40), finding('b', 30), mixed, hidden('i', 1)];
    expect(await lines([over], [of('x', all, 110)])).toEqual([
      '110 B of content can go away (b 80 B, a 40 B), 9,001 B more are hidden in layers: sizecheck scan says how.',
    ]);
    expect(await lines([over], [of('x', [hidden('h', 9000)], 0)])).toEqual([
      '9,000 B are hidden in layers: sizecheck scan says how.',
    ]);
    for (const [format, text] of [
      ['markdown', /\| hidden in layers \| 8\.8\sKiB \|/],
      ['html', /hidden in layers<\/dt>/],
    ] as const) {
      const gateOf = (findings: readonly Finding[]) => checkReport([over], [of('x', findings, 110)]);
      expect(await printed(format, {}, gateOf(all))).toMatch(text);
      expect(await printed(format, {}, gateOf(rules))).not.toContain('hidden in layers');
    }
  });

  it('stands nowhere else', async () => {
    expect(await lines([over], [of('x', rules.slice(-1), 0)])).toEqual([]);
    expect(await lines([over], [of('y', rules, 3100)])).toEqual([]);
    for (const other of [{ measure: 'rule' }, { status: 'warn' }, { status: 'unknown' }, { status: 'pass' }] as const)
      expect(await lines([{ ...over, ...other }], [of('x', rules, 3100)])).toEqual([]);
  });
});

describe('notices of a gate', () => {
  const notice = { code: 'unreadable', path: nameFromText('a/b'), message: 'is not readable' } as const;
  const whole = { ...notice, path: null };
  const [one] = report().artifacts;
  if (one === undefined) throw new Error('there is no artifact');

  it.each([
    ['one artifact', ['x'], ['a/b: is not readable', 'x: is not readable']],
    [
      'several',
      ['x', 'y'],
      ['x: a/b: is not readable', 'x: is not readable', 'y: a/b: is not readable', 'y: is not readable'],
    ],
  ])('of %s', async (_, names, lines) => {
    const artifacts = names.map((name) => ({ ...one, name, diff: null, notices: [notice, whole] }));
    const text = await printed('table', {}, { ...report(), artifacts });
    expect(text).toContain(`Notices (${lines.length})\n${lines.map((line) => `  ${line}\n`).join('')}`);
  });
});

describe('hostile names in a gate', () => {
  const names = [
    '\u001b]0;x\u0007',
    '::error::x',
    '##[group]',
    'a\r\n::stop-commands::x',
    '\u202egnp',
    '|`<script>',
    '\u2028',
    '\xff\xfe',
  ];
  const hostile: CheckReport = {
    ...report(),
    gate: {
      status: 'fail',
      verdicts: names.map((name) => ({
        artifact: name,
        budget: name,
        measure: 'path',
        path: name,
        actual: 2,
        limit: 1,
        over: 1,
        status: 'fail',
        reason: name,
        top: [{ path: nameFromText(name), bytes: 1 }],
      })),
    },
  };

  it.each(['table', 'json'])('are inert as %s', async (reporter) => {
    for (const width of [60, 140]) {
      const text = await printed(reporter, { width }, hostile);
      expect(text).not.toMatch(/[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]/u);
      for (const line of text.split('\n')) expect(line).not.toMatch(/^\s*(?:::|##)/);
      if (reporter === 'json') expect(text).not.toContain('<');
    }
  });
});
