import { execFileSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/model/snapshot.ts';
import { judge } from '../../src/rules/index.ts';
import { leftoverPycache } from '../../src/rules/leftover-pycache.ts';
import { orphanBytecode } from '../../src/rules/orphan-bytecode.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { commanded, put } from '../build/commanded.ts';
import { buildPyc } from '../build/pyc.ts';
import { directory, file, hardlink, pyc, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';

const cached = (path: string, source: string | null): Entry => file(path, 10, { facts: pyc({ source }) });
const check = (...entries: readonly Entry[]) => judge(snapshot(entries), [orphanBytecode]);

describe('orphan-bytecode', () => {
  it('claims pycs in __pycache__ whose source is gone', () => {
    const [found] = check(
      cached('m/__pycache__/a.cpython-39.pyc', 'm/a.py'),
      cached('m/__pycache__/b.cpython-39.pyc', 'm/b.py'),
      cached('m/__pycache__/c.pyc', null),
      file('m/b.py', 1),
    );
    expect(found?.claims.map(({ path }) => path)).toEqual(['m/__pycache__/a.cpython-39.pyc', 'm/__pycache__/c.pyc']);
    expect(found).toMatchObject({ severity: 'warn', bytes: 20 });
  });

  it('leaves pycs beside where the source would be, which Python imports, and those of pytest', () => {
    const legacy = file('m/a.pyc', 10, { facts: pyc({ legacy: true, source: 'm/a.py' }) });
    const tested = cached('m/__pycache__/t.cpython-39-pytest-8.0.pyc', 'm/t.cpython-39-pytest-8.py');
    expect(check(legacy, tested)).toEqual([]);
  });

  it('does not claim again what is left of a removed package', () => {
    const entries = [
      ...['m', 'm/__pycache__'].map(directory),
      cached('m/__pycache__/a.cpython-39.pyc', 'm/a.py'),
      file('b.py', 1),
    ];
    const findings = judge(snapshot(entries), [leftoverPycache, orphanBytecode]);
    expect(findings.map(({ rule }) => rule)).toEqual(['leftover-pycache']);
  });

  it('frees a hard-linked pyc only where all of its names are orphans', () => {
    const path = 'm/__pycache__/a.cpython-39.pyc';
    const linked = hardlink('m/__pycache__/a.cpython-39.opt-1.pyc', path);
    expect(check(cached(path, 'm/a.py'), linked)[0]?.bytes).toBe(10);
    expect(check(cached(path, 'm/a.py'), hardlink('m/a.pyc', path))).toEqual([]);
  });

  it('leaves alone what a symlink beside sources leads to, and gives no command that would take it', () => {
    const pycs = [
      cached('c/__pycache__/a.cpython-39.pyc', 'c/a.py'),
      cached('m/__pycache__/a.cpython-39.pyc', 'm/a.py'),
    ];
    const directories = ['c', 'c/__pycache__', 'lib', 'm', 'm/__pycache__'].map(directory);
    const symlink = (path: string, link: string): Entry => file(path, 0, { kind: 'symlink', link });
    const [found] = check(...directories, ...pycs);
    expect([found?.claims.length, found?.fix.commands.length]).toEqual([2, 1]);
    for (const link of [
      symlink('lib/__pycache__', '../c/__pycache__'),
      symlink('lib/__pycache__', '/c/__pycache__'),
      symlink('lib/a.cpython-39.pyc', '../lib/../c/__pycache__/a.cpython-39.pyc'),
    ]) {
      const [other] = check(...directories, ...pycs, file('lib/a.py', 1), link);
      expect(
        other?.claims.map(({ path }) => path),
        link.link ?? '',
      ).toEqual(['m/__pycache__/a.cpython-39.pyc']);
      expect([other?.fix.commands, other?.fix.advice]).toEqual([[], expect.stringContaining('--json')]);
    }
    // A name of a directory above is none of the cache: the source would lie behind it, too.
    expect(check(...directories, ...pycs, symlink('c64', 'c'))[0]?.claims.length).toBe(2);
  });

  it('is removed by its command, to the byte', async () => {
    const root = tempDirectory('orphan');
    const bytes = buildPyc({ magic: 3425, words: [0, 1, 2] });
    for (const name of [
      'gone.cpython-39',
      'gone.cpython-39.opt-1',
      'kept.cpython-39.opt-2',
      'a.b.cpython-39',
      "it's.cpython-39",
    ])
      put(root, `m/__pycache__/${name}.pyc`, bytes);
    put(root, '__pycache__/top.cpython-39.pyc', bytes);
    for (const name of ['m/kept.py', 'm/a.b.py', 'm/other.py']) put(root, name, 'pass\n');
    const options = { ...defaultLimits, maxWindow: 1 << 27, digests: 'auto', facts: 'needed' } as const;
    const before = await scan(root, options);
    const [found] = judge(before, [orphanBytecode]);
    expect(found?.claims).toHaveLength(4);
    execFileSync('sh', ['-c', found?.fix.commands[0] ?? ''], { cwd: root });
    const after = await scan(root, options);
    expect(before.totals.content - after.totals.content).toBe(found?.bytes);
    expect(existsSync(join(root, 'm/__pycache__/a.b.cpython-39.pyc'))).toBe(true);
  });

  it('leaves to its command what it claims, and nothing that is damaged or whose source is a symlink to elsewhere', async () => {
    const root = tempDirectory('orphan-odd');
    const bytes = buildPyc({ magic: 3425, words: [0, 1, 2] });
    for (const name of ['d/__pycache__/site', 'd/__pycache__/gone', 'x-pytest-y/__pycache__/gone', 'd/__pycache__/l'])
      put(root, `${name}.cpython-39.pyc`, bytes);
    // As in Debian's libpython3.11-minimal; where the tree is not the root, such a link leads nowhere.
    symlinkSync('/no/such/site.py', join(root, 'd/site.py'));
    symlinkSync('gone/l.py', join(root, 'd/l.py'));
    put(root, 'd/__pycache__/broken [1].cpython-39.pyc', 'no bytecode');
    put(root, 'd/__pycache__/empty.cpython-39.pyc', '');
    put(root, 'd/__pycache__/sub/deep.pyc', bytes);
    const paths = ['d/__pycache__/gone.cpython-39.pyc', 'x-pytest-y/__pycache__/gone.cpython-39.pyc'];
    expect(await commanded(root, orphanBytecode)).toEqual({ claimed: paths, removed: paths });
  });

  it('gives no command where it would take many files that are damaged, or not all that is claimed', () => {
    const gone = cached('m/__pycache__/a.cpython-39.pyc', 'm/a.py');
    const damaged = Array.from({ length: 9 }, (_, index) => file(`m/__pycache__/d${index}.cpython-39.pyc`, 5));
    const commandsOf = (...entries: readonly Entry[]): unknown => check(gone, ...entries)[0]?.fix.commands.length;
    expect(commandsOf(...damaged.slice(1))).toBe(1);
    expect(commandsOf(...damaged)).toBe(0);
    expect(commandsOf(cached('m/__pycache__/c.pyc', null), file('m/c.py', 1))).toBe(0);
  });
});
