import { describe, expect, it } from 'vitest';
import { buildSources } from '../../src/rules/build-sources.ts';
import { judge } from '../../src/rules/index.ts';
import { claimedPaths, tree } from '../build/leftovers.ts';

const check = (...paths: readonly string[]) => judge(tree(...paths), [buildSources]);

describe('build-sources', () => {
  it('claims sources and stubs of packages that hold a compiled module', () => {
    const folder = 'lib/python3.11/site-packages';
    const [found] = check(
      `${folder}/scipy/special/_ufuncs.cpython-311-x86_64-linux-gnu.so`,
      `${folder}/scipy/special/_ufuncs.pyx`,
      `${folder}/scipy/linalg/cython_blas.pxd`,
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

  it('says nothing of sources outside of packages', () => {
    expect(check('src/a.c', 'src/a.so')).toEqual([]);
  });
});
