// Of many paths of one content, which one moved where: held against the rule, applied in the plainest way.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { diffSnapshots } from '../../src/compare/diff.ts';
import { digest, file, snapshot } from '../build/snapshot.ts';

type Pair = readonly [from: string, to: string];

function groups(paths: readonly string[], keyOf: (path: string) => string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const path of paths) found.set(keyOf(path), [...(found.get(keyOf(path)) ?? []), path]);
  return found;
}

/** Pairs what shares most components first, as `pair` does within each group of them. */
function nearest(
  olds: readonly string[],
  news: readonly string[],
  shared: (path: string, components: number) => string,
  pair: (olds: readonly string[], news: readonly string[]) => Pair[],
): Pair[] {
  const pairs: Pair[] = [];
  for (let components = 9; components >= 0; components--) {
    const left = olds.filter((path) => pairs.every(([from]) => from !== path));
    const right = news.filter((path) => pairs.every(([, to]) => to !== path));
    const key = (path: string): string =>
      path.split('/').length < components ? `none ${path}` : shared(path, components);
    const others = groups(right, key);
    for (const [name, same] of groups(left, key)) pairs.push(...pair(same, others.get(name) ?? []));
  }
  return pairs;
}

const byDepth = (paths: readonly string[]): string[] =>
  paths.toSorted((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1));

function expected(olds: readonly string[], news: readonly string[]): Pair[] {
  const inOrder = (a: readonly string[], b: readonly string[]): Pair[] => {
    const others = byDepth(b);
    return byDepth(a).flatMap((from, at): Pair[] => {
      const to = others[at];
      return to === undefined ? [] : [[from, to]];
    });
  };
  const end = (path: string, components: number) =>
    `end ${path.split('/').toReversed().slice(0, components).join('/')}`;
  const start = (path: string, components: number) => `start ${path.split('/').slice(0, components).join('/')}`;
  return nearest(olds, news, end, (a, b) => nearest(a, b, start, inOrder));
}

it('the nearest by their ends, then by their beginnings, then by their depth', () => {
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c', 'ab'), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('/'));
  // No path is a directory, too.
  const paths = fc.uniqueArray(path, { maxLength: 8 }).map((all) => all.map((one) => `${one}.x`));
  fc.assert(
    fc.property(paths, paths, (olds, news) => {
      const [left, right] = [olds.filter((one) => !news.includes(one)), news.filter((one) => !olds.includes(one))];
      const side = (all: readonly string[]) => ({
        snapshot: snapshot(all.map((one) => file(one, 5, { digest: digest('same') }))),
        findings: [],
      });
      const { changes } = diffSnapshots(side(olds), side(news), { stripComponents: 0, maps: [], sections: false });
      const moved = changes.filter(({ kind }) => kind === 'moved').map(({ from, path: to }) => `${from} -> ${to}`);
      expect(moved.toSorted()).toEqual(
        expected(left, right)
          .map(([from, to]) => `${from} -> ${to}`)
          .toSorted(),
      );
    }),
    { numRuns: 1000 },
  );
});
