// Whole reports of one made-up artifact, as a person sees them. To change one on purpose: UPDATE_GOLDEN=1 npx vitest run
// test/report, and read the difference. A missing golden fails.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rollup } from '../../src/compare/rollup.ts';
import { judge } from '../../src/rules/index.ts';
import { removableContent } from '../../src/compare/removable.ts';
import { reporterNamed } from '../../src/report/index.ts';
import type { ReportOptions, ScanReport } from '../../src/report/reporter.ts';
import { styleFor, sumLine } from '../../src/report/table/style.ts';
import { ar, digest, directory, elf, file, hardlink, pyc, snapshot } from '../build/snapshot.ts';
import { plainOptions } from '../build/report.ts';

const golden = resolve(import.meta.dirname, '../golden');

const tree = snapshot(
  [
    ...['bin', 'lib', 'lib/python3.9', 'lib/python3.9/__pycache__', 'lib/python3.9/config', 'share'].map(directory),
    file('bin/python3.9', 18_000_000, { facts: elf({ unneeded: 14_000_000 }), digest: digest('python') }),
    hardlink('bin/python3', 'bin/python3.9'),
    file('lib/libpython3.9.a', 28_000_000, { facts: ar(6_500_000), digest: digest('static') }),
    file('lib/python3.9/config/libpython3.9.a', 28_000_000, { facts: ar(6_500_000), digest: digest('static') }),
    file('lib/libpython3.9.so.1.0', 17_500_000, {
      facts: elf(
        { unneeded: 4_000_000 },
        { unsafe: [{ code: 'appended-data', bytes: 9, message: '9 bytes after its end would be lost' }] },
      ),
    }),
    file('lib/python3.9/os.py', 39_000),
    file('lib/python3.9/__pycache__/os.cpython-39.pyc', 31_000, {
      facts: pyc({ source: 'lib/python3.9/os.py', sourceSize: 39_000 }),
    }),
    file('lib/python3.9/__pycache__/os.cpython-39.opt-1.pyc', 30_990, {
      facts: pyc({ source: 'lib/python3.9/os.py', sourceSize: 39_000, sourceMtime: 1, optimization: '1' }),
    }),
    file('share/na\xc3\xafve \x1b[31mname', 512),
    file("share/it's a copy", 18_000_000, { digest: digest('python') }),
  ],
  {
    superseded: [{ path: 'share/old', size: 4096 }],
    notices: [
      {
        code: 'no-end-of-archive',
        path: null,
        message: 'ends at 10240 without an end-of-archive mark; it may have been cut',
      },
    ],
  },
);

function report(): ScanReport {
  const findings = judge(tree);
  return {
    tool: { name: 'sizecheck', version: '0.0.0' },
    snapshot: tree,
    tree: rollup(tree),
    findings,
    removable: removableContent(tree, findings),
  };
}

const plain: ReportOptions = { ...plainOptions, depth: 3, sort: 'size' };

const cases: readonly (readonly [file: string, reporter: string, options: Partial<ReportOptions>])[] = [
  ['scan.table.txt', 'table', {}],
  [
    'scan.table-verbose-140.txt',
    'table',
    { verbose: true, width: 140, units: 'bytes', size: 'disk', sort: 'path', top: 4 },
  ],
  ['scan.table-color.txt', 'table', { color: true }],
  ['scan.json', 'json', {}],
  ['scan.du.txt', 'du', {}],
  ['scan.markdown.md', 'markdown', {}],
];

describe('goldens', () => {
  it.each(cases)('%s', async (name, reporter, options) => {
    const found = await reporterNamed(reporter, 'scan');
    const text = [...(found?.(report(), { ...plain, ...options }) ?? [])].join('');
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(join(golden, name), text);
    expect(text).toBe(readFileSync(join(golden, name), 'utf8'));
  });

  it.each([80, 100, 140])('tables fit %d columns, but for words that are longer', async (width) => {
    const found = await reporterNamed('table', 'scan');
    const text = [...(found?.(report(), { ...plain, width }) ?? [])].join('');
    const long = text
      .split('\n')
      .filter((line) => line.length > width && line.trim().includes(' ') && !line.includes('-path'));
    expect(long).toEqual([]);
  });

  it.each([
    [{ format: 'zip', codecs: [] }, 'members compressed, with headers'],
    [{ format: 'deb', codecs: [] }, 'members compressed, with headers'],
    [{ format: 'tar', codecs: ['gzip'] }, 'uncompressed, with headers and padding'],
  ] as const)('the archive of %j is %s', async (artifact, note) => {
    const found = await reporterNamed('table', 'scan');
    const one = { ...report(), snapshot: { ...tree, artifact: { ...tree.artifact, ...artifact } } };
    expect([...(found?.(one, plain) ?? [])].join('')).toMatch(new RegExp(`^ {2}archive +10\\.0 KiB {2}${note}$`, 'm'));
  });

  it('the length of the whole file is no share of a part of its content', async () => {
    const found = await reporterNamed('table', 'scan');
    expect([...(found?.(report(), plain) ?? [])].join('')).toMatch(/ the file itself, <0\.1% of content\n/);
    const part = { ...report(), snapshot: { ...tree, isPart: true as const } };
    expect([...(found?.(part, plain) ?? [])].join('')).toMatch(/ the file itself\n/);
  });

  it.each([
    ['Removable: 1.0 MiB', 80, '  Removable: 1.0 MiB, each byte counted once\n'],
    ['x'.repeat(54), 80, `  ${'x'.repeat(54)}, each byte counted once\n`],
    ['x'.repeat(55), 80, `  ${'x'.repeat(55)},\n  each byte counted once\n`],
  ])('the sum "%s" fits %d columns', (sum, width, lines) => {
    expect(sumLine(sum, width, styleFor(false))).toBe(lines);
    expect(lines.split('\n').every((line) => line.length <= width)).toBe(true);
  });

  it('the snapshot reporter is JSON that holds every entry', async () => {
    const found = await reporterNamed('snapshot', 'scan');
    const json: unknown = JSON.parse([...(found?.(report(), plain) ?? [])].join(''));
    expect(json).toMatchObject({ schema: 1, superseded: [{ path: 'share/old', size: 4096 }] });
    expect(Object(json).entries).toHaveLength(tree.entries.length);
  });
});
