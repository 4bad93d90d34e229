// JSON of scans and fixes as docs/json.md has it: what is there, what is null, and what is absent.
import { describe, expect, it } from 'vitest';
import { bytecodeRollup } from '../../src/compare/bytecode.ts';
import { rollup } from '../../src/compare/rollup.ts';
import type { Fix } from '../../src/model/fix.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { reporterNamed } from '../../src/report/index.ts';
import type { FixReport, ScanReport } from '../../src/report/reporter.ts';
import { finding, plainOptions, testTool, totals } from '../build/report.ts';
import { directory, file, hidden, image, snapshot } from '../build/snapshot.ts';

const bare = snapshot([directory('lib'), file('lib/a', 5)]);
const scanOf = (of: Snapshot, more: Partial<ScanReport> = {}): ScanReport => ({
  tool: testTool,
  snapshot: of,
  tree: rollup(of),
  findings: [],
  removable: 0,
  ...more,
});

async function scanned(report: ScanReport, format: 'json' | 'snapshot' = 'json') {
  const print = await reporterNamed(format, 'scan');
  return Object(JSON.parse([...(print?.(report, plainOptions) ?? [])].join('')));
}

async function fixed(fix: Fix) {
  const print = await reporterNamed('json', 'fix');
  const report: FixReport = { tool: testTool, fix };
  return Object(JSON.parse([...(print?.(report, plainOptions) ?? [])].join('')));
}

describe('a scan', () => {
  it('has what was asked for, and no more', async () => {
    const always = ['schema', 'tool', 'artifact', 'totals', 'tree', 'findings', 'removable', 'notices'];
    expect(Object.keys(await scanned(scanOf(bare)))).toEqual(always);
    const flattened = { content: 5, archive: 10_240, compressed: 99, how: 'zstd:19' };
    const bytecode = bytecodeRollup(bare);
    const document = await scanned(scanOf(bare, { flattened, bytecode }));
    expect(document).toMatchObject({ flattened, bytecode });
    expect(Object.keys(document)).toHaveLength(always.length + 2);
    expect(document.tree[0]).toEqual({
      path: '.',
      content: 5,
      disk: 12_288,
      files: 1,
      own: { content: 0, disk: 4096 },
    });
  });

  it('has the bytes that carry entries beside those that carry none', async () => {
    const told = snapshot([file('a', 5, { stored: 4 }), file('b', 0)], {
      overhead: { padding: 0, headers: 3, framing: 0 },
    });
    const entries = (of: Snapshot) => scanned(scanOf(of), 'snapshot').then((document) => document.entries);
    expect((await entries(told)).map(({ stored }: { stored?: number }) => stored)).toEqual([0, 4, 0]);
    for (const entry of await entries(bare)) expect(entry).not.toHaveProperty('stored');
    const document = await scanned(scanOf(told, { findings: [finding('x', 5)] }));
    expect(document.tree[0]).toMatchObject({ stored: 4, own: { stored: 4 } });
    expect(document.findings[0]).toHaveProperty('stored');
  });

  it('has the paths of packages, and null for what belongs to none', async () => {
    const unowned = { content: 2, files: 1, removable: 0 };
    const row = { name: 'n', version: '1', kind: 'python', content: 3, files: 1, removable: 1 } as const;
    const packages = [
      { ...row, path: 'caf\xc3\xa9', stored: 2 },
      { ...row, version: null, path: 'caf\xe9' },
    ];
    const document = await scanned(scanOf(bare, { packages: { packages, unowned } }));
    expect(document.packages).toEqual([
      { ...row, path: 'caf\u00e9', stored: 2 },
      { ...row, version: null, path: String.raw`caf\xE9`, pathBase64: 'Y2Fm6Q==' },
      { name: null, version: null, kind: 'unowned', path: null, ...unowned },
    ]);
  });

  it('says of findings whether they are of what others leave, and of claims which layer', async () => {
    const claims = [
      { path: 'caf\xc3\xa9', part: null, bytes: 3, layer: 0 },
      { path: 'b', part: 'debug', bytes: 2 },
    ] as const;
    const findings = [finding('x', 5, { claims }), finding('y', 5, { leftover: true })];
    const document = await scanned(scanOf(bare, { findings }));
    const { fix, ...plain } = finding('x', 5, { claims: [{ ...claims[0], path: 'caf\u00e9' }, claims[1]] });
    expect(document.findings[0]).toEqual({ ...plain, fix });
    expect(document.findings[1]).toMatchObject({ rule: 'y', leftover: true });
    // What is saved is judged anew wherever it is read.
    expect((await scanned(scanOf(bare, { findings }), 'snapshot')).findings[0]).toEqual(plain);
  });

  it('of an image says of entries and hidden files which layer stores them', async () => {
    const lost = [
      hidden('a', 5, 0, 1, 'deleted'),
      { ...hidden('b\xe9', 6, 0, 1, 'metadata'), compressed: 3, differs: ['mode'] as const },
    ];
    const notices = [{ code: 'x', path: 'caf\xc3\xa9', message: 'm' }];
    const entries = [directory('.'), file('c', 5, { layer: 1, digest: `sha256:${'0'.repeat(64)}` })];
    const whole = snapshot(entries, { image: image(['ADD a', null]), hidden: lost, notices });
    const document = await scanned(scanOf(whole), 'snapshot');
    expect(document.hidden).toEqual([lost[0], { ...lost[1], path: String.raw`b\xE9`, pathBase64: 'Yuk=' }]);
    expect(document.notices).toEqual([{ ...notices[0], path: 'caf\u00e9' }]);
    expect(document.entries[0]).not.toHaveProperty('layer');
    expect(document.entries[1]).toMatchObject({ path: 'c', layer: 1 });
  });
});

describe('a fix', () => {
  const rules = [
    { rule: 'a', files: 1, promised: 5, achieved: null },
    { rule: 'b', files: 2, promised: 6, achieved: null },
  ];
  const planned: Fix = {
    artifact: { name: 'a.tar', format: 'tar', codecs: [], length: 10_240 },
    before: totals(100),
    plan: { actions: [], rules, promised: 11, leftAlone: [] },
    out: 'out.tar',
    inPlace: false,
    compression: 'zstd:19',
    outcome: null,
  };
  const outcome = { out: 'out.tar', totals: totals(89), achieved: 11, updated: [], broken: [], leftBehind: null };

  it('that was only planned has null for what came of it', async () => {
    const { artifact, before, out, compression } = planned;
    expect(await fixed(planned)).toEqual({
      schema: 1,
      tool: testTool,
      artifact,
      out,
      applied: false,
      compression,
      before,
      after: null,
      promised: { content: 11 },
      achieved: null,
      rules,
      actions: [],
      leftAlone: [],
      broken: [],
    });
  });

  it('that was made says what it came to', async () => {
    const updated = [{ path: 'caf\xc3\xa9', before: 5, after: 4 }];
    const broken = [{ path: 'b\xe9', message: 'm' }];
    const document = await fixed({ ...planned, outcome: { ...outcome, updated, broken } });
    expect(document).toMatchObject({
      applied: true,
      after: outcome.totals,
      achieved: { content: 11 },
      updated: [{ ...updated[0], path: 'caf\u00e9' }],
      broken: [{ path: String.raw`b\xE9`, pathBase64: 'Yuk=', message: 'm' }],
    });
    expect(await fixed({ ...planned, outcome })).not.toHaveProperty('updated');
  });

  it('that was measured has what all rules save together and each alone', async () => {
    const document = await fixed({ ...planned, exact: { base: 50, rules: [3, 0], union: 3 } });
    expect(document.exact).toEqual({ base: 50, saved: 3 });
    expect(document.rules).toEqual([
      { ...rules[0], compressed: 3 },
      { ...rules[1], compressed: 0 },
    ]);
  });
});
