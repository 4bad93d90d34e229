import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DirectoryChange } from '../../src/model/diff.ts';
import { shownDirectories, wholeTrees } from '../../src/report/whole-trees.ts';
import { directoryChange } from '../build/report.ts';

const paths = fc.uniqueArray(
  fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/')),
  { maxLength: 40 },
);

/** Every directory above it, topmost first, and itself. */
function chain(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

it('shows what came whole as its topmost directory, and what it holds once', () => {
  fc.assert(
    fc.property(paths, fc.array(fc.nat(9), { minLength: 40, maxLength: 40 }), (names, sizes) => {
      // Of each directory those above it are there, too, as in a diff; 0 stands for a change, others for new and gone.
      const all = [...new Set(names.flatMap(chain))].toSorted();
      const rows: DirectoryChange[] = all.map((path, at) => {
        const size = sizes[at % 40] ?? 0;
        return size < 4
          ? directoryChange(path, null, size * 100)
          : size < 8
            ? directoryChange(path, size * 100, null)
            : directoryChange(path, size, size * 2);
      });
      const isNew = new Map(rows.map((row) => [row.path, row.before === null]));
      const isGone = new Map(rows.map((row) => [row.path, row.after === null]));
      const topOf = ({ path, before, after }: DirectoryChange): string => {
        const alike = before === null ? isNew : after === null ? isGone : null;
        if (alike === null) return path;
        // The part of the chain that ends in it and is alike without a gap.
        const above = chain(path);
        return above[above.findLastIndex((up) => alike.get(up) !== true) + 1] ?? path;
      };
      const expected = new Map<string, { delta: number; disk: number; below: number }>();
      for (const row of rows) {
        const { delta, disk, below } = expected.get(topOf(row)) ?? { delta: 0, disk: 0, below: -1 };
        expected.set(topOf(row), {
          delta: delta + row.delta.content,
          disk: disk + row.delta.disk,
          below: below + 1,
        });
      }
      const shown = wholeTrees(rows);
      expect(shown.map(({ path, delta, below }) => [path, delta.content, delta.disk, below])).toEqual(
        rows
          .filter((row) => topOf(row) === row.path)
          .map(({ path }) => [path, expected.get(path)?.delta, expected.get(path)?.disk, expected.get(path)?.below]),
      );
      for (const { before, after, delta } of shown)
        expect(delta.content).toBe((after?.content ?? 0) - (before?.content ?? 0));
    }),
    { numRuns: 300 },
  );
});

it('counts what is deeper than --depth for the directory above it', () => {
  const rows = [
    directoryChange('.', 5, 6),
    directoryChange('a/b', null, 100),
    directoryChange('a/b/c', null, 20),
    directoryChange('a/d', 40, 43),
    directoryChange('e', 7, 9),
    directoryChange('e/f/g', 50, null),
    directoryChange('h', 8, 8),
  ];
  const shown = (depth: number, size: 'content' | 'disk' = 'content') =>
    shownDirectories(rows, { size, depth }).map(({ path, before, after, delta, below }) => [
      path,
      before === null ? null : before[size],
      after === null ? null : after[size],
      delta[size],
      below,
    ]);
  expect(shown(0)).toEqual([['.', null, null, 76, 6]]);
  expect(shown(1)).toEqual([
    ['.', 5, 6, 1, 0],
    ['a', null, null, 123, 3],
    ['e', null, null, -48, 1],
  ]);
  const whole = [
    ['.', 5, 6, 1, 0],
    ['a/b', null, 120, 120, 1],
    ['a/d', 40, 43, 3, 0],
    ['e', 7, 9, 2, 0],
  ];
  expect(shown(3)).toEqual([...whole, ['e/f/g', 50, null, -50, 0]]);
  expect(shown(2)).toEqual([...whole, ['e/f', null, null, -50, 1]]);
  // Of disk usage alone what is new or gone differs here.
  expect(shown(9, 'disk')).toEqual([
    ['a/b', null, 16_384, 16_384, 1],
    ['e/f/g', 8192, null, -8192, 0],
  ]);
});

it('keeps apart what went and what came at one path, and takes deep trees', () => {
  const deep = chain('x/'.repeat(2000) + 'x').map((path) => directoryChange(path, null, 1));
  expect(wholeTrees(deep)).toMatchObject([{ path: 'x', delta: { content: 2001 }, below: 2000 }]);
  const replaced = [directoryChange('a', 5, null), directoryChange('a', null, 7), directoryChange('a/b', null, 1)];
  expect(wholeTrees(replaced)).toMatchObject([
    { path: 'a', delta: { content: -5 }, below: 0 },
    { path: 'a', delta: { content: 8 }, below: 1 },
  ]);
});

it('keeps where a directory was before, also of those that stand for others', () => {
  const rows = [
    { ...directoryChange('v2', 5, 6), from: 'v1' },
    { ...directoryChange('v2/b', 5, 7), from: 'v1/b' },
  ];
  const shown = (depth: number) =>
    shownDirectories(rows, { size: 'content', depth }).map(({ path, from, below }) => [path, from, below]);
  expect(shown(1)).toEqual([['v2', 'v1', 1]]);
  expect(shown(2)).toEqual([
    ['v2', 'v1', 0],
    ['v2/b', 'v1/b', 0],
  ]);
});
