import { describe, expect, it } from 'vitest';
import { demoModules } from '../../src/rules/demo-modules.ts';
import { judge } from '../../src/rules/index.ts';
import { directory, file, hardlink } from '../build/snapshot.ts';
import { claimedPaths, library, tree } from '../build/leftovers.ts';

const check = (...paths: readonly string[]) => judge(tree(...paths), [demoModules]);

describe('demo-modules', () => {
  it('claims the modules and the scripts that start them', () => {
    const [found] = check(
      ...library('opt/lib/python3.9'),
      'opt/lib/python3.9/idlelib/a.py',
      'opt/lib/python3.9/lib2to3/b.py',
      'opt/lib/python3.9/turtle.py',
      'opt/bin/idle3.9',
      'opt/bin/2to3-3.9',
      'opt/bin/python3.9',
    );
    expect(claimedPaths(found)).toEqual([
      'opt/bin/2to3-3.9',
      'opt/bin/idle3.9',
      'opt/lib/python3.9/idlelib/a.py',
      'opt/lib/python3.9/lib2to3/b.py',
    ]);
    expect(found?.title).toBe('4 files of idlelib, lib2to3');
    expect(found?.fix).toEqual({
      commands: [
        'rm -r opt/lib/python3.9/idlelib opt/lib/python3.9/lib2to3',
        'rm -f -- opt/bin/idle3.9 opt/bin/2to3-3.9',
      ],
      advice: 'needed by idle, turtledemo, 2to3, lib2to3 users',
    });
  });

  it('claims a start script once that several versions share', () => {
    const libraries = ['lib/python3.10', 'lib/python3.9'];
    const modules = libraries.map((path) => `${path}/idlelib/run.py`);
    const script = file('bin/idle3', modules[1]?.length ?? 0);
    const link = file('bin/idle', 0, { kind: 'symlink', link: 'idle3' });
    const [found] = judge(tree(...libraries.flatMap(library), ...modules, script, link), [demoModules]);
    // The largest first, then by path.
    expect(found?.claims.map(({ path }) => path)).toEqual([modules[0], script.path, modules[1]]);
    expect(found?.fix.commands).toEqual([
      `rm -r ${libraries.map((path) => `${path}/idlelib`).join(' ')}`,
      'rm -f -- bin/idle bin/idle3',
    ]);
  });

  it('claims modules without start scripts, a script under its second name, and nothing where no module has files', () => {
    const module = 'lib/python3.9/idlelib/a.py';
    expect(check(...library('lib/python3.9'), module)[0]?.fix.commands).toEqual(['rm -r lib/python3.9/idlelib']);
    const names = [file('bin/idle3', 7), hardlink('bin/idle3.9', 'bin/idle3')];
    const [found] = judge(tree(...library('lib/python3.9'), module, ...names), [demoModules]);
    expect(claimedPaths(found)).toEqual(['bin/idle3', module]);
    expect(found?.bytes).toBe(7 + module.length);
    expect(check(...library('lib/python3.9'), 'bin/idle3')).toEqual([]);
    const empty = tree(...library('lib/python3.9'), directory('lib/python3.9/idlelib'));
    expect(judge(empty, [demoModules])).toEqual([]);
    // As on Windows.
    expect(check(...library('Lib'), 'Lib/idlelib/a.py', 'bin/idle')[0]?.fix.commands).toEqual(['rm -r Lib/idlelib']);
  });

  it('says nothing of packages of that name elsewhere', () => {
    expect(check(...library('lib/python3.9'), 'lib/python3.9/site-packages/lib2to3/a.py', 'idlelib/a.py')).toEqual([]);
  });
});
