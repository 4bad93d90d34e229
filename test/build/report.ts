// Builds reports of diffs and checks for tests of reporters: one made-up Python, before and after it was cleaned up.
import type { Change, Diff, DirectoryChange, Side } from '../../src/model/diff.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Totals } from '../../src/model/snapshot.ts';
import type { CheckedArtifact, Gate, Verdict } from '../../src/model/verdict.ts';
import type { CheckReport, DiffReport, ReportOptions, Tool } from '../../src/report/reporter.ts';

export const testTool: Tool = { name: 'sizecheck', version: '0.0.0' };

export const plainOptions: ReportOptions = {
  units: 'iec',
  size: 'content',
  depth: 99,
  top: 12,
  sort: 'delta',
  minChange: 0,
  width: 80,
  color: false,
  verbose: false,
};

export function totals(content: number, more: Partial<Totals> = {}): Totals {
  return {
    content,
    disk: Math.ceil(content / 4096) * 4096,
    archive: content + 10_240,
    compressed: Math.round(content / 5),
    files: 8701,
    directories: 398,
    symlinks: 14,
    hardlinks: 0,
    other: 0,
    ...more,
  };
}

export function side(name: string, sizes: Totals, more: Partial<Side> = {}): Side {
  return {
    artifact: { name, format: 'tar', codecs: ['zstd'], length: sizes.compressed },
    totals: sizes,
    stripped: 0,
    ...more,
  };
}

/** null: absent on that side. */
export function directoryChange(path: string, before: number | null, after: number | null): DirectoryChange {
  const sizes = (content: number | null) =>
    content === null ? null : { content, disk: Math.ceil(content / 4096) * 4096 + 4096 };
  const [old, now] = [sizes(before), sizes(after)];
  return {
    path,
    from: null,
    before: old,
    after: now,
    delta: { content: (after ?? 0) - (before ?? 0), disk: (now?.disk ?? 0) - (old?.disk ?? 0) },
  };
}

export function change(path: string, before: number | null, after: number | null, more: Partial<Change> = {}): Change {
  return {
    path,
    kind: before === null ? 'added' : after === null ? 'removed' : 'changed',
    entryKind: 'file',
    before,
    after,
    delta: (after ?? 0) - (before ?? 0),
    from: null,
    aspects: before === null || after === null ? [] : ['content'],
    sections: null,
    stored: null,
    ...more,
  };
}

export function finding(rule: string, bytes: number, more: Partial<Finding> = {}): Finding {
  return {
    rule,
    severity: 'warn',
    title: `files that ${rule} is about`,
    bytes,
    claims: [{ path: 'lib/x', part: null, bytes }],
    fix: { commands: ['find . -name x -delete'], advice: null },
    ...more,
  };
}

const opt = finding('optimized-bytecode', 46_452_121, {
  title: '3,324 optimised pycs shipped beside the plain one',
  fix: {
    commands: [
      `find . -name '*.opt-[12].pyc' -exec sh -c 'for f; do [ ! -e "\${f%.opt-*}.pyc" ] || rm "$f"; done' sh {} +`,
    ],
    advice: null,
  },
});

const debug = finding('debug-symbols', 40_894_464, {
  title: '79 files hold symbols that strip removes',
  claims: [
    { path: 'bin/python3.9', part: 'debug', bytes: 14_000_000 },
    { path: 'lib/libpython3.9.a', part: 'debug', bytes: 26_894_464 },
  ],
  fix: {
    commands: [String.raw`find . -type f \( -name '*.so' -o -name '*.so.*' \) -exec strip --strip-unneeded {} +`],
    advice: 'Keep the symbols in a separate file where crashes are analysed.',
  },
});

const copies = finding('duplicate-file', 1_204_000, {
  severity: 'info',
  title: '12 files are copies of others',
  fix: { commands: [], advice: 'Link them, or ship one of them.' },
});

const before = totals(182_321_152);
const after = totals(94_821_300, { files: 5371, directories: 391 });

export const cleanedDirectories: readonly DirectoryChange[] = [
  directoryChange('bin', 18_000_000, 4_200_000),
  directoryChange('lib', 59_800_000, 14_000_000),
  directoryChange('lib/python3.9', 4_613_734, 4_613_700),
  directoryChange('lib/python3.9/__pycache__', 9_400_000, 3_200_000),
  directoryChange('lib/python3.9/config-3.9-x86_64-linux-gnu', 28_417_000, null),
  directoryChange('lib/python3.9/site-packages/numpy', null, 12_517_182),
];

/** A diff whose directories sum to the difference of its totals. */
export function diff(more: Partial<Diff> = {}): Diff {
  const delta = {
    content: after.content - before.content,
    disk: after.disk - before.disk,
    archive: (after.archive ?? 0) - (before.archive ?? 0),
    compressed: (after.compressed ?? 0) - (before.compressed ?? 0),
  };
  const known = cleanedDirectories.reduce((sum, { delta: { content } }) => sum + content, 0);
  const rest = 40_000_000;
  return {
    before: side('python-3.9.18-linux-amd64.tar.zst', before),
    after: side('python-3.9.19-linux-amd64.tar.zst', after),
    delta,
    directories: [...cleanedDirectories, directoryChange('lib/python3.9/test', rest, rest + delta.content - known)],
    changes: [
      change('bin/python3.9', 18_000_000, 4_200_000, {
        sections: [
          { name: '.debug_info', before: 9_000_000, after: null, delta: -9_000_000 },
          { name: '.text', before: 3_000_000, after: 3_100_000, delta: 100_000 },
        ],
      }),
      change('lib/libpython3.9.a', 28_000_000, null),
      change('lib/python3.9/config-3.9-x86_64-linux-gnu/libpython3.9.a', 28_000_000, null),
      change('lib/python3.9/site-packages/numpy/core.so', null, 12_517_182),
      change('lib/python3.9/os.py', 39_000, 39_000, { aspects: ['mode'] }),
      change('share/doc/new-place', 512, 512, { kind: 'moved', from: 'share/doc/old-place', aspects: [] }),
    ],
    findings: {
      new: [copies],
      fixed: [opt, debug],
      rules: [
        { rule: 'debug-symbols', before: 40_894_464, after: 0 },
        { rule: 'optimized-bytecode', before: 46_452_121, after: 0 },
        { rule: 'duplicate-file', before: 0, after: 1_204_000 },
      ],
      removable: { before: 81_000_000, after: 1_204_000 },
    },
    notices: [],
    ...more,
  };
}

/** Two artifacts that hold the same. */
export function emptyDiff(): Diff {
  return diff({
    after: side('python-3.9.19-linux-amd64.tar.zst', before),
    delta: { content: 0, disk: 0, archive: 0, compressed: 0 },
    directories: [],
    changes: [],
    findings: { new: [], fixed: [], rules: [], removable: { before: 0, after: 0 } },
  });
}

export function diffReport(more: Partial<Diff> = {}): DiffReport {
  return { tool: testTool, diff: diff(more) };
}

export function verdict(more: Partial<Verdict> = {}): Verdict {
  const actual = more.actual === undefined ? 4_812_331 : more.actual;
  const limit = more.limit === undefined ? 5_242_880 : more.limit;
  const over = actual === null || limit === null ? null : Math.max(0, actual - limit);
  return {
    artifact: 'layer-py312-amd64',
    budget: 'artifacts[0].compressed.max',
    measure: 'compressed',
    path: null,
    actual,
    limit,
    over,
    status: over === null ? 'unknown' : over > 0 ? 'fail' : 'pass',
    reason: null,
    top: [],
    ...more,
  };
}

export function gate(verdicts: readonly Verdict[]): Gate {
  const worst = (['fail', 'unknown', 'warn'] as const).find((status) => verdicts.some((one) => one.status === status));
  return { status: worst ?? 'pass', verdicts };
}

export function checked(more: Partial<CheckedArtifact> = {}): CheckedArtifact {
  return {
    name: 'layer-py312-amd64',
    artifact: { name: 'dist/layer-py312-amd64.zip', format: 'zip', codecs: [], length: 5_324_123 },
    totals: totals(12_012_345, { compressed: 5_324_123, archive: 5_324_123 }),
    diff: null,
    findings: [debug, copies],
    removable: 41_000_000,
    notices: [],
    ...more,
  };
}

/** One verdict of every status and measure. */
export const mixedVerdicts: readonly Verdict[] = [
  verdict({
    actual: 5_324_123,
    top: [
      { path: 'python/numpy/core/_multiarray_umath.so', bytes: 2_104_112 },
      { path: 'python/numpy/linalg/lapack_lite.so', bytes: 811_302 },
      { path: 'python/boto3/data/ec2.json.gz', bytes: 402_113 },
    ],
  }),
  verdict({
    budget: 'artifacts[0].growth.maxPercent',
    measure: 'growth-percent',
    actual: 3.127,
    limit: 2,
    top: [{ path: 'python/numpy', bytes: 212_000 }],
  }),
  verdict({
    artifact: 'layer-py313-amd64',
    budget: 'artifacts[1].growth.max',
    measure: 'growth',
    actual: null,
    limit: 204_800,
    reason: 'its baseline baseline/layer-py313.json is missing',
  }),
  verdict({ budget: 'debug-symbols', measure: 'rule', actual: 40_894_464, limit: 0, status: 'warn' }),
  verdict({ budget: 'artifacts[0].uncompressed.max', measure: 'uncompressed', actual: 12_012_345, limit: 12_582_912 }),
  verdict({
    budget: 'artifacts[0].paths[0].max',
    measure: 'path',
    path: '**/*.so',
    actual: 6_000_000,
    limit: 6_291_456,
  }),
];

export function checkReport(
  verdicts: readonly Verdict[] = mixedVerdicts,
  artifacts: readonly CheckedArtifact[] = [checked({ diff: diff() })],
): CheckReport {
  return { tool: testTool, gate: gate(verdicts), artifacts };
}
