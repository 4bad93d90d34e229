// What the table of the command line (test/cli/check.test.ts) does not reach: order, doubts, names, many limits.
import { canonicalText, parseCompression } from '../../src/codecs/compress.ts';
import { describe, expect, it } from 'vitest';
import { diffSnapshots } from '../../src/compare/diff.ts';
import type { Finding, Severity } from '../../src/model/finding.ts';
import type { Entry, HiddenFile, Notice, Snapshot } from '../../src/model/snapshot.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { readBudgets } from '../../src/policy/budgets.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { Baseline } from '../../src/policy/evidence.ts';
import { ignoreClaims, parseIgnores } from '../../src/policy/select.ts';
import { isAside, judgeByPolicy, rulesOf } from '../../src/policy/severities.ts';
import { judge } from '../../src/rules/index.ts';
import { directory, file, hardlink, hidden, image, pyc, snapshot } from '../build/snapshot.ts';

const missing: Baseline = { kind: 'missing', reason: 'none' };

function verdicts(
  artifact: object,
  measured: Snapshot,
  more: { root?: object; findings?: Finding[]; baseline?: Baseline | undefined; today?: string } = {},
): readonly Verdict[] {
  const document = { version: 1, artifacts: [{ name: 'a', path: 'a', ...artifact }], ...more.root };
  const { budgets } = readBudgets(Buffer.from(JSON.stringify(document)));
  const today = more.today ?? '2026-01-01';
  const judged = judgeByPolicy(more.findings ?? [], budgets, today);
  return evaluate(budgets, {
    measured: budgets.artifacts.map((budget) => ({
      name: 'a',
      budget,
      identity: 'a',
      snapshot: measured,
      judged,
      ...('baseline' in more && more.baseline === undefined ? {} : { baseline: more.baseline ?? missing }),
    })),
    unmeasured: [],
    file: 'budgets.json',
    today,
    complete: true,
  }).gate.verdicts;
}

function finding(
  rule: string,
  severity: Severity,
  claims: readonly (readonly [path: string, bytes: number])[],
): Finding {
  return {
    rule,
    severity,
    title: `${rule} finds`,
    bytes: claims.reduce((sum, [, bytes]) => sum + bytes, 0),
    claims: claims.map(([path, bytes]) => ({ path, part: null, bytes })),
    fix: { commands: [], advice: null },
  };
}

const tree = snapshot([
  directory('lib'),
  file('lib/a.so', 700),
  hardlink('lib/b.so', 'lib/a.so'),
  file('lib/c.so', 200),
  file('x', 100),
]);

describe('verdicts on paths', () => {
  it('count a file with several names once, under a name that matches', () => {
    const [verdict] = verdicts({ paths: [{ match: '{b,c}.so', total: 1000 }] }, tree);
    expect(verdict).toMatchObject({
      actual: 900,
      top: [
        { path: 'lib/b.so', bytes: 700 },
        { path: 'lib/c.so', bytes: 200 },
      ],
    });
    const [all] = verdicts({ paths: [{ match: 'lib/**', total: 900 }] }, tree);
    expect(all).toMatchObject({ actual: 900, status: 'pass' });
  });

  it('limits compressed bytes where that is asked for, and knows when it cannot', () => {
    const plain = snapshot([
      { ...file('lib/a.so', 900), stored: 300 },
      { ...file('lib/b.so', 900), stored: 100 },
    ]);
    const told = { ...plain, overhead: { headers: 24 } };
    const paths = [{ match: '*.so', max: 299, total: 400, compressed: true }];
    const found = verdicts({ paths }, told);
    expect(found.map(({ actual, status, over }) => [actual, status, over])).toEqual([
      [300, 'fail', 1],
      [400, 'pass', 0],
    ]);
    expect(found[0]?.top).toEqual([
      { path: 'lib/a.so', bytes: 300 },
      { path: 'lib/b.so', bytes: 100 },
    ]);
    expect(found.map(({ reason }) => reason)).toEqual(['compressed bytes', 'compressed bytes, 2 files together']);
    const [unknown] = verdicts({ paths }, plain);
    expect([unknown?.status, unknown?.actual]).toEqual(['unknown', null]);
  });

  it('count empty files as matches', () => {
    const [verdict] = verdicts({ paths: [{ match: 'empty', max: 0 }] }, snapshot([file('empty', 0)]));
    expect(verdict).toMatchObject({ actual: 0, status: 'pass', top: [] });
  });

  it('of 50,000 rules come in seconds', () => {
    const many = snapshot(Array.from({ length: 2000 }, (_, index) => file(`lib/module-${index}.so`, index)));
    const paths = Array.from({ length: 50_000 }, (_, index) => ({
      match: `**/module-${index}.so`,
      max: 10,
      optional: true,
    }));
    const found = verdicts({ paths }, many);
    expect(found.filter(({ status }) => status === 'fail')).toHaveLength(1989);
    expect(found[0]).toMatchObject({ actual: 1999, over: 1989 });
  });
});

describe('what verdicts on paths say', () => {
  const some = snapshot([
    directory('lib'),
    directory('lib/sub'),
    file('lib/link', 0, { kind: 'symlink', disk: 0, link: 'x' }),
    ...['a', 'b', 'c'].map((name, index) => file(`lib/sub/${name}`, 4 + (index % 2))),
    file('x', 9),
  ]);
  it.each([
    [{ match: 'lib/**', total: 99 }, 'pass', '3 files together'],
    [{ match: 'x', total: 9 }, 'pass', '1 file together'],
    [{ match: '**', max: 4 }, 'fail', '2 files are over'],
    [{ match: 'lib/**', max: 4 }, 'fail', null],
    [{ match: 'lib/**', max: 3 }, 'fail', '3 files are over'],
    [{ match: 'lib/sub/', max: 3 }, 'unknown', 'matches a directory and no file; write lib/sub/**'],
    [
      { match: 'lib/l*', max: 3 },
      'unknown',
      'matches a symlink and no file; a symlink has no content; correct it, or make it "optional"',
    ],
    [{ match: 'lib/y*', max: 3 }, 'unknown', 'matches no file; correct it, or make it "optional"'],
    [
      { match: '!lib/l', max: 3 },
      'unknown',
      'matches no file; "!" negates nothing here; correct it, or make it "optional"',
    ],
  ])('%j', (path, status, reason) => {
    const [verdict] = verdicts({ paths: [path] }, some);
    expect([verdict?.status, verdict?.reason]).toEqual([status, reason]);
  });
});

describe('growth of the compressed file', () => {
  const after = { ...tree, totals: { ...tree.totals, compressed: 500 } };
  const before = { ...tree, totals: { ...tree.totals, compressed: 400 } };
  const growth = (measured: Snapshot) => {
    const diff = diffSnapshots(
      { snapshot: before, findings: [] },
      { snapshot: measured, findings: [] },
      { stripComponents: 0, maps: [], sections: false },
    );
    return verdicts({ compressedGrowth: { max: 99 } }, measured, { baseline: { kind: 'diff', diff, notices: [] } }).map(
      ({ actual, status, reason }) => [actual, status, reason],
    );
  };

  it('is unknown where the artifact has none, or where it is not certain', () => {
    expect(growth(after)).toEqual([[100, 'fail', null]]);
    expect(growth({ ...after, totals: { ...after.totals, compressed: null } })).toEqual([
      [null, 'unknown', expect.stringContaining('a directory has no compressed size')],
    ]);
    // Odd entries change nothing of the length of the file.
    const notices = [{ code: 'unreadable-content', path: 'x', message: 'm' }];
    expect(growth({ ...after, notices })).toEqual([[100, 'fail', null]]);
  });
});

describe('a group of which not all members are given', () => {
  it('has one verdict for each of its limits', () => {
    const of = (limits: object) => {
      const groups = [{ name: 'g', members: ['*'], ...limits }];
      const artifacts = ['a', 'b'].map((name) => ({ name, path: name, uncompressed: { max: 1 } }));
      const { budgets } = readBudgets(Buffer.from(JSON.stringify({ version: 1, artifacts, groups })));
      const evidence = { measured: [], unmeasured: [], file: 'f', today: '2026-01-01', complete: false };
      return evaluate(budgets, evidence).gate.verdicts.map(({ measure, limit, status }) => [measure, limit, status]);
    };
    expect(of({ compressed: { max: 5 } })).toEqual([['compressed', 5, 'pass']]);
    expect(of({ uncompressed: { max: 6 } })).toEqual([['uncompressed', 6, 'pass']]);
    expect(of({ compressed: { max: 5 }, uncompressed: { max: 6 } })).toHaveLength(2);
  });
});

describe('verdicts on compressed bytes', () => {
  const of = (format: 'directory' | 'zip', compressed: number | null, more: Partial<Snapshot> = {}) => {
    const one = { ...tree, artifact: { ...tree.artifact, format }, ...more, totals: { ...tree.totals, compressed } };
    return [undefined, 'gzip'].map(
      (compressWith) => verdicts({ compressed: { max: 9 }, compressWith }, one)[0]?.reason,
    );
  };

  it('say how a directory was packed', () => {
    const packed = (packedWith: string) =>
      of('directory', 9, { artifact: { ...tree.artifact, format: 'directory', packedWith } });
    const text = canonicalText(parseCompression('gzip'));
    expect(packed(text)).toEqual([`packed as tar, ${text}`, `packed as tar, ${text}`]);
    // A snapshot may have been packed otherwise.
    expect(packed('zstd:19')).toEqual([
      'packed as tar, zstd:19',
      `its snapshot was packed with zstd:19, and the limit is on ${text}`,
    ]);
    expect(of('zip', 9)).toEqual([null, null]);
  });

  it('say of a directory with an image what to limit', () => {
    for (const reason of of('directory', null, { image: image([]) })) expect(reason).toContain('limit "fullPull"');
  });
});

/** A baseline of one file of `old` bytes, of which there are `now` today. */
function since(old: number, now: number): Extract<Baseline, { kind: 'diff' }> {
  const of = (bytes: number) => ({ snapshot: snapshot([file('f', bytes)]), findings: [] });
  return {
    kind: 'diff',
    diff: diffSnapshots(of(old), of(now), { stripComponents: 0, maps: [], sections: false }),
    notices: [],
  };
}
function growthOf(growth: object, baseline?: Baseline) {
  return verdicts({ growth }, tree, { baseline }).map(
    ({ actual, status, reason }) => [actual, status, reason] as const,
  );
}

describe('verdicts on growth', () => {
  it('in percent of nothing are unknown, unless nothing grew', () => {
    expect(growthOf({ maxPercent: 5 }, since(0, 1))).toEqual([
      [null, 'unknown', expect.stringContaining('holds 0 bytes')],
    ]);
    expect(growthOf({ maxPercent: 5 }, since(0, 0))).toEqual([[0, 'pass', null]]);
    expect(growthOf({ maxPercent: 5 }, since(20, 21))).toEqual([[5, 'pass', null]]);
    expect(growthOf({ maxPercent: 5 }, since(20, 10))).toEqual([[-50, 'pass', null]]);
  });

  it('pass without a baseline only where that is asked for, and never with one that is broken', () => {
    const unusable: Baseline = { kind: 'unusable', reason: 'cut' };
    expect(growthOf({ max: 0 }, missing)).toEqual([[null, 'unknown', 'none']]);
    expect(growthOf({ max: 0, missingBaseline: 'pass' }, missing)).toEqual([[null, 'pass', 'none']]);
    expect(growthOf({ max: 0, missingBaseline: 'pass' }, unusable)).toEqual([[null, 'unknown', 'cut']]);
    expect(growthOf({ max: 0 })).toEqual([[null, 'unknown', 'no baseline was given']]);
  });
});

describe('doubt', () => {
  const doubts: Notice[] = [
    { code: 'unreadable', path: 'secret', message: 'cannot be opened (EACCES)' },
    { code: 'vanished', path: 'gone', message: 'vanished while it was read' },
  ];
  const doubted = { ...tree, notices: doubts };
  const everything = {
    compressed: { max: 99_999 },
    uncompressed: { max: 1000 },
    growth: { max: 0, maxPercent: 5 },
    paths: [{ match: '*.so', max: 1000, total: 1000 }],
  };
  const root = { rules: { 'debug-symbols': 'error', 'duplicate-file': 'warn' } };

  it.each([
    ['sparse-not-hashed', 'pass', 'pass'],
    ['unreadable-content', 'unknown', 'pass'],
    ['no-end-of-archive', 'unknown', 'pass'],
    ['unreadable', 'unknown', 'unknown'],
    ['data-after-end', 'pass', 'pass'],
  ])('of content, of sizes and of all: %s', (code, uncompressed, compressed) => {
    const notices: Notice[] = [{ code, path: 'a.so', message: 'is of unknown content' }];
    const limits = { uncompressed: { max: 99_999 }, compressed: { max: 99_999 } };
    const artifact = { ...tree.artifact, format: 'tar', codecs: [] } as const;
    const totals = { ...tree.totals, compressed: 5 };
    const judgedOf = (one: typeof artifact | (typeof tree)['artifact']): Record<string, string> =>
      Object.fromEntries(
        verdicts(limits, { ...tree, totals, artifact: one, notices }, { root }).map(({ measure, status }) => [
          measure,
          status,
        ]),
      );
    const rule = code === 'data-after-end' ? 'pass' : 'unknown';
    expect(judgedOf(artifact)).toEqual({ rule, uncompressed, compressed });
    if (code !== 'no-end-of-archive') return;
    // A codec has an end of its own, and a layer a digest.
    for (const one of [
      { ...artifact, codecs: ['gzip'] as const },
      { ...artifact, format: 'docker-archive' as const },
    ])
      expect(judgedOf({ ...tree.artifact, ...one })).toEqual({
        rule: 'pass',
        uncompressed: 'pass',
        compressed: 'pass',
      });
  });

  it('makes unknown whatever would pass or warn', () => {
    const options = { stripComponents: 0, maps: [], sections: false } as const;
    const same = diffSnapshots({ snapshot: doubted, findings: [] }, { snapshot: doubted, findings: [] }, options);
    const baseline: Baseline = { kind: 'diff', diff: same, notices: [] };
    const found = verdicts(everything, doubted, {
      root,
      baseline,
      findings: [finding('duplicate-file', 'info', [['x', 1]])],
    });
    expect(found).toHaveLength(8);
    for (const verdict of found) {
      expect(verdict).toMatchObject({ status: 'unknown', actual: null, over: null, top: [] });
      expect(verdict.reason).toBe(
        'not all of it could be measured: secret cannot be opened (EACCES) (and 1 more path)',
      );
    }
  });

  it('leaves open whether files are there that may be missing', () => {
    const paths = [true, false].map((optional) => ({ match: 'secret/**', total: 0, optional }));
    for (const one of [doubted, { ...tree, isPart: true as const }]) {
      const found = verdicts({ paths }, one);
      expect(found.map(({ status }) => status)).toEqual(['unknown', 'unknown']);
      for (const { reason } of found) expect(reason).toMatch(/could be measured|snapshot of a part/);
    }
    expect(verdicts({ paths }, tree).map(({ status }) => status)).toEqual(['unknown', 'pass']);
  });

  it('tells of one path, of two, and of none', () => {
    const [one = doubts[0]] = doubts;
    const reasonOf = (notices: readonly (Notice | undefined)[]) =>
      verdicts({ uncompressed: { max: 9999 } }, { ...tree, notices: notices.flatMap((notice) => notice ?? []) })[0]
        ?.reason;
    expect(reasonOf([one])).toMatch(/\(EACCES\)$/);
    expect(reasonOf([one, one, one])).toMatch(/\(and 2 more paths\)$/);
    expect(reasonOf([{ code: 'changed', path: null, message: 'was replaced' }])).toMatch(/measured: was replaced$/);
  });

  it('leaves open whether an ignore covers nothing', () => {
    const ignore = [{ rule: '*', match: 'secret/**', reason: 'kept' }];
    const notices: Notice[] = [{ code: 'unreadable-content', path: 'lib/a.so', message: 'is of unknown content' }];
    const remarks = [tree, doubted, { ...tree, isPart: true as const }, { ...tree, notices }].map((one) =>
      verdicts({ uncompressed: { max: 1 } }, one, { root: { ignore } }).map(({ reason }) => reason),
    );
    expect(remarks[0]).toEqual([null, 'covers nothing; take it out']);
    for (const doubtful of remarks.slice(1)) expect(doubtful.join(' ')).not.toContain('covers nothing');
  });

  it('on the baseline makes growth unknown', () => {
    const options = { stripComponents: 0, maps: [], sections: false } as const;
    const diff = diffSnapshots({ snapshot: doubted, findings: [] }, { snapshot: tree, findings: [] }, options);
    const [verdict] = verdicts({ growth: { max: 0 } }, tree, { baseline: { kind: 'diff', diff, notices: doubts } });
    expect(verdict).toMatchObject({ status: 'unknown', reason: expect.stringContaining('baseline: not all of it') });
  });

  it('on the baseline leaves open whether growth is over, since what was not seen of it makes it less', () => {
    const grown = since(20, 2000);
    const growth = { max: 1, maxPercent: 1 };
    expect(growthOf(growth, grown).map(([, status]) => status)).toEqual(['fail', 'fail']);
    expect(growthOf(growth, { ...grown, notices: doubts }).map(([actual, status]) => [actual, status])).toEqual([
      [null, 'unknown'],
      [null, 'unknown'],
    ]);
  });

  it('leaves failures as they are', () => {
    const found = verdicts({ uncompressed: { max: 999 }, paths: [{ match: '*.so', max: 1 }] }, doubted, {
      root,
      findings: [finding('debug-symbols', 'warn', [['lib/a.so', 5]])],
    });
    expect(found.map(({ status, budget }) => `${status} ${budget}`)).toEqual([
      'fail artifacts[0].paths[0].max',
      'fail debug-symbols',
      'fail artifacts[0].uncompressed.max',
      'unknown duplicate-file',
    ]);
  });

  it('is not made by other notices', () => {
    const broken = { ...tree, notices: [{ code: 'bad-elf', path: 'lib/a.so', message: 'is broken' }] };
    expect(verdicts({ uncompressed: { max: 1000 } }, broken)[0]?.status).toBe('pass');
  });
});

describe('commands on bytecode', () => {
  /** Both are orphans; an earlier rule claims one. */
  const orphans = snapshot([
    ...['keep', 'keep/__pycache__', 'pkg', 'pkg/__pycache__'].map(directory),
    file('pkg/x.py', 1),
    ...['keep', 'pkg'].map((at) =>
      file(`${at}/__pycache__/m.cpython-39.pyc`, 9, { facts: pyc({ source: `${at}/m.py` }) }),
    ),
  ]);
  const commandsOf = (findings: readonly Finding[]): unknown =>
    findings.find(({ rule }) => rule === 'orphan-bytecode')?.fix.commands.length;

  it('are not given where they would take what another rule found and is ignored', () => {
    const findings = judge(orphans);
    expect(commandsOf(findings)).toBe(1);
    expect(commandsOf(ignoreClaims(findings, parseIgnores(['*:pkg/x.py'], [])))).toBe(1);
    expect(commandsOf(ignoreClaims(findings, parseIgnores(['*:keep/**'], [])))).toBe(0);
    const document = { version: 1, artifacts: [{ name: 'a', path: 'a' }], rules: { 'orphan-bytecode': 'warn' } };
    const ignore = [{ rule: 'leftover-pycache', match: 'keep/**', reason: 'r' }];
    const { budgets } = readBudgets(Buffer.from(JSON.stringify({ ...document, ignore })));
    expect(commandsOf(judgeByPolicy(findings, budgets, '2026-01-01').findings)).toBe(0);
    const expired = readBudgets(
      Buffer.from(JSON.stringify({ ...document, ignore: [{ ...ignore[0], until: '2025-01-01' }] })),
    );
    expect(commandsOf(judgeByPolicy(findings, expired.budgets, '2026-01-01').findings)).toBe(1);
  });
});

describe('rules', () => {
  it('judge where they warn or fail, and on leftovers only where they are named', () => {
    const rules = { 'debug-symbols': 'info', 'test-suite': 'off', 'build-sources': 'info', 'duplicate-file': 'warn' };
    const { budgets } = readBudgets(
      Buffer.from(JSON.stringify({ version: 1, artifacts: [{ name: 'a', path: 'a' }], rules })),
    );
    const ids = new Set(rulesOf(budgets).map(({ id }) => id));
    expect(['debug-symbols', 'build-sources', 'static-library'].map((id) => ids.has(id))).toEqual([true, true, true]);
    expect(['test-suite', 'source-maps'].map((id) => ids.has(id))).toEqual([false, false]);
    expect(verdicts({}, tree, { root: { rules } }).map(({ budget }) => budget)).toEqual(['duplicate-file']);
    const leftover = (rule: string): Finding => ({ ...finding(rule, 'info', [['x', 1]]), leftover: true });
    const found = ['test-suite', 'build-sources', 'source-maps'].map(leftover);
    const judged = judgeByPolicy([...found, finding('static-library', 'warn', [['x', 1]])], budgets, '2026-01-01');
    expect(judged.findings.map(({ rule, severity }) => `${rule} ${severity}`)).toEqual([
      'build-sources info',
      'static-library warn',
    ]);
  });

  it('are ignored one by one, below directories that match, of which the root is none', () => {
    const left = (...ignore: readonly (readonly [rule: string, match: string])[]) => {
      const entries = ignore.map(([rule, match]) => ({ rule, match, reason: 'so' }));
      const { budgets } = readBudgets(
        Buffer.from(
          JSON.stringify({ version: 1, artifacts: [{ name: 'a', path: 'a', growth: { max: 1 } }], ignore: entries }),
        ),
      );
      const found = ['static-library', 'duplicate-file'].map((rule) =>
        finding(rule, 'warn', [
          ['lib/abc', 1],
          ['d', 2],
        ]),
      );
      return judgeByPolicy(found, budgets, '2026-01-01').findings.map(({ rule, bytes }) => `${rule} ${bytes}`);
    };
    expect(left(['static-library', 'lib/'])).toEqual(['static-library 2', 'duplicate-file 3']);
    expect(left(['*', 'lib'])).toEqual(['static-library 2', 'duplicate-file 2']);
    expect(left(['*', '?'])).toEqual(['static-library 1', 'duplicate-file 1']);
    expect(left(['duplicate-file', '**'])).toEqual(['static-library 3']);
  });

  it('are not by the way for want of claims', () => {
    expect(isAside(finding('duplicate-file', 'warn', []))).toBe(false);
  });

  it('leave open what an ignore covers where an artifact was not measured', () => {
    const document = {
      version: 1,
      artifacts: [{ name: 'a', path: 'a', uncompressed: { max: 1 } }],
      ignore: [{ rule: '*', match: 'x', reason: 'so' }],
    };
    const { budgets } = readBudgets(Buffer.from(JSON.stringify(document)));
    const unmeasured = budgets.artifacts.map((budget) => ({ budget, kind: 'absent', reason: 'gone' }) as const);
    const of = (some: typeof unmeasured) =>
      evaluate(budgets, { measured: [], unmeasured: some, file: '', today: '2026-01-01', complete: true }).gate
        .verdicts;
    expect(of(unmeasured).map(({ measure }) => measure)).toEqual(['uncompressed']);
    expect(of([]).map(({ measure }) => measure)).toEqual(['rule']);
  });

  it('do not count copies that must not be linked: nobody could get rid of them', () => {
    const rights = { mode: 0o644, uid: 0, gid: 0 };
    const same = { ...file('a', 9), digest: 'sha256:1' };
    const twins = snapshot([
      { ...same, ...rights },
      { ...same, ...rights, path: 'b', mode: 0o600 },
    ]);
    const findings = judge(twins).filter(({ rule }) => rule === 'duplicate-file');
    expect(findings).toMatchObject([{ bytes: 0, claims: [{ path: 'b' }] }]);
    const root = { rules: { 'duplicate-file': 'error' } };
    expect(verdicts({}, twins, { root, findings })[0]?.status).toBe('pass');
    const linkable = [...findings, finding('duplicate-file', 'info', [['c', 9]])];
    expect(verdicts({}, twins, { root, findings: linkable })[0]).toMatchObject({ status: 'fail', actual: 9 });
  });

  it('count findings without bytes, and not what is said by the way', () => {
    const rules = { rules: { 'timestamp-bytecode': 'error' } };
    const stale = finding('timestamp-bytecode', 'warn', [
      ['b.pyc', 0],
      ['a.pyc', 0],
    ]);
    const aside = finding('timestamp-bytecode', 'info', [['c.pyc', 0]]);
    expect(verdicts({}, tree, { root: rules, findings: [aside] })[0]?.status).toBe('pass');
    expect(verdicts({}, tree, { root: rules, findings: [stale, aside] })[0]).toMatchObject({
      status: 'fail',
      actual: 0,
      over: 0,
      reason: 'timestamp-bytecode finds',
      top: [{ path: 'a.pyc' }, { path: 'b.pyc' }],
    });
  });

  it('are ignored until a day, not on it', () => {
    const until = { rule: '*', match: 'lib', reason: 'r', until: '2026-01-02' };
    const root = { rules: { 'debug-symbols': 'error' }, ignore: [until] };
    const findings = [finding('debug-symbols', 'warn', [['lib/a.so', 5]])];
    expect(verdicts({}, tree, { root, findings, today: '2026-01-01' }).map(({ status }) => status)).toEqual(['pass']);
    expect(verdicts({}, tree, { root, findings, today: '2026-01-02' }).map(({ status }) => status)).toEqual([
      'fail',
      'warn',
    ]);
  });

  it('lose only the claims that are ignored', () => {
    const root = {
      rules: { 'debug-symbols': 'error' },
      ignore: [{ rule: 'debug-symbols', match: '**/a.so', reason: 'r' }],
    };
    const findings = [
      finding('debug-symbols', 'warn', [
        ['lib/a.so', 5],
        ['lib/c.so', 3],
      ]),
    ];
    expect(verdicts({}, tree, { root, findings })[0]).toMatchObject({
      actual: 3,
      top: [{ path: 'lib/c.so', bytes: 3 }],
    });
  });
});

describe('contributors', () => {
  it('are three, the largest first, then by path', () => {
    const many = snapshot(['d', 'c', 'b', 'a'].map((name) => file(name, 10)));
    expect(verdicts({ uncompressed: { max: 1 } }, many)[0]?.top.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
  });

  it('are directories where no file stands out', () => {
    const small = Array.from({ length: 100 }, (_, index) =>
      file(`${index % 2 === 0 ? 'even' : 'odd'}/${index}`, 10 + (index % 2)),
    );
    expect(
      verdicts({ uncompressed: { max: 1 } }, snapshot([directory('even'), directory('odd'), ...small]))[0]?.top,
    ).toEqual([
      { path: 'odd/', bytes: 550 },
      { path: 'even/', bytes: 500 },
    ]);
  });
});

describe('contributors to a compressed image', () => {
  const overhead = { hidden: 900, headers: 10 };
  const of = (shown: readonly Entry[], covered: readonly HiddenFile[]) => {
    const whole = snapshot(shown, { overhead, hidden: covered, image: image(['a', 'b']) });
    const totals = { ...whole.totals, compressed: 1000 };
    return verdicts({ compressed: { max: 1 } }, { ...whole, totals })[0]?.top;
  };

  it('are files that layers hide, too', () => {
    expect(
      of(
        [file('a', 500, { stored: 60 }), file('b', 900, { stored: 70 })],
        [
          { ...hidden('a', 800, 0, 1, 'deleted'), compressed: 300 },
          { ...hidden('a', 800, 1, 2, 'deleted'), compressed: 500 },
          hidden('none', 800, 1, 2, 'metadata'),
        ],
      ),
    ).toEqual([
      { path: 'a', bytes: 500, layer: 1 },
      { path: 'a', bytes: 300, layer: 0 },
      { path: 'b', bytes: 70 },
    ]);
  });

  it('are directories of one layer where no file stands out', () => {
    const covered = Array.from({ length: 60 }, (_, at) => ({
      ...hidden(`d/${at}`, 10, at % 3 === 0 ? 0 : 1, 2, 'deleted'),
      compressed: 10,
    }));
    const shown = Array.from({ length: 30 }, (_, at) => file(`d/${at}`, 10, { stored: 10 }));
    expect(
      of([directory('d'), ...shown], [...covered, { ...hidden('top', 9, 0, 1, 'deleted'), compressed: 9 }]),
    ).toEqual([
      { path: 'd/', bytes: 400, layer: 1 },
      { path: 'd/', bytes: 300 },
      { path: 'd/', bytes: 200, layer: 0 },
    ]);
  });
});

describe('contributors to a rule', () => {
  it('say which layer is charged', () => {
    const claims = [5, 6].map((layer) => ({ path: 'opt/x', part: 'hidden', bytes: 7, layer }));
    const rules = { 'metadata-only-copy': 'error' };
    const found = { ...finding('metadata-only-copy', 'warn', []), bytes: 14, claims };
    expect(verdicts({}, snapshot([]), { root: { rules }, findings: [found] })[0]?.top).toEqual([
      { path: 'opt/x', bytes: 7, layer: 5 },
      { path: 'opt/x', bytes: 7, layer: 6 },
    ]);
  });
});

describe('a warning from a share of the limit on', () => {
  it.each([
    ['4.1%', 1_000_000, 41_000],
    ['55.1%', 1000, 551],
    ['95%', 5_242_880, 4_980_736],
  ])('%s of %d is due above %d bytes', (warnAt, max, least) => {
    const statusOf = (size: number): unknown =>
      verdicts({ uncompressed: { max, warnAt } }, snapshot([file('a', size)]))[0]?.status;
    expect([statusOf(least), statusOf(least + 1)]).toEqual(['pass', 'warn']);
  });
});
