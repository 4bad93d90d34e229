import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import { pycInspector, pycPlace, pythonOfMagic } from '../../src/inspectors/pyc/header.ts';
import type { Facts } from '../../src/model/facts.ts';
import { buildPyc } from '../build/pyc.ts';

function inspect(bytes: Uint8Array, path = '__pycache__/x.cpython-39.pyc'): Facts {
  return pycInspector.inspect(memorySource(bytes), { path, size: bytes.length, facts: 'all' });
}

describe('pyc header', () => {
  it.each([
    ['2.7', 62211, [1000], { mode: 'timestamp', sourceMtime: 1000, sourceSize: null }],
    ['3.2', 3180, [1000], { mode: 'timestamp', sourceMtime: 1000, sourceSize: null }],
    ['3.3', 3230, [1000, 20], { mode: 'timestamp', sourceMtime: 1000, sourceSize: 20 }],
    ['3.6', 3379, [1000, 20], { mode: 'timestamp', sourceMtime: 1000, sourceSize: 20 }],
    ['3.7', 3394, [0, 1000, 20], { mode: 'timestamp', sourceMtime: 1000, sourceSize: 20 }],
    ['3.9', 3425, [1, 7, 8], { mode: 'unchecked-hash', sourceMtime: null, sourceSize: null }],
    ['3.13', 3571, [3, 7, 8], { mode: 'checked-hash', sourceMtime: null, sourceSize: null }],
    ['3.15', 3655, [0, 2 ** 32 - 1, 2 ** 32 - 1], { sourceMtime: 2 ** 32 - 1, sourceSize: 2 ** 32 - 1 }],
  ])('of Python %s', (python, magic, words, expected) => {
    expect(inspect(buildPyc({ magic, words }))).toMatchObject({ type: 'pyc', magic, python, ...expected });
  });

  it('gives no version for a magic of no release, and reads it in the newest layout', () => {
    expect(inspect(buildPyc({ magic: 336, words: [0, 5, 6] }))).toMatchObject({ python: null, sourceMtime: 5 });
    expect(pythonOfMagic(3426)).toBeNull();
    expect(pythonOfMagic(3700)).toBeNull();
  });

  it.each([0, 1, 3, 4, 8, 15])('refuses a file of %i bytes', (length) => {
    const bytes = buildPyc({ magic: 3425, words: [0, 1, 2] }).subarray(0, length);
    expect(() => inspect(bytes)).toThrow(FormatError);
  });

  it('refuses unknown flags and other content', () => {
    expect(() => inspect(buildPyc({ magic: 3425, words: [4, 1, 2] }))).toThrow(/unknown flags 0x4/);
    expect(() => inspect(Buffer.from('#!/usr/bin/env python'))).toThrow(/does not begin with its magic/);
  });

  it('takes every *.pyc and *.pyo, so that broken ones are noticed', () => {
    const head = new Uint8Array(0);
    expect(pycInspector.matches(head, { path: 'a/x.pyc' })).toBe(true);
    expect(pycInspector.matches(head, { path: 'a/x.pyo' })).toBe(true);
    expect(pycInspector.matches(buildPyc({ magic: 3425 }), { path: 'a/x.py' })).toBe(false);
  });
});

describe('pyc place', () => {
  it.each([
    ['lib/__pycache__/x.cpython-39.pyc', { optimization: '', legacy: false, source: 'lib/x.py' }],
    ['__pycache__/x.cpython-39.opt-1.pyc', { optimization: '1', legacy: false, source: 'x.py' }],
    ['a/__pycache__/b.c.cpython-312.opt-2.pyc', { optimization: '2', legacy: false, source: 'a/b.c.py' }],
    ['a/__pycache__/x.pypy39.opt-fast.pyc', { optimization: 'fast', legacy: false, source: 'a/x.py' }],
    ['a/__pycache__/x.pyc', { optimization: '', legacy: false, source: null }],
    ['a/x.pyc', { optimization: '', legacy: true, source: 'a/x.py' }],
    ['x.pyo', { optimization: 'pyo', legacy: true, source: 'x.py' }],
    ['a/.pyc', { optimization: '', legacy: true, source: null }],
    ['a/my__pycache__/x.cpython-39.pyc', { optimization: '', legacy: true, source: 'a/my__pycache__/x.cpython-39.py' }],
    ['__pycache__x.pyc', { optimization: '', legacy: true, source: '__pycache__x.py' }],
    ['my__pycache__/x.pyc', { optimization: '', legacy: true, source: 'my__pycache__/x.py' }],
    ['a/__pycache__/.opt-1.pyc', { optimization: '1', legacy: false, source: null }],
    ['a/__pycache__/.cpython-39.pyc', { optimization: '', legacy: false, source: null }],
  ])('%s', (path, expected) => {
    expect(pycPlace(path)).toEqual(expected);
  });
});

const versions = join(homedir(), '.pyenv', 'versions');
const interpreters = existsSync(versions) ? readdirSync(versions) : [];

describe.skipIf(interpreters.length === 0)('magic numbers', () => {
  it.each(interpreters)('of the installed Python %s', (release) => {
    const code =
      'import sys\nif sys.version_info[0] < 3:\n  import imp; m = imp.get_magic()\nelse:\n  import importlib.util; m = importlib.util.MAGIC_NUMBER\nb = bytearray(m)\nprint(b[0] + 256 * b[1])';
    const ran = spawnSync(join(versions, release, 'bin', 'python'), ['-c', code], { encoding: 'utf8' });
    expect(pythonOfMagic(Number(ran.stdout))).toBe(/^\d+\.\d+/.exec(release)?.[0]);
  });
});
