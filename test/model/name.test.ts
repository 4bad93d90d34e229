import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  baseName,
  compareNames,
  comparePaths,
  depth,
  isDeeper,
  isIn,
  nameFromText,
  nameToBytes,
  nameToText,
  normalizePath,
  parentPath,
  parentsOf,
  pathIn,
} from '../../src/model/name.ts';

describe('names', () => {
  it.each([
    ['a', 'a', false, false],
    ['./a/b', 'a/b', false, false],
    ['a/', 'a', false, false],
    ['/a', 'a', true, false],
    ['//a//b/', 'a/b', true, false],
    ['x/./a', 'x/a', false, false],
    ['x/.', 'x', false, false],
    ['', '.', false, false],
    ['.', '.', false, false],
    ['./', '.', false, false],
    ['/', '.', true, false],
    ['..', '..', false, true],
    ['a/../b', 'a/../b', false, true],
    ['a/..', 'a/..', false, true],
    ['.hidden/..b/c.', '.hidden/..b/c.', false, false],
    ['.//./a', 'a', false, false],
    ['...', '...', false, false],
  ])('%j is %j', (stored, path, absolute, escapes) => {
    expect(normalizePath(stored)).toEqual({ path, absolute, escapes });
  });

  it('are normalised as by splitting at slashes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[/.a]{0,12}$/), (stored) => {
        const parts = stored.split('/').filter((part) => part !== '' && part !== '.');
        expect(normalizePath(stored)).toEqual({
          path: parts.length === 0 ? '.' : parts.join('/'),
          absolute: stored.startsWith('/'),
          escapes: parts.includes('..'),
        });
      }),
      { numRuns: 3000 },
    );
  });

  it('have a parent, a base and a depth', () => {
    expect(['.', 'a', 'a/b', 'a/b/c'].map(parentPath)).toEqual([null, '.', 'a', 'a/b']);
    expect(['a', 'a/b'].map(baseName)).toEqual(['a', 'b']);
    expect(['.', 'a', 'a/b'].map(depth)).toEqual([0, 1, 2]);
    for (const path of ['.', 'a', 'a/b', 'a/b/c', 'aa/b'])
      for (const levels of [0, 1, 2, 3, 99]) expect(isDeeper(path, levels)).toBe(depth(path) > levels);
  });

  it('lie in their parents alone', () => {
    const directories = ['a', 'aa', 'a/a', 'a/aa', 'a/a/a', 'a0'];
    const paths = directories.flatMap((directory) => [directory, `${directory}/a`, `${directory}/a/b`]);
    for (const directory of directories)
      for (const path of paths) expect(isIn(path, directory)).toBe(parentPath(path) === directory);
    const some = fc.array(fc.stringMatching(/^[ab](?:\/[ab]{1,2}){0,3}$/), { maxLength: 12 });
    fc.assert(
      fc.property(some, (found) => {
        const parents = parentsOf();
        for (const path of found) parents.add(path);
        expect(parents.found).toEqual(new Set(found.map(parentPath)));
      }),
      { numRuns: 500 },
    );
  });

  it('are bytes in byte order', () => {
    const text = nameFromText('caf\u00e9');
    expect(text).toBe('caf\u00c3\u00a9');
    expect(nameToText(text)).toBe('caf\u00e9');
    expect(nameToText('\xff')).toBeNull();
    expect([...nameToBytes('\xff\0')]).toEqual([255, 0]);
    expect(['b', 'a', 'A', '\xff'].toSorted(compareNames)).toEqual(['A', 'a', 'b', '\xff']);
    for (const a of ['', 'a', 'b', '\xff'])
      for (const b of ['', 'a', 'b', '\xff'])
        expect(compareNames(a, b)).toBe(Buffer.compare(nameToBytes(a), nameToBytes(b)));
  });

  it('of paths have the root first, and what lies in it has no name before it', () => {
    expect(['b', '!', '.', 'a/.', '-', '.'].toSorted(comparePaths)).toEqual(['.', '.', '!', '-', 'a/.', 'b']);
    expect([comparePaths('.', '.'), comparePaths('a', '.'), comparePaths('.', 'a')]).toEqual([0, 1, -1]);
    expect([pathIn('.', 'a'), pathIn('a', 'b/c')]).toEqual(['a', 'a/b/c']);
  });
});
