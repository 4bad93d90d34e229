// Which packages a report shows, in which order, and what it says of those that it leaves out.
import { describe, expect, it } from 'vitest';
import { packageChanges } from '../../src/compare/packages/changes.ts';
import type { PackageKind, PackageRow, PackageTable } from '../../src/model/packages.ts';
import { packageChangeCells, shownPackages } from '../../src/report/changed-packages.ts';
import { markdownOf } from '../../src/report/markdown/index.ts';
import type { ReportOptions } from '../../src/report/reporter.ts';
import { diffTable } from '../../src/report/table/diff.ts';
import { checked, diff, emptyDiff, gate, plainOptions, side, testTool, totals, verdict } from '../build/report.ts';

type Spec = readonly [name: string, version: string | null, content: number, kind?: PackageKind];

function tableOf(specs: readonly Spec[], unowned = 0): PackageTable {
  const packages = specs.map(([name, version, content, kind = 'node'], at): PackageRow => {
    return { name, version, kind, path: `${at}`, content, files: 1, removable: 0 };
  });
  return { packages, unowned: { content: unowned, files: 0, removable: 0 } };
}

const old = tableOf([
  ['zlib', '1', 10],
  ['zlib', '2', 10, 'python'],
  ['zlib', '2', 10, 'debian'],
  ['two', '1', 3],
  ['two', '2', 3],
  ['big', '1', 900],
  ['grown', '1', 50],
  ['renamed', '1', 7],
]);
const now = tableOf([
  ['zlib', '1', 11, 'debian'],
  ['zlib', '1', 30],
  ['zlib', '2', 11, 'python'],
  ['two', '2', 4],
  ['two', '1', 2],
  ['big', '1', 905],
  ['grown', '1', 150],
  ['renamed', '2', 7],
]);
const packages = packageChanges(old, now);
const sum = packages.reduce((all, { delta }) => all + delta, 0);
const [before, after] = [side('old', totals(1000)), side('new', totals(1000 + sum))];
const whole = diff({ before, after, delta: { content: sum, disk: 0, archive: sum, compressed: null }, packages });

function shown(more: Partial<ReportOptions>, most = 99) {
  return shownPackages(packages, whole, '->', { ...plainOptions, ...more }, most);
}

const labels = (...args: Parameters<typeof shown>) =>
  shown(...args).rows.map(({ label, part }) => `${label ?? ''} ${part}`);

it('tell kinds of one name apart, and versions that are the same in another order are', () => {
  expect(packages.map(({ name, kind }) => [name, kind])).toEqual([
    ['big', 'node'],
    ['grown', 'node'],
    ['renamed', 'node'],
    ['zlib', 'debian'],
    ['zlib', 'node'],
    ['zlib', 'python'],
    [null, 'unowned'],
  ]);
});

it('are in the order that is asked for', () => {
  const [big, grown, renamed] = ['big 1 node', 'grown 1 node', 'renamed 1 -> 2 node'];
  const zlib = ['zlib 2 -> 1 debian', 'zlib 1 node', 'zlib 2 python'] as const;
  expect(labels({})).toEqual([grown, zlib[1], big, zlib[0], zlib[2], renamed]);
  expect(labels({ sort: 'size' })).toEqual([big, grown, zlib[1], zlib[0], zlib[2], renamed]);
  expect(labels({ sort: 'path' })).toEqual([big, grown, renamed, ...zlib]);
  expect(labels({ minChange: 5 })).toEqual([grown, zlib[1], big]);
  expect(shown({ minChange: 5 })).toMatchObject({ more: 3, rest: 2 });
  expect(shown({}, 1)).toMatchObject({ more: 5, rest: 27 });
});

describe('by compressed bytes', () => {
  const row = (name: string, version: string | null, content: number, stored: number): PackageRow => {
    return { name, version, kind: 'node', path: name, content, files: 1, removable: 0, stored };
  };
  const inNone = (content: number, stored: number) => ({ content, files: 1, removable: 0, stored });
  const two = packageChanges(
    { packages: [row('same', '1', 5, 4), row('gone', '1', 5, 3), row('told', null, 5, 9)], unowned: inNone(7, 2) },
    { packages: [row('same', '1', 5, 6), row('new', null, 9, 8), row('told', '1', 5, 9)], unowned: inNone(7, 2) },
    true,
  );
  const overhead = { before: 20, after: 25 };
  const sides = {
    before: side('old', totals(22, { compressed: 38 })),
    after: side('new', totals(26, { compressed: 50 })),
    delta: { content: 4, disk: 0, archive: null, compressed: 12 },
  };
  const told = { ...diff(), ...sides, packages: two, stored: { directories: [], overhead } };
  const rows = (of: typeof told | Omit<typeof told, 'stored'>, stored: boolean | undefined) => {
    const { stored: _, ...options } = plainOptions;
    const found = shownPackages(two, of, '->', stored === undefined ? options : { ...options, stored }, 9);
    expect(found.rows.reduce((left, { delta }) => left + delta, found.rest)).toBe(found.total.delta);
    return [found.size, ...found.rows.map(({ label, part, delta }) => `${label ?? part} ${delta}`)];
  };

  it('they are told with what carries no content, where that is known and asked for', () => {
    const content = ['content', 'new 9', 'gone 1 -5', 'told ? -> 1 0'];
    const compressed = ['compressed', 'new 8', 'gone 1 -3', 'same 1 2', 'told ? -> 1 0'];
    expect(rows(told, true)).toEqual([...compressed, '(headers, padding, framing) 5']);
    const { stored: _, ...untold } = told;
    expect(rows(untold, true)).toEqual(content);
    expect(rows(told, false)).toEqual(content);
    expect(rows(told, undefined)).toEqual(content);
  });

  it('what came and went has no percent, also where it is empty', () => {
    const [none, empty] = [tableOf([]), tableOf([['empty', null, 0]])];
    for (const [changes, share] of [
      [packageChanges(none, empty), 'new'],
      [packageChanges(empty, none), 'gone'],
    ] as const) {
      const [first] = packageChangeCells(shownPackages(changes, whole, '->', plainOptions, 9), plainOptions).rows;
      expect(first).toMatchObject({ label: 'empty', share });
    }
    const cells = packageChangeCells(shownPackages(two, told, '->', plainOptions, 9), plainOptions);
    expect(cells.rows.map(({ label, share }) => `${label ?? ''} ${share}`)).toEqual([
      'new new',
      'gone 1 gone',
      'told ? -> 1 ',
    ]);
  });
});

describe('of reports', () => {
  const table = (packages_: typeof packages, more: Partial<ReportOptions> = {}): string =>
    [...diffTable({ tool: testTool, diff: { ...whole, packages: packages_ } }, { ...plainOptions, ...more })].join('');
  const none = packageChanges(old, old);

  it('there is no table where none differs, and one of what is left out where all of it is', () => {
    expect(table(none)).not.toContain('Packages (');
    expect(table(packages, { minChange: 9999 })).toMatch(/PACKAGE\n +\+127 B +6 more packages\n.* TOTAL\n/);
    const markdown = (diff_: typeof whole, more: Partial<ReportOptions> = {}): string =>
      markdownOf({ tool: testTool, diff: diff_ }, { ...plainOptions, ...more }, 'key');
    expect(markdown({ ...emptyDiff(), packages: none })).not.toContain('Package (');
    expect(markdown(whole, { minChange: 9999 })).toMatch(/\| \+127\u00a0B \| \| \| \| 6 more \|\n\| \*\*\+127/);
  });

  it('those that do not tell compressed bytes show content, beside others that do', () => {
    const artifacts = [checked({ name: 'one', diff: whole })];
    const report = { tool: testTool, gate: gate([verdict({ artifact: 'one', status: 'pass' })]), artifacts };
    const text = markdownOf(report, { ...plainOptions, stored: true }, 'key');
    expect(text).toContain('| Package (content) |');
    const plain = { ...report, artifacts: [checked({ name: 'one', diff: diff() })] };
    expect(markdownOf(plain, { ...plainOptions, stored: true }, 'key')).toContain('| Directory (own content) |');
  });
});
