// budget raise: which limits it raises, to what, and how it is written.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/options/arguments.ts';
import { runBudget } from '../../src/cli/commands/budget.ts';
import { budgetOptions } from '../../src/cli/options/policy.ts';
import { ConfigError, UsageError } from '../../src/errors.ts';
import { buildImage, layoutFiles, writeFiles } from '../build/image.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { told } from './in-process.ts';
import { sizecheck } from './run.ts';

const work = tempDirectory('budget-raise');
const here = process.cwd();
afterAll(() => process.chdir(here));
const tarOf = (bytes: number): Buffer => buildTar([{ name: 'a', content: 'a'.repeat(bytes) }]);

/** Writes a budgets file beside two tars of 2560 and 3584 bytes, that hold 1000 and 2000, and a directory of 1000; returns its text. */
function written(artifact: object, more: object = {}): string {
  process.chdir(mkdtempSync(join(work, 'case-')));
  writeFileSync('a.tar', tarOf(1000));
  writeFileSync('b.tar', tarOf(2000));
  mkdirSync('tree');
  writeFileSync('tree/a', 'a'.repeat(1000));
  const text = JSON.stringify({ version: 1, artifacts: [{ name: 'app', path: 'a.tar', ...artifact }], ...more });
  writeFileSync('budgets.json', text);
  return text;
}

async function raise(...line: readonly string[]): Promise<string> {
  const { values, positionals } = parseArguments(line, budgetOptions);
  const { result, stdout } = await told(() => runBudget(positionals, values, () => {}));
  expect(result).toBe(0);
  return stdout;
}

/** The line on a limit, and what the file holds of it then. */
async function raised(size: 'compressed' | 'uncompressed', ...line: readonly string[]): Promise<unknown[]> {
  const stdout = await raise('raise', 'app', '--reason', 'r', ...line);
  const [artifact] = JSON.parse(readFileSync('budgets.json', 'utf8')).artifacts;
  const said = stdout.split('\n').find((text) => text.trimStart().startsWith(size));
  return [said?.trim().replace(/^\w+ +/, '') ?? null, artifact[size].max];
}

describe('a limit that is raised', () => {
  it.each([
    ['5% of itself', { max: 1 }, [], '1 B -> 1,050 B, headroom 50 B', 1050],
    ['a percentage', { max: 1 }, ['--headroom', '0%'], '1 B -> 1,000 B, headroom 0 B', 1000],
    ['in binary units', { max: '1 B' }, ['--headroom', '100%'], '1 B -> 2,007 B, headroom 1,007 B', '1.96 KiB'],
    ['in decimal units', { max: '0.5 kB' }, ['--headroom', '100%'], '500 B -> 2,000 B, headroom 1,000 B', '2 kB'],
    ['to a size', { max: '1 kB' }, ['--to', ' 2 KiB '], '1,000 B -> 2,048 B, headroom 1,048 B', '2 KiB'],
    ['to bytes', { max: '1 kB' }, ['--to', '1001'], '1,000 B -> 1,001 B, headroom 1 B', 1001],
    ['in bytes', { max: 1000 }, ['--to', '2 KiB'], '1,000 B -> 2,048 B, headroom 1,048 B', 2048],
    ['to less than today', { max: 7 }, ['--to', '8'], '7 B -> 8 B, headroom -992 B', 8],
  ])('has room: %s', async (_, uncompressed, line, says, max) => {
    written({ uncompressed });
    expect(await raised('uncompressed', ...line)).toEqual([says, max]);
  });

  it('is the one that is meant, and the others stay', async () => {
    const text = written({ compressed: { max: 1 }, uncompressed: { max: '5 kB' } });
    expect(await raised('compressed')).toEqual(['1 B -> 2,688 B, headroom 128 B', 2688]);
    writeFileSync('budgets.json', text);
    expect(await raised('uncompressed')).toEqual(['5,000 B, as it was, headroom 4,000 B', '5 kB']);
    writeFileSync('budgets.json', text);
    expect(await raised('uncompressed', '--of', 'compressed')).toEqual([null, '5 kB']);
    expect(await raised('uncompressed', '--of', 'uncompressed', '--to', '6kB')).toEqual([
      '5,000 B -> 6,000 B, headroom 5,000 B',
      '6kB',
    ]);
  });

  it('goes by the largest of several, whatever their baseline', async () => {
    written({ path: '{b,a}.tar', uncompressed: { max: 1 }, compressed: { max: 1 }, baseline: 'a.tar' });
    expect(await raised('compressed')).toEqual(['1 B -> 3,764 B, headroom 180 B', 3764]);
    expect(JSON.parse(readFileSync('budgets.json', 'utf8')).artifacts[0].uncompressed).toEqual({ max: 2100 });
  });

  it('goes by the packed directory where that is judged', async () => {
    const limits = { compressed: { max: 1 }, uncompressed: { max: 1 } };
    written({ path: 'tree', ...limits, compressWith: 'gzip:9' });
    const [, max] = await raised('compressed', '--headroom', '0%');
    // The tar of the directory is packed as gzip packs it, give or take its order and owners.
    expect(max).toBeGreaterThan(50);
    expect(max).toBeLessThan(gzipSync(tarOf(1000)).length + 100);
    written({ path: 'a.tar', ...limits, compressWith: 'gzip:9' });
    expect(await raised('compressed', '--headroom', '0%')).toEqual(['1 B -> 2,560 B, headroom 0 B', 2560]);
    written({ path: 'tree', ...limits });
    await expect(raised('compressed')).rejects.toThrow('the compressed size of today is not known; use --to SIZE --of');
    expect(await raised('compressed', '--of', 'compressed', '--to', '5')).toEqual(['1 B -> 5 B', 5]);
  });

  it('is not that of a snapshot that was packed otherwise', async () => {
    const compressed = { max: 1 };
    written({ path: 'x.json', compressed, compressWith: 'gzip:9' });
    const saved = sizecheck(['snapshot', 'tree', '-o', 'x.json', '--compress-with', 'gzip:9'], { cwd: process.cwd() });
    expect(saved.code).toBe(0);
    const packed = JSON.parse(readFileSync('x.json', 'utf8')).totals.compressed;
    expect(packed).toBeGreaterThan(50);
    expect(await raised('compressed', '--headroom', '0%')).toEqual([expect.stringContaining('1 B -> '), packed]);
    const text = readFileSync('budgets.json', 'utf8').replace('gzip:9', 'zstd:19');
    writeFileSync('budgets.json', text);
    await expect(raised('compressed')).rejects.toThrow('the compressed size of today is not known');
  });

  it('is that of the image that the budget chooses', async () => {
    const images = [1000, 3000].map((length, at) =>
      buildImage({
        layers: [{ members: [{ name: 'a', content: 'a'.repeat(length) }] }],
        platform: { os: 'linux', architecture: ['amd64', 'arm64'][at] ?? '' },
      }),
    );
    written({ path: 'index', platform: 'linux/arm64', uncompressed: { max: 1 } });
    writeFiles('index', layoutFiles(images));
    expect(await raised('uncompressed', '--headroom', '0%')).toEqual(['1 B -> 3,000 B, headroom 0 B', 3000]);
  });

  it('is not that of a packed layout, which a gate does not pack', async () => {
    const artifact = { path: 'layout', compressed: { max: 1 }, compressWith: 'gzip:9' };
    written(artifact);
    writeFiles('layout', layoutFiles([buildImage({ layers: [{ members: [{ name: 'a', content: 'a' }] }] })]));
    await expect(raised('compressed')).rejects.toThrow('the compressed size of today is not known');
  });

  it('may be of an artifact that is not there, where its size is given', async () => {
    const text = written({ path: 'none.tar', uncompressed: { max: 1 } });
    await expect(raised('uncompressed')).rejects.toThrow('"none.tar" matches nothing');
    expect(await raised('uncompressed', '--to', '2')).toEqual(['1 B -> 2 B', 2]);
    writeFileSync('budgets.json', text.replace('"none.tar"', '"none.tar","optional":true'));
    await expect(raised('uncompressed')).rejects.toThrow('the uncompressed size of today is not known; use --to');
  });

  it('names the limits that stay, by which a gate may still fail', async () => {
    const growth = { max: 5 };
    const paths = [
      { match: '*.so', max: 1 },
      { match: 'lib/**', total: 1 },
    ];
    written({ uncompressed: { max: 1 }, compressed: { max: 1 }, growth, paths, layers: { max: 3 } });
    const stays = (stdout: string): string | undefined =>
      stdout.split('\n').find((line) => line.startsWith('  not raised '));
    const how = ['raise', 'app', '--reason', 'r', '--of', 'compressed'];
    expect(stays(await raise(...how))).toBe(
      '  not raised    uncompressed, growth, "*.so", "lib/**", layers; a gate still holds these',
    );
    written({ uncompressed: { max: 1 }, compressed: { max: 1 } });
    expect(stays(await raise('raise', 'app', '--reason', 'r'))).toBe(undefined);
  });

  it('may be of a group, with a size', async () => {
    const text = written(
      { uncompressed: { max: 1 } },
      { groups: [{ name: 'all', members: ['app'], compressed: { max: 1 } }] },
    );
    expect(await raise('raise', 'all', '--reason', ' why ', '--to', '5 B')).toBe(
      'raised "all" in budgets.json\n  compressed    1 B -> 5 B\n  reason        why\n',
    );
    const changed = text.replace('"compressed":{"max":1}}', '"compressed":{"max":5},"reason":"why"}');
    expect(readFileSync('budgets.json', 'utf8')).toBe(changed);
  });
});

describe('a limit is not raised', () => {
  const both = { compressed: { max: '10 kB' }, uncompressed: { max: '10 kB' } };
  const why = ['--reason', 'r'];
  const of = (...line: readonly string[]): readonly string[] => ['raise', 'app', ...why, ...line];

  it.each([
    [[], 'budget takes "raise NAME", not ""', UsageError],
    [['lower', 'app', ...why], 'budget takes "raise NAME", not "lower"', UsageError],
    [['raise', ...why], 'budget raise takes the name of one artifact or group', UsageError],
    [['raise', 'app', 'app', ...why], 'budget raise takes the name of one', UsageError],
    [['raise', 'app'], '--reason is missing', UsageError],
    [['raise', 'app', '--reason', '  '], '--reason is missing', UsageError],
    [['raise', 'ap', ...why], 'there is no artifact or group "ap"; did you mean "app"?', UsageError],
    [['raise', 'other', ...why], 'there is no artifact or group "other"; there are app, all', UsageError],
    [of('--to', '1', '--headroom', '1%'), '--to and --headroom exclude each other', UsageError],
    [of('--to', '20kB'), '--to is for which limit?', UsageError],
    [of('--of', 'compressed', '--to', '10kB'), '--to 10kB is not above the limit that there is, 10,000 B', UsageError],
    [of('--of', 'compressed', '--to', '20M'), '20 MB (1000)', UsageError],
    [of('--headroom', 'x'), '--headroom takes a percentage', UsageError],
    [of(), 'the limits of "app" leave that much room already', UsageError],
    [['raise', 'all', ...why], 'a group is raised with --to SIZE', UsageError],
    [['raise', 'all', ...why, '--of', 'compressed', '--to', '1'], '"all" has no limit "compressed"', UsageError],
    [of('--budgets', 'none.json'), 'cannot be read (ENOENT)', ConfigError],
  ])('by %j', async (line, says, kind) => {
    const text = written(both, { groups: [{ name: 'all', members: ['app'], uncompressed: { max: 1 } }] });
    await expect(raise(...line)).rejects.toThrow(says);
    await expect(raise(...line)).rejects.toThrow(kind);
    expect(readFileSync('budgets.json', 'utf8')).toBe(text);
  });

  it('where it has exactly that much room', async () => {
    written({ uncompressed: { max: 1050 } });
    await expect(raise(...of())).rejects.toThrow('leave that much room already');
    expect(await raise(...of('--headroom', '5.1%'))).toContain('1,050 B -> 1,051 B');
  });

  it('where there is none on a size', async () => {
    written({ growth: { max: 1 } });
    await expect(raise(...of())).rejects.toThrow('"app" has no limit on its size');
  });
});
