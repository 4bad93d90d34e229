// Stored bytes: with the named overhead they add up to the file's length in every wrapping, they are what other programs say where
// others can, and what a directory is charged is about what the archive loses without it.
import {
  linkSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildDeb, version } from '../build/deb.ts';
import { buildTar } from '../build/tar.ts';
import { noise } from '../build/noise.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('stored');
const tree = join(work, 'tree');

interface Stored {
  totals: { content: number; compressed: number };
  overhead?: Record<string, number>;
  tree: { path: string; stored?: number; own: { stored?: number } }[];
  entries: { path: string; kind: string; size: number; stored?: number }[];
}

function snapshotOf(file: string, input?: Uint8Array): Stored {
  const ran = sizecheck(['snapshot', file], input === undefined ? {} : { input });
  if (ran.code !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function expectWhole(json: Stored, length: number): void {
  const entries = sum(json.entries.map(({ stored }) => stored ?? Number.NaN));
  expect(entries + sum(Object.values(json.overhead ?? {}))).toBe(length);
  expect(json.tree[0]?.stored).toBe(entries);
  expect(sum(json.tree.map(({ own }) => own.stored ?? Number.NaN))).toBe(entries);
}

/** Program that makes it, and how. */
const wrappings: readonly (readonly [file: string, tool: string, script: string])[] = [
  ['tree.tar', 'tar', 'true'],
  ['gnu.tar', 'tar', 'tar --format=gnu -C tree -cf gnu.tar .'],
  ['tree.tar.gz', 'gzip', 'gzip -9 -c tree.tar > tree.tar.gz'],
  [
    'two-members.tar.gz',
    'gzip',
    '(head -c 300000 tree.tar | gzip; tail -c +300001 tree.tar | gzip) > two-members.tar.gz',
  ],
  ['tree.3.tar.zst', 'zstd', 'zstd -q -3 tree.tar -o tree.3.tar.zst'],
  ['tree.19.tar.zst', 'zstd', 'zstd -q -19 tree.tar -o tree.19.tar.zst'],
  ['tree.22.tar.zst', 'zstd', 'zstd -q -22 --ultra --long tree.tar -o tree.22.tar.zst'],
  [
    'frames.tar.zst',
    'zstd',
    '(head -c 300000 tree.tar | zstd -q; tail -c +300001 tree.tar | zstd -q) > frames.tar.zst',
  ],
  ['tree.tar.xz', 'xz', 'xz -c tree.tar > tree.tar.xz'],
  ['blocks.tar.xz', 'xz', 'xz --block-size=100000 -c tree.tar > blocks.tar.xz'],
  ['tree.tar.bz2', 'bzip2', 'bzip2 -1 -c tree.tar > tree.tar.bz2'],
  ['tree.zip', 'zip', 'cd tree && zip -qry ../tree.zip .'],
  ['streamed.zip', 'bsdtar', 'bsdtar --format=zip -C tree -cf streamed.zip .'],
];

/** Directories that have nothing in common and compress very differently. */
function makeTree(): void {
  for (const name of ['noise', 'text', 'zeros', 'small']) mkdirSync(join(tree, name), { recursive: true });
  writeFileSync(join(tree, 'noise', 'a'), noise(600_000, 1));
  writeFileSync(join(tree, 'noise', 'b'), noise(600_000, 2));
  for (let index = 0; index < 6; index++) {
    const lines = Array.from({ length: 8000 }, (_, line) => `${(line * line * (index + 3)) % 9973} is a number\n`);
    writeFileSync(join(tree, 'text', `${index}.txt`), lines.join(''));
  }
  writeFileSync(join(tree, 'zeros', 'sheet'), Buffer.alloc(1_000_000));
  for (let index = 0; index < 160; index++) {
    writeFileSync(join(tree, 'small', `${index}`), noise(900, index + 3).toString('hex'));
  }
  linkSync(join(tree, 'noise', 'a'), join(tree, 'linked'));
  symlinkSync('noise', join(tree, 'soft'));
  // Times of nanoseconds as files have them, but the same in each run: what codecs make of their digits is part of the figures.
  const paths = ['.', ...readdirSync(tree, { recursive: true, encoding: 'utf8' }).toSorted()];
  for (const [index, path] of paths.entries()) {
    const time = 1_700_000_000 + (((index + 1) * 0.618_034_1) % 1);
    lutimesSync(join(tree, path), time, time);
  }
}

const ready = ['tar', 'gzip'].every(requireTool);

describe.skipIf(!ready)('one tree in every wrapping', () => {
  beforeAll(() => {
    makeTree();
    run('tar', [
      '--format=pax',
      '--pax-option=delete=atime,delete=ctime',
      '--sort=name',
      '-C',
      tree,
      '-cf',
      join(work, 'tree.tar'),
      '.',
    ]);
    for (const [, tool, script] of wrappings) if (requireTool(tool)) run('sh', ['-c', script], { cwd: work });
  });

  it.each(wrappings.filter(([, tool]) => requireTool(tool)))('%s adds up to its length', (file) => {
    const path = join(work, file);
    const json = snapshotOf(path);
    expectWhole(json, statSync(path).size);
    // Content of hard links is charged where it is counted.
    for (const { kind, size, stored } of json.entries) if (kind === 'hardlink') expect([size, stored]).toEqual([0, 0]);
    // The same through a pipe, and where a worker decodes.
    expect(snapshotOf('-', readFileSync(path)).overhead).toEqual(json.overhead);
  });

  it('a tar without codec stores files as they are', () => {
    const json = snapshotOf(join(work, 'tree.tar'));
    for (const { size, stored } of json.entries) expect(stored).toBe(size);
    const { headers = 0, padding = 0, end = 0 } = json.overhead ?? {};
    expect(headers % 512).toBe(0);
    expect(sum(json.entries.map(({ size }) => (512 - (size % 512)) % 512))).toBe(padding);
    expect(end).toBeGreaterThanOrEqual(1024);
  });

  it.skipIf(!requireTool('zip') || !requireTool('python3'))('a zip says itself what it stores', () => {
    const script =
      'import zipfile,json,sys\nprint(json.dumps({i.filename.rstrip("/"): i.compress_size for i in zipfile.ZipFile(sys.argv[1]).infolist()}))';
    const told = new Map<string, number>(
      Object.entries(JSON.parse(run('python3', ['-c', script, join(work, 'tree.zip')]))),
    );
    const json = snapshotOf(join(work, 'tree.zip'));
    for (const { path, stored } of json.entries) expect([path, stored]).toEqual([path, told.get(path) ?? 0]);
  });

  const compressors: readonly (readonly [file: string, tool: string, command: string])[] = [
    ['tree.tar.gz', 'gzip', 'gzip -9'],
    ['tree.19.tar.zst', 'zstd', 'zstd -q -19'],
    ['tree.tar.xz', 'xz', 'xz'],
    ['tree.tar.bz2', 'bzip2', 'bzip2 -1'],
  ];

  it.each(compressors.filter(([, tool]) => requireTool(tool)))(
    '%s loses without a directory what it is charged',
    (file, _, command) => {
      const json = snapshotOf(join(work, file));
      for (const name of ['noise', 'text', 'small']) {
        const pack = `tar --format=pax --pax-option=delete=atime,delete=ctime --sort=name -C tree --exclude=./${name} --exclude=./linked -cf - . | ${command} -c | wc -c`;
        const all = `tar --format=pax --pax-option=delete=atime,delete=ctime --sort=name -C tree --exclude=./linked -cf - . | ${command} -c | wc -c`;
        const saved = Number(run('sh', ['-c', all], { cwd: work })) - Number(run('sh', ['-c', pack], { cwd: work }));
        const charged = json.tree.find(({ path }) => path === name)?.stored ?? 0;
        const linked = name === 'noise' ? (json.entries.find(({ path }) => path === 'linked')?.stored ?? 0) : 0;
        expect
          .soft(Math.abs((charged + linked) / saved - 1), `${name}: ${charged + linked} for ${saved}`)
          .toBeLessThan(0.1);
      }
    },
  );

  it('tables show it, with the overhead by name', () => {
    const { stdout } = sizecheck(['scan', join(work, 'tree.tar.gz'), '--size', 'compressed', '--units', 'bytes']);
    const length = statSync(join(work, 'tree.tar.gz')).size;
    const root = Number(/([\d,]+) B +[\d.]+% +[\d,]+ B +\d+ {2}\.\n/.exec(stdout)?.[1]?.replaceAll(',', ''));
    const overhead = Number(/overhead ([\d,]+) B/.exec(stdout)?.[1]?.replaceAll(',', ''));
    expect(root + overhead).toBe(length);
    expect(stdout).toContain('Directories (compressed; "own" leaves out subdirectories)');
    expect(stdout).toMatch(/headers [\d,]+ B/);
  });

  it('the content that a selection leaves out is overhead', () => {
    const ran = sizecheck([
      'scan',
      join(work, 'tree.tar.gz'),
      '--size',
      'compressed',
      '--json',
      '--include',
      'text/**',
    ]);
    const json: Stored = JSON.parse(ran.stdout);
    const length = statSync(join(work, 'tree.tar.gz')).size;
    expect((json.tree[0]?.stored ?? 0) + sum(Object.values(json.overhead ?? {}))).toBe(length);
    expect(json.overhead?.['excluded']).toBeGreaterThan(400_000);
  });

  it('a directory is not compressed, and says so', () => {
    const ran = sizecheck(['scan', tree, '--size', 'compressed']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('--size compressed needs an archive');
    expect(snapshotOf(tree).overhead).toBeUndefined();
  });

  it('a snapshot keeps it, and one that does not add up is refused', () => {
    const saved = join(work, 'saved.json');
    sizecheck(['snapshot', join(work, 'tree.tar.gz'), '-o', saved]);
    const args = ['--size', 'compressed', '--json'];
    expect(sizecheck(['scan', saved, ...args]).stdout).toBe(
      sizecheck(['scan', join(work, 'tree.tar.gz'), ...args]).stdout,
    );
    const text = readFileSync(saved, 'utf8');
    writeFileSync(
      saved,
      text.replace(/"framing":(\d+)/, (_, bytes) => `"framing":${Number(bytes) + 1}`),
    );
    const ran = sizecheck([saved]);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain('stored bytes and overhead');
  });

  it('and how it was made, as the programs were told to make it', () => {
    const made = (file: string): object => JSON.parse(sizecheck(['snapshot', join(work, file)]).stdout).made;
    const archive = { dialect: 'pax', sorted: true, owners: 1 };
    expect(made('tree.tar')).toMatchObject({ codec: null, archive });
    expect(made('tree.tar.gz')).toMatchObject({ codec: { members: 1, effort: 'best' } });
    expect(made('two-members.tar.gz')).toMatchObject({ codec: { members: 2, effort: null, name: false, time: false } });
    expect(made('gnu.tar')).toMatchObject({ archive: { dialect: 'gnu' } });
    const fixed = '--mtime=@0 --owner=0 --group=0 --pax-option=delete=atime,delete=ctime';
    run('sh', ['-c', `tar --format=pax --sort=name ${fixed} -C tree -cf - . | gzip -n > same.tar.gz`], { cwd: work });
    expect(made('same.tar.gz')).toMatchObject({ archive: { times: 1, owners: 1, reproducible: true } });
    if (!requireTool('zstd') || !requireTool('xz') || !requireTool('bzip2')) return;
    expect(made('frames.tar.zst')).toMatchObject({ codec: { frames: 2, checksum: true, contentSize: false } });
    expect(made('tree.3.tar.zst')).toMatchObject({ codec: { frames: 1, checksum: true, contentSize: true } });
    expect(made('tree.tar.xz')).toMatchObject({ codec: { streams: 1, blocks: 1, dictionary: 8 * 1024 ** 2 } });
    expect(made('tree.tar.bz2')).toMatchObject({ codec: { streams: 1, level: 1 } });
    const { stdout } = sizecheck(['scan', '--verbose', join(work, 'frames.tar.zst')]);
    expect(stdout).toMatch(
      /made as zstd: 2 frames, window [\d.]+ [KM]iB, checksum, length not stated; pax\s+headers, sorted/,
    );
  });

  it('is not told where it is not asked for', () => {
    const json = JSON.parse(sizecheck(['scan', '--json', join(work, 'tree.tar.gz')]).stdout);
    expect(json.overhead).toBeUndefined();
    expect(json.tree[0].stored).toBeUndefined();
  });
});

describe('what is unusual', () => {
  const file = join(work, 'odd');
  const of = (bytes: Uint8Array): Stored => {
    writeFileSync(file, bytes);
    const json = snapshotOf(file);
    expectWhole(json, bytes.length);
    return json;
  };

  it('members that a later one replaces', () => {
    const tar = buildTar([
      { name: 'a', content: noise(5000, 1) },
      { name: 'b', content: noise(3000, 2) },
      { name: 'a', content: noise(2000, 3) },
    ]);
    const json = of(tar);
    expect(json.overhead?.['superseded']).toBe(5000);
    expect(json.entries.map(({ path, stored }) => [path, stored])).toEqual([
      ['.', 0],
      ['a', 2000],
      ['b', 3000],
    ]);
    expect(of(gzipSync(tar)).overhead?.['superseded']).toBeGreaterThan(4700);
  });

  it('bytes behind the end, and an archive without one', () => {
    const tar = buildTar([{ name: 'a', content: 'content' }]);
    expect(of(Buffer.concat([tar, Buffer.from('rest')])).overhead?.['end']).toBe(1028);
    expect(of(tar.subarray(0, 1024)).overhead?.['end']).toBeUndefined();
  });

  it('garbage behind a gzip', () => {
    const tar = gzipSync(buildTar([{ name: 'a', content: noise(10_000) }]));
    expect(of(Buffer.concat([tar, Buffer.from('garbage!')])).overhead?.['framing']).toBeGreaterThanOrEqual(26);
  });

  it('a deb: each part by its own codec, the ar headers besides', () => {
    const part = (name: string): Buffer => gzipSync(buildTar([{ name, content: noise(3000, name.length) }]));
    const members = [
      { name: 'control.tar.gz', content: part('control') },
      { name: 'data.tar.gz', content: part('usr') },
    ];
    const json = of(buildDeb([version, ...members]));
    for (const path of ['DEBIAN/control', 'usr']) {
      const stored = json.entries.find((entry) => entry.path === path)?.stored ?? 0;
      expect(Math.abs(stored - 3000)).toBeLessThan(300);
    }
    expect(json.overhead?.['headers']).toBeGreaterThan(192);
  });

  it.skipIf(!requireTool('zip'))('a zip inside a codec, which cannot be told', () => {
    writeFileSync(join(work, 'x'), 'content');
    run('zip', ['-q', 'x.zip', 'x'], { cwd: work });
    writeFileSync(file, gzipSync(readFileSync(join(work, 'x.zip'))));
    expect(snapshotOf(file).overhead).toBeUndefined();
    const ran = sizecheck(['scan', file, '--size', 'compressed']);
    expect(ran.stderr).toContain('not known of a zip in gzip');
  });

  it.skipIf(!requireTool('zip'))('a zip with a prefix and bytes behind its end', () => {
    writeFileSync(join(work, 'y'), 'content');
    run('zip', ['-q', 'y.zip', 'y'], { cwd: work });
    const zip = readFileSync(join(work, 'y.zip'));
    expect(of(Buffer.concat([Buffer.from('#!/bin/sh\n'), zip])).overhead?.['gaps']).toBe(10);
  });

  it.skipIf(!requireTool('gcc'))('a single file', () => {
    writeFileSync(join(work, 'm.c'), 'int main(void) { return 0; }\n');
    run('gcc', ['-o', 'm', 'm.c'], { cwd: work });
    const elf = readFileSync(join(work, 'm'));
    expect(of(elf).overhead).toEqual({});
    expect(of(gzipSync(elf)).entries[1]?.stored).toBeGreaterThan(elf.length / 20);
  });
});
