// init: what a first budgets file says of artifacts, and which it cannot be made of.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/options/arguments.ts';
import { runInit } from '../../src/cli/commands/init.ts';
import { initOptions } from '../../src/cli/options/policy.ts';
import { targetsOf } from '../../src/cli/measuring/targets.ts';
import { ConfigError, UsageError } from '../../src/errors.ts';
import { readBudgets } from '../../src/policy/budgets.ts';
import type { Budgets } from '../../src/policy/budgets.ts';
import { buildImage, layoutFiles, tarOf, writeFiles } from '../build/image.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { told } from './in-process.ts';

const work = tempDirectory('init');
const here = process.cwd();
afterAll(() => process.chdir(here));
const tar = buildTar([{ name: 'a', content: 'a'.repeat(1000) }]);

/** A folder with these files, where the command runs. */
function folder(...files: readonly string[]): string {
  const root = mkdtempSync(join(work, 'case-'));
  mkdirSync(join(root, 'tree'));
  writeFileSync(join(root, 'tree/file'), 'f'.repeat(2000));
  for (const name of files) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), name.endsWith('.gz') ? gzipSync(tar) : tar);
  }
  process.chdir(root);
  return root;
}

async function init(...line: readonly string[]): Promise<string> {
  const { values, positionals } = parseArguments(line, initOptions);
  const { result, stdout } = await told(() => runInit(positionals, values, () => {}));
  expect(result).toBe(0);
  return stdout;
}

function written(file = 'budgets.json'): Budgets {
  return readBudgets(readFileSync(file)).budgets;
}

describe('init --add', () => {
  const both = { compressed: { max: '2.63 KiB' }, uncompressed: { max: '1.03 KiB' } };
  const first = ['app.tar', '--budgets=b.json'];

  it('puts artifacts behind those that are there, laid out like them', async () => {
    folder('app.tar', 'dist/app.tar', 'more.tar');
    await init(...first);
    const before = readFileSync('b.json', 'utf8');
    expect(await init('dist/app.tar', 'more.tar', '--add', '--budgets=b.json')).toMatch(/^added to b\.json\n\napp-2 /);
    const after = readFileSync('b.json', 'utf8');
    expect(after.startsWith(before.slice(0, before.lastIndexOf('    }') + 5))).toBe(true);
    expect(JSON.parse(after).artifacts).toEqual([
      { name: 'app', path: 'app.tar', ...both },
      { name: 'app-2', path: 'dist/app.tar', ...both },
      { name: 'more', path: 'more.tar', ...both },
    ]);
    // As if all had been written at once.
    await init('app.tar', 'dist/app.tar', 'more.tar', '--budgets=all.json');
    expect(after).toBe(readFileSync('all.json', 'utf8'));
  });

  it.each([
    ['on one line', '{"version": 1, "artifacts": [{"name": "x", "path": "x", "uncompressed": {"max": 1}}]}'],
    [
      'with the line ends of Windows',
      '{\r\n\t"artifacts": [\r\n\t\t{"name":"x","path":"x","uncompressed":{"max":1}}\r\n\t], "version": 1\r\n}',
    ],
    [
      'with groups that have names',
      '{"version":1,"groups":[{"name":"app","members":["x"],"compressed":{"max":9}}],"artifacts":[{"name":"x","path":"x","compressed":{"max":1}}]}',
    ],
  ])('changes nothing else of a file %s', async (_, text) => {
    folder('app.tar');
    writeFileSync('b.json', text);
    await init(...first, '--add');
    const after = readFileSync('b.json', 'utf8');
    const name = text.includes('groups') ? 'app-2' : 'app';
    const added = JSON.parse(after).artifacts;
    expect(added.slice(1)).toEqual([{ name, path: 'app.tar', ...both }]);
    const end = text.slice(0, text.lastIndexOf(']')).trimEnd().length;
    expect(after.slice(0, end)).toBe(text.slice(0, end));
    expect(after.endsWith(text.slice(end))).toBe(true);
    expect(after.includes('\r\n')).toBe(text.includes('\r\n'));
    expect(/[^\r]\n/.test(after)).toBe(false);
  });

  it('begins a file where there is none, and takes nothing twice', async () => {
    folder('app.tar');
    await init(...first, '--add');
    const text = readFileSync('b.json', 'utf8');
    await expect(init('./app.tar', '--budgets=b.json', '--add')).rejects.toThrow(
      'it has a budget already, "app"; "budget raise" gives it more room',
    );
    await expect(init(...first, '--add', '--force')).rejects.toThrow('--add and --force exclude each other');
    writeFileSync('bad.json', '{');
    await expect(init('app.tar', '--budgets=bad.json', '--add')).rejects.toThrow(ConfigError);
    expect([readFileSync('b.json', 'utf8'), readFileSync('bad.json', 'utf8')]).toEqual([text, '{']);
  });
});

describe('names of artifacts', () => {
  it.each([
    ['app.tar.gz', 'app'],
    ['app-1.2.tar.zst', 'app-1.2'],
    ['app.py.tar', 'app.py'],
    ['.tar', '.tar'],
    ['a=b=c.tar', 'a-b-c'],
    [' .tar', ' .tar'],
    ['\u00a0.tar', '\u00a0.tar'],
    [`${'n'.repeat(190)}.tar`, 'n'.repeat(190)],
    [`${'n'.repeat(201)}.tar`, 'n'.repeat(190)],
    // Characters, not halves of them.
    [`${'\u{1f600}'.repeat(60)}.tar`, '\u{1f600}'.repeat(60)],
  ])('of %j', async (file, name) => {
    folder(file);
    await init(file);
    expect(written().artifacts.map((artifact) => artifact.name)).toEqual([name]);
    expect(targetsOf('budgets.json', written(), []).targets.map(({ path }) => path)).toEqual([file]);
  });

  it('differ', async () => {
    const long = 'n'.repeat(210);
    folder('app.tar', 'app.tar.gz', 'b/app.tar', 'b/app-2.tar', `${long}1.tar`, `${long}2.tar`);
    await init('app.tar', 'app.tar.gz', 'b/app.tar', 'b/app-2.tar', `${long}1.tar`, `${long}2.tar`);
    const cut = 'n'.repeat(190);
    expect(written().artifacts.map(({ name }) => name)).toEqual(['app', 'app-2', 'app-3', 'app-2-2', cut, `${cut}-2`]);
    expect(targetsOf('budgets.json', written(), []).targets).toHaveLength(6);
  });

  it('and paths are seen from the budgets file', async () => {
    const root = folder('app.tar', 'tree/[a]*?{b}.tar');
    await init('app.tar', 'tree', `${root}/app.tar`, 'tree/[a]*?{b}.tar', '--budgets', 'tree/b.json');
    const { artifacts } = written('tree/b.json');
    expect(artifacts.map(({ path }) => path)).toEqual([
      '../app.tar',
      '.',
      `${root}/app.tar`,
      String.raw`\[a\]\*\?\{b\}.tar`,
    ]);
    expect(artifacts.map(({ name }) => name)).toEqual(['app', 'tree', 'app-2', '[a]*?{b}']);
    expect(targetsOf('tree/b.json', written('tree/b.json'), []).targets).toHaveLength(4);
  });
});

describe('limits', () => {
  it('have headroom, or are those that are given', async () => {
    folder('app.tar');
    expect(await init('app.tar', 'tree', '--headroom', '0%')).toBe(
      `wrote budgets.json

app (app.tar)
  compressed    today 2,560 B, limit 2.5 KiB = 2,560 B, 0 B left
  uncompressed  today 1,000 B, limit 1,000 B, 0 B left
tree (tree)
  uncompressed  today 2,000 B, limit 1.96 KiB = 2,007 B, 7 B left
`,
    );
    expect(written().artifacts.map(({ compressed }) => compressed?.max)).toEqual([2560, undefined]);
    const given = ['--max-compressed-kib', '2', '--max-uncompressed-kib', '0001'];
    const said = await init('app.tar', '--force', ...given);
    expect(said).toContain('  compressed    today 2,560 B, limit 2 KiB = 2,048 B, 512 B over already\n');
    expect(said).toContain('  uncompressed  today 1,000 B, limit 1 KiB = 1,024 B, 24 B left\n');
    expect(readFileSync('budgets.json', 'utf8')).toContain('\n      "compressed": { "max": "2 KiB" },\n');
  });

  it('are of packed directories, and of nothing else that is packed', async () => {
    folder('app.tar');
    await init('app.tar', 'tree', '--compress-with', 'gzip:9');
    const [app, tree] = written().artifacts;
    expect([app?.compressWith, tree?.compressWith?.text]).toEqual([null, 'gzip:9']);
    expect([app?.compressed?.max, (tree?.compressed?.max ?? 0) > 0]).toEqual([2693, true]);
  });

  it('of dive are for images', async () => {
    folder('app.tar');
    const image = buildImage({ layers: [{ members: [{ name: 'a', content: 'a' }] }] });
    writeFileSync('image.tar', tarOf(layoutFiles([image])));
    writeFileSync('.dive-ci', 'rules:\n  highestWastedBytes: 20MB\n');
    const said = await init('app.tar', 'image.tar', '--from-dive-ci', '.dive-ci');
    expect(said.split('\n').filter((line) => /(?:dive|^[a-z]+ \()/.test(line))).toEqual([
      'app (app.tar)',
      '  is no image; limits of dive are for images only and were left out',
      'image (image.tar)',
      expect.stringMatching(/^ {2}lowestEfficiency is not in the file/),
      '  highestWastedBytes: 20MB became dive.highestWastedBytes',
      expect.stringMatching(/^ {2}highestUserWastedPercent is not in the file/),
    ]);
    const [app, other] = written().artifacts;
    expect(app).not.toHaveProperty('image');
    expect(other?.image?.dive).toMatchObject({ highestWastedBytes: { max: 20_000_000 } });
    const off = ['lowestEfficiency', 'highestWastedBytes', 'highestUserWastedPercent'].map((key) => `  ${key}: off`);
    writeFileSync('.dive-ci', ['rules:', ...off].join('\n'));
    expect(await init('image.tar', '--from-dive-ci', '.dive-ci', '--force')).toContain('is disabled; no limit');
    expect(written().artifacts[0]).not.toHaveProperty('image');
    expect(await init('image.tar', '--force')).not.toContain('dive');
  });

  it('of a packed directory are not of a layout', async () => {
    folder();
    writeFiles('layout', layoutFiles([buildImage({ layers: [{ members: [{ name: 'a', content: 'a' }] }] })]));
    await expect(init('layout', '--compress-with', 'gzip:9')).rejects.toThrow('this one holds an image');
    await init('layout');
    expect(written().artifacts[0]?.compressed).toBeNull();
  });

  it('of an image in a directory are of what its layers weigh in a registry', async () => {
    folder();
    const layers = [
      { members: [{ name: 'a', content: 'a'.repeat(2000) }] },
      { members: [{ name: 'b', content: 'b' }] },
    ];
    const built = buildImage({ layers });
    writeFiles('layout', layoutFiles([built]));
    const blobs = built.layers.reduce((sum, { blob }) => sum + blob.length, 0);
    const max = Math.ceil(blobs * 1.05);
    expect(await init('layout')).toContain(`  full pull     today ${blobs} B, limit ${max} B, ${max - blobs} B left\n`);
    expect(written().artifacts[0]?.image?.fullPull).toMatchObject({ max });
    // What is stored uncompressed weighs nobody knows what, and an archive has a length.
    writeFiles('plain', layoutFiles([buildImage({ layers: [{ members: [{ name: 'a' }], packing: 'raw' }] })]));
    writeFileSync('image.tar', tarOf(layoutFiles([built])));
    expect(await init('plain', 'image.tar', '--force')).not.toContain('full pull');
    for (const one of written().artifacts) expect(one).not.toHaveProperty('image');
  });
});

describe('an image of several', () => {
  it('has a budget of its own, which says which one it is', async () => {
    folder('app.tar');
    const images = ['amd64', 'arm64'].map((architecture, at) =>
      buildImage({
        layers: [{ members: [{ name: 'a', content: 'a'.repeat(1000 * (at + 1)) }] }],
        platform: { os: 'linux', architecture },
      }),
    );
    writeFiles('index', layoutFiles(images));
    await expect(init('index')).rejects.toThrow('choose one with --platform');
    // What is no image has no platform. Limits are readable: 2.06 KiB.
    await init('index', 'app.tar', '--platform', 'linux/arm64');
    await init('index', '--platform', 'linux/amd64', '--add');
    expect(written().artifacts.map(({ name, choice, uncompressed }) => [name, choice, uncompressed?.max])).toEqual([
      ['index-linux-arm64', { name: null, platform: 'linux/arm64' }, 2109],
      ['app', undefined, 1054],
      ['index-linux-amd64', { name: null, platform: 'linux/amd64' }, 1054],
    ]);
    await expect(init('index', '--platform', 'linux/amd64', '--add')).rejects.toThrow('it has a budget already');
    await expect(init('app.tar', '--platform', 'linux/amd64', '--force')).rejects.toThrow('--platform is for images');
  });
});

describe('a budgets file', () => {
  it.each([
    [[], 'which artifacts?', UsageError],
    [['-'], 'standard input has none', UsageError],
    [['app.tar', '--headroom', 'x'], '--headroom takes a percentage', UsageError],
    [['tree', '--max-compressed-kib', '1'], 'a directory has no compressed size', UsageError],
    [['app.tar', '--max-compressed-kib', '1.5'], '--max-compressed-kib takes a whole number of KiB', UsageError],
    [['app.tar', '--max-uncompressed-kib', 'x'], '--max-uncompressed-kib takes a whole number', UsageError],
    [['app.tar', '--compress-with', 'gzip:9'], '--compress-with is for directories', UsageError],
    [['app.tar', '--budgets', 'app.tar', '--force'], '"app.tar" is read; it would be overwritten', UsageError],
    [
      ['app.tar', '--budgets', '.dive-ci', '--from-dive-ci', './.dive-ci', '--force'],
      '"./.dive-ci" is read',
      UsageError,
    ],
    [['app.tar', '--from-dive-ci', 'none'], 'cannot be read (ENOENT)', ConfigError],
    [['app.tar', '--budgets', '.dive-ci'], 'exists already; --add adds to it, --force overwrites it', ConfigError],
  ])('is not made of %j', async (line, says, kind) => {
    const root = folder('app.tar');
    writeFileSync('.dive-ci', 'mine');
    const names = readdirSync(root);
    await expect(init(...line)).rejects.toThrow(says);
    await expect(init(...line)).rejects.toThrow(kind);
    expect(readdirSync(root)).toEqual(names);
    expect(readFileSync('.dive-ci', 'utf8')).toBe('mine');
  });

  it('is one that is read', async () => {
    const deep = Array.from({ length: 11 }, () => 'd'.repeat(100)).join('/');
    const root = folder(`${deep}/app.tar`);
    await expect(init(`${deep}/app.tar`)).rejects.toThrow('artifacts[0].path: is longer than 1024 characters');
    expect(readdirSync(root)).not.toContain('budgets.json');
  });
});
