import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import { leftoverPycache } from '../../src/rules/leftover-pycache.ts';
import { directory, file, hardlink, pyc, snapshot } from '../build/snapshot.ts';
import type { Entry } from '../../src/model/snapshot.ts';

const bytecode = (path: string): Entry => file(path, 10, { facts: pyc() });
const check = (...entries: readonly Entry[]) => judge(snapshot(entries), [leftoverPycache]);

describe('leftover-pycache', () => {
  it('claims all below the highest directory with nothing else', () => {
    const [found] = check(
      ...['lib', 'lib/test', 'lib/test/__pycache__', 'lib/test/data', 'lib/test/sub', 'lib/test/sub/__pycache__'].map(
        directory,
      ),
      bytecode('lib/test/__pycache__/a.cpython-39.pyc'),
      bytecode('lib/test/sub/__pycache__/b.cpython-39.opt-1.pyc'),
      file('lib/os.py', 5),
    );
    expect(found?.claims.map(({ path }) => path)).toEqual([
      'lib/test/__pycache__/a.cpython-39.pyc',
      'lib/test/sub/__pycache__/b.cpython-39.opt-1.pyc',
    ]);
    expect(found?.bytes).toBe(20);
    expect(found?.fix.commands).toEqual(['rm -r lib/test']);
  });

  it('knows a cache by its whole name', () => {
    const folders = ['lib', 'lib/a', 'lib/a/__pycache__', 'new', 'new/my__pycache__'].map(directory);
    const [found] = check(...folders, bytecode('lib/a/__pycache__/a.cpython-39.pyc'), file('lib/os.py', 5));
    expect(found?.fix.commands).toEqual(['rm -r lib/a']);
  });

  it('leaves a cache alone that a symlink beside its sources leads to', () => {
    const symlink: Entry = { ...file('lib/code/__pycache__', 0), kind: 'symlink', digest: null };
    const entries = [
      ...['cache', 'cache/__pycache__', 'lib', 'lib/code'].map(directory),
      bytecode('cache/__pycache__/a.cpython-39.pyc'),
      file('lib/code/a.py', 5),
    ];
    expect(check(...entries)).toHaveLength(1);
    for (const link of ['../../cache/__pycache__', '/cache/__pycache__', './../.././cache//__pycache__/']) {
      expect(check(...entries, { ...symlink, link }), link).toEqual([]);
    }
    expect(check(...entries, { ...symlink, link: '../cache/__pycache__' })).toHaveLength(1);
  });

  it('leaves a pyc alone that a symlink beside its sources leads to', () => {
    const name = 'a.cpython-39.pyc';
    const symlink = (path: string, link: string): Entry => file(path, 0, { kind: 'symlink', link });
    const entries = [
      ...['cache', 'cache/__pycache__', 'lib', 'lib/__pycache__'].map(directory),
      bytecode(`cache/__pycache__/${name}`),
      file('lib/a.py', 5),
    ];
    expect(check(...entries, symlink(`lib/__pycache__/${name}`, `../../cache/__pycache__/${name}`))).toEqual([]);
    expect(check(...entries, symlink('link', 'cache'))).toEqual([]);
    // One beside it has no sources either.
    expect(check(...entries, symlink('cache/__pycache__/a.cpython-39.opt-1.pyc', name))).toHaveLength(1);
  });

  it('names all directories in its command', () => {
    const tops = Array.from('abcdef');
    const found = (number: number) =>
      check(
        ...tops.slice(0, number).flatMap((top) => [top, `${top}/__pycache__`].map(directory)),
        ...tops.slice(0, number).map((top) => bytecode(`${top}/__pycache__/a.cpython-39.pyc`)),
      )[0]?.fix.commands;
    expect(found(4)).toEqual(['rm -r a b c d']);
    expect(found(6)).toEqual(['rm -r a b c d e f']);
  });

  it('frees nothing of a pyc that has another name elsewhere', () => {
    expect(
      check(
        ...['gone', 'gone/__pycache__', 'kept', 'kept/__pycache__'].map(directory),
        bytecode('gone/__pycache__/a.cpython-39.pyc'),
        hardlink('kept/__pycache__/a.cpython-39.pyc', 'gone/__pycache__/a.cpython-39.pyc'),
        file('kept/a.py', 1),
      ),
    ).toEqual([]);
  });

  it.each([
    ['a source', file('m/a.py', 0)],
    ['an extension module', file('m/sub/a.so', 1)],
    ['bytecode outside of __pycache__', bytecode('m/a.pyc')],
    ['something else in __pycache__', file('m/__pycache__/notes.txt', 1)],
  ])('says nothing of a directory with %s', (_what, other) => {
    const entries = [directory('m'), directory('m/__pycache__'), bytecode('m/__pycache__/a.cpython-39.pyc'), other];
    expect(check(...entries)).toEqual([]);
  });

  it('says nothing of a __pycache__ at the root', () => {
    expect(check(directory('__pycache__'), bytecode('__pycache__/a.cpython-39.pyc'))).toEqual([]);
  });
});
