// A Python that was fixed still is one: a copy of the installed interpreter and its library, compiled at all levels, imports every
// extension module and runs the same script afterwards.
import { cpSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run, runStatus } from '../oracles.ts';

const work = tempDirectory('fix-python');
const ready = ['python3', 'cp', 'strip'].every(requireTool);

/** Prints each extension module that cannot be imported, and what a script with the usual libraries computes. */
const script = `
import ctypes, hashlib, json, os, sqlite3, ssl, sys, sysconfig, zlib
folder = os.path.join(os.path.dirname(os.__file__), 'lib-dynload')
names = sorted(name.split('.')[0] for name in os.listdir(folder) if name.endswith('.so'))
failed = []
for name in names:
    try: __import__(name)
    except BaseException as error: failed.append(name + ': ' + str(error))
row = sqlite3.connect(':memory:').execute('select 6 * 7').fetchone()
packed = zlib.decompress(zlib.compress(b'x' * 1000))
print(os.__file__, len(names), failed, ssl.OPENSSL_VERSION, row, len(packed), ctypes.sizeof(ctypes.c_long))
`;

it.skipIf(!ready)('a fixed Python imports all that it did before', { timeout: 180_000 }, () => {
  const [program, library] = run('python3', [
    '-c',
    'import os, sys; print(sys.executable); print(os.path.dirname(os.__file__))',
  ])
    .trim()
    .split('\n')
    .map((path) => realpathSync(path));
  const tree = join(work, 'python');
  mkdirSync(join(tree, 'bin'), { recursive: true });
  const name = basename(library ?? '');
  cpSync(program ?? '', join(tree, 'bin', name));
  // Real files in place of the links that a distribution makes, and none of its site's packages.
  run('cp', ['-aL', library ?? '', join(tree, 'lib-copied')]);
  mkdirSync(join(tree, 'lib'));
  run('mv', [join(tree, 'lib-copied'), join(tree, 'lib', name)]);
  run('rm', ['-rf', join(tree, 'lib', name, 'site-packages'), join(tree, 'lib', name, 'dist-packages')]);
  const python = (root: string, args: readonly string[]): string =>
    run('env', ['-i', `PYTHONHOME=${root}`, join(root, 'bin', name), '-S', ...args]);
  // Files that are no valid Python, which some of its own tests need, make it exit 1.
  const compile = [
    '-S',
    '-W',
    'ignore',
    '-m',
    'compileall',
    '-q',
    '-o',
    '0',
    '-o',
    '1',
    '-o',
    '2',
    join(tree, 'lib', name),
  ];
  runStatus('env', ['-i', `PYTHONHOME=${tree}`, join(tree, 'bin', name), ...compile]);
  const fixed = join(work, 'fixed');
  const ran = sizecheck(['fix', tree, '--out', fixed, '--apply', '--json']);
  expect(ran.stderr).toBe('');
  expect(ran.code).toBe(0);
  const json = JSON.parse(ran.stdout);
  expect(json.achieved).toEqual(json.promised);
  expect(json.rules.map(({ rule }: { rule: string }) => rule)).toContain('optimized-bytecode');
  // What the machine lacks (Tk, an audio device's library) may fail before and after.
  const before = python(tree, ['-c', script]);
  expect(before).toMatch(/OpenSSL/);
  expect(python(fixed, ['-c', script]).replaceAll(fixed, tree)).toBe(before);
  // No module is compiled again: the bytecode that stayed is valid for its source.
  const bytecode = (): string => run('find', [fixed, '-name', '*.pyc', '-printf', '%p %T@\n']);
  const unused = bytecode();
  python(fixed, ['-c', 'import argparse, email.message, http.client, json, logging.config, unittest']);
  expect(bytecode()).toBe(unused);
});
