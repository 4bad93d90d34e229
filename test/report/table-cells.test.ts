// What terminal reports say, one decision after the other. Whole reports are in the goldens.
import { describe, expect, it } from 'vitest';
import { packageChanges } from '../../src/compare/packages/changes.ts';
import { rollup } from '../../src/compare/rollup.ts';
import { sectionRollup } from '../../src/compare/section-rollup.ts';
import type { Diff, ImageChange } from '../../src/model/diff.ts';
import type { PackageTable } from '../../src/model/packages.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { CheckedArtifact, Verdict } from '../../src/model/verdict.ts';
import type { ReportOptions, ScanReport } from '../../src/report/reporter.ts';
import { checkTable } from '../../src/report/table/check.ts';
import { diffTable } from '../../src/report/table/diff.ts';
import { pageText } from '../../src/report/table/page.ts';
import { percent } from '../../src/report/table/percent.ts';
import { scanTable } from '../../src/report/table/scan.ts';
import { sizeNote } from '../../src/report/table/size-note.ts';
import { columnsOf, cutEnd, cutMiddle, styleFor, wrapCommand } from '../../src/report/table/style.ts';
import {
  change,
  checked,
  checkReport,
  directoryChange,
  emptyDiff,
  finding,
  plainOptions,
  side,
  testTool,
  totals,
  verdict,
} from '../build/report.ts';
import { directory, elf, file, hidden, image, snapshot } from '../build/snapshot.ts';

const options: ReportOptions = { ...plainOptions, units: 'bytes', width: 120 };

function scanOf(of: Snapshot, more: Partial<ScanReport> = {}, given: Partial<ReportOptions> = {}): string {
  const report = { tool: testTool, snapshot: of, tree: rollup(of), findings: [], removable: 0, ...more };
  return [...scanTable(report, { ...options, sort: 'size', ...given })].join('');
}

function diffOf(more: Partial<Diff>, given: Partial<ReportOptions> = {}): string {
  return [...diffTable({ tool: testTool, diff: { ...emptyDiff(), ...more } }, { ...options, ...given })].join('');
}

function checkOf(
  verdicts: readonly Verdict[],
  artifacts: readonly CheckedArtifact[] = [],
  given: Partial<ReportOptions> = {},
): string {
  return [...checkTable(checkReport(verdicts, artifacts), { ...options, ...given })].join('');
}

const lines = (text: string): string[] => text.split('\n');
/** Cells of the lines that hold `part`. */
const rows = (text: string, part: RegExp): string[][] =>
  lines(text)
    .filter((line) => part.test(line))
    .map((line) => line.trim().split(/ {2,}/));

describe('gate', () => {
  it('counts verdicts by what they say', () => {
    const of = (...statuses: Verdict['status'][]): string =>
      lines(checkOf(statuses.map((status) => verdict({ actual: 1, limit: 9, status }))))[0] ?? '';
    expect(of('pass')).toBe('pass  1 within');
    expect(of('warn', 'pass')).toBe('warn  1 warning, 1 within');
    expect(of('warn', 'warn')).toBe('warn  2 warnings');
    expect(of('fail', 'unknown')).toBe('FAIL  1 over, 1 unknown');
    expect(of()).toBe('pass  nothing to judge');
  });

  it('names the artifact where it is the only one', () => {
    const two = [checked({ name: 'a' }), checked({ name: 'b' })];
    const named = (artifacts: readonly CheckedArtifact[], ...others: readonly Verdict[]): boolean =>
      checkOf([verdict({ artifact: 'a' }), ...others], artifacts).includes('dist/layer-py312-amd64.zip  zip\n');
    expect([named(two.slice(0, 1)), named(two), named([])]).toEqual([true, false, false]);
    // One that could not be measured is judged all the same; a remark on the file is none on an artifact.
    expect(named(two.slice(0, 1), verdict({ artifact: 'b', actual: null, status: 'unknown' }))).toBe(false);
    expect(named(two.slice(0, 1), verdict({ artifact: 'budgets.json', limit: null, actual: null }))).toBe(true);
  });

  it('has a column of artifacts where there are several, and says over only where something is', () => {
    const head = (...verdicts: Verdict[]): string[] => rows(checkOf(verdicts), /BUDGET/)[0] ?? [];
    expect(head(verdict())).toEqual(['BUDGET', 'ACTUAL', 'LIMIT', 'LEFT']);
    expect(head(verdict(), verdict({ artifact: 'b', actual: 9, limit: 1 }))).toEqual([
      'ARTIFACT',
      'BUDGET',
      'ACTUAL',
      'LIMIT',
      'OVER / LEFT',
    ]);
    expect(head(verdict({ actual: 5, limit: 5 }))).toEqual(['BUDGET', 'ACTUAL', 'LIMIT', 'LEFT']);
    expect(head(verdict({ limit: null }))).toEqual([]);
    expect(head(verdict({ actual: null, limit: 5 }))).toEqual(['BUDGET', 'ACTUAL', 'LIMIT', 'LEFT']);
  });

  it('leaves the limit out where there is no room for it', () => {
    const short = verdict({ actual: 10, limit: 20 });
    const heads = (width: number, ...others: Verdict[]): string[] =>
      rows(checkOf([short, ...others], [], { width }), /BUDGET/)[0] ?? [];
    const full = (width: number): boolean => heads(width).includes('LIMIT');
    const widths = Array.from({ length: 60 }, (_, at) => at + 20);
    // Two of indent, four of status, two, a name of 16, and three figures with two before each.
    expect(widths.find(full)).toBe(2 + 4 + 2 + 16 + (2 + 6) + (2 + 5) + (2 + 4));
    const two = (width: number): boolean =>
      heads(width, verdict({ artifact: 'b', actual: 10, limit: 20 })).includes('LIMIT');
    expect(widths.find(two)).toBe(2 + 4 + 2 + 26 + (2 + 6) + (2 + 5) + (2 + 4));
  });

  const cells = (more: Partial<Verdict>, given: Partial<ReportOptions> = {}): string[] =>
    rows(checkOf([verdict(more)], [], given), /^ {2}(?:pass|warn|FAIL|unknown) {2}\S/)[0] ?? [];

  it('prints figures by their unit, as many digits as tell them apart', () => {
    const iec = { units: 'iec' } as const;
    expect(cells({ actual: 1024, limit: 2048 }, iec)).toEqual(['pass', 'compressed', '1.0 KiB', '2.0 KiB', '1.0 KiB']);
    expect(cells({ actual: 5_000_000, limit: 5_000_001 }, iec)).toEqual([
      'pass',
      'compressed',
      '5,000,000 B',
      '5,000,001 B',
      '1 B',
    ]);
    expect(cells({ actual: 2048, limit: 2048 }, iec)).toEqual(['pass', 'compressed', '2.0 KiB', '2.0 KiB', '0 B']);
    expect(cells({ actual: 2049, limit: 2048 }, iec)).toEqual(['FAIL', 'compressed', '2,049 B', '2,048 B', '+1 B']);
    expect(cells({ measure: 'growth-percent', actual: 1.23456, limit: 2 })).toEqual([
      'pass',
      'growth in %',
      '+1.2%',
      '2%',
      '0.8 points',
    ]);
    expect(cells({ measure: 'growth-percent', actual: 0.0000123461, limit: 1 })[2]).toBe('+0.00001%');
    expect(cells({ measure: 'growth-percent', actual: 1.00004, limit: 1.00001, over: 0.00003 })).toEqual([
      'FAIL',
      'growth in %',
      '+1.00004%',
      '1.00001%',
      '+0.00003 points',
    ]);
    expect(cells({ measure: 'waste-percent', actual: 1, limit: 3 })[2]).toBe('1%');
    expect(cells({ measure: 'growth-percent', actual: -5, limit: 3 }).slice(2)).toEqual(['-5%', '3%', '8 points']);
    expect(cells({ measure: 'growth-percent', actual: 0, limit: 3 })[2]).toBe('0%');
    expect(cells({ measure: 'waste-percent', actual: 1, limit: 3 })[2]).toBe('1%');
    expect(cells({ measure: 'growth-percent', actual: null, limit: 3 }).slice(2)).toEqual(['-', '3%', '-']);
    expect(cells({ measure: 'growth', actual: 0, limit: 3 })[2]).toBe('0 B');
    expect(cells({ measure: 'growth', actual: -5, limit: 3 }).slice(2)).toEqual(['-5 B', '3 B', '8 B']);
    expect(cells({ measure: 'growth', actual: 5, limit: 8 })[2]).toBe('+5 B');
    expect(cells({ measure: 'layers', actual: 1200, limit: 3000 }).slice(2)).toEqual(['1,200', '3,000', '1,800']);
    expect(cells({ measure: 'lowestEfficiency', actual: 0.95, limit: 0.9, over: 0, status: 'pass' }).slice(2)).toEqual([
      '0.95',
      '0.9',
      '0.05',
    ]);
    expect(
      cells({ measure: 'lowestEfficiency', actual: 0.9000001, limit: 0.9000002, over: 1e-7, status: 'fail' }).slice(
        2,
        4,
      ),
    ).toEqual(['0.9000001', '0.9000002']);
    expect(cells({ actual: null, limit: 9 }).slice(1)).toEqual(['compressed', '-', '9 B', '-']);
  });

  it('has neither limit nor rest of a rule that frees nothing', () => {
    const rule = { measure: 'rule', budget: 'stale', limit: 0 } as const;
    expect(cells({ ...rule, actual: 0 })).toEqual(['pass', 'stale', '0 B', '-', '-']);
    expect(cells({ ...rule, actual: 5 })).toEqual(['FAIL', 'stale', '5 B', '0 B', '+5 B']);
    expect(cells({ measure: 'compressed', actual: 0, limit: 0 })).toEqual(['pass', 'compressed', '0 B', '0 B', '0 B']);
  });

  it('says how much a limit is missed by, or how near it is', () => {
    const head = (more: Partial<Verdict>): string | undefined =>
      lines(checkOf([verdict(more)], [], { units: 'iec' })).findLast((line) => /^(?:FAIL|warn|pass) {4}/.test(line));
    expect(head({ actual: 5000, limit: 1000 })).toBe('FAIL     compressed, 4,000 B over');
    expect(head({ measure: 'growth-percent', actual: 3, limit: 1 })).toBe('FAIL     growth in %, 2 points over');
    expect(head({ measure: 'layers', actual: 3, limit: 1 })).toBe('FAIL     layers, 2 over');
    expect(head({ measure: 'lowestEfficiency', actual: 0.5, limit: 0.75, over: 0.25, status: 'fail' })).toBe(
      'FAIL     lowestEfficiency, 0.25 too low',
    );
    expect(head({ measure: 'rule', budget: 'stale', actual: 50, limit: 0 })).toBe('FAIL     stale, 50 B');
    expect(head({ actual: 900, limit: 1000, status: 'warn' })).toBe('warn     compressed, 100 B left');
    expect(head({ measure: 'growth-percent', actual: 0.5, limit: 1, status: 'warn' })).toBe(
      'warn     growth in %, 0.5 points left',
    );
    expect(head({ measure: 'layers', actual: 2, limit: 3, status: 'warn' })).toBe('warn     layers, 1 left');
    expect(head({ measure: 'rule', budget: 'stale', actual: 0, limit: 0, status: 'warn' })).toBe('warn     stale');
    expect(head({ actual: null, limit: 5, status: 'warn' })).toBe('warn     compressed');
    expect(head({ actual: 5, limit: null, status: 'warn' })).toBe('warn     compressed');
  });

  it('says more of what holds only where something is not there, or where more is asked for', () => {
    const top = [{ path: 'lib/x', bytes: 7 }];
    const held = verdict({ actual: 1, limit: 9, top });
    const absent = verdict({ actual: null, limit: 9, status: 'pass', over: null, reason: 'is not there' });
    const more = (one: Verdict, verbose: boolean): boolean =>
      /^(?:pass|skip) {5}/m.test(checkOf([one], [], { verbose }));
    expect([more(held, false), more(held, true), more(absent, false)]).toEqual([false, true, true]);
    expect(more(verdict({ actual: 1, limit: 9, reason: 'measured' }), false)).toBe(false);
    expect(more(verdict({ actual: 1, limit: 9 }), true)).toBe(false);
    // What is unknown takes no room from it.
    const unknown = verdict({ actual: null, limit: 9, reason: 'cannot be read' });
    expect(checkOf([unknown, absent], [], { top: 1 })).toMatch(/^skip {5}/m);
    expect(more({ ...absent, reason: null }, false)).toBe(false);
  });

  it('says whose limit it is where there are several artifacts', () => {
    const one = verdict({ artifact: 'a', actual: 5, limit: 1 });
    expect(checkOf([one])).toContain('FAIL     compressed, 4 B over\n');
    expect(checkOf([one, verdict({ artifact: 'b' })])).toContain('FAIL     a: compressed, 4 B over\n');
  });

  it('lists what is largest', () => {
    const of = (more: Partial<Verdict>): string => checkOf([verdict({ actual: 5, limit: 1, ...more })]);
    const top = [
      { path: 'lib/x', bytes: 700 },
      { path: 'y', bytes: 7 },
    ];
    expect(of({ top })).toMatch(/\n {9}700 B {2}lib\/x\n {9} {2}7 B {2}y\n$/);
    expect(of({ top, measure: 'growth' })).toMatch(/\n {9}\+700 B {2}lib\/x\n/);
    expect(of({}).endsWith('artifacts[0].compressed.max\n')).toBe(true);
  });

  it('lists notices, with their artifact where that is in doubt', () => {
    const notice = (path: string | null) => ({ code: 'odd', path, message: `is odd ${'x'.repeat(60)}` });
    const of = (artifacts: CheckedArtifact[], verbose = false): string[] =>
      lines(checkOf([verdict()], artifacts, { verbose, width: 80 }));
    const one = of([checked({ name: 'a', notices: [notice('p'), notice(null)] })]);
    expect(one.slice(one.indexOf('Notices (2)'))).toEqual([
      'Notices (2)',
      `  p: is odd ${'x'.repeat(60)}`,
      `  a: is odd ${'x'.repeat(60)}`,
      '',
    ]);
    const two = of([checked({ name: 'a', notices: [notice('p')] }), checked({ name: 'b' })]);
    expect(two).toContain(`  a: p: is odd ${'x'.repeat(60)}`);
    const long = of([checked({ name: 'a'.repeat(20), notices: [notice(null)] })]);
    expect(long.slice(-3, -1)).toEqual([`  ${'a'.repeat(20)}: is odd`, `    ${'x'.repeat(60)}`]);
    const many = [checked({ notices: Array.from({ length: 7 }, () => notice('p')) })];
    expect(of(many).at(-2)).toBe('  2 more: --verbose');
    expect(of(many, true).join('\n')).not.toContain('more:');
    expect(of([checked()]).join('\n')).not.toContain('Notices');
  });

  const compared = (name: string, before: Partial<Diff['before']['totals']>, after: typeof before): CheckedArtifact => {
    const [old, now] = [totals(100, before), totals(150, after)];
    const both = (size: 'archive' | 'compressed') => (old[size] === null || now[size] === null ? null : 20);
    const delta = { content: 50, disk: 0, archive: both('archive'), compressed: both('compressed') };
    return checked({ name, diff: { ...emptyDiff(), before: side('o', old), after: side('n', now), delta } });
  };

  it('says what sizes were before, where both are known', () => {
    const growth = (artifacts: CheckedArtifact[], verdicts = [verdict()], given: Partial<ReportOptions> = {}) =>
      lines(checkOf(verdicts, artifacts, given)).slice(
        lines(checkOf(verdicts, artifacts, given)).findIndex((line) => line.startsWith('Since the baseline')),
      );
    const known = compared('a', { compressed: 40 }, { compressed: 60 });
    expect(growth([known]).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['Since the baseline', 'BEFORE', 'AFTER', 'CHANGE', '%'],
      ['content', '100 B', '150 B', '+50 B', '+50.0%'],
      ['compressed', '40 B', '60 B', '+20 B', '+50.0%'],
      [''],
    ]);
    expect(growth([compared('a', { compressed: null }, { compressed: 60 })])).toHaveLength(3);
    expect(growth([compared('a', { compressed: 60 }, { compressed: null })])).toHaveLength(3);
    const several = [verdict({ artifact: 'a' }), verdict({ artifact: 'b' })];
    expect(growth([known, compared('b', {}, {})], several)[1]).toMatch(/^ {2}a {2}content/);
    expect(growth([known, compared('b', {}, {})], several, { top: 1 }).at(-2)).toBe('  1 more: --top N');
    expect(growth([known], [verdict()], { top: 1 }).join('')).not.toContain('more');
    // A name of eight columns has room beside four figures.
    const narrow = (width: number): boolean => growth([known], [verdict()], { width })[0]?.includes('BEFORE') === true;
    const least = 8 + '    compressed'.length + (2 + 6) + (2 + 5) + (2 + 6) + (2 + 6);
    expect([narrow(least), narrow(least - 1)]).toEqual([true, false]);
  });
});

describe('image', () => {
  const base = image(['RUN a', null, 'RUN c', 'RUN d']);
  const layers = base.layers.map((layer) => ({
    ...layer,
    content: 100 + layer.index,
    waste: layer.index === 1 ? 9 : 0,
  }));
  const made = { ...base, layers, layerBytes: 400, visibleBytes: 300, hiddenBytes: 100 };
  const tree = snapshot([file('a', 300)], { image: made });

  it('has sums, with the share that is hidden', () => {
    const text = scanOf(tree);
    expect(text).toContain('Image  linux/amd64\n');
    expect(text).toMatch(/layers +400 B {2}files of 4 layers\n/);
    expect(text).toContain('in layers and not in the tree, 25.0% of what they store\n');
    const one = { ...made, platform: null, layers: layers.slice(0, 1), layerBytes: 0 };
    expect(scanOf({ ...tree, image: one })).toMatch(/Image {2}platform not told\n/);
    expect(scanOf({ ...tree, image: one })).toMatch(/files of 1 layer\n/);
    expect(scanOf({ ...tree, image: one })).toMatch(/in layers and not in the tree\n/);
    expect(scanOf({ ...tree, image: { ...made, layers: [] } })).not.toContain('INSTRUCTION');
    const flattened = { how: 'zstd:19', compressed: 77, content: 300, archive: 400 };
    expect(scanOf(tree, { flattened })).toMatch(/flattened +77 B {2}the merged tree as one layer, zstd:19\n/);
    expect(text).not.toContain('flattened');
  });

  it('has the largest layers, and counts the others', () => {
    expect(rows(scanOf(tree), /RUN |not recorded/)).toEqual([
      ['0', '100 B', '25.0%', '-', 'RUN a'],
      ['1', '101 B', '25.3%', '9 B', '(not recorded)'],
      ['2', '102 B', '25.5%', '-', 'RUN c'],
      ['3', '103 B', '25.8%', '-', 'RUN d'],
    ]);
    expect(scanOf(tree, {}, { top: 3 })).toContain('  1 more layer: --layers\n');
    expect(scanOf(tree, {}, { top: 2 })).toContain('  2 more layers: --layers\n');
    expect(scanOf(tree, {}, { top: 4 })).not.toContain('more layer');
  });

  it('has all of each layer where that is asked for', () => {
    const all = layers.map((layer) => ({ ...layer, compressed: layer.index === 0 ? null : 50 }));
    const text = scanOf({ ...tree, image: { ...made, layers: all } }, { allLayers: true });
    expect(text).toContain('  0  100 B (25.0%)  stored uncompressed, sha256:');
    expect(text).toContain('  1  101 B (25.3%)  50 B compressed, sha256:');
    expect(scanOf({ ...tree, image: { ...made, layers: all, layerBytes: 0 } }, { allLayers: true })).toContain(
      '  0  100 B  stored',
    );
  });

  it('says which layer it is where it is one alone', () => {
    const text = scanOf(tree, { layer: 2 });
    expect(text).toContain('Layer 2 alone, of 4: RUN c\n\n');
    expect(text).not.toMatch(/Image|flattened/);
    expect(scanOf(tree, { layer: 9 })).toContain('Image  linux/amd64\n');
    expect(scanOf(tree, { layer: 2, flattened: { how: 'gzip', compressed: 7, content: 300, archive: 400 } })).toContain(
      'flattened  7 B',
    );
  });

  it('has what is hidden by path, with the layers', () => {
    const of = (count: number): Snapshot => ({
      ...tree,
      hidden: Array.from({ length: count }, (_, at) => hidden(`p${at}`, 100 - at, 0, 3, 'deleted')),
    });
    const stored = [0, 1, 2, 3].map((at) => hidden('x', 10, at, 3, 'deleted'));
    const found = (count: number): string | undefined =>
      rows(scanOf({ ...tree, hidden: stored.slice(0, count) }), / x$/)[0]?.[1];
    expect([found(1), found(3), found(4)]).toEqual(['0', '0, 1, 2', '0, 1, …']);
    expect(rows(scanOf({ ...tree, hidden: stored }), / x$/)[0]?.[0]).toBe('40 B');
    expect(scanOf(of(12))).not.toContain('more path');
    expect(scanOf(of(13))).toContain('  1 more path: --top N\n');
    expect(scanOf(of(14))).toContain('  2 more paths: --top N\n');
    expect(scanOf(of(0))).not.toContain('Hidden paths');
    expect(scanOf(tree)).not.toContain('Hidden paths');
  });
});

describe('scan', () => {
  const tree = snapshot([directory('lib'), file('lib/a', 100, { stored: 60 }), directory('z')]);

  it('has sizes that are known, and how the artifact was made', () => {
    const of = { ...tree, totals: { ...tree.totals, archive: null, compressed: 70 } };
    expect(rows(scanOf(of), /^ {2}(?:content|disk|archive|compressed) /).map((row) => row[0])).toEqual([
      'content',
      'disk',
      'compressed',
    ]);
    const made = { ...tree, made: { codec: null, archive: { sorted: true } } };
    expect(scanOf(made, {}, { verbose: true })).toContain('  made as sorted\n');
    expect(scanOf(made)).not.toContain('made as');
    expect(scanOf(tree, {}, { verbose: true })).not.toContain('made as');
  });

  it('has what carries no content where sizes are compressed', () => {
    const stored = { ...tree, overhead: { padding: 15, headers: 25 }, totals: { ...tree.totals, compressed: 100 } };
    const note = '  overhead 40 B, 40.0% of the file: headers 25 B, padding 15 B\n';
    expect(scanOf(stored, {}, { stored: true })).toContain(note);
    expect(scanOf(stored)).not.toContain('overhead');
    expect(scanOf(stored, {}, { stored: true })).toContain('Directories (compressed; "own" leaves out subdirectories)');
    const packages: PackageTable = {
      packages: [
        { name: 'p', version: '1', kind: 'python', path: 'lib', content: 90, files: 1, removable: 5, stored: 50 },
      ],
      unowned: { content: 10, files: 1, removable: 0, stored: 10 },
    };
    const text = scanOf(stored, { packages }, { stored: true });
    expect(text).toContain(note);
    expect(text).toContain('Packages (compressed; REMOVABLE is of content; each file is in one or none)\n');
    expect(rows(text, /python|no package/)).toEqual([
      ['50 B', '50.0%', '5 B', '1', 'python', 'p 1'],
      ['10 B', '10.0%', '0 B', '1', '(in no package)'],
    ]);
    const plain = scanOf(stored, { packages });
    expect(plain).toContain('Packages (content; each file belongs to one package or to none)\n');
    expect(plain).not.toMatch(/overhead|Directories/);
    expect(rows(scanOf(stored, {}, { stored: true }), / lib$/)[0]).toEqual(['60 B', '60.0%', '60 B', '1', 'lib']);
  });

  it('counts directories that are left out', () => {
    expect(scanOf(tree, {}, { top: 2 })).toContain('  1 more directory: --top N, --depth N\n');
    expect(scanOf(tree, {}, { top: 1 })).toContain('  2 more directories: --top N, --depth N\n');
    expect(scanOf(tree, {}, { top: 3 })).not.toContain('more director');
  });

  it('has findings, leftovers apart, and what goes in all', () => {
    const claims = Array.from({ length: 14 }, (_, at) => ({ path: `p${at}`, part: null, bytes: 20 - at }));
    const debug = finding('debug-symbols', 100, { claims });
    const leftover = finding('documentation', 7, { leftover: true, fix: { commands: [], advice: 'Keep it.' } });
    const text = scanOf(tree, { findings: [debug, leftover], removable: 50 });
    expect(text).toMatch(/Findings\n {2}warn +100 B {2}debug-symbols\n/);
    expect(text).toMatch(/Leftovers \(not counted below; --leftovers counts them\)\n {6}7 B {2}documentation {2}files/);
    expect(text).toMatch(/\n {26}Keep it\.\n/);
    expect(text).toContain('Removable: 50 B (50.0% of content), each byte counted once\n');
    expect(text).not.toMatch(/p13|more: --json|a later layer/);
    const verbose = scanOf(tree, { findings: [debug], removable: 50 }, { verbose: true });
    expect(verbose).toMatch(/ 20 B {2}p0\n/);
    expect(verbose).toMatch(/ 2 more: --json\n/);
    const twelve = scanOf(tree, { findings: [{ ...debug, claims: claims.slice(0, 12) }] }, { verbose: true });
    expect(twelve).not.toContain('more: --json');
    const none = scanOf(tree, { findings: [leftover] });
    expect(none).toMatch(/Findings {2}none\n\nLeftovers/);
    expect(none).not.toContain('Removable');
    expect(scanOf(tree)).not.toContain('Leftovers');
    const colored = scanOf(tree, { findings: [leftover] }, { color: true });
    expect(colored).toContain('\u001b[2mKeep it.\u001b[22m\n');
    expect(colored).not.toContain('\u001b[2mfiles that');
    const empty = snapshot([]);
    expect(scanOf(empty, { findings: [finding('archive-overhead', 0)] })).toContain('Removable: 0 B, each byte');
  });

  it('says where to run commands, of images alone', () => {
    const where = 'Run commands in the RUN that makes the files: a later layer frees nothing.';
    const of = (more: Partial<Snapshot>, commands: readonly string[]): boolean =>
      scanOf({ ...tree, ...more }, { findings: [finding('x', 1, { fix: { commands, advice: 'So.' } })] }).includes(
        where,
      );
    const layered = { image: image(['RUN a']) };
    expect([of(layered, ['rm a']), of(layered, []), of({}, ['rm a'])]).toEqual([true, false, false]);
  });

  it('says about how much a finding is of the compressed file', () => {
    const stored = { ...tree, overhead: {}, totals: { ...tree.totals, compressed: 100 } };
    const findings = [finding('documentation', 100, { claims: [{ path: 'lib/a', part: null, bytes: 100 }] })];
    expect(scanOf(stored, { findings }, { stored: true })).toContain('documentation  ~60 B compressed\n');
    expect(scanOf(stored, { findings })).toContain('documentation\n');
    const superseded = [finding('x', 0, { claims: [{ path: 'lib/a', part: 'superseded', bytes: 5 }] })];
    expect(scanOf(stored, { findings: superseded }, { stored: true })).toMatch(/ x\n/);
  });

  it('lists five notices, and all where more is asked for', () => {
    const notices = Array.from({ length: 7 }, (_, at) => ({
      code: 'odd',
      path: at === 0 ? null : `p${at}`,
      message: `is odd ${'x'.repeat(70)}`,
    }));
    const text = scanOf({ ...tree, notices }, {}, { width: 80 });
    expect(text).toMatch(/\nNotices \(7\)\n {2}is odd\n {4}x{70}\n {2}p1: is odd\n {4}x{70}\n/);
    expect(text).toMatch(/\n {2}2 more: --verbose\n$/);
    expect(scanOf({ ...tree, notices }, {}, { verbose: true })).not.toContain('more: --verbose');
    expect(scanOf({ ...tree, notices: notices.slice(0, 5) })).not.toContain('more: --verbose');
    expect(scanOf(tree)).not.toContain('Notices');
  });

  it('counts sections that are left out', () => {
    const sections = ['.a', '.b', '.c'].map((name) => ({ name, group: 'code' as const, bytes: 10 }));
    const whole = snapshot([file('a', 30, { facts: elf({}, { sections }) })]);
    const of = (top: number): string => scanOf(whole, { sections: sectionRollup(whole) }, { top });
    expect(of(2)).toContain('  1 more section: --top N\n');
    expect(of(1)).toContain('  2 more sections: --top N\n');
    expect(of(3)).not.toContain('more section');
  });

  it('says beside sizes how they are counted', () => {
    const of = (size: Parameters<typeof sizeNote>[0], more: Partial<Snapshot> = {}): string =>
      sizeNote(size, { snapshot: { ...tree, ...more } });
    const artifact = (format: Snapshot['artifact']['format']) => ({ artifact: { ...tree.artifact, format } });
    expect(of('disk')).toBe('unpacked, in blocks of 4 KiB');
    expect(of('disk', artifact('directory'))).toBe('allocated, as du counts');
    expect(of('archive', artifact('zip'))).toBe('members compressed, with headers');
    expect(of('archive', artifact('deb'))).toBe('members compressed, with headers');
    expect(of('archive')).toBe('uncompressed, with headers and padding');
    const packed = image(['RUN a']);
    const bare = { ...packed, layers: packed.layers.map((layer) => ({ ...layer, compressed: null })) };
    expect(of('archive', { image: packed })).toBe('layers compressed, with headers and padding');
    expect(of('archive', { image: bare })).toBe('uncompressed, with headers and padding');
    const small = { ...tree.totals, compressed: 25 };
    expect(of('compressed', { totals: small })).toBe('the file itself, 25.0% of content');
    expect(of('compressed', { totals: small, isPart: true })).toBe('the file itself');
    expect(of('compressed', { totals: { ...small, content: 0 } })).toBe('the file itself');
    expect(of('content')).toBe('1 file, 3 directories');
    expect(of('content', { totals: { ...tree.totals, files: 0, directories: 0, other: 2 } })).toBe('0 files, 2 others');
    expect([percent(1, 3), percent(0, 0), percent(5, 0)]).toEqual(['33.3%', '-', '-']);
    // Rounding makes neither nothing of something nor all of a part.
    expect([percent(0, 9), percent(1, 1e6), percent(1, 2000), percent(4999, 1e7)]).toEqual([
      '0.0%',
      '<0.1%',
      '0.1%',
      '<0.1%',
    ]);
    expect([percent(9994, 1e4), percent(9996, 1e4), percent(9, 9), percent(1001, 1e3)]).toEqual([
      '99.9%',
      '99.9%',
      '100.0%',
      '100.1%',
    ]);
  });
});

describe('diff', () => {
  const delta = { content: 50, disk: 0, archive: null, compressed: null };
  const sides = { before: side('a', totals(100)), after: side('b', totals(150)), delta };

  it('has sizes that both sides have', () => {
    expect(
      rows(diffOf({ ...sides, changes: [change('a', 1, 51)] }), /^ {2}(?:content|disk|archive|compressed) /),
    ).toEqual([
      ['content', '100 B', '150 B', '+50 B', '+50.0%'],
      ['disk', expect.any(String), expect.any(String), '0 B'],
    ]);
    expect(diffOf(sides)).toContain('no differences between the files, only in the sizes above\n');
    const notices = [{ code: 'content-unknown', path: null, message: '1 file has no digest' }];
    expect(diffOf({ ...sides, notices })).toContain('no differences known between the files, only in the sizes');
    expect(diffOf({ notices })).toContain('no differences known\n');
  });

  it('has directories that changed, the rest and the total', () => {
    const directories = [directoryChange('a', 10, 30), directoryChange('b', 30, 40), directoryChange('c', 20, 40)];
    const changes = [change('a/x', 1, 51)];
    const of = (given: Partial<ReportOptions>, more: Partial<Diff> = {}): string[] => {
      const text = lines(diffOf({ ...sides, changes, directories, ...more }, given));
      const start = text.findIndex((line) => line.startsWith('Directories'));
      return start < 0
        ? []
        : text.slice(start + 2, text.indexOf('', start)).map((line) => line.trim().split(/ {2,}/).at(-1) ?? '');
    };
    expect(of({})).toEqual(['a', 'c', 'b', 'TOTAL']);
    expect(of({ sort: 'size' })).toEqual(['b', 'c', 'a', 'TOTAL']);
    expect(of({ sort: 'path' })).toEqual(['a', 'b', 'c', 'TOTAL']);
    expect(of({ minChange: 20 })).toEqual(['a', 'c', '1 more directory', 'TOTAL']);
    expect(of({ minChange: 21 })).toEqual(['3 more directories', 'TOTAL']);
    const root = [directoryChange('!', 10, 20), directoryChange('.', 10, 20)];
    for (const some of [root, root.toReversed()]) {
      expect(of({ sort: 'path' }, { directories: some })).toEqual(['.', '!', 'TOTAL']);
      expect(of({}, { directories: some })).toEqual(['.', '!', 'TOTAL']);
    }
    expect(of({}, { directories: [] })).toEqual([]);
    // Directories alone, where neither files nor sizes differ.
    expect(of({}, { changes: [], delta: { ...delta, content: 0 } })).toEqual([]);
    expect(of({}, { changes: [] })).toHaveLength(4);
    expect(of({}, { delta: { ...delta, content: 0 } })).toHaveLength(4);
  });

  it('has directories by compressed bytes where these are asked for', () => {
    const stored = {
      directories: [{ path: 'a', from: null, before: 1, after: 5, delta: 4 }],
      overhead: { before: 1, after: 2 },
    };
    const whole = { ...sides, changes: [change('a/x', 1, 51)], stored, delta: { ...delta, compressed: 5 } };
    expect(diffOf(whole, { stored: true })).toContain(
      'Directories (own compressed bytes; new and gone ones with all in them)',
    );
    expect(diffOf(whole)).not.toContain('Directories');
    expect(diffOf({ ...whole, directories: [directoryChange('a', 1, 51)] })).toContain('(own content as du -S; new');
    expect(diffOf({ ...whole, changes: [], delta: { ...delta, compressed: 9 } }, { stored: true })).toMatch(
      /Unchanged {2}\+8 B compressed: equal content that compressed differently\n/,
    );
    expect(diffOf(whole)).not.toContain('Unchanged');
  });

  it('has files by what became of them', () => {
    const changes = [
      change('grown', 100, 150),
      change('mode', 5, 5, { aspects: ['mode'] }),
      change('both', 50, 60, { aspects: ['content', 'mode'] }),
      change('same', 7, 7, { aspects: ['content'] }),
      change('new', null, 40, { entryKind: 'hardlink' }),
      change('link', null, 0, { entryKind: 'symlink' }),
      change('plain', null, 1),
      change('gone', 30, null, { entryKind: 'symlink' }),
      change('b', 50, 50, { kind: 'moved', from: 'a', aspects: [] }),
      change('d', 50, 50, { kind: 'moved', from: 'c', aspects: ['mode'] }),
      change('e', 50, 50, { kind: 'moved', from: null, aspects: [] }),
    ];
    const one = diffOf({ changes: [change('v2/s', 5, 9, { entryKind: 'symlink', aspects: ['kind'], from: 'v1/s' })] });
    expect(one).toContain('Changed (1)  +4 B\n  +4 B  +80.0%  5 B -> 9 B  v2/s (kind)\n');
    expect(one).not.toMatch(/\(0\)|v1/);
    const text = diffOf({ ...sides, changes }, { width: 99 });
    const groups = lines(text.slice(text.indexOf('Changed')));
    expect(groups.slice(0, groups.indexOf(''))).toEqual([
      'Changed (4)  +60 B',
      '  +50 B  +50.0%  grown',
      '  +10 B  +20.0%  both (content, mode)',
      '    0 B          same',
      '           mode  mode',
      'Added (3)  +41 B',
      '  +40 B  new (hard link)',
      '   +1 B  plain',
      '    0 B  link (symlink)',
      'Removed (1)  -30 B',
      '  -30 B  gone (symlink)',
      'Moved (3)',
      '  50 B  a -> b',
      '  50 B  c -> d (mode)',
      '  50 B  e',
    ]);
    expect(lines(diffOf({ ...sides, changes }, { width: 100 })).find((line) => line.endsWith(' grown'))).toBe(
      '  +50 B  +50.0%  100 B -> 150 B  grown',
    );
    const names = (sort: ReportOptions['sort']): string[] =>
      lines(diffOf({ ...sides, changes: changes.slice(0, 4) }, { sort, width: 99 }))
        .map((line) => / (grown|mode|both|same)(?: \(.*)?$/.exec(line)?.[1] ?? '')
        .filter((name) => name !== '');
    expect(names('size')).toEqual(['grown', 'both', 'same', 'mode']);
    const large = diffOf({ changes: [change('large', 900, 901), change('small', 1, 9)] }, { sort: 'size' });
    expect(large.indexOf('large')).toBeLessThan(large.indexOf('small'));
    expect(names('path')).toEqual(['both', 'grown', 'mode', 'same']);
  });

  it('puts both names of a move on lines of their own where one does not hold them', () => {
    const changes = [change('new/directory/b', 50, 50, { kind: 'moved', from: 'old/directory/a', aspects: [] })];
    const of = (width: number): string[] =>
      lines(diffOf({ changes }, { width })).filter((line) => /directory/.test(line));
    const line = '  50 B  old/directory/a -> new/directory/b';
    expect(of(line.length)).toEqual([line]);
    expect(of(line.length - 1)).toEqual(['  50 B  old/directory/a', '        -> new/directory/b']);
  });

  it('counts files that are left out, and says how to see them', () => {
    const changes = [change('a', 0, 10), change('b', 0, 10), change('c', 0, 9)];
    const of = (given: Partial<ReportOptions>): string | undefined =>
      lines(diffOf({ changes }, given)).find((line) => line.includes(' more: '));
    expect(of({ top: 2 })).toBe('  1 more: --top N');
    expect(of({ minChange: 10 })).toBe('  1 more: --top N, --min-change SIZE');
    expect(of({ top: 3 })).toBeUndefined();
  });

  it('has sections of a file, eight at most', () => {
    const of = (count: number): string => {
      const sections = Array.from({ length: count }, (_, at) => ({
        name: `.s${at}`,
        before: at === 0 ? null : 5,
        after: at === 1 ? null : 9,
        delta: 9,
      }));
      return diffOf({ changes: [change('a', 0, 10, { sections })] });
    };
    expect(of(3)).toMatch(/ \.s0 {2}new\n.* \.s1 {2}gone\n.* \.s2 {2}5 B -> 9 B\n/);
    expect(of(8)).not.toContain('more sections');
    expect(of(9)).toContain(' 1 more sections: --json\n');
  });

  it('has findings with what they claim', () => {
    const claims = ['x', 'y', 'z', 'w', 'v'].map((path) => ({ path, part: null, bytes: 2 }));
    const one = (count: number) => finding('debug-symbols', 10, { claims: claims.slice(0, count) });
    const of = (
      found: Diff['findings']['new'],
      given: Partial<ReportOptions> = {},
      rules: Diff['findings']['rules'] = [],
    ) => diffOf({ findings: { new: found, fixed: [], rules, removable: { before: 1, after: 9 } } }, given);
    expect(of([one(5)])).toMatch(
      /new +\+10 B {2}warn {3}debug-symbols\n +2 B {2}x\n +2 B {2}y\n +2 B {2}z\n +and 2 more: --verbose\n/,
    );
    expect(of([one(5)], { verbose: true, top: 2 })).toMatch(/ and 3 more: --json\n/);
    expect(of([one(3)])).not.toContain('more: ');
    expect(of([one(5)], { verbose: true, top: 0 })).toMatch(/ 5 claims: --json\n/);
    expect(of([one(1)], { verbose: true, top: 0 })).toMatch(/ 1 claim: --json\n/);
    const rule = (id: string) => ({ rule: id, before: 1, after: 9 });
    expect(of([one(1)], {}, [rule('a')])).toContain('  a: 1 B before, 9 B now\n');
    expect(of([one(1)], {}, [rule('a')])).not.toContain('all together');
    expect(of([one(1)], {}, [rule('a'), rule('b')])).toContain('  all together, each byte once: 1 B before, 9 B now\n');
  });

  it('has notices, those of the comparison first', () => {
    const odd = (path: string | null) => ({ code: 'odd', path, message: `is odd ${'x'.repeat(67)}` });
    const text = diffOf(
      { notices: [odd('p'), odd(null), { code: 'part', path: null, message: 'is a part' }] },
      { width: 80 },
    );
    expect(text).toMatch(
      /\nNotices \(1\)\n {2}is a part\n\nNotices on the new side \(2\)\n {2}p: is odd\n {4}x{67}\n {2}is odd x{67}\n$/,
    );
    expect(diffOf({ notices: Array.from({ length: 6 }, () => odd('p')) })).toMatch(/\n {2}1 more: --verbose\n$/);
    expect(diffOf({ notices: Array.from({ length: 5 }, () => odd('p')) })).not.toContain('more: --verbose');
  });

  it('has packages that changed, the rest and the total', () => {
    const tableOf = (content: number): PackageTable => ({
      packages: ['p', 'q', 'r'].map((name, at) => ({
        name,
        version: '1',
        kind: 'node',
        path: name,
        content: content * (at + 1),
        files: 1,
        removable: 0,
      })),
      unowned: { content, files: 1, removable: 0 },
    });
    const of = (top: number, packages = packageChanges(tableOf(1), tableOf(11))): string[] => {
      const text = lines(diffOf({ ...sides, changes: [change('a', 1, 51)], packages }, { top }));
      const start = text.findIndex((line) => line.startsWith('Packages'));
      return start < 0
        ? []
        : text.slice(start + 2, text.indexOf('', start)).map((line) => line.trim().split(/ {2,}/).at(-1) ?? '');
    };
    expect(of(9)).toEqual(['r 1 (node)', 'q 1 (node)', 'p 1 (node)', '(in no package)', 'TOTAL']);
    expect(of(2)).toContain('1 more package');
    expect(of(1)).toContain('2 more packages');
    expect(of(9, [])).toEqual([]);
  });

  const pulled = { index: 1, digest: 'sha256:0', instruction: 'RUN b', compressed: 350, content: 900 };
  const layered: ImageChange = {
    layers: 2,
    shared: 1,
    pulled: [pulled],
    pull: 350,
    waste: { before: 4, after: 4 },
    cacheBroke: { index: 1, before: 'RUN a', after: 'RUN b' },
  };
  const imageOf = (more: Partial<ImageChange>, given: Partial<ReportOptions> = {}): string =>
    diffOf({ ...sides, changes: [change('a', 1, 51)], image: { ...layered, ...more } }, given);

  it('of images says what is to be pulled', () => {
    expect(imageOf({})).toMatch(
      /\n\nLayers {2}1 of 2 shared, 1 layer to pull, 350 B\n {2}cache ends at layer 1: RUN a became RUN b\n {2}waste 4 B, as before\n {2}# +PULL {2}INSTRUCTION\n {2}1 {2}350 B {2}RUN b\n\n/,
    );
    expect(imageOf({})).not.toContain('\n\n\n');
    expect(imageOf({ cacheBroke: { index: 1, before: 'RUN a', after: 'RUN a' } })).toContain('layer 1: RUN a\n');
    expect(imageOf({ waste: { before: 4, after: 6 } })).toContain('  waste 6 B, 2 B more than before\n');
    expect(imageOf({ waste: { before: 6, after: 4 } })).toContain('  waste 4 B, 2 B less than before\n');
    expect(imageOf({ waste: { before: 0, after: 0 } })).not.toContain('waste');
    expect(imageOf({ pull: null })).toMatch(/1 layer to pull, of unknown size: layers are stored uncompressed\n/);
    expect(imageOf({ pull: null })).toMatch(/# +CONTENT {2}INSTRUCTION\n {2}1 +900 B {2}RUN b\n/);
    const none = imageOf({ pulled: [], pull: 0, cacheBroke: null });
    expect(none).toContain('1 of 2 shared, nothing to pull\n');
    expect(none).not.toContain('INSTRUCTION');
    const three = [1, 2, 3].map((index) => ({ ...pulled, index }));
    expect(imageOf({ pulled: three }, { top: 2 })).toContain('  1 layer more: --top N\n');
    expect(imageOf({ pulled: three }, { top: 1 })).toContain('  2 layers more: --top N\n');
    expect(imageOf({ pulled: three })).not.toContain('more: --top');
    expect(imageOf({ pulled: three })).toContain('3 layers to pull');
    // Behind the line that says that nothing differs.
    expect(diffOf({ image: layered })).toContain('no differences\n\nLayers');
  });

  it('has hints on one line where it holds them', () => {
    const hinted = {
      directories: [
        directoryChange('lib/python3.9', 9_000_000, null),
        directoryChange('lib/python3.10', null, 9_000_000),
      ],
      changes: [
        change('lib/python3.9', 0, null, { entryKind: 'directory' }),
        change('lib/python3.10', null, 0, { entryKind: 'directory' }),
      ],
    };
    const line = lines(diffOf(hinted, { width: 200 })).find((text) => text.startsWith('hint: ')) ?? '';
    expect(line).toBe("hint: --map 'python3.*' pairs lib/python3.9 with lib/python3.10");
    const of = (width: number): string[] =>
      lines(diffOf(hinted, { width })).filter((text) => /^(?:hint: | {2}lib\/python3\.9$| {2}with )/.test(text));
    expect(of(line.length)).toEqual([line]);
    expect(of(line.length - 1)).toEqual(["hint: --map 'python3.*' pairs", '  lib/python3.9', '  with lib/python3.10']);
  });
});

describe('text', () => {
  it('is cut by columns, its middle or its end', () => {
    expect([cutMiddle('abcdef', 6), cutEnd('abcdef', 6)]).toEqual(['abcdef', 'abcdef']);
    expect(cutMiddle('abcdefgh', 6)).toBe('a…efgh');
    expect(cutEnd('abcdefgh', 6)).toBe('abcde…');
    expect(cutEnd('日本語日本語', 7)).toBe('日本語…');
    expect(cutMiddle('日本語', 5, 1)).toBe('…本語');
    // A short text with a wide character that has room whole in one part.
    expect([columnsOf('\x7f'), columnsOf('é'), columnsOf('日'), columnsOf('e\u0301')]).toEqual([1, 1, 2, 1]);
  });

  it('of a command is broken where a shell goes on, a comment never', () => {
    expect(wrapCommand('rm a b', 6)).toEqual(['rm a \\', 'b']);
    expect(wrapCommand('rm a # c d', 10)).toEqual(['rm a # c d']);
    expect(wrapCommand('rm a # c d', 9)).toEqual(['rm a', '# c d']);
    expect(wrapCommand('# all of it', 40)[0]).toMatch(/# all of it$/);
  });

  it('of a page is wrapped, but for code and tables', () => {
    const page =
      '# Title\n\nSome words\nthat go on\n\n- one item\n  of two\n- two\n\n    code  as is\n\n| a | b |\n| - | - |\n';
    expect([...pageText(page, 12, styleFor(false))].join('')).toBe(
      'Title\n\nSome words\nthat go on\n\n- one item\n  of two\n- two\n\n    code  as is\n\n| a | b |\n| - | - |\n',
    );
    expect([...pageText('one two', 40, styleFor(false))].join('')).toBe('one two\n');
  });

  it('of a page has no links, but the names of rules that they lead to', () => {
    const page =
      'See [tool-cache](tool-cache.md), [one of its\nown](static-library.md) and [texts](README.md#texts); fix does it ([fix](../fix.md)).';
    expect([...pageText(page, 140, styleFor(false))].join('')).toBe(
      'See tool-cache, one of its own (static-library) and texts; fix does it.\n',
    );
  });
});
