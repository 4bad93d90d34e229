// Parts of ELF files in snapshots: kept as they were found, and refused where an edited file no longer adds up.
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { snapshotReporter } from '../../src/report/json/index.ts';
import type { ReportOptions } from '../../src/report/reporter.ts';
import { parseSnapshot } from '../../src/scan/snapshot-file.ts';
import { elf, file, snapshot } from '../build/snapshot.ts';
import { plainOptions } from '../build/report.ts';

const sections = [
  { name: '.text', group: 'code', bytes: 70 },
  { name: '.\u00e9', group: 'other', bytes: 30 },
] as const;
const saved = snapshot([file('lib.so', 100, { facts: elf({}, { sections }) }), file('old.so', 50, { facts: elf({}) })]);

const options: ReportOptions = { ...plainOptions, depth: 0, top: 1, sort: 'size' };

const report = { tool: { name: 'sizecheck', version: '0' }, snapshot: saved, tree: [], findings: [], removable: 0 };
const text = [...(snapshotReporter.scan?.(report, options) ?? [])].join('');

describe('sections in a snapshot', () => {
  it('are read back as they were written, and may be absent', () => {
    expect(parseSnapshot(text).entries).toEqual(saved.entries);
  });

  it.each([
    ['"bytes":70', '"bytes":71', 'sections of 101 bytes in a file of 100'],
    ['"bytes":70', '"bytes":-70', 'sections[0].bytes'],
    ['"bytes":70', '"bytes":"70"', 'sections[0].bytes'],
    ['"name":".text"', '"name":5', 'sections[0].name'],
    ['{"name":".text","group":"code","bytes":70}', '7', 'sections[0]'],
    ['"group":"code"', '"group":"food"', 'sections[0].group'],
    [JSON.stringify(sections), '{}', 'no list at'],
  ])('%s that became %s is named', (old, now, says) => {
    expect(text).toContain(old);
    expect(() => parseSnapshot(text.replace(old, now))).toThrow(FormatError);
    expect(() => parseSnapshot(text.replace(old, now))).toThrow(says);
  });
});
