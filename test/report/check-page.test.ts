// The page of a gate: that it says what the comment says, and that the map is of all artifacts that have a baseline.
import { describe, expect, it } from 'vitest';
import { htmlReporter } from '../../src/report/html/index.ts';
import { readTree } from '../../src/report/html/read-tree.ts';
import type { PageNode } from '../../src/report/html/read-tree.ts';
import type { CheckReport, ReportOptions } from '../../src/report/reporter.ts';
import { named, tablesOf, textOf } from '../build/render.ts';
import {
  change,
  checked,
  checkReport,
  diff,
  emptyDiff,
  finding,
  mixedVerdicts,
  plainOptions,
  verdict,
} from '../build/report.ts';

function page(of: CheckReport, more: Partial<ReportOptions> = {}): string {
  return [...(htmlReporter.check?.(of, { ...plainOptions, ...more }) ?? [])].join('');
}

function texts(html: string, tag: string): string[] {
  return named(html, tag).map((element) => textOf(element).replaceAll(/\s+/g, ' ').trim());
}

function mapOf(html: string): PageNode {
  const data = named(html, 'script').find(({ attrs }) => attrs.some(({ value }) => value === 'data'));
  return readTree(JSON.parse(data === undefined ? '' : textOf(data)).tree, new Map());
}

describe('page of a gate', () => {
  it('has the verdict first, then all limits with what is left of each', () => {
    const html = page(checkReport());
    expect(texts(html, 'h1')).toEqual(['fail Over budget']);
    expect(texts(html, 'p').slice(0, 2)).toEqual([
      'layer-py312-amd64: compressed is 5,324,123 B, 81,243 B over its limit of 5 MiB (5,242,880 B)',
      '2 limits are exceeded, 1 could not be measured, 1 warns, 2 hold.',
    ]);
    expect(texts(html, 'title')).toEqual([
      'Over budget: layer-py312-amd64: compressed is 5,324,123 B, 81,243 B over its limit of 5 MiB (5,242,880 B)',
    ]);
    const [rows] = tablesOf(html).map((table) => table.map((row) => row.map((cell) => cell.replaceAll('\u00a0', ' '))));
    expect(rows).toEqual([
      ['', 'actual', 'limit', 'headroom', 'budget'],
      ['fail', '5,324,123 B', '5,242,880 B', '81,243 B over', 'layer-py312-amd64: compressed'],
      ['fail', '3.1%', '2%', '1.1 points over', 'layer-py312-amd64: growth in percent'],
      ['unknown', 'unknown', '204,800 B', '–', 'layer-py313-amd64: growth'],
      ['warn', '40,894,464 B', '–', '–', 'layer-py312-amd64: debug-symbols'],
      ['pass', '12,012,345 B', '12,582,912 B', '570,567 B (4.5%)', 'layer-py312-amd64: uncompressed'],
      ['pass', '6,000,000 B', '6,291,456 B', '291,456 B (4.6%)', 'layer-py312-amd64: **/*.so'],
    ]);
  });

  it('says what is behind limits that do not hold', () => {
    const items = texts(page(checkReport()), 'li');
    expect(items[0]).toContain('layer-py312-amd64: compressed: largest files2.0 MiB python/numpy/core/');
    expect(items).toContain('layer-py313-amd64: growth: its baseline baseline/layer-py313.json is missing');
  });

  it('names examples of what frees nothing, without sizes that would say so of each', () => {
    const stale = verdict({
      budget: 'timestamp-bytecode',
      measure: 'rule',
      actual: 0,
      limit: 0,
      status: 'warn',
      reason: '2 pycs are stale',
      top: [
        { path: 'a.pyc', bytes: 0 },
        { path: 'b.pyc', bytes: 0 },
      ],
    });
    const html = page(checkReport([stale], []));
    expect(texts(html, 'p')[0]).toBe('layer-py312-amd64: timestamp-bytecode: 2 pycs are stale');
    expect(texts(html, 'li').slice(1)).toEqual(['a.pyc', 'b.pyc']);
    expect(texts(html, 'li')[0]).toContain('timestamp-bytecode: 2 pycs are stale; for example');
  });

  it('has the map of the one artifact, and its sizes and findings below', () => {
    const html = page(checkReport());
    expect(texts(html, 'h2')).toEqual([
      'What changed (content, by file)',
      'layer-py312-amd64 against python-3.9.18-linux-amd64.tar.zst',
      'New findings 1.1 MiB',
      'Fixed findings 83.3 MiB',
    ]);
    expect(mapOf(html).inside?.map(({ name }) => name)).toEqual(['lib', 'bin']);
  });

  it('has one map of several artifacts, each a directory of it', () => {
    const found = {
      new: [finding('documentation', 5), finding('test-suite', 4, { fix: { commands: ['rm -r test'], advice: null } })],
      fixed: [],
      rules: [],
      removable: { before: 0, after: 0 },
    };
    const artifacts = [
      checked({ name: 'dist/one.zip', diff: diff({ findings: found }) }),
      checked({ name: 'none' }),
      checked({ name: 'two', diff: diff({ findings: found }) }),
      checked({ name: 'same', diff: emptyDiff() }),
    ];
    const html = page(checkReport(mixedVerdicts, artifacts));
    const root = mapOf(html);
    const shown = root.inside?.map(({ name, size, removable }) => [name, size, 2 * removable - size]);
    const changed = diff().changes.reduce((sum, { delta }) => sum + Math.abs(delta), 0);
    const net = diff().changes.reduce((sum, { delta }) => sum + delta, 0);
    expect(shown).toEqual([
      ['dist/one.zip', changed, net],
      ['two', changed, net],
      ['same', 0, 0],
    ]);
    expect(texts(html, 'h2')).toContain('none zip');
    expect(texts(html, 'noscript')[0]).toContain('dist/one.zip: lib/libpython3.9.a');
    const ids = named(html, 'pre').map(({ attrs }) => attrs.find(({ name }) => name === 'id')?.value);
    expect(ids).toHaveLength(5);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('stays small however many artifacts change in however many files', () => {
    const changes = Array.from({ length: 9000 }, (_, at) => change(`lib/${at % 60}/f${at}`, null, 10));
    const many = Array.from({ length: 12 }, (_, at) => checked({ name: `layer-${at}`, diff: diff({ changes }) }));
    const html = page(checkReport(mixedVerdicts, many));
    expect(html.length).toBeLessThan(1_500_000);
    const root = mapOf(html);
    expect(root.inside?.map(({ size, files }) => [size, files])).toEqual(many.map(() => [90_000, 9000]));
  });

  it('has neither a map nor a program without a baseline', () => {
    const html = page(checkReport([verdict()], [checked()]));
    expect(named(html, 'script')).toEqual([]);
    const policies = named(html, 'meta').flatMap(({ attrs }) => attrs.map(({ value }) => value));
    expect(policies.some((value) => value.includes(`script-src 'none';`))).toBe(true);
    expect(texts(html, 'h2')).toEqual(['layer-py312-amd64 zip', 'Findings 40.1 MiB']);
    expect(texts(html, 'dl')[0]).toContain('can go away39.1 MiBeach byte counted once');
  });

  it('lets no name become markup', () => {
    const nasty = '</script><img src=x onerror=alert(1)>\u001b[2J';
    const bad = verdict({
      artifact: nasty,
      budget: nasty,
      measure: 'path',
      path: nasty,
      actual: 9,
      limit: 1,
      reason: nasty,
      top: [{ path: nasty, bytes: 1 }],
    });
    const html = page(checkReport([bad], [checked({ name: nasty, diff: diff() }), checked({ name: nasty })]));
    expect(named(html, 'img')).toEqual([]);
    expect(named(html, 'script')).toHaveLength(2);
    expect(html).not.toContain('\u001b');
  });
});
