// `compress`: sizes are those of the programs, what cannot be tried is said, and an interrupt keeps what is finished.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { toReportOptions } from '../../src/cli/options/shared.ts';
import type { Compressions } from '../../src/model/compression.ts';
import { compressTable } from '../../src/report/table/compress.ts';
import { buildDeb } from '../build/deb.ts';
import { noise } from '../build/noise.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';
import { cli, sizecheck } from './run.ts';

const work = tempDirectory('compress');
const tar = join(work, 'tree.tar');

interface Json {
  artifact: { name: string; length: number | null };
  stream: { kind: string; bytes: number };
  today: { command: string; bytes: number; window: number | null } | null;
  trials: { how: string; command: string; bytes: number; compress: number; decompress: number; window: number }[];
  untried: { how: string; reason: string }[];
  best: string | null;
  order: { how: string; bytes: number; better: { order: string; bytes: number } | null } | null;
  interrupted: boolean;
}

function compressJson(args: readonly string[], env: Readonly<Record<string, string>> = {}): Json {
  const ran = sizecheck(['compress', '--json', ...args], { env });
  if (ran.code !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout);
}

/** Sources and pages of this project: text of many kinds, as artifacts are (text made by a formula compresses like nothing else). */
function makeTar(): void {
  const root = join(import.meta.dirname, '../..');
  const members = ['src', 'docs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => ({ name: `${folder}/${name}`, content: readFileSync(join(parentPath, name)) })),
  );
  writeFileSync(tar, buildTar(members));
}

beforeAll(makeTar);

describe('sizes are those of the programs', () => {
  it.skipIf(!requireTool('gzip'))('and are of the artifact: what unpacks to something else is none', () => {
    const bin = join(work, 'liar');
    mkdirSync(bin);
    writeFileSync(join(bin, 'gzip'), '#!/bin/sh\necho other | /usr/bin/gzip -c\n', { mode: 0o755 });
    const ran = sizecheck(['compress', tar, '--with', 'gzip:9'], { env: { PATH: `${bin}:${process.env['PATH']}` } });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('nothing could be tried: gzip:9 (unpacks to 6 bytes)');
  });

  const cases: readonly (readonly [how: string, tool: string, command: string])[] = [
    ['gzip:6', 'gzip', 'gzip -6'],
    ['gzip:9', 'gzip', 'gzip -9'],
    ['zstd:3', 'zstd', 'zstd -3'],
    ['zstd:9', 'zstd', 'zstd -9'],
    ['zstd:19', 'zstd', 'zstd -19'],
    ['zstd:22', 'zstd', 'zstd -22 --ultra'],
    ['zstd:19:long', 'zstd', 'zstd -19 --long'],
    ['zstd:22:long', 'zstd', 'zstd -22 --ultra --long'],
    ['xz:6', 'xz', 'xz -6'],
  ];
  it('within half a percent, smallest first', () => {
    const possible = cases.filter(([, tool]) => requireTool(tool));
    const json = compressJson([tar, '--with', possible.map(([how]) => how).join(',')]);
    expect(json.stream).toEqual({ kind: 'tar', bytes: readFileSync(tar).length });
    expect(json.today).toBeNull();
    expect(json.trials.map(({ how }) => how).toSorted()).toEqual(possible.map(([how]) => how).toSorted());
    for (const [how, , command] of possible) {
      const told = json.trials.find((trial) => trial.how === how);
      const real = Number(run('sh', ['-c', `${command} -q -c '${tar}' | wc -c`]));
      expect.soft(Math.abs((told?.bytes ?? 0) / real - 1), `${how}: ${told?.bytes} for ${real}`).toBeLessThan(0.005);
      expect(told?.command).toBe(command);
    }
    expect(json.trials.map(({ bytes }) => bytes)).toEqual(
      json.trials.map(({ bytes }) => bytes).toSorted((a, b) => a - b),
    );
    expect(json.best).not.toBeNull();
  });

  it('of each way once, however often it is named', () => {
    const json = compressJson([tar, '--with', 'gzip:9,gzip:9', '--with', 'gzip:9']);
    expect(json.trials.map(({ how }) => how)).toEqual(['gzip:9']);
    expect(json.untried).toEqual([]);
  });

  it('the stream inside a codec is what is compressed, and today is a row', () => {
    const packed = `${tar}.gz`;
    writeFileSync(packed, gzipSync(readFileSync(tar), { level: 1 }));
    const json = compressJson([packed, '--with', 'zstd:19']);
    expect(json.stream.bytes).toBe(readFileSync(tar).length);
    expect(json.today).toMatchObject({ command: 'gzip', bytes: readFileSync(packed).length, window: 32_768 });
    expect(json.trials).toEqual(
      compressJson([tar, '--with', 'zstd:19']).trials.map((trial) => expect.objectContaining({ bytes: trial.bytes })),
    );
    const { stdout } = sizecheck(['compress', packed, '--with', 'zstd:19']);
    expect(stdout).toMatch(/zstd -19: \d+% smaller than today's gzip/);
    expect(stdout).toContain('gzip (today)');
  });

  it.skipIf(!requireTool('tar') || !requireTool('gzip'))('another order of members, as tar gives it', () => {
    const tree = join(work, 'orders');
    mkdirSync(tree);
    // Beyond gzip's 32 KiB what is alike is out of sight, unless it is next to it.
    for (let index = 0; index < 8; index++) {
      writeFileSync(join(tree, `${index}.same`), noise(24_000));
      writeFileSync(join(tree, `${index}.own`), noise(24_000, index + 1));
    }
    const pack = (name: string, list: string): number => {
      run('sh', ['-c', `cd '${tree}' && tar --format=ustar -cf ../${name} ${list}`]);
      return Number(run('sh', ['-c', `gzip -n -6 -c '${join(work, name)}' | wc -c`]));
    };
    const byName = pack('by-name.tar', '$(ls)');
    const byType = pack('by-type.tar', '$(ls *.own) $(ls *.same)');
    const { order } = compressJson([join(work, 'by-name.tar'), '--with', 'gzip:6']);
    expect(order).toEqual({ how: 'gzip:6', bytes: byName, better: { order: 'type', bytes: byType } });
    expect(compressJson([join(work, 'by-type.tar'), '--with', 'gzip:6']).order?.better).toBeNull();
    expect(sizecheck(['compress', join(work, 'by-name.tar'), '--with', 'gzip:6']).stdout).toMatch(
      /Members sorted by type \(extension, then name\): gzip -6 makes [\d.]+ KiB,\s+[\d.]+%\s+less\./,
    );
    // A name that is there twice counts where it comes last.
    writeFileSync(join(work, 'twice.tar'), buildTar([1, 2].map((byte) => ({ name: 'a', content: `${byte}` }))));
    expect(compressJson([join(work, 'twice.tar'), '--with', 'gzip:6']).order).toBeNull();
  });

  it('a directory is packed as --compress-with packs it', () => {
    const tree = join(work, 'tree');
    mkdirSync(tree);
    for (const name of ['a', 'b']) writeFileSync(join(tree, name), name.repeat(70_000));
    const json = compressJson([tree, '--with', 'gzip:9']);
    expect(json.artifact.length).toBeNull();
    const packed = [
      '-C',
      `'${tree}'`,
      '--format=pax',
      '--sort=name',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--pax-option=delete=atime,delete=ctime',
    ];
    const own = run('sh', ['-c', `tar ${packed.join(' ')} -cf - . | wc -c`]);
    expect(json.stream).toEqual({ kind: 'tar', bytes: Number(own) });
  });
});

describe('what is told besides', () => {
  it('windows that decoders refuse', () => {
    const json = compressJson([tar, '--with', 'zstd:3,zstd:3:long=24']);
    const windows = new Map(json.trials.map(({ how, window }) => [how, window]));
    expect(windows.get('zstd:3')).toBeLessThanOrEqual(4 * 1024 ** 2);
    expect(windows.get('zstd:3:long=24')).toBeGreaterThanOrEqual(json.stream.bytes);
  });

  it('ways that take more memory than there is', () => {
    const json = compressJson([tar, '--with', 'gzip:6,zstd:22', '--memory', '40 MiB']);
    expect(json.trials.map(({ how }) => how)).toEqual(['gzip:6']);
    expect(json.untried).toEqual([{ how: 'zstd:22', reason: 'takes more than --memory' }]);
  });

  it('nothing at all is no result', () => {
    const tree = join(work, 'nothing');
    mkdirSync(tree);
    writeFileSync(join(tree, 'a'), 'a');
    for (const more of [[], ['--json']]) {
      const ran = sizecheck(['compress', tree, '--with', 'gzip:6,zstd:22', '--memory', '1', ...more]);
      const message = 'nothing could be tried: gzip:6, zstd:22 (takes more than --memory)';
      expect(ran).toEqual({ code: 2, stdout: '', stderr: `sizecheck: ${tree}: ${message}\n` });
    }
  });

  it('xz where the program is missing', () => {
    const empty = mkdtempSync(join(work, 'path-'));
    const json = compressJson([tar, '--with', 'xz:1,zstd:3'], { PATH: empty });
    expect(json.untried).toEqual([{ how: 'xz:1', reason: 'the program xz is not installed' }]);
    expect(json.trials.map(({ how }) => how)).toEqual(['zstd:3']);
  });

  it('brotli of a single file', () => {
    const file = join(work, 'data.txt');
    const content = readFileSync(tar).subarray(512, 200_000);
    writeFileSync(file, content);
    const json = compressJson([file, '--with', 'brotli:9,gzip:9']);
    expect(json.stream.kind).toBe('file');
    expect(json.best).toBe('brotli:9');
    expect(json.trials[0]?.window).toBe(16 * 1024 ** 2);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };
    const told = json.trials.find(({ how }) => how === 'brotli:9');
    expect(Math.abs((told?.bytes ?? 0) / brotliCompressSync(content, { params }).length - 1)).toBeLessThan(0.005);
  });

  it('none is recommended where decoders refuse all, and a directory has no file of today', () => {
    const trial = { how: 'zstd:3:long=31', command: 'zstd -3 --long=31', bytes: 5, window: 2 ** 31 };
    const times = { compress: 1, decompress: 1, compressMemory: 1, decompressMemory: 1 };
    const compressions: Compressions = {
      artifact: { name: 'tree', length: null },
      stream: { kind: 'tar', bytes: 10 },
      today: null,
      trials: [{ ...trial, ...times }],
      untried: [],
      best: null,
      order: null,
      interrupted: false,
    };
    const values = { units: 'iec', sort: 'size', depth: 0, top: 1, verbose: false, color: 'never' } as const;
    const options = toReportOptions({ ...values, output: '-', size: 'content' });
    const text = [...compressTable({ tool: { name: 'sizecheck', version: '1' }, compressions }, options)].join('');
    expect(text).toContain('None is recommended: decoders refuse the windows of all that were tried.');
    expect(text).not.toContain('today');
  });

  it('nothing better is a result', () => {
    const packed = `${tar}.best.gz`;
    writeFileSync(packed, gzipSync(readFileSync(tar), { level: 9 }));
    const ran = sizecheck(['compress', packed, '--with', 'gzip:1']);
    expect(ran.stdout).toContain("Nothing that was tried is more than 1% smaller than today's file.");
  });
});

describe('what is refused', () => {
  it.each([
    ['standard input', ['-'], 'give a path'],
    ['an unknown codec', [tar, '--with', 'lzma:3'], 'no way to compress'],
    ['a level that is none', [tar, '--with', 'brotli:12'], 'levels of brotli'],
  ])('%s', (_, args, message) => {
    const ran = sizecheck(['compress', ...args]);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain(message);
  });

  it('formats that compress piece by piece', () => {
    const deb = join(work, 'x.deb');
    writeFileSync(deb, buildDeb());
    const ran = sizecheck(['compress', deb]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('a deb compresses what it holds piece by piece');
  });

  it('a stream that is broken', () => {
    const cut = join(work, 'cut.gz');
    writeFileSync(cut, gzipSync(readFileSync(tar)).subarray(0, 5000));
    const ran = sizecheck(['compress', cut, '--with', 'gzip:1']);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
  });
});

it('an interrupt keeps finished rows and leaves nothing behind', async () => {
  const temporary = mkdtempSync(join(work, 'tmp-'));
  const large = join(work, 'large');
  writeFileSync(large, Buffer.concat(Array.from({ length: 20 }, () => readFileSync(tar))));
  const args = ['compress', large, '--with', 'zstd:1,zstd:22:long,brotli:11', '--jobs', '2'];
  const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, TMPDIR: temporary } });
  let out = '';
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
  const over = new Promise((resolve) => child.on('close', resolve));
  // The first row is there when its result was removed again and another one is under way.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  child.kill('SIGINT');
  expect(await over).toBe(130);
  expect(out).toContain('Interrupted; these rows were finished.');
  expect(readdirSync(temporary)).toEqual([]);
}, 30_000);
