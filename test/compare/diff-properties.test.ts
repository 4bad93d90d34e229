// What holds for any two snapshots, however their paths are paired.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffSnapshots } from '../../src/compare/diff.ts';
import type { DiffOptions } from '../../src/compare/diff.ts';
import { rollup } from '../../src/compare/rollup.ts';
import type { Diff } from '../../src/model/diff.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { globMatcher } from '../../src/policy/glob.ts';
import { judge } from '../../src/rules/index.ts';
import { snapshot } from '../build/snapshot.ts';
import { hasTwofold, snapshots } from '../build/trees.ts';

const options: fc.Arbitrary<DiffOptions> = fc.record({
  stripComponents: fc.constantFrom<number | 'auto'>('auto', 'auto', 0, 1, 2, 9),
  maps: fc.constantFrom([], [globMatcher('python3.*')], [globMatcher('[ab]'), globMatcher('python*')]),
  sections: fc.boolean(),
});

function diff(before: Snapshot, after: Snapshot, chosen: DiffOptions): Diff {
  const judged = (one: Snapshot) => ({ snapshot: one, findings: judge(one) });
  return diffSnapshots(judged(before), judged(after), chosen);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** The content of each path but directories (which may be implied), hard links followed. */
function contents(one: Snapshot): Map<string, string> {
  const files = new Map(one.entries.map((entry) => [entry.path, entry]));
  return new Map(
    one.entries
      .filter(({ kind }) => kind !== 'directory')
      .map((entry) => {
        const { kind, digest, size, link } = entry.kind === 'hardlink' ? (files.get(entry.link ?? '') ?? entry) : entry;
        return [entry.path, `${kind} ${size} ${digest} ${link}`];
      }),
  );
}

function linkedPaths({ entries }: Snapshot): string[] {
  return entries.filter(({ kind }) => kind === 'hardlink').flatMap(({ path, link }) => [path, link ?? '']);
}

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 3000) };

describe('any two snapshots', () => {
  it('deltas of directories sum to the delta of the totals, and so do those of changes', () => {
    fc.assert(
      fc.property(snapshots, snapshots, options, (before, after, chosen) => {
        const { directories, changes, delta } = diff(before, after, chosen);
        const content = after.totals.content - before.totals.content;
        expect(delta.content).toBe(content);
        expect(delta.disk).toBe(after.totals.disk - before.totals.disk);
        expect(sum(directories.map((row) => row.delta.content))).toBe(content);
        expect(sum(directories.map((row) => row.delta.disk))).toBe(delta.disk);
        expect(sum(changes.map((change) => change.delta))).toBe(content);
      }),
      runs,
    );
  });

  it('each row says what rollup says of its directory, and no directory is in two rows', () => {
    fc.assert(
      fc.property(snapshots, snapshots, options, (before, after, chosen) => {
        const own = (one: Snapshot) => new Map(rollup(one).map((node) => [node.path, node.own]));
        const [olds, news] = [own(before), own(after)];
        const [seenOld, seenNew] = [new Set<string>(), new Set<string>()];
        for (const { path, from, before: was, after: is, delta } of diff(before, after, chosen).directories) {
          const old = from ?? path;
          // Directories that only deeper ones imply hold nothing themselves; rollup leaves them out.
          const none = { content: 0, disk: 0 };
          if (was !== null) expect([was, seenOld.has(old)]).toEqual([olds.get(old) ?? none, false]);
          if (is !== null) expect([is, seenNew.has(path)]).toEqual([news.get(path) ?? none, false]);
          if (was !== null) seenOld.add(old);
          if (is !== null) seenNew.add(path);
          expect(delta.content).toBe((is?.content ?? 0) - (was?.content ?? 0));
          expect(delta.disk).toBe((is?.disk ?? 0) - (was?.disk ?? 0));
          expect(was === null || is === null || delta.content !== 0 || delta.disk !== 0).toBe(true);
        }
      }),
      runs,
    );
  });

  it('the changes lead from the old files to the new ones', () => {
    fc.assert(
      fc.property(snapshots, snapshots, (before, after) => {
        const { changes } = diff(before, after, { stripComponents: 0, maps: [], sections: false });
        const [olds, news] = [contents(before), contents(after)];
        const paths = new Set(olds.keys());
        const added = new Set<string>();
        for (const { kind, path, from } of changes) {
          if (kind === 'removed') paths.delete(path);
          if (kind === 'moved') expect(paths.delete(from ?? '')).toBe(true);
          if (kind === 'moved') expect(news.get(path)).toBe(olds.get(from ?? ''));
          if (kind !== 'removed' && news.has(path)) added.add(path);
          // What became a directory is no file any more.
          if (kind === 'changed' && !news.has(path)) paths.delete(path);
        }
        expect([...new Set([...paths, ...added])].toSorted()).toEqual([...news.keys()].toSorted());
        // What differs of a file with several names is told of one of them.
        const linked = new Set([...linkedPaths(before), ...linkedPaths(after)]);
        const changed = new Set(changes.filter(({ kind }) => kind === 'changed').map(({ path }) => path));
        for (const path of paths) {
          const [old, now] = [olds.get(path) ?? '', news.get(path) ?? ''];
          const known = !`${old} ${now}`.includes('null null');
          if (old !== now && known && !linked.has(path)) expect(changed.has(path)).toBe(true);
        }
      }),
      runs,
    );
  });

  it('a snapshot and itself differ in nothing', () => {
    fc.assert(
      fc.property(snapshots, options, (one, chosen) => {
        const { directories, changes, findings } = diff(one, one, chosen);
        expect([directories, changes, findings.new, findings.fixed]).toEqual([[], [], [], []]);
      }),
      runs,
    );
  });

  it('a snapshot and the same in a wrapper directory differ in nothing but the wrapper', () => {
    fc.assert(
      fc.property(snapshots, (one) => {
        if (one.entries.every(({ kind }) => kind === 'directory')) return;
        const entries = one.entries.map((entry) => {
          const path = entry.path === '.' ? 'app' : `app/${entry.path}`;
          return {
            ...entry,
            path,
            link: entry.kind === 'hardlink' && entry.link !== 'nowhere' ? `app/${entry.link}` : entry.link,
          };
        });
        const { changes, directories, before, after } = diff(one, snapshot(entries), {
          stripComponents: 'auto',
          maps: [],
          sections: false,
        });
        expect(changes).toEqual([]);
        expect(directories.map((row) => row.delta)).toEqual([{ content: 0, disk: 4096 }]);
        expect(after.stripped - before.stripped).toBe(1);
      }),
      runs,
    );
  });

  // Of two wrappers that make the same number of paths equal, one has to be chosen: that may be another one backwards.
  it('backwards, every delta is turned round, where the wrapper is given', () => {
    fc.assert(
      fc.property(snapshots, snapshots, options, (a, b, chosen) => {
        if (chosen.stripComponents === 'auto') return;
        // What is file and directory at once may pair as either, and is in the way of the wrapper.
        fc.pre(!hasTwofold(a) && !hasTwofold(b));
        const there = diff(a, b, chosen);
        const back = diff(b, a, chosen);
        expect(back.delta.content).toBe(-there.delta.content || 0);
        expect(back.directories).toHaveLength(there.directories.length);
      }),
      runs,
    );
  });
});
