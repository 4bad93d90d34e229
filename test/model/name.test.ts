import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  baseName,
  compareNames,
  depth,
  isDeeper,
  nameFromText,
  nameToBytes,
  nameToText,
  normalizePath,
  parentPath,
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

  it('are bytes in byte order', () => {
    const text = nameFromText('caf\u00e9');
    expect(text).toBe('caf\u00c3\u00a9');
    expect(nameToText(text)).toBe('caf\u00e9');
    expect(nameToText('\xff')).toBeNull();
    expect([...nameToBytes('\xff\0')]).toEqual([255, 0]);
    expect(['b', 'a', 'A', '\xff'].toSorted(compareNames)).toEqual(['A', 'a', 'b', '\xff']);
  });
});
