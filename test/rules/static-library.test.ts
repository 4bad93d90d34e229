import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import { staticLibrary } from '../../src/rules/static-library.ts';
import { ar, file, hardlink, snapshot } from '../build/snapshot.ts';

const check = (entries: Parameters<typeof snapshot>[0]) => judge(snapshot(entries), [staticLibrary]);

describe('static-library', () => {
  it('warns beside a shared library of the same name, wherever it lies', () => {
    const [found] = check([
      file('lib/python3.9/config/libpython3.9.a', 100, { facts: ar(50) }),
      file('lib/libpython3.9.so.1.0', 100),
    ]);
    expect(found).toMatchObject({ severity: 'warn', bytes: 100 });
    expect(found?.claims).toEqual([{ path: 'lib/python3.9/config/libpython3.9.a', part: null, bytes: 100 }]);
  });

  it('only informs of one that stands alone', () => {
    const [found] = check([file('libz.a', 100, { facts: ar(50) }), file('libzstd.so', 100)]);
    expect(found).toMatchObject({ severity: 'info', bytes: 100 });
  });

  it('frees a hard-linked library only when all its names go', () => {
    const facts = ar(50);
    expect(check([file('a/libz.a', 100, { facts }), hardlink('b/libz.a', 'a/libz.a')])[0]?.claims).toHaveLength(1);
    expect(check([file('a/libz.a', 100, { facts }), hardlink('b/libz', 'a/libz.a')])).toEqual([]);
  });

  it('says nothing of other files named .a', () => {
    expect(check([file('notes.a', 100)])).toEqual([]);
  });
});
