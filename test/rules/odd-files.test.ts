// Which names a rule may look for: what is not hidden has to end as `context.ts` expects, or nobody would ever see it.
import { describe, expect, it } from 'vitest';
import { contextOf } from '../../src/rules/context.ts';
import { oddFilesOf, seek } from '../../src/rules/odd-files.ts';
import { tree } from '../build/leftovers.ts';

const nothing = { has: () => false };

describe('seek', () => {
  it.each(['*.hprof', 'core', '*', '*.db', '*~*', 'x.*'])(
    'refuses %s, which nothing that is looked at can match',
    (glob) => {
      expect(() =>
        seek([
          { label: 'x', glob: '.fine' },
          { label: 'x', glob },
        ]),
      ).toThrow(`no file is looked at for "${glob}": add its ending to oddEnds in context.ts`);
    },
  );

  it.each([
    ['.cache*', '.cache-1'],
    ['*.orig', 'a.orig'],
    ['*.tar.orig', 'a.tar.orig'],
    ['Thumbs.db', 'Thumbs.db'],
    ['#*#', '#a#'],
    ['*~', 'a~'],
  ])('finds by %s what it matches', (glob, name) => {
    const context = contextOf(tree(`app/${name}`, 'app/other'), nothing);
    const { entries } = oddFilesOf(context, seek([{ label: 'x', glob }]), new Set());
    expect(entries.map(({ path }) => path)).toEqual([`app/${name}`]);
  });
});
