import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import { testSuite } from '../../src/rules/test-suite.ts';
import { commanded, put } from '../build/commanded.ts';
import { hardlink } from '../build/snapshot.ts';
import { claimedPaths, library, tree } from '../build/leftovers.ts';
import { tempDirectory } from '../build/temp.ts';

const check = (...paths: readonly string[]) => judge(tree(...paths), [testSuite]);

describe('test-suite', () => {
  it("claims the tests of Python's standard library, and modules that only they import", () => {
    const [found] = check(
      ...library('lib/python3.11'),
      'lib/python3.11/test/__init__.py',
      'lib/python3.11/test/__pycache__/__init__.cpython-311.pyc',
      'lib/python3.11/test/support/tests/deep.py',
      'lib/python3.11/test-data/kept.txt',
      'lib/python3.11/idlelib/idle_test/a.py',
      'lib/python3.11/unittest/test/support.py',
      'lib/python3.11/unittest/case.py',
      'lib/python3.11/lib-dynload/_testcapi.cpython-311-x86_64-linux-gnu.so',
      'lib/python3.11/lib-dynload/_ctypes_test.cpython-311-x86_64-linux-gnu.so',
      'lib/python3.11/lib-dynload/_ctypes.cpython-311-x86_64-linux-gnu.so',
    );
    expect(claimedPaths(found)).toEqual([
      'lib/python3.11/idlelib/idle_test/a.py',
      'lib/python3.11/lib-dynload/_ctypes_test.cpython-311-x86_64-linux-gnu.so',
      'lib/python3.11/lib-dynload/_testcapi.cpython-311-x86_64-linux-gnu.so',
      'lib/python3.11/test/__init__.py',
      'lib/python3.11/test/__pycache__/__init__.cpython-311.pyc',
      'lib/python3.11/test/support/tests/deep.py',
      'lib/python3.11/unittest/test/support.py',
    ]);
    expect(found).toMatchObject({ severity: 'info', leftover: true });
    expect(found?.fix.commands[0]).toBe(
      'rm -r lib/python3.11/test lib/python3.11/unittest/test lib/python3.11/idlelib/idle_test',
    );
    expect(found?.fix.advice).toContain('python -m test');
  });

  it('claims tests of packages that lie at the top, whatever their names', () => {
    const [found] = check('a-1.0.dist-info/METADATA', 'a/tests/test_a.py', 'tests/test_b.py');
    expect(claimedPaths(found)).toEqual(['a/tests/test_a.py']);
  });

  it.each(['usr/lib/python3/dist-packages', 'lib/python3.12/site-packages', 'python'])(
    'claims tests of packages in %s, and leaves code of that name alone',
    (folder) => {
      const [found] = check(
        ...(folder === 'python' ? ['python/scipy-1.0.dist-info/METADATA'] : []),
        // Inside of the standard library, all of whose tests are claimed.
        ...(folder.startsWith('lib/') ? library('lib/python3.12') : []),
        `${folder}/scipy/optimize/tests/test_linprog.py`,
        `${folder}/scipy/optimize/tests/data/matrix.npz`,
        `${folder}/old/test/__pycache__/x_test.cpython-312.pyc`,
        // Used by programs.
        `${folder}/django/test/testcases.py`,
        `${folder}/ansible/plugins/test/core.py`,
        `${folder}/numpy/testing/utils.py`,
        // Packages by that name.
        `${folder}/tests/test_a.py`,
        `${folder}/test_helpers/a.py`,
      );
      expect(claimedPaths(found)).toEqual([
        `${folder}/old/test/__pycache__/x_test.cpython-312.pyc`,
        `${folder}/scipy/optimize/tests/data/matrix.npz`,
        `${folder}/scipy/optimize/tests/test_linprog.py`,
      ]);
    },
  );

  it('claims tests right inside of Node packages, and __tests__ anywhere in them', () => {
    const [found] = check(
      'app/node_modules/qs/test/parse.js',
      'app/node_modules/@x/y/tests/a.js',
      'app/node_modules/z/lib/__tests__/a.js',
      'app/node_modules/z/lib/test/runtime.js',
      'app/node_modules/test/index.js',
      'app/node_modules/@playwright/test/index.js',
      'app/test/a.js',
    );
    expect(claimedPaths(found)).toEqual([
      'app/node_modules/@x/y/tests/a.js',
      'app/node_modules/qs/test/parse.js',
      'app/node_modules/z/lib/__tests__/a.js',
    ]);
  });

  it('leaves alone what declares the types of a module called test, and says whose tests there are', () => {
    const types = ['app/node_modules/@types/node/test/reporters.d.ts', 'app/node_modules/a/__tests__/b.d.mts.map'];
    expect(check(...types)).toEqual([]);
    const [found] = check(...types, 'app/node_modules/a/__tests__/b.js');
    expect(claimedPaths(found)).toEqual([
      'app/node_modules/a/__tests__/b.d.mts.map',
      'app/node_modules/a/__tests__/b.js',
    ]);
    expect(found?.fix.advice).toBe("needed by packages' own tests");
    const [module] = check(...library('lib'), 'lib/lib-dynload/_testcapi.so');
    expect(module?.fix.advice).toBe("needed by python -m test and packages' own tests");
  });

  it("leaves alone what Debian's h5py imports, and claims the tests of other builds of it", () => {
    const tests = (build: string) => `lib/python3/dist-packages/h5py/${build}tests/test_file.py`;
    expect(check(tests('_debian_h5py_serial/'), tests('_debian_h5py_mpi/'))).toEqual([]);
    expect(claimedPaths(check(tests(''))[0])).toEqual([tests('')]);
  });

  it('takes a Node package inside of a Python package for a part of that', () => {
    expect(check('lib/site-packages/p/node_modules/q/test/a.js')).toEqual([]);
  });

  it('frees nothing of a file that has another name elsewhere, and counts one with two names in tests once', () => {
    const files = [...library('lib'), 'lib/test/a.py', 'lib/test/b.py'];
    const linked = tree(...files, hardlink('lib/kept.py', 'lib/test/a.py'), hardlink('lib/test/c.py', 'lib/test/b.py'));
    expect(claimedPaths(judge(linked, [testSuite])[0])).toEqual(['lib/test/b.py']);
  });

  it('knows a standard library at the top, and one that packages are installed into', () => {
    const claims = ['lib-dynload/_testcapi.so', 'test/a.py'];
    const files = ['os.py', 'site.py', 'encodings/a.py', ...claims];
    expect(claimedPaths(check(...files)[0])).toEqual(claims);
    const below = files.map((path) => `lib/${path}`);
    expect(claimedPaths(check(...below, 'lib/x-1.dist-info/METADATA')[0])).toEqual(claims.map((path) => `lib/${path}`));
  });

  it('claims a module once that lies in a directory of tests, too', () => {
    const [found] = check(...library('lib'), 'lib/lib-dynload/test/_testcapi.so');
    expect(claimedPaths(found)).toEqual(['lib/lib-dynload/test/_testcapi.so']);
  });

  it('is removed by its commands', async () => {
    const root = tempDirectory('test-suite');
    const kept = [...library('lib'), 'lib/lib-dynload/_json.so', 'lib/lib-dynload/_ctypes.so'];
    const names = ['_testcapi', '_ctypes_test', '_xxtestfuzz', 'xxlimited', 'xxlimited_35', 'xxsubtype'];
    const gone = [...names.map((name) => `lib/lib-dynload/${name}.so`), 'lib/test/a.py', 'lib/test/b/c.py'];
    for (const path of [...kept, ...gone]) put(root, path, path);
    const { claimed, removed } = await commanded(root, testSuite);
    expect(claimed.toSorted()).toEqual(gone.toSorted());
    expect(removed).toEqual([...gone, 'lib/test', 'lib/test/b'].toSorted());
  });

  it('says nothing of directories of that name elsewhere', () => {
    expect(check('test/test_a.py', 'src/tests/test_b.py', 'lib/python3.9/test/a.py')).toEqual([]);
    for (const path of library('lib'))
      expect(check(...library('lib').filter((other) => other !== path), 'lib/test/a.py')).toEqual([]);
    for (const folder of ['my-packages', 'x-site-packages', 'x-info'])
      expect(check(`${folder}/a/tests/test_a.py`, `a/${folder}/a/tests/test_a.py`)).toEqual([]);
  });
});
