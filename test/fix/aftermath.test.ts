// What goes along with removals, against the plain computation: everything anew as long as a symlink that stays passes what would go.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aftermathOf, symlinksOf } from '../../src/fix/aftermath.ts';
import type { Aftermath, Symlinks } from '../../src/fix/aftermath.ts';
import { compareNames, depth, parentPath } from '../../src/model/name.ts';
import type { Entry, Snapshot } from '../../src/model/snapshot.ts';
import type { Resolved } from '../../src/model/symlink.ts';
import { directory, file, snapshot } from '../build/snapshot.ts';

const symlink = (path: string, link: string): Entry => file(path, 0, { kind: 'symlink', link });

function symlinksIn(tree: Snapshot, tangled: (path: string) => boolean = () => false): Symlinks {
  const paths = new Map(tree.entries.map((entry) => [entry.path, entry]));
  return symlinksOf(tree, paths, (path) => (tangled(path) ? 'tangled' : null));
}

function plainly({ entries }: Snapshot, removed: ReadonlySet<string>, symlinks: Symlinks): Aftermath {
  const kept = new Set(symlinks.held.keys());
  for (;;) {
    const gone = new Set(removed);
    const emptied = new Set<string>();
    const goes = (path: string): boolean => gone.has(path) || emptied.has(path);
    for (let size = -1; size !== gone.size + emptied.size;) {
      size = gone.size + emptied.size;
      for (const [path, { target }] of symlinks.free) if (goes(target)) gone.add(path);
      for (const { path, kind } of entries) {
        if (kind !== 'directory' || path === '.' || kept.has(path)) continue;
        const inside = entries.filter((entry) => parentPath(entry.path) === path);
        if (inside.length > 0 && inside.every((entry) => goes(entry.path))) emptied.add(path);
      }
    }
    const staying = [...symlinks.free].filter(([path]) => !gone.has(path)).map(([, resolved]) => resolved);
    const needed = [...staying, ...symlinks.fixed]
      .flatMap(({ detours }) => detours)
      .filter((path) => emptied.has(path));
    if (needed.length === 0) {
      return { gone, emptied: [...emptied].toSorted((a, b) => depth(b) - depth(a) || compareNames(a, b)) };
    }
    for (const path of needed) kept.add(path);
  }
}

const folder = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'c/g', 'd/g');
const place = fc.oneof(
  fc.tuple(folder, fc.constantFrom('f', 'x', 'y')).map((parts) => parts.join('/')),
  fc.constantFrom('x', 'y', 'z'),
);
/** To a directory or what may be in it, often through one that is left again: all of `a/../b`, from where the symlink lies. */
const way = fc.tuple(fc.option(folder), fc.oneof(folder, place));

function textFrom(path: string, [via, to]: readonly [string | null, string]): string {
  const up = (from: string): string => from.replaceAll(/[^/]+/g, '..');
  const parent = parentPath(path) ?? '.';
  const start = parent === '.' ? '' : `${up(parent)}/`;
  return via === null ? start + to : `${start}${via}/${up(via)}/${to}`;
}

/** Of two that cannot both be there, the first. */
function treeOf(given: readonly (readonly [string, string | null])[]): Snapshot {
  const entries = new Map<string, Entry>();
  for (const [path, link] of given) {
    const above: string[] = [];
    for (let up = parentPath(path); up !== null && up !== '.'; up = parentPath(up)) above.push(up);
    if (entries.has(path) || above.some((up) => (entries.get(up)?.kind ?? 'directory') !== 'directory')) continue;
    for (const up of above) if (!entries.has(up)) entries.set(up, directory(up));
    entries.set(path, link === null ? file(path, 1) : symlink(path, link));
  }
  return snapshot([...entries.values()]);
}

describe('what goes with removals', () => {
  it('is what the plain computation says, whatever leads where', () => {
    const member = fc
      .tuple(place, fc.option(way, { freq: 2 }))
      .map(([path, to]) => [path, to === null || path.endsWith('f') ? null : textFrom(path, to)] as const);
    let passed = 0;
    fc.assert(
      fc.property(
        fc.array(member, { minLength: 6, maxLength: 24 }),
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 8, maxLength: 8 }),
        (given, dice) => {
          const tree = treeOf(given);
          const die = (path: string): number => dice[(path.length * 3 + path.charCodeAt(path.length - 1)) % 8] ?? 0;
          const symlinks = symlinksIn(tree, (path) => die(path) === 9);
          const claimed = tree.entries.filter(({ path, kind }) => kind !== 'directory' && die(path) < 8);
          const removed = new Set(claimed.map(({ path }) => path).filter((path) => !symlinks.held.has(path)));
          for (const [path] of symlinks.free) if (die(path) > 1) removed.delete(path);
          const expected = plainly(tree, removed, symlinks);
          const { gone, emptied } = aftermathOf(tree, removed, symlinks);
          expect(emptied).toEqual(expected.emptied);
          expect([...gone].toSorted()).toEqual([...expected.gone].toSorted());
          const without = plainly(tree, removed, { ...symlinks, free: withoutDetours(symlinks.free), fixed: [] });
          if (without.emptied.length > emptied.length) passed++;
        },
      ),
      { numRuns: 1500, seed: 1 },
    );
    // Symlinks that pass what would go, else nothing is compared.
    expect(passed).toBeGreaterThan(50);
  });

  it('keeps what a symlink passes on its way out, and what one leads to that is left as it is', () => {
    const entries = [directory('d'), file('d/x', 1), directory('e'), file('e/x', 1), symlink('out', 'd/../../y')];
    const tree = snapshot([...entries, symlink('tangled', 'e'), symlink('free', 'e')]);
    const symlinks = symlinksIn(tree, (path) => path === 'tangled');
    const { gone, emptied } = aftermathOf(tree, new Set(['d/x', 'e/x']), symlinks);
    expect([[...gone], emptied]).toEqual([['d/x', 'e/x'], []]);
    expect([...symlinks.held.keys()]).toEqual(['e']);
  });

  it('takes back a long chain of directories without looking at each symlink again and again', () => {
    const { tree, removed } = chain(3000);
    const symlinks = symlinksIn(tree);
    let reads = 0;
    const counted = [...symlinks.free].map(([path, { target, detours, absolute }]) => {
      const resolved: Resolved = {
        target,
        get detours() {
          reads++;
          return detours;
        },
        absolute,
      };
      return [path, resolved] as const;
    });
    const { gone, emptied } = aftermathOf(tree, removed, { ...symlinks, free: new Map(counted) });
    expect([gone.size, emptied]).toEqual([3000, []]);
    expect(reads).toBeLessThanOrEqual(2 * 3000);
  });

  it('takes back a short one as the plain computation does', () => {
    const { tree, removed } = chain(12);
    expect(aftermathOf(tree, removed, symlinksIn(tree))).toEqual(plainly(tree, removed, symlinksIn(tree)));
  });
});

function withoutDetours(free: Symlinks['free']): Symlinks['free'] {
  return new Map([...free].map(([path, resolved]) => [path, { ...resolved, detours: [] }]));
}

/** That a directory stays, by the symlink to it, keeps the next one. */
function chain(length: number): { tree: Snapshot; removed: ReadonlySet<string> } {
  const entries = [file('keep', 1), symlink('s', 'd0/../keep')];
  const removed = new Set<string>();
  for (let k = 0; k < length; k++) {
    entries.push(directory(`d${k}`), file(`d${k}/lib.a`, 8));
    removed.add(`d${k}/lib.a`);
    if (k < length - 1) entries.push(symlink(`s${k}`, `d${k + 1}/../d${k}`));
  }
  return { tree: snapshot(entries), removed };
}
