import { describe, expect, it } from 'vitest';
import { duplicateStaticLibrary } from '../../src/rules/duplicate-static-library.ts';
import { judge } from '../../src/rules/index.ts';
import { ar, digest, file, hardlink, snapshot } from '../build/snapshot.ts';

describe('duplicate-static-library', () => {
  it('claims all but the first copy', () => {
    const same = { digest: digest('x'), facts: ar(10) };
    const [found] = judge(
      snapshot([
        file('b/lib.a', 100, same),
        file('a/lib.a', 100, same),
        file('c/lib.a', 100, same),
        file('other.a', 100, { digest: digest('y'), facts: ar(10) }),
        file('copy.txt', 100, { digest: digest('x') }),
        hardlink('d/lib.a', 'a/lib.a'),
        // ar archives that are no libraries.
        file('a/x.deb', 100, { digest: digest('z'), facts: ar(10) }),
        file('b/x.deb', 100, { digest: digest('z'), facts: ar(10) }),
      ]),
      [duplicateStaticLibrary],
    );
    expect(found?.claims).toEqual([
      { path: 'b/lib.a', part: null, bytes: 100, keeps: 'a/lib.a' },
      { path: 'c/lib.a', part: null, bytes: 100, keeps: 'a/lib.a' },
    ]);
    expect(found?.bytes).toBe(200);
    expect(found?.fix.commands).toEqual(['rm b/lib.a c/lib.a']);
  });

  it('gives a command that removes all names of a copy', () => {
    const same = { digest: digest('x'), facts: ar(10) };
    const [found] = judge(
      snapshot([file('a/lib.a', 100, same), file('b/lib.a', 100, same), hardlink('c/lib.a', 'b/lib.a')]),
      [duplicateStaticLibrary],
    );
    expect(found?.bytes).toBe(100);
    expect(found?.fix.commands).toEqual(['rm b/lib.a c/lib.a']);
  });

  it('says nothing of libraries that differ', () => {
    const entries = [
      file('a.a', 1, { digest: digest('1'), facts: ar(1) }),
      file('b.a', 1, { digest: digest('2'), facts: ar(1) }),
    ];
    expect(judge(snapshot(entries), [duplicateStaticLibrary])).toEqual([]);
  });
});
