// Reports for CI systems: GitHub's annotations read back by GitHub's own rules, JUnit XML by Python's parser, CSV by Python's reader.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rollup } from '../../src/compare/rollup.ts';
import { nameFromBytes, nameFromText } from '../../src/model/name.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { reporterNamed } from '../../src/report/index.ts';
import type { ReportKind, Reports } from '../../src/report/reporter.ts';
import { judge } from '../../src/rules/index.ts';
import { requireTool, run } from '../oracles.ts';
import {
  checkReport,
  diffReport,
  directoryChange,
  finding,
  gate,
  mixedVerdicts,
  plainOptions,
  testTool,
  verdict,
} from '../build/report.ts';
import { elf, file, snapshot } from '../build/snapshot.ts';

async function print<Kind extends ReportKind>(format: string, kind: Kind, report: Reports[Kind]): Promise<string> {
  const reporter = await reporterNamed(format, kind);
  if (reporter === null) throw new Error(`no ${format} for ${kind}`);
  return [...reporter(report, plainOptions)].join('');
}

const hostile = [
  'a\n::error::forged',
  '\r\n##[error]x',
  '%0A::error::x',
  'a,b:c%',
  '<b>&"\'',
  ']]>',
  '\u0000\u0007\u001b[31m',
  '\ufffe\uffff',
  '\ud800',
  '\u202eevil',
  '=1+1',
  '@SUM(A1)',
  '-1',
  '+1',
  ' =1',
  '|x',
  '"quoted", and more',
  'a;b',
  '',
  ' ',
];

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostile));

function verdictsOf(texts: readonly string[]): Verdict[] {
  return texts.flatMap((text) => [
    verdict({ artifact: text, budget: text, reason: text, top: [{ path: nameFromText(text), bytes: 1 }] }),
    verdict({ artifact: text, measure: 'path', path: text, actual: 9e9 }),
    verdict({ artifact: text, measure: 'rule', budget: text, actual: null, reason: text }),
  ]);
}

const scanned = snapshot([
  file('bin/x', 9000, { facts: elf({ unneeded: 5000 }) }),
  file('-rf', 10),
  file('=cmd|calc', 10),
  file('new\nline', 10),
  file('latin\xe9', 10),
]);

function scanReport(): Reports['scan'] {
  return { tool: testTool, snapshot: scanned, tree: rollup(scanned), findings: judge(scanned), removable: 0 };
}

describe('a remark on the budgets file', () => {
  const reason = 'expired on 2020-01-01 (twins)';
  const about = { artifact: 'budgets.json', budget: 'ignore[0]', measure: 'rule', path: '**' } as const;
  const report = checkReport([verdict({ ...about, actual: null, limit: null, over: 0, status: 'warn', reason })]);

  it.each(['github', 'junit', 'markdown'])('is no measurement that failed in %s', async (format) => {
    const text = (await print(format, 'check', report)).replaceAll('`', '');
    expect(text).toMatch(/ignore\[0\] expired on(?!.* is unknown)/s);
  });
});

describe('annotations', () => {
  /** As GitHub's runner reads a line. */
  function parse(line: string): { level: string; title: string; message: string } {
    const match = /^::(error|warning|notice) title=([^:,]*)::(.*)$/.exec(line);
    if (match === null) throw new Error(`not a workflow command: ${line}`);
    const [, level = '', title = '', message = ''] = match;
    const plain = (text: string): string =>
      text
        .replaceAll('%3A', ':')
        .replaceAll('%2C', ',')
        .replaceAll('%0A', '\n')
        .replaceAll('%0D', '\r')
        .replaceAll('%25', '%');
    return { level, title: plain(title), message: plain(message) };
  }

  const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);

  it('are one line a limit that does not hold, the gravest first', async () => {
    const found = linesOf(await print('github', 'check', checkReport())).map(parse);
    expect(found.map(({ level, title }) => `${level} ${title}`)).toEqual([
      'error Size budget exceeded',
      'error Size budget exceeded',
      'error Size not measured',
      'warning Size budget warning',
      'notice Within size budgets',
    ]);
    expect(found[0]?.message).toBe(
      'layer-py312-amd64 compressed is 5,324,123 B, 81,243 B over its limit of 5 MiB (5,242,880 B); largest: ' +
        'python/numpy/core/_multiarray_umath.so (2,104,112 B), python/numpy/linalg/lapack_lite.so (811,302 B), ' +
        'python/boto3/data/ec2.json.gz (402,113 B)',
    );
    expect(found[2]?.message).toBe(
      'layer-py313-amd64 growth is unknown: its baseline baseline/layer-py313.json is missing',
    );
  });

  it('of limits that hold are one line, with the closest', async () => {
    const found = linesOf(await print('github', 'check', checkReport())).map(parse);
    expect(found.at(-1)?.message).toBe(
      '2 limits hold; the closest: layer-py312-amd64 uncompressed is 12,012,345 B, 570,567 B under its limit of 12 MiB (12,582,912 B)',
    );
    const [only] = linesOf(await print('github', 'check', checkReport([verdict()]))).map(parse);
    expect(only?.message).toBe(
      'layer-py312-amd64 compressed is 4,812,331 B, 430,549 B under its limit of 5 MiB (5,242,880 B)',
    );
  });

  it('do not count what is not there as a limit that holds', async () => {
    const absent = verdict({ actual: null, over: null, status: 'pass', reason: '"x" is optional, and not there' });
    const said = async (verdicts: Verdict[]): Promise<string | undefined> =>
      linesOf(await print('github', 'check', checkReport(verdicts))).map(parse)[0]?.message;
    const holds = 'layer-py312-amd64 compressed is 4,812,331 B, 430,549 B under its limit of 5 MiB (5,242,880 B)';
    expect(await said([verdict(), verdict()])).toBe(`2 limits hold; the closest: ${holds}`);
    expect(await said([absent, verdict(), verdict()])).toBe(
      `2 limits hold; the closest: ${holds}; 1 had nothing to measure`,
    );
    expect(await said([absent, absent, verdict()])).toBe(`${holds}; 2 had nothing to measure`);
    expect(await said([absent])).toMatch(/was not measured: "x" is optional, and not there$/);
    expect(await said([absent, absent, absent])).toMatch(/not there; 2 more had nothing to measure$/);
    const [only] = linesOf(await print('github', 'check', checkReport([absent]))).map(parse);
    expect(only?.title).toBe('No size was measured');
  });

  it('say what a diff changed, and its new findings', async () => {
    const found = linesOf(await print('github', 'diff', diffReport())).map(parse);
    expect(found).toEqual([
      {
        level: 'notice',
        title: 'Size change',
        message:
          'python-3.9.19-linux-amd64.tar.zst: compressed -17,499,970 B (36,464,230 B to 18,964,260 B), ' +
          'content -87,499,852 B (182,321,152 B to 94,821,300 B)',
      },
      {
        level: 'notice',
        title: 'duplicate-file',
        message: 'python-3.9.19-linux-amd64.tar.zst: 12 files are copies of others, 1.1 MiB',
      },
    ]);
  });

  it('say what a scan found', async () => {
    const found = linesOf(await print('github', 'scan', scanReport())).map(parse);
    expect(found.map(({ level, title }) => `${level} ${title}`)).toContain('warning debug-symbols');
  });

  it('are at most ten of a level; the last counts the rest', async () => {
    const many = Array.from({ length: 25 }, (_, index) => verdict({ artifact: `a${index}`, actual: 9e9 }));
    const lines = linesOf(await print('github', 'check', checkReport([...many, verdict()])));
    expect(lines).toHaveLength(11);
    expect(parse(lines[9] ?? '').message).toBe('16 more of this kind');
  });

  it('cannot be forged by any text', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const verdicts = verdictsOf([text]);
        const lines = linesOf(await print('github', 'check', { ...checkReport(), gate: gate(verdicts) }));
        expect(lines).toHaveLength(verdicts.length);
        for (const line of lines) expect(parse(line).message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        const waste = finding(text, 1, { title: text, severity: 'error', fix: { commands: [text], advice: text } });
        const diff = diffReport({
          findings: { new: [waste], fixed: [], rules: [], removable: { before: 0, after: 0 } },
        });
        expect(linesOf(await print('github', 'diff', diff)).map(parse)).toHaveLength(2);
      }),
      { numRuns: 300 },
    );
  });
});

describe.skipIf(!requireTool('python3'))('JUnit XML', () => {
  interface Case {
    readonly name: string;
    readonly classname: string;
    readonly outcome: string;
    readonly message: string | null;
  }
  interface Suite {
    readonly attributes: Record<string, string>;
    readonly cases: readonly Case[];
  }

  const script = `
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
assert root.tag == 'testsuites'
known = {'failure', 'error', 'skipped', 'system-out'}
suites = []
for suite in root:
    assert suite.tag == 'testsuite' and set(suite.attrib) == {'name', 'tests', 'failures', 'errors', 'skipped', 'time'}
    cases = []
    for case in suite:
        assert case.tag == 'testcase' and set(case.attrib) == {'name', 'classname', 'time'}
        assert len(case) == 1 and case[0].tag in known and len(case[0]) == 0
        cases.append({'name': case.get('name'), 'classname': case.get('classname'), 'outcome': case[0].tag, 'message': case[0].get('message')})
    suites.append({'attributes': suite.attrib, 'cases': cases})
json.dump({'attributes': root.attrib, 'suites': suites}, sys.stdout)
`;

  function parse(xml: string): { attributes: Record<string, string>; suites: readonly Suite[] } {
    return JSON.parse(run('python3', ['-c', script], { input: xml }));
  }

  it('is a suite an artifact, a case a verdict', async () => {
    const skipped = verdict({ artifact: 'extra', actual: null, status: 'pass', reason: 'optional, and not there' });
    const { attributes, suites } = parse(await print('junit', 'check', checkReport([...mixedVerdicts, skipped])));
    expect(attributes).toEqual({ name: 'sizecheck', tests: '7', failures: '2', errors: '1', skipped: '1', time: '0' });
    expect(suites.map((suite) => suite.attributes['name'])).toEqual([
      'layer-py312-amd64',
      'layer-py313-amd64',
      'extra',
    ]);
    expect(suites.flatMap(({ cases }) => cases).map(({ name, outcome }) => [name, outcome])).toEqual([
      ['compressed', 'failure'],
      ['growth in percent', 'failure'],
      ['debug-symbols', 'system-out'],
      ['uncompressed', 'system-out'],
      ['**/*.so', 'system-out'],
      ['growth', 'error'],
      ['compressed', 'skipped'],
    ]);
    expect(suites[0]?.cases[0]?.message).toBe(
      'compressed is 5,324,123 B, 81,243 B over its limit of 5 MiB (5,242,880 B)',
    );
  });

  it('names cases alike where the budgets file gets further entries, and apart where limits share a name', async () => {
    const named = async (verdicts: readonly Verdict[]): Promise<string[]> => {
      const { suites } = parse(await print('junit', 'check', checkReport(verdicts)));
      return suites.flatMap(({ cases }) => cases.map(({ name }) => name));
    };
    const on = (budget: string, path: string): Verdict => verdict({ measure: 'path', budget, path });
    const first = [verdict(), on('artifacts[0].paths[0].max', '*.so'), on('artifacts[0].paths[0].total', '*.so')];
    expect(await named(first)).toEqual(['compressed', '*.so', 'all *.so']);
    const moved = first.map((one) => ({ ...one, budget: one.budget.replace('artifacts[0]', 'artifacts[3]') }));
    expect(await named(moved)).toEqual(await named(first));
    const twins = [
      on('artifacts[0].paths[0].max', '*.so'),
      on('artifacts[0].paths[4].max', '*.so'),
      on('artifacts[0].paths[5].max', 'compressed'),
    ];
    expect(await named([...twins, verdict()])).toEqual([
      '*.so (artifacts[0].paths[0].max)',
      '*.so (artifacts[0].paths[4].max)',
      'compressed (artifacts[0].paths[5].max)',
      'compressed (artifacts[0].compressed.max)',
    ]);
  });

  it('adds up, and is sound XML whatever the text', async () => {
    const verdicts = verdictsOf(hostile);
    const { suites, attributes } = parse(await print('junit', 'check', checkReport(verdicts)));
    for (const { attributes: own, cases } of suites) {
      expect(cases).toHaveLength(Number(own['tests']));
      expect(cases.filter(({ outcome }) => outcome === 'failure')).toHaveLength(Number(own['failures']));
      expect(cases.filter(({ outcome }) => outcome === 'error')).toHaveLength(Number(own['errors']));
    }
    expect(attributes['tests']).toBe(String(verdicts.length));
    expect(suites.map(({ attributes: own }) => own['name'])).toContain('<b>&"\'');
    const random = fc.sample(fc.string({ unit: 'binary', maxLength: 60 }), { numRuns: 300, seed: 7 });
    expect(parse(await print('junit', 'check', checkReport(verdictsOf(random)))).suites.length).toBeGreaterThan(100);
  });
});

describe.skipIf(!requireTool('python3'))('CSV', () => {
  function parse(csv: string): string[][] {
    const script =
      "import csv, io, json, sys; json.dump(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode(), newline=''), strict=True)), sys.stdout)";
    return JSON.parse(run('python3', ['-c', script], { input: csv }));
  }

  it('has the directories of a scan', async () => {
    const [header, ...rows] = parse(await print('csv', 'scan', scanReport()));
    expect(header).toEqual(['path', 'content', 'disk', 'files', 'own_content', 'own_disk']);
    expect(rows.map(([path]) => path)).toEqual(['.', 'bin']);
    expect(rows[0]?.slice(1)).toEqual(['9040', String(4096 * (1 + 4 + 3)), '5', '40', String(4096 * 5)]);
  });

  it('has the directories of a diff, which sum to its delta', async () => {
    const report = diffReport();
    const [header, ...rows] = parse(await print('csv', 'diff', report));
    const at = header?.indexOf('content_delta') ?? -1;
    expect(rows.reduce((sum, row) => sum + Number(row[at]), 0)).toBe(report.diff.delta.content);
    expect(rows.find(([path]) => path?.endsWith('numpy'))?.slice(1, 5)).toEqual(['', '', '12517182', '12517182']);
  });

  it('has the verdicts of a check', async () => {
    const [header, first] = parse(await print('csv', 'check', checkReport()));
    expect(header).toEqual(['artifact', 'status', 'measure', 'path', 'actual', 'limit', 'over', 'budget', 'reason']);
    expect(first).toEqual([
      'layer-py312-amd64',
      'fail',
      'compressed',
      '',
      '5324123',
      '5242880',
      '81243',
      'artifacts[0].compressed.max',
      '',
    ]);
  });

  it('ends lines as RFC 4180 says, and has no text that a spreadsheet computes', async () => {
    const random = fc.sample(anyText, { numRuns: 300, seed: 3 });
    const texts = [...hostile, ...random];
    const names = [...texts.map(nameFromText), nameFromBytes(Uint8Array.of(0xff, 0x3d)), '=\xff'];
    const diff = diffReport({ directories: names.map((name) => ({ ...directoryChange(name, 1, 2), from: name })) });
    const printed = [await print('csv', 'check', checkReport(verdictsOf(texts))), await print('csv', 'diff', diff)];
    for (const csv of printed) {
      expect(csv.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      const rows = parse(csv);
      expect(new Set(rows.map((row) => row.length)).size).toBe(1);
      const cells = rows.flat().filter((cell) => !/^-?\d*$/.test(cell));
      expect(cells.filter((cell) => /^\s*[=+\-@|%]/.test(cell))).toEqual([]);
    }
    expect(parse(printed[1] ?? '')).toHaveLength(names.length + 1);
  });
});
