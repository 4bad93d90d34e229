// Options that would take no effect are refused with one line; those that do take effect are not.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { noise } from '../build/noise.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from './run.ts';

const work = tempDirectory('no-effect');
mkdirSync(join(work, 'tree'));
writeFileSync(join(work, 'tree/a'), 'a');
writeFileSync(join(work, 'a.tar.gz'), gzipSync(buildTar([{ name: 'dir/a', content: noise(3000) }])));

const details = ['--by=package', '--sections', '--bytecode', '--compress-with=gzip:9'];

type Case = readonly [args: readonly string[], message: string];

const refused: readonly Case[] = [
  ...['csv', 'du', 'github', 'html', 'dive'].flatMap((format): Case[] =>
    details
      .filter(
        (option) => format !== 'html' || !['--by=package', '--sections', '--compress-with=gzip:9'].includes(option),
      )
      .map((option): Case => [['scan', 'tree', option, '--format', format], `has no effect with --format ${format}`]),
  ),
  [
    ['scan', 'a.tar.gz', '--size=compressed', '--format=du'],
    '--size compressed has no effect with --format du; formats',
  ],
  [['diff', 'tree', 'tree', '--sections', '--format=csv'], 'formats that show it: table, json, markdown'],
  [['diff', 'a.tar.gz', 'a.tar.gz', '--size=compressed', '--format=github'], '--size compressed has no effect'],
  [['diff', 'tree', 'tree', '--size=disk', '--format=html'], 'formats that show it: table, json, du, markdown, csv'],
  [['scan', 'tree', '--by=package', '--size=disk'], '--size disk has no effect on the table of --by package'],
  [['scan', 'tree', '--by=package', '--depth=3'], '--depth has no effect on the table of --by package'],
  [['scan', 'tree', '--layers'], '--layers is for images; this is none'],
  ...['csv', 'du', 'github'].map((format): Case => [
    ['scan', 'tree', '--layers', '--format', format],
    '--layers has no effect with --format',
  ]),
  [['scan', 'tree', '--layers', '--format=html'], '--layers is for images; this is none'],
  [['scan', 'a.tar.gz', '--image', 'x'], '--image is for images; this is none'],
  [['snapshot', 'tree', '--platform', 'linux/amd64'], '--platform is for images; this is none'],
  [['diff', 'tree', 'a.tar.gz', '--image', '1'], '--image is for images; neither is one'],
  [
    ['init', 'a.tar.gz', '--compress-with=gzip:9', '--budgets=new.json'],
    '--compress-with is for directories, and none of the artifacts is one',
  ],
  [['scan', 'tree', '--json', '--format', 'csv'], '--json is short for --format json; give it, or --format csv'],
  [['diff', 'tree', 'tree', '--json', '--format', 'du'], '--json is short for --format json'],
  [['check', 'tree', '--max-uncompressed=1', '--json', '--format', 'junit'], '--json is short for --format json'],
  [['fix', 'tree', '--json', '--format', 'shell'], '--json is short for --format json'],
];

describe('options without effect', () => {
  it('of a saved report, too', () => {
    const saved = sizecheck(['diff', 'a.tar.gz', 'a.tar.gz', '--size=compressed', '--json'], { cwd: work }).stdout;
    const ran = sizecheck(['report', '-', '--size=compressed', '--format=csv'], { input: saved });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('--size compressed has no effect with --format csv');
  });

  it('but a summary shows what the format does not', () => {
    const summary = join(work, 'summary.md');
    const args = ['scan', 'a.tar.gz', '--by=package', '--size=compressed', '--format=csv'];
    expect(sizecheck(args, { cwd: work }).code).toBe(2);
    const ran = sizecheck([...args, '--summary'], { cwd: work, env: { GITHUB_STEP_SUMMARY: summary } });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^path,content,/);
    expect(readFileSync(summary, 'utf8')).toMatch(/^### `a\.tar\.gz`: 2\.9 KiB,[^]* \(in no package\) \|\n/);
    expect(readFileSync(summary, 'utf8')).toContain('| Size (compressed) |');
  });

  it.each(refused)('%j', (args, message) => {
    const ran = sizecheck(args, { cwd: work });
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(/^sizecheck: [^\n]+\n$/);
    expect(ran.stderr).toContain(message);
  });

  it.each([
    ['scan', 'tree', '--by=package', '--sections', '--bytecode', '--format=snapshot'],
    ['scan', 'tree', '--by=package', '--sections', '--bytecode', '--json', '--format=json'],
    ['scan', 'a.tar.gz', '--size=compressed', '--json'],
    ['scan', 'a.tar.gz', '--by=package', '--size=compressed'],
    ['diff', 'tree', 'tree', '--sections', '--format=markdown'],
  ])('%s %s %s takes effect', (...args) => {
    expect(sizecheck(args, { cwd: work })).toMatchObject({ code: 0, stderr: '' });
  });

  it('a CSV has the compressed bytes by directory', () => {
    const { stdout } = sizecheck(['scan', 'a.tar.gz', '--size=compressed', '--format=csv'], { cwd: work });
    const [head, ...rows] = stdout.trimEnd().split('\r\n');
    expect(head).toBe('path,content,disk,files,own_content,own_disk,compressed,own_compressed');
    expect(rows).toHaveLength(2);
    const cells = rows.map((row) => row.split(',').slice(-2).map(Number));
    expect(cells[0]?.[0]).toBe((cells[0]?.[1] ?? 0) + (cells[1]?.[1] ?? 0));
    expect(cells[1]?.[1]).toBeGreaterThan(2000);
  });
});
