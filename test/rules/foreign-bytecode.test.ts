import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/model/snapshot.ts';
import { foreignBytecode } from '../../src/rules/foreign-bytecode.ts';
import { judge } from '../../src/rules/index.ts';
import { commanded, put } from '../build/commanded.ts';
import { buildPyc } from '../build/pyc.ts';
import { file, pyc, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';

const cached = (tag: string, python: string | null, name = 'a'): Entry =>
  file(`m/__pycache__/${name}.${tag}.pyc`, 10, { facts: pyc({ source: `m/${name}.py`, python }) });
const check = (...entries: readonly Entry[]) => judge(snapshot([file('m/a.py', 5), ...entries]), [foreignBytecode]);

describe('foreign-bytecode', () => {
  it.each(['bin/python3.12', 'lib/libpython3.12.so.1.0', 'usr/lib/python3.12/os.py', 'lib/python3.12/os.pyc'])(
    'claims pycs of other versions where %s is shipped',
    (sign) => {
      const [found, ...others] = check(
        file(sign, 1),
        cached('cpython-312', '3.12'),
        cached('cpython-39', '3.9'),
        cached('cpython-39.opt-1', '3.9'),
      );
      expect(others).toEqual([]);
      expect(found).toMatchObject({ severity: 'warn', bytes: 20 });
      expect(found?.title).toBe('2 pycs of cpython-39, while the artifact holds cpython-312');
    },
  );

  it('claims those of PyPy, and those of CPython beside PyPy', () => {
    const pycs = [cached('pypy310', null), cached('cpython-312', '3.12')];
    expect(check(file('bin/python3.12', 1), ...pycs)[0]?.claims[0]?.path).toBe('m/__pycache__/a.pypy310.pyc');
    expect(check(file('bin/pypy3.10', 1), ...pycs)[0]?.claims[0]?.path).toBe('m/__pycache__/a.cpython-312.pyc');
  });

  it.each([
    ['without an interpreter', []],
    ['where the interpreter is a link', [file('bin/python3.12', 0, { kind: 'symlink', link: '/usr/bin/python3.12' })]],
    ['where both interpreters are shipped', [file('bin/python3.12', 1), file('bin/python3.9', 1)]],
  ])('says nothing %s', (_what, entries) => {
    expect(check(...entries, cached('cpython-312', '3.12'), cached('cpython-39', '3.9'))).toEqual([]);
  });

  it('says nothing where the name and the magic number disagree', () => {
    expect(check(file('bin/python3.12', 1), cached('cpython-39', '3.12'), cached('cpython-39', null, 'b'))).toEqual([]);
  });

  it('leaves to its command what it claims, and nothing that is damaged, of another magic number or a symlink', async () => {
    const root = tempDirectory('foreign');
    const [of39, of312] = [3425, 3531].map((magic) => buildPyc({ magic, words: [0, 1, 2] }));
    put(root, 'bin/python3.12', '');
    for (const name of ['a', 'b', 'broken [1]', 'other']) put(root, `m/${name}.py`, 'pass');
    for (const path of ['__pycache__/top.cpython-39.pyc', 'm/__pycache__/a.cpython-39.opt-1.pyc'])
      put(root, path, of39 ?? '');
    put(root, 'm/__pycache__/a.cpython-312.pyc', of312 ?? '');
    put(root, 'm/__pycache__/other.cpython-39.pyc', of312 ?? '');
    put(root, 'm/__pycache__/broken [1].cpython-39.pyc', 'no bytecode');
    put(root, 'm/a.cpython-39.pyc', of39 ?? '');
    symlinkSync('a.cpython-39.opt-1.pyc', join(root, 'm/__pycache__/b.cpython-39.pyc'));
    const paths = ['__pycache__/top.cpython-39.pyc', 'm/__pycache__/a.cpython-39.opt-1.pyc'];
    expect(await commanded(root, foreignBytecode)).toEqual({ claimed: paths, removed: paths });
  });

  it('gives no command where it would take many files that are damaged', () => {
    const damaged = Array.from({ length: 9 }, (_, index) => file(`m/__pycache__/d${index}.cpython-39.pyc`, 5));
    const commandsOf = (...entries: readonly Entry[]): unknown =>
      check(file('bin/python3.12', 1), cached('cpython-39', '3.9'), ...entries)[0]?.fix.commands.length;
    expect(commandsOf(...damaged.slice(1))).toBe(1);
    expect(commandsOf(...damaged)).toBe(0);
  });
});
