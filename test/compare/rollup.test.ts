// Sizes by directory: what counts where, whatever the names. Figures of real trees are held against du in report/whole-trees.test.ts.
import { describe, expect, it } from 'vitest';
import { rollup } from '../../src/compare/rollup.ts';
import { directory, file, hardlink, snapshot } from '../build/snapshot.ts';

describe('sizes by directory', () => {
  it('count files, not their further names or symlinks, once in each directory above', () => {
    const tree = snapshot([
      directory('a'),
      directory('a/b'),
      file('a/b/x', 10),
      hardlink('a/y', 'a/b/x'),
      file('a/z', 0, { kind: 'symlink', link: 'y' }),
      file('q', 3),
    ]);
    expect(rollup(tree).map(({ path, content, files, own }) => [path, content, files, own.content])).toEqual([
      ['.', 13, 2, 3],
      ['a', 10, 1, 0],
      ['a/b', 10, 1, 10],
    ]);
  });

  it('have the root first, even before names that sort before its own', () => {
    const tree = snapshot([file('!a/x', 1), file('-b/-/x', 2), file('c/x', 4)]);
    expect(rollup(tree).map(({ path, content }) => [path, content])).toEqual([
      ['.', 7],
      ['!a', 1],
      ['-b/-', 2],
      ['c', 4],
    ]);
  });

  it('lose nothing of what lies below a file', () => {
    const tree = snapshot([directory('d'), file('d/f', 1), file('d/f/g/h', 2)]);
    expect(rollup(tree).map(({ path, content }) => [path, content])).toEqual([
      ['.', 3],
      ['d', 3],
      ['d/f/g', 2],
    ]);
  });

  it('tell stored bytes only where the artifact does', () => {
    const entries = [directory('d'), file('d/f', 5, { stored: 3 }), hardlink('g', 'd/f')];
    for (const node of rollup(snapshot(entries)))
      for (const sizes of [node, node.own]) expect(sizes).not.toHaveProperty('stored');
    const told = rollup(snapshot(entries, { overhead: {} }));
    expect(told.map(({ stored, own }) => [stored, own.stored])).toEqual([
      [3, 0],
      [3, 3],
    ]);
  });
});
