import { describe, expect, it } from 'vitest';
import { buildSources } from '../../src/rules/build-sources.ts';
import { judge } from '../../src/rules/index.ts';
import { commanded, put } from '../build/commanded.ts';
import { claimedPaths, tree } from '../build/leftovers.ts';
import { directory, file, hardlink } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool } from '../oracles.ts';

const check = (...paths: readonly string[]) => judge(tree(...paths), [buildSources]);

describe('build-sources', () => {
  it('claims sources and stubs of packages that hold a compiled module', () => {
    const folder = 'lib/python3.11/site-packages';
    const [found] = check(
      `${folder}/scipy/special/_ufuncs.cpython-311-x86_64-linux-gnu.so`,
      `${folder}/scipy/special/_ufuncs.pyx`,
      `${folder}/scipy/linalg/cython_blas.pxd`,
      `${folder}/scipy/linalg/lapack/_flapack.so`,
      `${folder}/scipy/linalg/_x.pyi`,
      `${folder}/scipy/linalg/__pycache__/a.cpython-311.pyc`,
      `${folder}/scipy/include/a.h`,
      `${folder}/pure/a.pyi`,
      `${folder}/pure/a.c`,
      `${folder}/_single.cpython-311-x86_64-linux-gnu.so`,
      `${folder}/_single.c`,
    );
    expect(claimedPaths(found)).toEqual([
      `${folder}/scipy/linalg/_x.pyi`,
      `${folder}/scipy/linalg/cython_blas.pxd`,
      `${folder}/scipy/special/_ufuncs.pyx`,
    ]);
    expect(found?.fix.commands[0]).toMatch(new RegExp(`^find ${folder}/scipy -type f `));
    expect(found?.fix.advice).toContain('building');
  });

  it('knows Node packages, and Python packages wherever their data stands beside them', () => {
    const [found] = check(
      'app/node_modules/@x/native/build/Release/native.node',
      'app/node_modules/@x/native/src/native.cc',
      'app/node_modules/other/src/other.cc',
      'python/fast-1.0.dist-info/RECORD',
      'python/fast/_fast.so',
      'python/fast/_fast.c',
    );
    expect(claimedPaths(found)).toEqual(['app/node_modules/@x/native/src/native.cc', 'python/fast/_fast.c']);
  });

  const tools = ['find', 'sh'];
  it.skipIf(!tools.every(requireTool))('takes nothing of packages without a module that lie in others', async () => {
    const root = tempDirectory('build-sources');
    const outer = ['app/node_modules/a', 'python/-b'];
    for (const path of outer)
      for (const name of ['a.node', 'a.h', 'x/a.c', 'x/y/a.node']) put(root, `${path}/${name}`, name);
    const inner = ['app/node_modules/a/node_modules/[x] y/a.h', 'python/-b/vendor/c/a.h', 'python/-b/vendor/d.c'];
    for (const path of inner) put(root, path, 'a');
    for (const path of ['python', 'python/-b/vendor']) put(root, `${path}/x-1.dist-info/RECORD`, '');
    const { claimed, removed } = await commanded(root, buildSources);
    expect(removed).toEqual(outer.flatMap((path) => [`${path}/a.h`, `${path}/x/a.c`]));
    expect(claimed.toSorted()).toEqual(removed);
  });

  it.skipIf(!tools.every(requireTool))(
    'leaves sources alone that lie apart from modules, and takes stubs',
    async () => {
      const root = tempDirectory('build-sources-apart');
      const folder = 'lib/python3.11/site-packages';
      const kept = [
        'Cython/Utility/Builtins.c',
        'Cython/Utility/deep/a.pyx',
        'Cython/Includes/libc/math.pxd',
        'Cython/Utility/__init__.py',
        'Cython/Compiler/Code.so',
        'numpy/core/_multiarray.so',
        'numpy/f2py/src/fortranobject.c',
        'pure/src/a.c',
        "-a/it's/a.c",
        '-a/a.so',
      ];
      const gone = ['Cython/Compiler/Code.pxd', 'Cython/a.pxd', 'numpy/f2py/__init__.pyi', 'numpy/core/a.h', '-a/a.c'];
      for (const path of [...kept, ...gone]) put(root, `${folder}/${path}`, path);
      const { claimed, removed } = await commanded(root, buildSources);
      expect(removed).toEqual(gone.map((path) => `${folder}/${path}`).toSorted());
      expect(claimed.toSorted()).toEqual(removed);
    },
  );

  it('gives no command where very many directories would have to be left out', () => {
    const sources = (number: number) => Array.from({ length: number }, (_, at) => `site-packages/a/${at}/a.c`);
    const commandsBeside = (number: number) =>
      check('site-packages/a/a.so', 'site-packages/a/a.c', ...sources(number))[0]?.fix.commands.length;
    expect([commandsBeside(32), commandsBeside(33)]).toEqual([1, 0]);
  });

  it('says nothing where all sources lie apart', () => {
    expect(check('site-packages/a/a.so', 'site-packages/a/src/a.c')).toEqual([]);
  });

  it('counts a source of two names once, and takes neither symlinks nor directories for sources or modules', () => {
    const [found, ...others] = judge(
      tree(
        'node_modules/a/a.node',
        'node_modules/a/a.c',
        hardlink('node_modules/a/b.c', 'node_modules/a/a.c'),
        file('node_modules/a/c.c', 0, { kind: 'symlink', link: 'a.c' }),
        directory('node_modules/b/b.node'),
        'node_modules/b/b.c',
        'node_modules/c/c.node',
        'node_modules/a/node_modules/d/include/d.h',
      ),
      [buildSources],
    );
    expect(found?.claims).toEqual([{ path: 'node_modules/a/a.c', part: null, bytes: 18 }]);
    expect(found?.fix.commands[0]).toMatch(/^find node_modules\/a -type f [^/]*! -path '\*\/include\/\*' -delete$/);
    // One choice of endings, where no source lies apart.
    expect(found?.fix.commands[0]?.split(String.raw`\(`)).toHaveLength(2);
    expect(others).toEqual([]);
  });

  it('gives no command where a package with a module lies in one without, and that in one with', () => {
    const [found] = check(
      'node_modules/a/a.node',
      'node_modules/a/a.h',
      'node_modules/a/node_modules/b/b.h',
      'node_modules/a/node_modules/b/node_modules/c/c.node',
      'node_modules/a/node_modules/b/node_modules/c/c.h',
    );
    expect(claimedPaths(found)).toEqual(['node_modules/a/a.h', 'node_modules/a/node_modules/b/node_modules/c/c.h']);
    expect(found?.fix.commands).toEqual([]);
  });

  it('names no command where many packages would have to be left out', () => {
    const inner = Array.from({ length: 9 }, (_, index) => `node_modules/a/node_modules/b${index}/b.h`);
    const [some] = check('node_modules/a/a.node', 'node_modules/a/a.h', ...inner.slice(1));
    expect(some?.fix.commands).toHaveLength(1);
    const beside = inner.map((path) => path.replace('a/node_modules/', ''));
    const [others] = check('node_modules/a/a.node', 'node_modules/a/a.h', ...beside);
    expect(others?.fix.commands).toEqual([expect.not.stringMatching(/b\.h|b0/)]);
    const [many] = check('node_modules/a/a.node', 'node_modules/a/a.h', ...inner);
    expect(many).toMatchObject({ claims: [{ path: 'node_modules/a/a.h' }], fix: { commands: [] } });
  });

  it('says nothing of sources outside of packages', () => {
    expect(check('src/a.c', 'src/a.so')).toEqual([]);
  });
});
