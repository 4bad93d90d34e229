// Sharing between snapshots changes no value: what comes out is what went in, and what is equal is one object.
import { describe, expect, it } from 'vitest';
import { shareEntries } from '../../src/compare/share.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { file, pyc, snapshot } from '../build/snapshot.ts';

const count = 56_000;
const digest = (index: number): string => `sha256:${String(index).padStart(64, '0')}`;

function entries(change: (index: number) => Partial<Entry> | null): Entry[] {
  return Array.from({ length: count }, (_, index) => {
    const more = change(index);
    return more === null
      ? []
      : [file(`${index % 2 === 0 ? 'd' : '!'}${index % 100}/f${index}`, 7, { digest: digest(index), ...more })];
  }).flat();
}

describe('entries of two snapshots', () => {
  const before = snapshot(entries((index) => (index % 7 === 1 ? null : {})));
  const after = snapshot(
    entries((index) => {
      if (index % 11 === 1) return null;
      if (index % 13 === 1) return { mtime: index };
      if (index % 17 === 1) return { size: 8, digest: digest(index + 1) };
      return index % 19 === 1 ? { mode: 0o600 } : {};
    }),
  );
  const shared = () => shareEntries(before, after);

  it('are what they were', () => {
    expect(JSON.stringify(shared())).toBe(JSON.stringify(after));
  });

  it('are one where they are equal, and only there', () => {
    const olds = new Map(before.entries.map((entry) => [entry.path, entry]));
    let [same, own] = [0, 0];
    for (const [index, entry] of shared().entries.entries()) {
      const isOld = olds.get(entry.path) === entry;
      expect(isOld).toBe(JSON.stringify(olds.get(entry.path)) === JSON.stringify(after.entries[index]));
      if (isOld) same++;
      else own++;
    }
    expect(same).toBeGreaterThan(count / 2);
    expect(own).toBeGreaterThan(count / 10);
  });

  it('differ in any one of their fields', () => {
    const changes: readonly Partial<Entry>[] = [
      { kind: 'other' },
      { size: 8 },
      { disk: 1 },
      { mode: 1 },
      { uid: 1 },
      { gid: 1 },
      { mtime: 1 },
      { digest: null },
      { link: 'x' },
      { facts: pyc() },
      { layer: 1 },
      { stored: 1 },
    ];
    const places = new Map(changes.map((change, index) => [after.entries[index * 1000 + 500]?.path, change]));
    const changed = after.entries.map((entry) => ({ ...entry, ...places.get(entry.path) }));
    const found = shareEntries(after, { ...after, entries: changed });
    expect(found.entries).toEqual(changed);
    expect(found.entries.filter((entry, index) => entry !== after.entries[index]).map(({ path }) => path)).toEqual([
      ...places.keys(),
    ]);
  });

  it('keep their paths, though the one that comes next is like them in all else', () => {
    const olds = Array.from({ length: count }, (_, index) => file(`f${index}`, 1));
    const now = snapshot([...olds, file('a', 1), file('f1a', 1), file('g', 1)]);
    expect(shareEntries(snapshot(olds), now).entries.map(({ path }) => path)).toEqual(
      now.entries.map(({ path }) => path),
    );
  });

  it('stay apart where there are few', () => {
    const few = snapshot([file('a', 1)]);
    expect(shareEntries(snapshot([file('a', 1)]), few)).toBe(few);
  });
});
