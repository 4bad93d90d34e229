// Which packages count as changed: one name is one package, its versions are a set, and the deltas sum to that of the content.
import { expect, it } from 'vitest';
import { packageChanges } from '../../src/compare/packages/changes.ts';
import type { PackageKind, PackageRow, PackageTable } from '../../src/model/packages.ts';

type Spec = readonly [name: string, version: string | null, content: number, kind?: PackageKind, stored?: number];

function tableOf(specs: readonly Spec[], unowned: { content: number; stored?: number } = { content: 0 }): PackageTable {
  const packages = specs.map(([name, version, content, kind = 'node', stored], at): PackageRow => {
    const row = { name, version, kind, path: `${at}`, content, files: 1, removable: 0 };
    return stored === undefined ? row : { ...row, stored };
  });
  return { packages, unowned: { files: 0, removable: 0, ...unowned } };
}

const named = (before: readonly Spec[], after: readonly Spec[]) =>
  packageChanges(tableOf(before), tableOf(after))
    .slice(0, -1)
    .map(({ name, kind, before: was, after: is, delta }) => [name, kind, was?.versions, is?.versions, delta]);

it('come, go, grow, or get another version', () => {
  expect(named([['a', '1', 5]], [['a', '1', 5]])).toEqual([]);
  expect(named([['a', '1', 5]], [])).toEqual([['a', 'node', ['1'], undefined, -5]]);
  expect(named([], [['a', null, 5]])).toEqual([['a', 'node', undefined, [], 5]]);
  expect(named([['a', '1', 5]], [['a', '1', 6]])).toEqual([['a', 'node', ['1'], ['1'], 1]]);
  expect(named([['a', '1', 5]], [['a', '2', 5]])).toEqual([['a', 'node', ['1'], ['2'], 0]]);
  expect(named([['a', null, 5]], [['a', '2', 5]])).toEqual([['a', 'node', [], ['2'], 0]]);
  // One that is empty is there all the same.
  expect(named([], [['a', null, 0]])).toEqual([['a', 'node', undefined, [], 0]]);
});

it('are one where they are installed several times, whatever order that is in', () => {
  const twice: readonly Spec[] = [
    ['a', '2', 5],
    ['a', '1', 3],
  ];
  expect(named(twice, twice.toReversed())).toEqual([]);
  expect(named(twice, [['a', '2', 8]])).toEqual([['a', 'node', ['1', '2'], ['2'], 0]]);
});

it('are one in the spellings that Python takes for one name, and in no other language', () => {
  const spelled = (kind: PackageKind) => named([['Flask-Cors', '1', 5, kind]], [['flask_cors', '1', 6, kind]]);
  expect(spelled('python')).toEqual([['flask_cors', 'python', ['1'], ['1'], 1]]);
  expect(spelled('node')).toHaveLength(2);
  expect(named([['a', '1', 5, 'python']], [['a', '1', 5, 'debian']])).toHaveLength(2);
});

it('tell compressed bytes where they are asked for and known', () => {
  const before = tableOf(
    [
      ['a', '1', 5, 'node', 3],
      ['a', '1', 5, 'node', 4],
      ['b', '1', 1],
    ],
    { content: 9, stored: 2 },
  );
  const after = tableOf(
    [
      ['a', '1', 10, 'node', 8],
      ['b', '1', 1],
    ],
    { content: 9 },
  );
  expect(packageChanges(before, after).map(({ name }) => name)).toEqual([null]);
  const [changed, none, ...more] = packageChanges(before, after, true);
  expect([changed?.name, changed?.before?.stored, changed?.after?.stored]).toEqual(['a', 7, 8]);
  expect([none?.name, none?.before?.stored, more]).toEqual([null, 2, []]);
  for (const side of [
    none?.after,
    packageChanges(before, after)[0]?.before,
    packageChanges(after, tableOf([]), true)[1]?.before,
  ])
    expect(side).not.toHaveProperty('stored');
});
