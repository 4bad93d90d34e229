import { describe, expect, it } from 'vitest';
import { developmentFiles } from '../../src/rules/development-files.ts';
import { judge } from '../../src/rules/index.ts';
import { claimedPaths, library, tree } from '../build/leftovers.ts';

describe('development-files', () => {
  it('claims what only builds need, static libraries left out', () => {
    const [found] = judge(
      tree(
        ...library('lib/python3.9'),
        'include/python3.9/Python.h',
        'include/python3.9/README',
        'lib/pkgconfig/python3.pc',
        'share/aclocal/x.m4',
        'lib/cmake/Z/ZConfig.cmake',
        'lib/libz.la',
        'lib/python3.9/config-3.9-x86_64-linux-gnu/Makefile',
        'lib/python3.9/config-3.9-x86_64-linux-gnu/python.o',
        'lib/python3.9/config-3.9-x86_64-linux-gnu/libpython3.9.a',
      ),
      [developmentFiles],
    );
    expect(claimedPaths(found)).toEqual([
      'include/python3.9/Python.h',
      'include/python3.9/README',
      'lib/cmake/Z/ZConfig.cmake',
      'lib/libz.la',
      'lib/pkgconfig/python3.pc',
      'lib/python3.9/config-3.9-x86_64-linux-gnu/Makefile',
      'lib/python3.9/config-3.9-x86_64-linux-gnu/python.o',
      'share/aclocal/x.m4',
    ]);
    expect(found?.fix.commands.at(-1)).toBe("find . -type f -name 'lib*.la' -delete");
    expect(found?.fix.advice).toContain('build extensions');
  });

  it.each([
    ['a directory of data', ['docutils/rst/include/isolat1.txt']],
    ['a directory of code', ['pkg/include/a.h', 'pkg/include/a.py']],
    ["libtool's archives of plugins", ['lib/ImageMagick-6.9.11/modules-Q16/coders/png.la', 'lib/libx/png.la']],
    ['a program of that name', ['pkg/cmake/main.py']],
    ['a package with a config directory', ['app/config/a.ini', 'app/config-dev/b.ini']],
    ['packages of the standard library', [...library('lib/python3.13'), 'lib/python3.13/sysconfig/__init__.py']],
  ])('says nothing of %s', (_what, paths) => {
    expect(judge(tree(...paths), [developmentFiles])).toEqual([]);
  });
});
