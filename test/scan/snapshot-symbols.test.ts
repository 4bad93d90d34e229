// Samples of symbols in snapshots: kept as they were found, and refused where they could not be compared.
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { snapshotReporter } from '../../src/report/json/index.ts';
import type { ReportOptions } from '../../src/report/reporter.ts';
import { parseSnapshot } from '../../src/scan/snapshot-file.ts';
import { ar, elf, file, snapshot } from '../build/snapshot.ts';
import { plainOptions } from '../build/report.ts';

const saved = snapshot([
  file('lib.a', 100, { facts: ar(10, { symbols: { rate: 1, hashes: [0, 7, 2 ** 32 - 1] } }) }),
  file('lib.so', 100, { facts: elf({}, { symbols: { rate: 1024, hashes: [5, 2 ** 22 - 1] } }) }),
  file('old.a', 100, { facts: ar(10) }),
]);

const options: ReportOptions = { ...plainOptions, depth: 0, top: 1, sort: 'size' };

const report = { tool: { name: 'sizecheck', version: '0' }, snapshot: saved, tree: [], findings: [], removable: 0 };
const text = [...(snapshotReporter.scan?.(report, options) ?? [])].join('');

describe('samples of symbols in a snapshot', () => {
  it('are read back as they were written, and may be absent', () => {
    expect(parseSnapshot(text).entries).toEqual(saved.entries);
  });

  it.each([
    ['"rate":1024', '"rate":1000', 'no power of two'],
    ['"rate":1024', '"rate":0', 'no power of two'],
    ['"rate":1024', '"rate":"1"', 'symbols.rate'],
    ['"rate":1024', '"rate":2048', 'the hash 4194303'],
    ['4194303', '4194304', 'the hash 4194304'],
    ['[0,7,', '[7,7,', 'the hash 7'],
    ['[0,7,', '[7,0,', 'the hash 0'],
    ['[0,7,', '[-1,7,', 'the hash -1'],
    ['[0,7,', '[0.5,7,', 'the hash 0.5'],
    ['[0,7,', '["0",7,', 'the hash "0"'],
    ['[0,7,4294967295]', '{}', 'no list at'],
    ['{"rate":1,"hashes":[0,7,4294967295]}', '5', 'no object at'],
  ])('%s that became %s is named', (old, now, says) => {
    expect(text).toContain(old);
    expect(() => parseSnapshot(text.replace(old, now))).toThrow(FormatError);
    expect(() => parseSnapshot(text.replace(old, now))).toThrow(says);
  });
});
