import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PycFacts } from '../../src/model/facts.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { judge } from '../../src/rules/index.ts';
import { legacyBytecode } from '../../src/rules/legacy-bytecode.ts';
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
});
