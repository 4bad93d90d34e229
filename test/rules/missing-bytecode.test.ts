import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/model/snapshot.ts';
import { judge } from '../../src/rules/index.ts';
import { missingBytecode } from '../../src/rules/missing-bytecode.ts';
import { file, pyc, snapshot } from '../build/snapshot.ts';

const module = (directory: string, name: string): Entry[] => [
  file(`${directory}/${name}.py`, 5),
  file(`${directory}/__pycache__/${name}.cpython-39.pyc`, 10, { facts: pyc({ source: `${directory}/${name}.py` }) }),
];
const check = (...entries: readonly Entry[]) => judge(snapshot(entries), [missingBytecode]);
const claimed = (...entries: readonly Entry[]): string[] =>
  check(...entries).flatMap(({ claims }) => claims.map(({ path }) => path));

const site = 'lib/python3.9/site-packages';

describe('missing-bytecode', () => {
  it('names sources without a pyc in a package that has them, and claims no bytes', () => {
    const entries = [...module(`${site}/m`, 'a'), ...module(`${site}/m`, 'b'), file(`${site}/m/c.py`, 5)];
    expect(check(...entries)[0]).toMatchObject({ severity: 'info', bytes: 0, claims: [{ path: `${site}/m/c.py` }] });
  });

  it('says how to compile it, where one Python is known', () => {
    const missing = [...module(`${site}/m`, 'a'), ...module(`${site}/m`, 'b'), file(`${site}/m/c.py`, 5)];
    const other = (python: string | null) => file('x.pyc', 5, { facts: pyc({ python }) });
    expect(check(...missing)[0]?.fix).toEqual({
      commands: ['python3.9 -m compileall -q --invalidation-mode unchecked-hash .'],
      advice: null,
    });
    for (const python of ['3.12', null])
      expect(check(...missing, other(python))[0]?.fix).toEqual({
        commands: [],
        advice: expect.stringContaining('compile each with the Python that it is of: -m compileall -q'),
      });
  });

  it('judges modules right in the search path together, and says nothing where all have bytecode', () => {
    const compiled = [...module(site, 'a'), ...module(site, 'b')];
    expect(check(...compiled)).toEqual([]);
    const orphan = file(`${site}/__pycache__/gone.cpython-39.pyc`, 10, { facts: pyc({ source: `${site}/gone.py` }) });
    expect(claimed(...compiled, orphan, file(`${site}/c.py`, 5))).toEqual([`${site}/c.py`]);
  });

  it('judges each package by itself', () => {
    const compiled = [...module(`${site}/m`, 'a'), ...module(`${site}/m`, 'b')];
    expect(claimed(...compiled, file(`${site}/n/c.py`, 5), file('bin/tool.py', 5))).toEqual([]);
    // As many with as without.
    expect(claimed(...compiled, ...module(`${site}/n`, 'a'), file(`${site}/n/c.py`, 5))).toEqual([]);
  });

  it.each(['tests/c.py', 'lib2to3/tests/data/bom.py', 'badsyntax_3131.py', 'examples/c.py'])(
    'leaves out %s',
    (name) => {
      expect(claimed(...module(`${site}/m`, 'a'), ...module(`${site}/m`, 'b'), file(`${site}/m/${name}`, 5))).toEqual(
        [],
      );
    },
  );

  it('leaves out empty modules', () => {
    expect(claimed(...module(`${site}/m`, 'a'), ...module(`${site}/m`, 'b'), file(`${site}/m/__init__.py`, 0))).toEqual(
      [],
    );
  });
});
