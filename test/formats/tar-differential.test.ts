// The tar reader against GNU tar, bsdtar and tar-stream on archives that those tools wrote themselves.
import {
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { extract } from 'tar-stream';
import { tarReader } from '../../src/formats/tar/tar.ts';
import { recordingSink } from '../build/sink.ts';
import type { Recorded } from '../build/sink.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run, runRaw } from '../oracles.ts';

const tree = join(tempDirectory('tar'), 'tree');
makeTree(tree);

function makeTree(root: string): void {
  mkdirSync(join(root, 'dir/deep'), { recursive: true });
  writeFileSync(join(root, 'dir/small.txt'), 'small\n');
  writeFileSync(join(root, 'dir/empty'), '');
  writeFileSync(join(root, 'dir/deep/block'), Buffer.alloc(512, 'b'));
  linkSync(join(root, 'dir/small.txt'), join(root, 'hard'));
  symlinkSync('dir/small.txt', join(root, 'soft'));
}

function makeSparse(path: string, size: number, at: readonly number[]): void {
  const fd = openSync(path, 'w');
  for (const offset of at) writeSync(fd, Buffer.alloc(4096, 'd'), 0, 4096, offset);
  ftruncateSync(fd, size);
  closeSync(fd);
}

function read(archive: Uint8Array): readonly Recorded[] {
  const sink = recordingSink();
  const reader = tarReader(sink);
  reader.write(archive);
  reader.finish();
  expect(sink.notices).toEqual([]);
  return sink.records;
}

/** `path size` of regular files as GNU tar lists them. */
function listedByTar(archive: Uint8Array): string[] {
  const lines = run('tar', ['-tvf', '-', '--numeric-owner', '--quoting-style=literal'], { input: archive })
    .trimEnd()
    .split('\n');
  return lines
    .filter((line) => line.startsWith('-'))
    .map((line) => /^\S+\s+\S+\s+(\d+)\s+\S+\s+\S+\s+(.*)$/.exec(line))
    .map((match) => `${match?.[2]} ${match?.[1]}`)
    .toSorted();
}

function listedByUs(records: readonly Recorded[]): string[] {
  return records
    .filter(({ member }) => member.kind === 'file')
    .map(({ member }) => `${Buffer.from(member.name, 'latin1').toString('utf8')} ${member.size}`)
    .toSorted();
}

describe.skipIf(!requireTool('tar'))('archives of GNU tar', () => {
  it.each(['v7', 'ustar', 'gnu', 'oldgnu', 'pax'])('--format=%s', (format) => {
    const archive = runRaw('tar', [`--format=${format}`, '-C', tree, '-cf', '-', '.']);
    const records = read(archive);
    expect(listedByUs(records)).toEqual(listedByTar(archive));
    const kinds = Object.fromEntries(records.map(({ member }) => [member.name, member.kind]));
    expect(kinds['./soft']).toBe('symlink');
    expect(Object.values(kinds).filter((kind) => kind === 'hardlink')).toHaveLength(1);
    expect(kinds['./dir/']).toBe('directory');
    for (const { member, content } of records) {
      if (member.kind === 'file') expect(content.equals(readFileSync(join(tree, member.name)))).toBe(true);
    }
  });

  it.each(['gnu', 'pax'])('long names and long links in --format=%s', (format) => {
    const root = tempDirectory('long');
    const long = join('l'.repeat(150), 'm'.repeat(150), `caf\u00e9-${'n'.repeat(100)}`);
    mkdirSync(join(root, long), { recursive: true });
    writeFileSync(join(root, long, 'file'), 'x');
    symlinkSync(join(long, 'file'), join(root, 'link'));
    const archive = runRaw('tar', [`--format=${format}`, '-C', root, '-cf', '-', '.']);
    const records = read(archive);
    expect(listedByUs(records)).toEqual([`./${long}/file 1`]);
    expect(records.find(({ member }) => member.kind === 'symlink')?.member.link).toBe(
      Buffer.from(join(long, 'file')).toString('latin1'),
    );
  });

  const sparseFormats = [
    ['--format=gnu'],
    ['--format=oldgnu'],
    ...['0.0', '0.1', '1.0'].map((version) => ['--format=pax', `--sparse-version=${version}`]),
  ];

  it.each(sparseFormats.map((options) => [options] as const))('sparse files, %j', (options) => {
    const root = tempDirectory('sparse');
    makeSparse(join(root, 'ends-in-hole'), 5 * 1024 * 1024 + 7, [0, 1 << 20, 3 << 20]);
    makeSparse(join(root, 'all-hole'), 1 << 20, []);
    makeSparse(
      join(root, 'many'),
      40 << 20,
      Array.from({ length: 150 }, (_, index) => index * 262_144),
    );
    const archive = runRaw('tar', [...options, '--sparse', '-C', root, '-cf', '-', '.']);
    expect(archive.length).toBeLessThan(2 << 20);
    const records = read(archive).filter(({ member }) => member.kind === 'file');
    expect(listedByUs(records)).toEqual(listedByTar(archive));
    for (const { member, content } of records) {
      expect(content.equals(readFileSync(join(root, member.name))), member.name).toBe(true);
    }
  });

  it('archives joined by tar -A', () => {
    const root = tempDirectory('join');
    writeFileSync(join(root, 'one'), '1');
    writeFileSync(join(root, 'two'), '22');
    for (const name of ['one', 'two']) run('tar', ['-C', root, '-cf', join(root, `${name}.tar`), name]);
    run('tar', ['-Af', join(root, 'one.tar'), join(root, 'two.tar')]);
    expect(listedByUs(read(readFileSync(join(root, 'one.tar'))))).toEqual(['one 1', 'two 2']);
  });
});

describe.skipIf(!requireTool('bsdtar'))('archives of bsdtar', () => {
  it.each(['ustar', 'pax', 'gnutar', 'v7'])('--format=%s', (format) => {
    const archive = runRaw('bsdtar', [`--format=${format}`, '-C', tree, '-cf', '-', '.']);
    const names = run('bsdtar', ['-tf', '-'], { input: archive }).trimEnd().split('\n');
    expect(read(archive).map(({ member }) => member.name)).toEqual(names);
  });
});

describe.skipIf(!requireTool('tar'))('tar-stream on the same archives', () => {
  it.each(['ustar', 'gnu', 'pax'])('--format=%s', async (format) => {
    const archive = runRaw('tar', [`--format=${format}`, '-C', tree, '-cf', '-', '.']);
    const theirs: string[] = [];
    const parser = extract();
    parser.on('entry', (header, stream, next) => {
      if (header.type === 'file') theirs.push(`${header.name} ${header.size}`);
      stream.on('end', next);
      stream.resume();
    });
    const finished = new Promise((resolve, reject) => {
      parser.on('finish', () => resolve(null));
      parser.on('error', reject);
    });
    parser.end(archive);
    await finished;
    expect(listedByUs(read(archive))).toEqual(theirs.toSorted());
  });
});
