// `scan --bytecode`: the part of the table, and snapshots that are read back.
import { describe, expect, it } from 'vitest';
import { bytecodeRollup } from '../../src/compare/bytecode.ts';
import { rollup } from '../../src/compare/rollup.ts';
import type { PycCode } from '../../src/model/facts.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { reporterNamed } from '../../src/report/index.ts';
import type { ReportOptions, ScanReport } from '../../src/report/reporter.ts';
import { parseSnapshot } from '../../src/scan/snapshot-file.ts';
import { file, pyc, snapshot } from '../build/snapshot.ts';
import { plainOptions } from '../build/report.ts';

const code: PycCode = {
  levels: [0],
  objects: 9,
  docstrings: 20_000,
  lineTables: 15_000,
  columnTables: 5000,
  exceptionTables: 0,
  filename: 20,
  optimized: 70_000,
};

const tree = snapshot([
  file('m/a.py', 90_000),
  file('m/b.py', 700),
  file('m/__pycache__/a.cpython-312.pyc', 100_000, {
    facts: pyc({ python: '3.12', source: 'm/a.py', sourceSize: 90_000, code }),
  }),
  file('m/__pycache__/a.cpython-312.opt-1.pyc', 95_000, {
    facts: pyc({ python: '3.12', source: 'm/a.py', sourceSize: 90_000, optimization: '1', code }),
  }),
  file('n.pyc', 500, { facts: pyc({ python: null, legacy: true, code: { unread: 'is odd', broken: false } }) }),
]);

const options: ReportOptions = { ...plainOptions, units: 'bytes', depth: 0, top: 5, sort: 'size' };

function reportOf(of: Snapshot): ScanReport {
  const bytecode = bytecodeRollup(of);
  const tool = { name: 'sizecheck', version: '0.0.0' };
  return { tool, snapshot: of, tree: rollup(of), findings: [], removable: 0, bytecode };
}

async function textOf(format: string, of: Snapshot): Promise<string> {
  const reporter = await reporterNamed(format, 'scan');
  return [...(reporter?.(reportOf(of), options) ?? [])].join('');
}

describe('bytecode in a table', () => {
  it('says what there is, what it is made of, and what the tree could be', async () => {
    const text = await textOf('table', tree);
    const part = text.slice(text.indexOf('Python bytecode'), text.indexOf('Findings'));
    expect(part).toBe(`Python bytecode
       SIZE  FILES  PYTHON
  195,000 B      2  3.12
      500 B      1  unknown

      SIZE      %  PART OF THE BYTECODE
  40,000 B  20.5%  docstrings (-OO leaves them out)
  30,000 B  15.4%  line tables
  10,000 B   5.1%  of these, columns (PYTHONNODEBUGRANGES=1 leaves them out)

  not read: 1 file, 500 B

    CONTENT      SAVES      %  WHOLE TREE
  286,200 B          -         as shipped
  191,200 B   95,000 B  33.2%  level 0 only (no .opt-1, no .opt-2)
   71,190 B  215,010 B  75.1%  -OO, no sources, no columns (about)
   91,200 B  195,000 B  68.1%  sources without bytecode (slower to start)
  level 0 only:
    $ find . -name '*.opt-[12].pyc' -exec sh -c \\
      'for f; do [ ! -e "\${f%.opt-*}.pyc" ] || rm "$f"; done' sh {} +
  -OO, no sources:
    $ find . -name __pycache__ -prune -exec rm -r {} +
    $ PYTHONNODEBUGRANGES=1 python3.12 -OO -m compileall -q -f -b .
    $ find . -name '*.py' -exec sh -c \\
      'for f; do [ ! -e "\${f}c" ] || rm "$f"; done' sh {} +
  sources without bytecode:
    $ find . -name __pycache__ -prune -exec rm -r {} +
  Computed from the files; -OO is right within 0.1 % on CPython's own libraries;
  1 source has no bytecode to compute it from and stays (700 B).

`);
    expect(Math.max(...part.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it('says nothing of what is not there, and counts what there is', async () => {
    const compiled = (name: string) => [
      file(`${name}.py`, 90_000),
      file(`__pycache__/${name}.cpython-312.pyc`, 100_000, {
        facts: pyc({ python: '3.12', source: `${name}.py`, sourceSize: 90_000, code }),
      }),
    ];
    const whole = await textOf('table', snapshot(compiled('a')));
    expect(whole).toMatch(/own libraries\.\n\n/);
    expect(whole).not.toMatch(/not read|no bytecode to compute/);
    const kept = await textOf('table', snapshot([...compiled('a'), file('b.py', 5), file('c.py', 6)]));
    expect(kept).toContain('  2 sources have no bytecode to compute it from and stay (11 B).\n');
    const odd = (name: string) =>
      file(name, 500, { facts: pyc({ python: null, legacy: true, code: { unread: 'is odd', broken: false } }) });
    const unread = await textOf('table', snapshot([odd('m.pyc'), odd('n.pyc')]));
    expect(unread).toContain('  not read: 2 files, 1,000 B\n');
    expect(unread).not.toMatch(/PART OF THE BYTECODE|Computed from the files/);
  });

  it('says so where there is none', async () => {
    expect(await textOf('table', snapshot([file('a', 1)]))).toContain('Python bytecode  none\n');
  });
});

describe('bytecode in a snapshot', () => {
  it('is read back', async () => {
    const read = parseSnapshot(await textOf('snapshot', tree));
    expect(bytecodeRollup(read)).toEqual(bytecodeRollup(tree));
  });

  it.each([
    ['"docstrings":20000', '"docstrings":-1', /docstrings/],
    ['"levels":[0]', '"levels":[7]', /levels/],
    ['"levels":[0]', '"levels":0', /levels/],
    ['"unread":"is odd"', '"unread":7', /unread/],
    ['"columnTables":5000', '"columnTables":"x"', /columnTables/],
  ])('is refused where %s is %s', async (from, to, message) => {
    const text = (await textOf('snapshot', tree)).replace(from, to);
    expect(() => parseSnapshot(text)).toThrow(message);
  });
});
