import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import { typeDeclarations } from '../../src/rules/type-declarations.ts';
import { commanded, put } from '../build/commanded.ts';
import { tree } from '../build/leftovers.ts';
import { tempDirectory } from '../build/temp.ts';

describe('type-declarations', () => {
  it('claims what its command removes, in all directories of packages', async () => {
    const declarations = [
      '-x/node_modules/b/b.d.cts',
      'app/node_modules/@s/a/dist/index.d.ts',
      'app/node_modules/@s/a/node_modules/c/c.d.mts',
      'app/node_modules/f/f.js.flow',
      'app/node_modules/typescript/other/a.d.ts',
    ];
    const others = [
      '-x/node_modules/b/b.ts',
      '-x/node_modules/typescript/lib/lib.es5.d.ts',
      '-x/node_modules/typescript/lib/typescript.d.ts',
      'app/node_modules/[t]*/lib/de/x.d.ts',
      'app/node_modules/[t]*/lib/lib.es5.d.ts',
      'app/node_modules/a/d.ts',
      'app/node_modules/a/licenses/a.d.ts',
      'app/src/index.d.ts',
    ];
    const root = tempDirectory('type-declarations');
    for (const [index, path] of [...declarations, ...others].entries()) put(root, path, '.'.repeat(100 - index));
    expect(await commanded(root, typeDeclarations)).toEqual({ claimed: declarations, removed: declarations });
  });

  it('knows an artifact that is itself a directory of packages', async () => {
    const declarations = ['@types/node/index.d.ts', 'a/index.d.ts'];
    const root = tempDirectory('type-declarations-root');
    put(root, 'typescript/lib/lib.es5.d.ts', '');
    for (const path of ['.package-lock.json', 'a/index.js', 'typescript/lib/lib.dom.d.ts', ...declarations])
      put(root, path, 'x');
    expect(await commanded(root, typeDeclarations)).toEqual({ claimed: declarations, removed: declarations });
  });

  it('says nothing of a package by itself, nor of packages without any', () => {
    const check = (...paths: readonly string[]) => judge(tree(...paths), [typeDeclarations]);
    expect(check('package/index.d.ts', 'package/package.json')).toEqual([]);
    expect(check('node_modules/a/a.d.ts')[0]?.fix.commands).toEqual([
      "find node_modules -type f -name '*.d.ts' -delete",
    ]);
    const compilers = Array.from({ length: 9 }, (_, index) => `node_modules/t${index}/lib.es5.d.ts`);
    expect(check('node_modules/a/a.d.ts', ...compilers.slice(1))[0]?.fix.commands).toHaveLength(1);
    // A command would grow with each of them.
    expect(check('node_modules/a/a.d.ts', ...compilers)[0]?.fix.commands).toEqual([]);
    expect(check('node_modules/a/index.js', 'old_node_modules/b/b.d.ts')).toEqual([]);
  });
});
