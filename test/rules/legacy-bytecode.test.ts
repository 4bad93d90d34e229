import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PycFacts } from '../../src/model/facts.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { judge } from '../../src/rules/index.ts';
import { legacyBytecode } from '../../src/rules/legacy-bytecode.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildPyc } from '../build/pyc.ts';
import { file, pyc, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';

const source = file('m/a.py', 5);
const cached = file('m/__pycache__/a.cpython-39.pyc', 10, { facts: pyc({ source: 'm/a.py' }) });
const beside = (facts: Partial<PycFacts> = {}): Entry =>
  file('m/a.pyc', 10, { facts: pyc({ legacy: true, source: 'm/a.py', ...facts }) });
const check = (...entries: readonly Entry[]) => judge(snapshot(entries), [legacyBytecode]);

describe('legacy-bytecode', () => {
  it('claims a pyc beside its source and its pyc in __pycache__', () => {
    const [found] = check(source, cached, beside());
    expect(found).toMatchObject({ severity: 'warn', bytes: 10, claims: [{ path: 'm/a.pyc', part: null }] });
    expect(found?.fix.commands).toHaveLength(1);
  });

  it.each([
    ['without a source', [cached, beside()]],
    ['without a pyc in __pycache__', [source, beside()]],
    ['of Python 2.7', [source, cached, beside({ python: '2.7' })]],
  ])('says nothing of one %s', (_what, entries) => {
    expect(check(...entries)).toEqual([]);
  });

  it('gives no command that would remove pycs of Python 2.7, too', () => {
    const old = file('n/b.pyc', 10, { facts: pyc({ legacy: true, source: 'n/b.py', python: '2.7' }) });
    expect(check(source, cached, beside(), old, file('n/b.py', 1))[0]?.fix.commands).toEqual([]);
  });

  it('is removed by its command', () => {
    const root = tempDirectory('legacy');
    mkdirSync(join(root, '__pycache__'));
    for (const name of ['a.py', 'a.pyc', 'b.pyc', 'c.py', 'c.pyc', '__pycache__/a.cpython-39.pyc'])
      writeFileSync(join(root, name), '');
    const [found] = check(source, cached, beside());
    // When it runs again nothing is left to do, which is no failure.
    for (let times = 0; times < 2; times++) {
      execFileSync('sh', ['-ec', found?.fix.commands[0] ?? 'false'], { cwd: root });
      expect(readdirSync(root).toSorted()).toEqual(['__pycache__', 'a.py', 'b.pyc', 'c.py', 'c.pyc']);
    }
  });

  it('leaves to its command what it claims, and nothing that is damaged or whose __pycache__ holds none of it', async () => {
    const root = tempDirectory('legacy-odd');
    for (const name of ['d', 'd/__pycache__']) mkdirSync(join(root, name));
    const bytes = buildPyc({ magic: 3425, words: [0, 1, 2] });
    const pycs = ['x.pyc', 'y.pyc', 'a.pyc', 'a.b.pyc', 'of-damaged.pyc', 'no-source.pyc'];
    const cache = ['x', 'y', 'a.b', 'damaged', 'no-source'].map((name) => `__pycache__/${name}.cpython-39.pyc`);
    for (const name of [...pycs, ...cache]) writeFileSync(join(root, 'd', name), bytes);
    for (const name of ['x', 'a', 'a.b', 'damaged', 'of-damaged'])
      writeFileSync(join(root, 'd', `${name}.py`), 'pass\n');
    for (const name of ['damaged.pyc', '__pycache__/of-damaged.cpython-39.pyc'])
      writeFileSync(join(root, 'd', name), 'no bytecode');
    // Where the tree is not the root, such a link leads nowhere.
    symlinkSync('/no/such/y.py', join(root, 'd/y.py'));
    const options = { ...defaultLimits, maxWindow: 1 << 27, digests: 'auto', facts: 'needed' } as const;
    const before = await scan(root, options);
    const [found] = judge(before, [legacyBytecode]);
    const paths = ['d/a.b.pyc', 'd/x.pyc', 'd/y.pyc'];
    expect(found?.claims.map(({ path }) => path)).toEqual(paths);
    execFileSync('sh', ['-ec', found?.fix.commands[0] ?? 'false'], { cwd: root });
    const after = new Set((await scan(root, options)).entries.map(({ path }) => path));
    expect(before.entries.map(({ path }) => path).filter((path) => !after.has(path))).toEqual(paths);
  });

  it('gives no command where it would take many files that are damaged, or not all that is claimed', () => {
    const damaged = Array.from({ length: 9 }, (_, index) =>
      ['.py', '.pyc'].map((suffix) => file(`m/a${index}${suffix}`, 5)).concat([cachedAt(index)]),
    );
    const commandsOf = (...entries: readonly Entry[]): unknown =>
      check(source, cached, beside(), ...entries)[0]?.fix.commands.length;
    expect(commandsOf(...damaged.slice(1).flat())).toBe(1);
    expect(commandsOf(...damaged.flat())).toBe(0);
    // Python 3.2 to 3.4.
    const old = file('m/__pycache__/o.cpython-34.pyo', 10, { facts: pyc({ source: 'm/o.py' }) });
    const claimed = file('m/o.pyc', 10, { facts: pyc({ legacy: true, source: 'm/o.py' }) });
    expect(commandsOf(old, claimed, file('m/o.py', 1))).toBe(0);
  });
});

function cachedAt(index: number): Entry {
  return file(`m/__pycache__/a${index}.cpython-39.pyc`, 10, { facts: pyc({ source: `m/a${index}.py` }) });
}
