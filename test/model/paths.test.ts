import { expect, it } from 'vitest';
import { knowPaths, pathsOf } from '../../src/model/paths.ts';
import { file, snapshot } from '../build/snapshot.ts';

it('entries stand at their paths, in a table that is made once', () => {
  const one = snapshot([file('a', 1), file('b', 2)]);
  const paths = pathsOf(one);
  expect([...paths.values()]).toEqual(one.entries);
  expect([...paths.keys()]).toEqual(one.entries.map(({ path }) => path));
  expect(pathsOf(one)).toBe(paths);
  const other = snapshot([file('a', 1)]);
  const known = new Map(other.entries.map((entry) => [entry.path, entry]));
  knowPaths(other, known);
  expect(pathsOf(other)).toBe(known);
  expect(pathsOf(one)).toBe(paths);
});
