// Where the map of a diff shows what is gone: beside what took its place, however the directories above are called.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffSnapshots } from '../../src/compare/diff.ts';
import type { DiffOptions } from '../../src/compare/diff.ts';
import type { Diff } from '../../src/model/diff.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { changesMap } from '../../src/report/html/changes-map.ts';
import { readTree } from '../../src/report/html/read-tree.ts';
import type { PageNode } from '../../src/report/html/read-tree.ts';
import { directory, file, snapshot } from '../build/snapshot.ts';
import { hasTwofold, snapshots } from '../build/trees.ts';

function diffOf(before: Snapshot, after: Snapshot, more: Partial<DiffOptions> = {}): Diff {
  const options = { stripComponents: 'auto', maps: [], sections: false, ...more } as const;
  return diffSnapshots({ snapshot: before, findings: [] }, { snapshot: after, findings: [] }, options);
}

/** Files of the map with their bytes, those that grew with a plus. */
function places(diff: Diff): string[] {
  return [...filesOf(readTree(changesMap(diff, {}), new Map()))].toSorted();
}

function* filesOf({ inside, path, size, removable }: PageNode): Iterable<string> {
  if (inside === null) yield `${removable > 0 ? '+' : '-'}${size} ${path}`;
  else for (const node of inside) yield* filesOf(node);
}

function wrapped(of: Snapshot, wrapper: string): Snapshot {
  const inside = of.entries
    .filter(({ path }) => path !== '.')
    .map((entry) => ({
      ...entry,
      path: `${wrapper}/${entry.path}`,
      link: entry.kind === 'hardlink' && entry.link !== null ? `${wrapper}/${entry.link}` : entry.link,
    }));
  return snapshot([directory(wrapper), ...inside]);
}

describe('what is gone', () => {
  it('lies in the directory of the new release', () => {
    const old = snapshot([file('app-1/lib/kept', 9), file('app-1/lib/deep/gone', 5), file('app-1/gone', 3)]);
    const now = snapshot([file('app-2/lib/kept', 8), file('app-2/lib/new', 7)]);
    expect(places(diffOf(old, now))).toEqual([
      '+7 app-2/lib/new',
      '-1 app-2/lib/kept',
      '-3 app-2/gone',
      '-5 app-2/lib/deep/gone',
    ]);
  });

  it('lies there where one side alone has such a directory', () => {
    const old = snapshot([file('lib/same', 9), file('lib/gone', 5), file('other/gone', 6)]);
    const now = snapshot([file('app-2/lib/same', 9), file('app-2/lib/new', 7)]);
    const shown = ['+7 app-2/lib/new', '-5 app-2/lib/gone', '-6 app-2/other/gone'];
    expect(places(diffOf(old, now))).toEqual(shown);
    expect(places(diffOf(now, old))).toEqual(['+5 lib/gone', '+6 other/gone', '-7 lib/new']);
  });

  it('lies in the directory that a pattern paired with its own', () => {
    const maps = [(name: string) => name.startsWith('python3.')];
    const old = snapshot([file('a/lib/python3.9/x/y', 9), file('a/lib/python3.9/z/gone', 4)]);
    const now = snapshot([file('b/lib/python3.10/x/y', 10), file('b/lib/python3.10/z/new', 5)]);
    expect(places(diffOf(old, now, { maps }))).toEqual([
      '+1 b/lib/python3.10/x/y',
      '+5 b/lib/python3.10/z/new',
      '-4 b/lib/python3.10/z/gone',
    ]);
    expect(places(diffOf(old, now, { maps: [], stripComponents: 0 }))).toContain('-4 a/lib/python3.9/z/gone');
  });

  it('lies where it did, of thousands of levels', () => {
    const deep = Array.from({ length: 4000 }, () => 'd').join('/');
    const old = snapshot([file(`a/${deep}/gone`, 5), file('a/x', 1)]);
    const now = snapshot([file('b/x', 2), file('b/y', 1)]);
    expect(places(diffOf(old, now))).toEqual(['+1 b/x', '+1 b/y', `-5 b/${deep}/gone`]);
  });

  it('is shown as if both sides had the same directory around them', () => {
    fc.assert(
      fc.property(snapshots, snapshots, (before, after) => {
        // What is file and directory at once may move as either.
        fc.pre(!hasTwofold(before) && !hasTwofold(after));
        const bare = places(diffOf(before, after, { stripComponents: 0 }));
        const around = places(diffOf(wrapped(before, 'w'), wrapped(after, 'w'), { stripComponents: 1 }));
        const renamed = diffOf(wrapped(before, 'app-1'), wrapped(after, 'app-2'), { stripComponents: 1 });
        expect(around).toEqual(bare.map((line) => line.replace(' ', ' w/')));
        const apart = places(renamed);
        // Where all that differs is gone, nothing tells what the new directory is called.
        const only = renamed.changes.every(({ kind, delta }) => kind === 'removed' || delta === 0);
        const wrapper = only && apart[0]?.includes(' app-1/') === true ? 'app-1' : 'app-2';
        expect(apart).toEqual(bare.map((line) => line.replace(' ', ` ${wrapper}/`)));
      }),
    );
  });
});
