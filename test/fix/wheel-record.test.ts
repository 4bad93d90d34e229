// Which RECORD is the list of a wheel, and its rows after a plan, as Python's csv module reads them.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { wheelRecord } from '../../src/fix/wheel.ts';
import { longestList } from '../../src/inspectors/packages/text.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { directory, file, hardlink, snapshot } from '../build/snapshot.ts';
import { requireTool, run } from '../oracles.ts';

const info = 'x-1.dist-info';
const wheel = [file(`${info}/RECORD`, 9), file(`${info}/WHEEL`, 9)];

function recordOf(entries: readonly Entry[], removed: readonly string[] = [], format: 'zip' | 'tar' = 'zip') {
  const broken: string[] = [];
  const made = snapshot(entries);
  const artifact = { ...made.artifact, format };
  const record = wheelRecord({ ...made, artifact }, new Set(removed), (path, what) => broken.push(`${path}: ${what}`));
  return { record, broken };
}

describe('the list of a wheel', () => {
  it.each<[what: string, path: string | undefined, entries: Entry[], removed?: string[], format?: 'tar']>([
    ['a wheel', `${info}/RECORD`, wheel],
    ['a wheel with data of two', undefined, [...wheel, file('y.dist-info/RECORD', 1), file('y.dist-info/WHEEL', 1)]],
    ['one that is none', `${info}/RECORD`, [...wheel, file('y.dist-info/RECORD', 1)]],
    ['data without WHEEL', undefined, wheel.slice(0, 1)],
    ['data below a directory', undefined, wheel.map((entry) => ({ ...entry, path: `d/${entry.path}` }))],
    ['a directory', undefined, [directory(`${info}/RECORD`), ...wheel.slice(1)]],
    ['a symlink', undefined, [...wheel.slice(0, 1), file(`${info}/WHEEL`, 0, { kind: 'symlink', link: 'x' })]],
    ['a hard link', undefined, [...wheel.slice(0, 1), hardlink(`${info}/WHEEL`, `${info}/RECORD`)]],
    ['a list that goes', undefined, wheel, [`${info}/RECORD`]],
    ['a tar', undefined, wheel, [], 'tar'],
  ])('is there or not: %s', (_what, path, entries, removed, format) => {
    const { record, broken } = recordOf(entries, removed, format);
    expect([record?.path, broken]).toEqual([path, []]);
  });

  it('is not brought up to date where it is longer than a list can be', () => {
    const long = (size: number) => recordOf([file(`${info}/RECORD`, size), file(`${info}/WHEEL`, 9)]);
    expect(long(longestList).record).not.toBeNull();
    expect(long(longestList + 1)).toEqual({
      record: null,
      broken: [`${info}/RECORD: is longer than ${longestList} bytes, so it is not brought up to date`],
    });
  });

  it.each(['a\rb,,\n', 'a,,\n"b,,\n', '"a"b,,\n'])(
    'is not brought up to date where csv reads it otherwise: %j',
    (text) => {
      const { record, broken } = recordOf(wheel);
      expect(record?.update(Buffer.from(text))).toBeNull();
      expect(record?.digest()).toBeNull();
      expect(broken).toEqual([expect.stringMatching(/^x-1\.dist-info\/RECORD: .*, so it is not brought up to date$/)]);
    },
  );
});

describe.skipIf(!requireTool('python3'))('rows of the list, as Python reads them', () => {
  const program = `
import csv, io, json, sys
text = io.TextIOWrapper(sys.stdin.buffer, newline='', encoding='latin1')
print(json.dumps(list(csv.reader(text))))
`;
  // Sound: what the program prints.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const rowsOf = (input: Uint8Array) => JSON.parse(run('python3', ['-c', program], { input })) as string[][];

  it.each([
    ['a.so', ['a.so', 'b, c.so', 'd"e"f.so', 'caf\xc3\xa9.so', 'g']],
    ['b, c.so', ['b, c.so', 'a.so']],
    ['d"e"f.so', ['g', 'd"e"f.so', '']],
    ['line\r\nbreak', ['g', 'line\r\nbreak', 'h']],
    ['line\nbreak', ['line\nbreak', 'h']],
  ])('%j among %j', (changed, names) => {
    const quoted = (name: string): string => (/[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
    for (const ending of ['\n', '\r\n']) {
      for (const last of [ending, '']) {
        const list = names.map((name) => (name === '' ? '' : `${quoted(name)},sha256=old,1`)).join(ending) + last;
        const { record, broken } = recordOf(wheel, ['g', 'h']);
        record?.changed(changed, Buffer.from('content'));
        const made = record?.update(Buffer.from(list, 'latin1')) ?? Buffer.alloc(0);
        const hash = `sha256=${createHash('sha256').update('content').digest('base64url')}`;
        const expected = rowsOf(Buffer.from(list, 'latin1'))
          .filter(([name]) => name !== 'g' && name !== 'h')
          .map((row) => (row[0] === changed ? [changed, hash, '7'] : row));
        expect(rowsOf(made)).toEqual(expected);
        expect(record?.digest()).toBe(`sha256:${createHash('sha256').update(made).digest('hex')}`);
        expect(broken).toEqual([]);
        // Rows that nothing is to be said of stay as they are spelled.
        if (!names.includes('g') && !names.includes('h') && changed === names[0])
          expect(made.toString('latin1').endsWith(list.slice(list.indexOf(',1') + 2))).toBe(true);
      }
    }
  });
});
