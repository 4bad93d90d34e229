// Which pairs --map is proposed for, at the edges; test/report/diff-golden.test.ts has the usual ones.
import { describe, expect, it } from 'vitest';
import { diffSnapshots } from '../../src/compare/diff.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { mapHints } from '../../src/report/map-hints.ts';
import { digest, directory, file, snapshot } from '../build/snapshot.ts';

/** Files by path; sizes are of content that no other file has. Directories above them are members, too. */
function tree(sizes: Readonly<Record<string, number>>, side: string): Entry[] {
  const above = Object.keys(sizes).flatMap((path) => {
    const parts = path.split('/');
    return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
  });
  const files = Object.entries(sizes).map(([path, size]) => file(path, size, { digest: digest(`${side} ${path}`) }));
  return [...[...new Set(above)].map(directory), ...files];
}

function hints(old: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>, most = 9): string[] {
  const [before, after] = [tree(old, '-'), tree(now, '+')].map((entries) => ({
    snapshot: snapshot(entries),
    findings: [],
  }));
  if (before === undefined || after === undefined) throw new Error('no sides');
  const diff = diffSnapshots(before, after, { stripComponents: 'auto', maps: [], sections: false });
  return mapHints(diff, most).map(({ gone, added, pattern }) => `${pattern}: ${gone} ${added}`);
}

describe('the example of a pattern', () => {
  it('is the largest of its files, the first of equal ones', () => {
    const pair = (first: number, second: number) =>
      hints({ 'a/x1': first, 'b/x1': second, same: 1 }, { 'a/x2': 1, 'b/x2': 1, same: 1 });
    expect(pair(5000, 6000)).toEqual(['x*: b/x1 b/x2']);
    expect(pair(6000, 5000)).toEqual(['x*: a/x1 a/x2']);
    expect(pair(5000, 5000)).toEqual(['x*: a/x1 a/x2']);
  });

  it('is no empty file', () => {
    expect(hints({ v1: 5000, same: 1 }, { v2: 5000, v3: 0, same: 1 })).toEqual(['v*: v1 v2']);
  });
});

describe('there is no hint', () => {
  it('for a file of the same name elsewhere, which its directory would pair', () => {
    expect(hints({ 'a1/x': 5000, 'a1/y': 1, 'a2/y': 1 }, { 'a1/y': 1, 'a2/x': 5000, 'a2/y': 1 })).toEqual([]);
  });

  it('for a file in a directory that is new as a whole', () => {
    expect(hints({ 'a1/x1': 5000, 'a1/y': 1 }, { 'a1/y': 1, 'a2/x2': 5000 })).toEqual([]);
  });
});

describe('a hint is worth its line', () => {
  it('from a hundredth of the content on', () => {
    const content = (size: number) => hints({ v1: size, same: 10_000 - size }, { v2: 1, same: 1 });
    expect(content(100)).toEqual(['v*: v1 v2']);
    expect(content(99)).toEqual([]);
  });

  it('for a directory from one byte on', () => {
    expect(hints({ 'v1/a': 1, same: 10_000 }, { 'v2/a': 1, same: 1 })).toEqual(['v*: v1 v2']);
    expect(hints({ 'v1/a': 0, same: 10_000 }, { 'v2/a': 1, same: 1 })).toEqual([]);
  });

  it('and directories weigh what they hold, however deep', () => {
    const old = { 'u1/f': 100, 'v1/a/f': 1, 'v1/a/b/f': 1, 'v1/a/b/c/d/f': 5000, 'w1/f': 200, 'x1/f': 10 };
    const now = { 'u2/f': 1, 'v2/f': 1, 'w2/f': 1, 'x2/f': 1 };
    const all = ['v*: v1 v2', 'w*: w1 w2', 'u*: u1 u2', 'x*: x1 x2'];
    expect(hints(old, now)).toEqual(all);
    expect(hints(old, now, 2)).toEqual(all.slice(0, 2));
  });

  it('and what is new weighs nothing, also where it is called as something that is gone', () => {
    // The old side lies in one directory, which is left out; the new one has a directory of that name.
    const old = { 'a/keep': 10_000, 'a/a1/x': 5000 };
    const now = { keep: 10_000, 'a2/x': 5000, 'a/a1/z': 5000, 'a/y': 1 };
    expect(hints(old, now)).toEqual(['a*: a/a1 a2']);
  });
});
