import { describe, expect, it } from 'vitest';
import { documentation } from '../../src/rules/documentation.ts';
import { judge } from '../../src/rules/index.ts';
import { claimedPaths, tree } from '../build/leftovers.ts';

describe('documentation', () => {
  it('claims manual pages and documents, and leaves licence texts', () => {
    const [found] = judge(
      tree(
        'usr/share/man/man1/python3.1',
        'usr/share/doc/python3/README',
        'usr/share/doc/python3/copyright',
        'usr/share/doc/x/LICENSE.txt',
        'usr/share/info/a.info',
        'node/man/man1/npm.1',
        'app/man/index.js',
        'usr/share/demo/a.txt',
        'app/doc/guide.md',
      ),
      [documentation],
    );
    expect(claimedPaths(found)).toEqual([
      'node/man/man1/npm.1',
      'usr/share/doc/python3/README',
      'usr/share/info/a.info',
      'usr/share/man/man1/python3.1',
    ]);
    expect(found?.fix.commands[0]).toContain("! -iname 'copyright*'");
    expect(found?.fix.advice).toContain('man');
  });
});
