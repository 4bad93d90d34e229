// Facts of bytecode at its edges: where a line table, a prefix or an exception table takes one byte more, where two things look alike.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { headerLength } from '../../src/inspectors/pyc/header.ts';
import { measureCode } from '../../src/inspectors/pyc/measure.ts';
import { understood } from '../../src/inspectors/pyc/code.ts';
import { pycEdges } from '../build/pyc-edges.ts';
import { tempDirectory } from '../build/temp.ts';
import { run } from '../oracles.ts';

function magicOf(python: string): number {
  const [major, minor] = python.split('.').map(Number);
  for (const [magic, version] of understood) if (version.minor === (major === 2 ? 0 : minor)) return magic;
  throw new Error(`no magic of ${python}`);
}

describe('bytecode at its edges', () => {
  it.each(pycEdges.map((edge, index) => ({ ...edge, index })))('$index: $source by $python', (edge) => {
    const magic = magicOf(edge.python);
    const bytes = inflateRawSync(Buffer.from(edge.pyc, 'base64'));
    expect(measureCode(bytes, headerLength(magic), magic)).toMatchObject(edge.facts);
  });
});

/** Prints the lengths of modules, given as a list in JSON. */
const lengthsInPython = `
import json, marshal, sys
for source in json.load(open(sys.argv[1])):
    print(len(marshal.dumps(compile(source.encode('utf8'), 'sample.py', 'exec', 0, True))))
`;

const versions = join(homedir(), '.pyenv', 'versions');
const releases = existsSync(versions) ? readdirSync(versions) : [];
const installed = releases.filter((release) => pycEdges.some(({ python }) => release.startsWith(`${python}.`)));
if (installed.length === 0) console.warn(`skipped: what Pythons make of the edges of bytecode; none is in ${versions}`);

describe.skipIf(installed.length === 0)('the edges of bytecode', () => {
  const folder = tempDirectory('pyc-edges');

  it.each(installed)('are as long as Python %s makes them', (release) => {
    const edges = pycEdges.filter(({ python }) => release.startsWith(`${python}.`));
    const list = join(folder, `${release}.json`);
    writeFileSync(list, JSON.stringify(edges.map(({ source }) => source)));
    const lengths = (columns: boolean, ...options: string[]): number[] => {
      const program = [join(versions, release, 'bin', 'python'), ...options, '-c', lengthsInPython, list];
      const printed = run('env', [...(columns ? [] : ['PYTHONNODEBUGRANGES=1']), ...program]);
      return printed.trim().split('\n').map(Number);
    };
    const [plain, columnless, optimized] = [lengths(true), lengths(false), lengths(false, '-OO')];
    for (const [index, { python, columns, source, pyc, facts }] of edges.entries()) {
      const start = headerLength(magicOf(python));
      const real = inflateRawSync(Buffer.from(pyc, 'base64')).length - start;
      expect([source, real]).toEqual([source, (columns ? plain : columnless)[index]]);
      expect([source, (facts.optimized ?? 0) - start]).toEqual([source, optimized[index]]);
      const columnTables = columns ? (plain[index] ?? 0) - (columnless[index] ?? 0) : 0;
      expect([source, facts.columnTables]).toEqual([source, columnTables]);
    }
  });
});
