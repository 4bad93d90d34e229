// `--compress-with` of directories in scan, snapshot and diff: the sizes of the archive that GNU tar and gzip make of them.
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { changed } from '../build/json.ts';
import { buildImage, layoutFiles, writeFiles } from '../build/image.ts';
import { noise } from '../build/noise.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';
import { scanJson, sizecheck } from './run.ts';

const work = tempDirectory('packed');
const at = (path: string): string => join(work, path);
for (const folder of ['old/lib', 'new']) mkdirSync(at(folder), { recursive: true });
writeFileSync(at('old/lib/a'), noise(30_000));
writeFileSync(at('old/text'), 'some text, again and again\n'.repeat(2000));
symlinkSync('text', at('old/link'));
cpSync(at('old'), at('new'), { recursive: true, verbatimSymlinks: true });
writeFileSync(at('new/more'), noise(9000));
writeFileSync(at('file.tar'), buildTar([{ name: 'a', content: 'a' }]));

const tool = (args: readonly string[]) => sizecheck(args, { cwd: work });

/** What the command in the docs makes of a directory. */
function packed(directory: string): { archive: number; compressed: number } {
  const tar = `tar --format=pax --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --pax-option=delete=atime,delete=ctime`;
  run('sh', ['-c', `${tar} -C ${directory} -cf - . | gzip -9n > packed.tar.gz`], { cwd: work });
  const bytes = readFileSync(at('packed.tar.gz'));
  return { archive: gunzipSync(bytes).length, compressed: bytes.length };
}

describe.skipIf(!['tar', 'gzip'].every(requireTool))('a directory that is packed', () => {
  it('has the sizes of the archive, in every form that shows sizes', () => {
    const { archive, compressed } = packed('old');
    const { totals, artifact } = scanJson(['old', '--compress-with', 'gzip:9'], { cwd: work });
    expect(artifact).toMatchObject({ format: 'directory', length: null, packedWith: 'gzip:9' });
    expect(totals['archive']).toBe(archive);
    // zlib and GNU gzip differ by little.
    expect(Math.abs((totals['compressed'] ?? 0) - compressed)).toBeLessThan(0.02 * compressed);
    expect(scanJson(['old'], { cwd: work }).totals).toMatchObject({ archive: null, compressed: null });
    const table = tool(['scan', 'old', '--compress-with', 'gzip:9', '--units', 'bytes']).stdout;
    expect(table).toContain('old  directory packed with gzip:9');
    expect(table).toMatch(/ {2}archive +[\d,]+ B {2}packed as a tar, with headers and padding\n/);
    expect(table).toMatch(/ {2}compressed +[\d,]+ B {2}that, with gzip:9, \d+\.\d% of content\n/);
    for (const format of ['markdown', 'html'])
      expect(tool(['scan', 'old', '--compress-with', 'gzip:9', '--format', format]).stdout).toContain(
        'packed with gzip:9',
      );
  });

  it('is compared, and kept in a snapshot', () => {
    const sizes = ['old', 'new'].map((name) => scanJson([name, '--compress-with', 'gzip:9'], { cwd: work }).totals);
    const [old, now] = sizes.map((totals) => totals['compressed'] ?? Number.NaN);
    const delta = (now ?? 0) - (old ?? 0);
    expect(delta).toBeGreaterThan(0);
    const diff = JSON.parse(tool(['diff', 'old', 'new', '--compress-with', 'gzip:9', '--json']).stdout);
    expect(diff).toMatchObject({
      before: { compressed: old },
      after: { compressed: now },
      delta: { compressed: delta },
    });
    expect(tool(['snapshot', 'old', '--compress-with', 'gzip:9', '-o', 'old.json']).code).toBe(0);
    const saved = JSON.parse(tool(['diff', 'old.json', 'new', '--compress-with', 'gzip:9', '--json']).stdout);
    expect(saved.delta).toEqual(diff.delta);
    expect(saved.notices).toEqual([]);
    // A report of it is read again.
    writeFileSync(at('diff.json'), JSON.stringify(saved));
    expect(tool(['report', 'diff.json', '--format', 'markdown']).stdout).toContain('directory packed with gzip:9');
  });

  it('is not mistaken for one that was packed otherwise', () => {
    tool(['snapshot', 'old', '--compress-with', 'gzip:9', '-o', 'best.json']);
    const { notices } = JSON.parse(tool(['diff', 'best.json', 'new', '--compress-with', 'gzip:1', '--json']).stdout);
    expect(notices).toMatchObject([
      { code: 'packed-with', message: expect.stringContaining('gzip:9, the new one with gzip:1') },
    ]);
    const artifacts = [{ name: 'new', path: 'new', compressWith: 'gzip:1', compressedGrowth: { max: '1 MiB' } }];
    writeFileSync(at('budgets.json'), JSON.stringify({ version: 1, artifacts }));
    const judged = (baseline: string) =>
      JSON.parse(tool(['check', '--baseline', baseline, '--json']).stdout).gate.verdicts[0];
    expect(judged('best.json')).toMatchObject({
      status: 'unknown',
      reason: 'packed with gzip:1, and the baseline with gzip:9',
    });
    // A directory is packed alike.
    const [old, now] = ['old', 'new'].map(
      (name) => scanJson([name, '--compress-with', 'gzip:1'], { cwd: work }).totals['compressed'],
    );
    expect(judged('old')).toMatchObject({ status: 'pass', actual: (now ?? 0) - (old ?? 0) });
    const limits = [{ name: 'best', path: 'best.json', compressWith: 'gzip:1', compressed: { max: '1 MiB' } }];
    writeFileSync(at('snap.json'), JSON.stringify({ version: 1, artifacts: limits }));
    const gate = JSON.parse(tool(['check', '--budgets', 'snap.json', '--json']).stdout).gate.verdicts[0];
    expect(gate).toMatchObject({
      status: 'unknown',
      reason: 'its snapshot was packed with gzip:9, and the limit is on gzip:1',
    });
  });
});

describe('a snapshot that was packed otherwise', () => {
  const gate = (document: object) => {
    writeFileSync(at('group.json'), JSON.stringify({ version: 1, ...document }));
    return JSON.parse(tool(['check', '--budgets', 'group.json', '--json']).stdout).gate.verdicts;
  };
  const one = { name: 'a', path: 'saved.json', uncompressed: { max: '1 GB' } };
  const groups = [{ name: 'g', members: ['a'], compressed: { max: '1 MB' } }];

  it('makes a group unknown, and a sum of what it was packed with passes', () => {
    tool(['snapshot', 'old', '--compress-with', 'gzip', '-o', 'saved.json']);
    expect(JSON.parse(readFileSync(at('saved.json'), 'utf8')).artifact.packedWith).toBe('gzip:6');
    const [unknown] = gate({ artifacts: [{ ...one, compressWith: 'gzip:9' }], groups });
    expect(unknown).toMatchObject({
      artifact: 'g',
      status: 'unknown',
      reason: expect.stringContaining('packed with gzip:6'),
    });
    // However it is spelt.
    for (const compressWith of ['gzip', 'gzip:6', 'gzip:06'])
      expect(gate({ artifacts: [{ ...one, compressWith }], groups })).not.toContainEqual(
        expect.objectContaining({ status: 'unknown' }),
      );
  });

  it('may have a directory as its baseline, which is packed alike', () => {
    const args = [
      'check',
      'saved.json',
      '--baseline',
      'new',
      '--max-compressed-growth',
      '1MB',
      '--compress-with',
      'gzip',
    ];
    expect(tool(args)).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('--compress-with', () => {
  writeFiles(at('layout'), layoutFiles([buildImage({ layers: [{ members: [{ name: 'a', content: 'a' }] }] })]));

  it.each([
    [['scan', 'file.tar', '--compress-with', 'gzip:9'], 'packs directories, and images as one layer; this is neither'],
    [['snapshot', 'file.tar', '--compress-with', 'gzip:9'], 'is for directories, and none of the artifacts is one'],
    [
      ['diff', 'file.tar', 'file.tar', '--compress-with', 'gzip:9'],
      'is for directories, and none of the artifacts is one',
    ],
    [['snapshot', 'layout', '--compress-with', 'gzip:9'], 'this one holds an image'],
    [['diff', 'layout', 'layout', '--compress-with', 'gzip:9'], 'this one holds an image'],
    [
      ['scan', 'layout', '--compress-with', 'gzip:9', '--format', 'html'],
      'of an image has no effect with --format html',
    ],
    [
      ['scan', 'old', '--compress-with', 'gzip:9', '--include', 'a'],
      'packs the whole directory; leave --include and --exclude out',
    ],
    [['diff', 'old', 'new', '--compress-with', 'gzip:9', '--exclude', 'a'], 'packs the whole directory'],
    [
      ['diff', 'old', 'new', '--compress-with', 'gzip:9', '--format', 'csv'],
      '--compress-with has no effect with --format csv',
    ],
    [['diff', 'old', 'new', '--compress-with', 'brotli'], 'brotli'],
    [
      ['scan', 'old', '--compress-with', 'gzip', '--size', 'compressed'],
      'the files of a directory are not compressed yet',
    ],
  ])('%j is refused', (args, message) => {
    const ran = tool(args);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain(message);
  });

  it('of a stranger’s snapshot is text that does nothing', () => {
    tool(['snapshot', 'old', '--compress-with', 'gzip:9', '-o', 'own.json']);
    const own = JSON.parse(readFileSync(at('own.json'), 'utf8'));
    for (const value of ['\x1b[31m', '', 'x'.repeat(41), 7, null]) {
      writeFileSync(at('evil.json'), changed(own, 'artifact.packedWith', value));
      expect(tool(['scan', 'evil.json']).stderr).toContain('has a bad artifact.packedWith');
    }
  });
});
