// Facts in snapshots: what tables and rules rely on is refused where an edited file no longer has it.
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { snapshotReporter } from '../../src/report/json/index.ts';
import { parseSnapshot } from '../../src/scan/snapshot-file.ts';
import { plainOptions, testTool } from '../build/report.ts';
import { ar, elf, file, pyc, snapshot } from '../build/snapshot.ts';

const sizes = { objects: 1, docstrings: 0, lineTables: 2, columnTables: -1, exceptionTables: 0, filename: 9 };
const code = { levels: [0, 1, 2], ...sizes, optimized: 40 } as const;
const saved = snapshot([
  file('lib.so', 100, { facts: elf({}, { stripShare: 0.5 }) }),
  file('libx.a', 70, {
    facts: ar(70, {
      target: { class: 64, endian: 'little', machine: 62 },
      contents: [{ size: 7, debug: 7, crc32: 5 }],
    }),
  }),
  file('x.pdb', 9, { facts: { type: 'pdb' } }),
  file('lib/__pycache__/a.cpython-39.pyc', 50, { facts: pyc({ source: 'lib/a.py', code }) }),
]);
const report = { tool: testTool, snapshot: saved, tree: [], findings: [], removable: 0 };
const text = [...(snapshotReporter.scan?.(report, plainOptions) ?? [])].join('');

describe('facts in a snapshot', () => {
  it('are read back as they were written', () => {
    expect(parseSnapshot(text).entries).toEqual(saved.entries);
  });

  it.each([
    [/"stripShare":[\d.]+/, '"stripShare":0'],
    [/"stripShare":[\d.]+/, '"stripShare":1'],
    [/"debugBytes":\d+/, '"debugBytes":100'],
    // Members of a library take an even number of bytes.
    [/"debug":7,/, '"debug":8,'],
    [/"crc32":\d+/, '"crc32":4294967295'],
  ])('%s may be %s', (old, now) => {
    expect(text).toMatch(old);
    expect(() => parseSnapshot(text.replace(old, now))).not.toThrow();
  });

  it.each([
    [/"python":"[^"]+"/, '"python":3.9', 'facts.python 3.9, which is no text'],
    // Found by fuzzing: a misspelt key, and the table of bytecode had nothing to print.
    [/"python":"[^"]+"/, '"pXthon":"3.9"', 'facts.python nothing, which is no text'],
    [/"elfType":"[^"]+"/, '"elfType":3', 'facts.elfType 3, which is no text'],
    [/"buildId":[^,]+/, '"buildId":{}', 'facts.buildId an object or list, which is no text'],
    [/"debugBytes":\d+/, '"debugBytes":"7"', 'facts.debugBytes "7"'],
    [/"debugBytes":/, '"debugCompressed":"7","debugBytes":', 'facts.debugCompressed "7"'],
    [/"target":\{[^}]*\}/, '"target":62', 'facts.target'],
    [/"target":\{[^}]*\}/, '"target":{"class":64,"endian":"little","machine":"62"}', 'facts.target.machine "62"'],
    [/"target":\{[^}]*\}/, '"target":{"class":64,"endian":0,"machine":62}', 'facts.target.endian 0, which is no text'],
    [/"stripShare":[\d.]+/, '"stripShare":1.5', 'facts.stripShare 1.5, which is no share of 1'],
    [/"stripShare":[\d.]+/, '"stripShare":-0.5', 'facts.stripShare -0.5, which is no share of 1'],
    [/"stripShare":[\d.]+/, '"stripShare":"0.5"', 'facts.stripShare "0.5", which is no share of 1'],
    [/"debugBytes":\d+/, '"debugBytes":101', 'facts.debugBytes 101 in a file of 100'],
    [/"debug":7,/, '"debug":7.5,', 'contents[0].debug 7.5'],
    [/"debug":7,/, '"debug":9,', 'has a bad entries[3].facts.contents[0]'],
    [/"crc32":\d+/, '"crc32":4294967296', 'has a bad entries[3].facts.contents[0]'],
    [/"levels":\[0,1,2\]/, '"levels":[0,3]', 'has the level 3 in'],
    [/"columnTables":-1/, '"columnTables":null', '.columnTables null'],
  ])('%s that became %s is named', (old, now, says) => {
    expect(text).toMatch(old);
    expect(() => parseSnapshot(text.replace(old, now))).toThrow(FormatError);
    expect(() => parseSnapshot(text.replace(old, now))).toThrow(says);
  });
});

it('how an artifact was made is checked where nobody asks for it, too', () => {
  const broken = text.replace('"totals"', '"made":{"codec":{"frames":[]},"archive":{}},"totals"');
  expect(broken).not.toBe(text);
  for (const stored of [true, false]) expect(() => parseSnapshot(broken, stored)).toThrow(FormatError);
});

it('of two lists of entries the last one counts, even where it is none', () => {
  for (const last of ['0', 'null', '""', '{}', '"entries"'])
    expect(() => parseSnapshot(text.replace(/\}\s*$/, `,"entries":${last}}`))).toThrow(FormatError);
});

it.each([
  ['behind the end', `${text}x`],
  ['in an entry', text.replace('"size":100', '"size":0100')],
])('a fault %s is told without a place in the piece that was read', (_, broken) => {
  expect(() => parseSnapshot(broken)).toThrow(/^is not JSON: (?!.*position)/);
});

it.each([
  ['nothing', /"content":\d+,/, ''],
  ['an object or list', /"content":\d+/, '"content":[1]'],
  // Cut, or it would be as long as whoever edited it likes.
  [`"${'9'.repeat(59)}, but`, /"content":\d+/, `"content":"${'9'.repeat(10_000)}"`],
])('a total that is %s is told as such', (says, old, now) => {
  const start = text.indexOf('"totals"');
  const broken = text.slice(0, start) + text.slice(start).replace(old, now);
  expect(() => parseSnapshot(broken)).toThrow(`has totals.content ${says}`);
});
