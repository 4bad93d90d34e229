// Packing a directory, compared with GNU tar (byte for byte), tar-stream, gzip and zstd.
import { chmodSync, cpSync, linkSync, mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { spawnSync } from 'node:child_process';
import tarStream from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { parseCompression } from '../../src/codecs/compress.ts';
import { UsageError } from '../../src/errors.ts';
import { tarHeaders } from '../../src/formats/tar/writer.ts';
import { packDirectory } from '../../src/scan/pack.ts';
import type { Packed } from '../../src/scan/pack.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run, runRaw } from '../oracles.ts';

const work = tempDirectory('pack');
let number = 0;

/** What docs/budgets.md tells people to type. */
const sameTar = [
  '--format=pax',
  '--sort=name',
  '--mtime=@0',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--pax-option=delete=atime,delete=ctime',
];

function oddTree(): string {
  const root = join(work, 'odd');
  const [l, m] = ['l'.repeat(90), 'm'.repeat(90)];
  for (const path of ['d', 'z', `${l}/${m}`, 'p'.repeat(97), 'p'.repeat(98), 'empty']) {
    mkdirSync(join(root, path), { recursive: true });
  }
  const put = (path: string | Buffer, content: string): void => {
    writeFileSync(Buffer.isBuffer(path) ? Buffer.concat([Buffer.from(`${root}/`), path]) : join(root, path), content);
  };
  put('d/a', 'hi\n');
  put('d.b', 'x\n');
  put('d/0', '');
  // Before `.` in the order of bytes, and not before the root.
  put('+', 'plus');
  put(`${l}/${m}/f`, 'far');
  put('caf\u00e9', 'coffee');
  put(Buffer.from('bad\xff\xfename', 'latin1'), 'bytes');
  put('new\nline \u001b[31m', 'escape');
  put('block', 'b'.repeat(512));
  put('big', 'big '.repeat(200_000));
  for (const count of [97, 98, 99, 100, 255]) put('n'.repeat(count), 'n');
  linkSync(join(root, 'd/a'), join(root, 'd/z'));
  linkSync(join(root, 'd.b'), join(root, 'd/hard'));
  linkSync(join(root, l, m, 'f'), join(root, 'hl'));
  linkSync(join(root, l, m, 'f'), join(root, l, m, 'f2'));
  symlinkSync('a', join(root, 'd/link'));
  for (const count of [99, 100, 101, 150]) symlinkSync('q'.repeat(count), join(root, `link-of-${count}`));
  for (const count of [97, 98, 99]) linkSync(join(root, 'n'.repeat(count)), join(root, 'z', `link-to-${count}`));
  symlinkSync('../../etc/passwd', join(root, 'escaping'));
  symlinkSync(Buffer.from('bad\xff', 'latin1'), join(root, 'odd-link'));
  utimesSync(join(root, 'd/a'), 3_000_000_000, 3_000_000_000);
  chmodSync(join(root, 'block'), 0o4711);
  spawnSync('mkfifo', [join(root, 'fifo')]);
  return root;
}

async function pack(root: string, how: string | null): Promise<Packed & { readonly bytes: Buffer }> {
  const snapshot = await scan(root, { ...defaultLimits, digests: 'auto', facts: 'needed' });
  const pieces: Buffer[] = [];
  const emit = (piece: Uint8Array): unknown => pieces.push(Buffer.from(piece));
  const packed = await packDirectory(root, snapshot, how === null ? null : parseCompression(how), { emit });
  return { ...packed, bytes: Buffer.concat(pieces) };
}

const root = oddTree();

describe.skipIf(!['tar', 'gzip', 'zstd'].every(requireTool))('packing a directory', () => {
  it('is byte for byte what GNU tar writes', async () => {
    const { bytes, archive, compressed } = await pack(root, 'gzip:9');
    const ours = runRaw('gzip', ['-dc'], { input: bytes });
    const theirs = runRaw('tar', [...sameTar, '--exclude=./fifo', '-C', root, '-cf', '-', '.']);
    expect(ours.equals(theirs)).toBe(true);
    expect(archive).toBe(theirs.length);
    expect(compressed).toBe(bytes.length);
    expect((await pack(root, null)).bytes.equals(theirs)).toBe(true);
  });

  it.each(['gzip', 'gzip:1', 'gzip:9', 'zstd', 'zstd:1', 'zstd:19', 'zstd:22:long', 'zstd:3:long=24'])(
    '%s makes what the program unpacks, of the length that is told',
    async (how) => {
      const { bytes, archive, compressed } = await pack(root, how);
      const path = join(work, `packed.${how.slice(0, 4)}`);
      writeFileSync(path, bytes);
      expect(compressed).toBe(Number(run('sh', ['-c', 'wc -c < "$1"', 'sh', path])));
      const program = how.startsWith('gzip') ? 'gzip' : 'zstd';
      const unpacked = runRaw(program, ['-dc', ...(program === 'zstd' ? ['--long=31'] : [])], { input: bytes });
      expect(unpacked.length).toBe(archive);
      const listed = run('tar', ['-tf', '-', '--quoting-style=escape'], { input: unpacked }).trimEnd().split('\n');
      const found = run('find', [root, '!', '-type', 'p', '-printf', String.raw`%P\0`]).split('\0').length - 1;
      expect(listed).toHaveLength(found);
    },
  );

  it('is the same every time, whatever the times are', async () => {
    const copy = join(work, `copy-${number++}`);
    cpSync(join(root, 'd'), copy, { recursive: true });
    const first = await pack(copy, 'zstd:3');
    utimesSync(join(copy, 'a'), 5, 5);
    expect((await pack(copy, 'zstd:3')).bytes.equals(first.bytes)).toBe(true);
  });

  it('weighs what zstd and gzip make of the same archive', async () => {
    const tree = join(import.meta.dirname, '../../src');
    const tar = join(work, 'src.tar');
    run('tar', [...sameTar, '-C', tree, '-cf', tar, '.']);
    const programs = [
      ['zstd:22:long', `zstd -q -22 --ultra --long=27 -c "$1" | wc -c`],
      ['zstd:19', `zstd -q -19 -c "$1" | wc -c`],
      ['zstd:3', `zstd -q -3 -c "$1" | wc -c`],
      ['gzip:9', `gzip -9nc "$1" | wc -c`],
      ['gzip:6', `gzip -6nc "$1" | wc -c`],
    ] as const;
    for (const [how, command] of programs) {
      const theirs = Number(run('sh', ['-c', command, 'sh', tar]));
      const { compressed } = await pack(tree, how);
      // Versions of the libraries differ by a few bytes in a thousand.
      expect(Math.abs(compressed - theirs) / theirs, `${how}: ${compressed} against ${theirs}`).toBeLessThan(0.01);
    }
  });

  it.each([8 ** 11 - 1, 8 ** 11])('has the headers of GNU tar for a file of %i bytes', (size) => {
    const tree = join(work, `huge-${number++}`);
    mkdirSync(tree);
    writeFileSync(join(tree, 'huge'), '', { mode: 0o640 });
    truncateSync(join(tree, 'huge'), size);
    const ours = tarHeaders({ path: 'huge', kind: 'file', size, mode: 0o640, link: null });
    const script = 'tar "$@" ./huge 2> /dev/null | head -c 2048';
    const theirs = runRaw('sh', ['-c', script, 'sh', ...sameTar, '-C', tree, '-cf', '-']);
    expect(ours).toHaveLength(size < 8 ** 11 ? 512 : 1536);
    // Behind them there is content, which is zeros.
    expect(theirs.equals(Buffer.concat([ours, Buffer.alloc(2048 - ours.length)]))).toBe(true);
  });

  it('says which file cannot be read any more', async () => {
    const tree = join(work, `changing-${number++}`);
    mkdirSync(tree);
    writeFileSync(join(tree, 'a'), 'before');
    const snapshot = await scan(tree, { ...defaultLimits, digests: 'auto', facts: 'needed' });
    writeFileSync(join(tree, 'a'), 'longer than before');
    const packing = packDirectory(tree, snapshot, parseCompression('gzip'));
    await expect(packing).rejects.toMatchObject({ code: 'changed', path: 'a' });
  });
});

describe('the archive', () => {
  it('is read by tar-stream', async () => {
    const { bytes } = await pack(join(root, 'd'), 'gzip:1');
    const { gunzipSync } = await import('node:zlib');
    const names: string[] = [];
    const extract = tarStream.extract();
    extract.on('entry', (header, stream, next) => {
      names.push(`${header.type} ${header.name}`);
      stream.resume();
      next();
    });
    await new Promise((done, fail) => {
      extract.on('finish', () => done(null)).on('error', fail);
      Readable.from([gunzipSync(bytes)]).pipe(extract);
    });
    expect(names).toEqual(['directory ./', 'file ./0', 'file ./a', 'file ./hard', 'symlink ./link', 'link ./z']);
  });
});

describe('ways to compress', () => {
  it.each([
    ['gzip', { codec: 'gzip', level: 6, long: null }],
    ['gzip:9', { codec: 'gzip', level: 9, long: null }],
    ['zstd', { codec: 'zstd', level: 3, long: null }],
    ['zstd:22:long', { codec: 'zstd', level: 22, long: 27 }],
    ['zstd:19:long=30', { codec: 'zstd', level: 19, long: 30 }],
    ['zstd:long', { codec: 'zstd', level: 3, long: 27 }],
  ])('%s', (text, expected) => {
    expect(parseCompression(text)).toEqual({ ...expected, text });
  });

  it.each([
    '',
    'xz',
    'gzip:0',
    'gzip:10',
    'zstd:23',
    'zstd:-1',
    'gzip:9:long',
    'zstd:3:long=32',
    'zstd:3:',
    'zip',
    'x'.repeat(999),
  ])('refuses %j', (text) => {
    expect(() => parseCompression(text)).toThrow(UsageError);
  });
});
