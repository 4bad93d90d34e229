// The pump: files, pipes and byte sources, in the calling thread (from the sources) and in a worker (from the built package).
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, ftruncateSync, openSync, rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySource, sliceSource } from '../../src/bytes/source.ts';
import * as source from '../../src/codecs/decode.ts';
import { codecByName, detectCodec } from '../../src/codecs/index.ts';
import { gzip } from '../../src/codecs/gzip.ts';
import { noise, prose } from './harness.ts';

const built = join(import.meta.dirname, '../../dist');
const hasBuilt = existsSync(join(built, 'codecs/decode-worker.js'));

interface Build {
  readonly decode: typeof source.decode;
  readonly codecByName: typeof codecByName;
}

async function load(build: string): Promise<Build> {
  if (build === 'sources') return { decode: source.decode, codecByName };
  const url = (name: string): string => pathToFileURL(join(built, 'codecs', name)).href;
  return { ...(await import(url('decode.js'))), ...(await import(url('index.js'))) };
}

const content = Buffer.concat([prose(1_500_000), noise(700_000), Buffer.alloc(9_000_000), prose(1_000_000)]);
const digest = createHash('sha256').update(content).digest('hex');
const encoded = gzipSync(content);
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'decode-test-'));
  writeFileSync(join(folder, 'good.gz'), encoded);
  writeFileSync(join(folder, 'plain'), content);
  writeFileSync(
    join(folder, 'bomb.gz'),
    Buffer.concat(Array.from({ length: 4 }, () => gzipSync(Buffer.alloc(2 ** 26)))),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

it('knows every codec by its magic', () => {
  expect(detectCodec(encoded)?.name).toBe('gzip');
  expect(detectCodec(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))?.name).toBe('zstd');
  expect(detectCodec(Buffer.from([0x5a, 0x2a, 0x4d, 0x18]))?.name).toBe('zstd');
  expect(detectCodec(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))?.name).toBe('xz');
  expect(detectCodec(Buffer.from('BZh91AY&SY'))?.name).toBe('bzip2');
  for (const text of ['', 'B', 'BZh', 'BZh9 is a line of text', 'plain text']) {
    expect(detectCodec(Buffer.from(text)), text).toBeNull();
  }
});

describe.each(hasBuilt ? ['sources', 'built'] : ['sources'])('decode (%s)', (build) => {
  /** Decodes a file of the folder the way the pump is used; length and position as told or as they are. */
  async function decodeFile(
    name: string,
    options: Partial<source.FileInput> & source.DecodeRunOptions = {},
    codec = true,
  ) {
    const pump = await load(build);
    const fd = openSync(join(folder, name), 'r+');
    const { length = null, onProgress, maxWindow } = options;
    const hash = createHash('sha256');
    try {
      const input = { fd, head: Buffer.alloc(0), position: 0, length, ...options };
      const run = { thread: build === 'built' ? 'worker' : 'calling', onProgress, maxWindow } as const;
      const onPiece = (piece: Uint8Array): void => void hash.update(piece);
      const done = await pump.decode(codec ? pump.codecByName('gzip') : null, input, run, onPiece);
      return { ...done, digest: hash.digest('hex') };
    } finally {
      closeSync(fd);
    }
  }

  it('decodes a file, from its head or not', async () => {
    const progress: number[] = [];
    const whole = await decodeFile('good.gz', { length: encoded.length, onProgress: (bytes) => progress.push(bytes) });
    expect(whole).toEqual({ bytesIn: encoded.length, bytesOut: content.length, notices: [], digest });
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.every((bytes, i) => bytes >= (progress[i - 1] ?? 0) && bytes <= encoded.length)).toBe(true);
    const head = encoded.subarray(0, 4096);
    expect((await decodeFile('good.gz', { head, position: 4096, length: encoded.length })).digest).toBe(digest);
  });

  it('passes a file without codec on as it is', async () => {
    const done = await decodeFile('plain', { length: content.length }, false);
    expect(done).toEqual({ bytesIn: content.length, bytesOut: content.length, notices: [], digest });
  });

  it('refuses a file that changes its length', async () => {
    await expect(decodeFile('good.gz', { length: encoded.length + 1 })).rejects.toMatchObject({
      name: 'InputError',
      code: 'changed',
    });
    await expect(decodeFile('good.gz', { length: encoded.length - 1 })).rejects.toMatchObject({ code: 'changed' });
    await expect(decodeFile('plain', { length: content.length + 1 }, false)).rejects.toMatchObject({ code: 'changed' });
  });

  it('hands over errors of the format with code and offset', async () => {
    writeFileSync(join(folder, 'cut.gz'), encoded.subarray(0, encoded.length - 100));
    const error: unknown = await decodeFile('cut.gz').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'FormatError', code: 'truncated', offset: encoded.length - 100 });
    writeFileSync(join(folder, 'garbage.gz'), Buffer.concat([encoded, Buffer.from('tail')]));
    expect((await decodeFile('garbage.gz')).notices.map((notice) => notice.code)).toEqual(['trailing-garbage']);
  });

  it('stops at once when the receiver throws, and rethrows what it threw', async () => {
    const pump = await load(build);
    const fd = openSync(join(folder, 'bomb.gz'), 'r');
    const stop = new Error('enough');
    let calls = 0;
    try {
      const input = { fd, head: Buffer.alloc(0), position: 0, length: null };
      const running = pump.decode(pump.codecByName('gzip'), input, { thread: 'worker' }, () => {
        calls += 1;
        if (calls === 3) throw stop;
      });
      await expect(running).rejects.toBe(stop);
      expect(calls).toBe(3);
    } finally {
      closeSync(fd);
    }
  });

  it('keeps memory flat while the receiver is slow', async () => {
    const before = process.memoryUsage().rss;
    const done = await decodeFile('bomb.gz');
    expect(done.bytesOut).toBe(2 ** 28);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });
});

it('decodes a byte source and slices of it', async () => {
  const padded = memorySource(Buffer.concat([noise(1000), encoded, noise(1000)]));
  const hash = createHash('sha256');
  const input = { source: sliceSource(padded, 1000, encoded.length) };
  const done = await source.decode(gzip, input, {}, (piece) => void hash.update(piece));
  expect(done).toEqual({ bytesIn: encoded.length, bytesOut: content.length, notices: [] });
  expect(hash.digest('hex')).toBe(digest);
});

it('notices a file that shrinks while it is read', async () => {
  const name = join(folder, 'shrinks');
  writeFileSync(name, content);
  const fd = openSync(name, 'r+');
  const input = { fd, head: Buffer.alloc(0), position: 0, length: content.length };
  const running = source.decode(null, input, {}, () => ftruncateSync(fd, 1_000_000));
  await expect(running).rejects.toMatchObject({ code: 'changed' });
  closeSync(fd);
});

describe.skipIf(!hasBuilt)('decode from standard input', () => {
  const script = `
    const url = (name) => ${JSON.stringify(`${pathToFileURL(built).href}/codecs/`)} + name;
    const { decode } = await import(url('decode.js'));
    const { codecByName } = await import(url('index.js'));
    const [codec, limit] = process.argv.slice(1);
    let bytes = 0;
    try {
      const input = { fd: 0, head: new Uint8Array(0), position: null, length: null };
      const done = await decode(codec === 'none' ? null : codecByName(codec), input, {}, (piece) => {
        bytes += piece.length;
        if (bytes >= Number(limit)) throw new Error('enough');
      });
      console.log(JSON.stringify(done));
    } catch (error) { console.log(error.code ?? error.message); }`;

  /** Runs the script, writes `input` in two parts and closes the pipe (or leaves it open); resolves with its output. */
  function runScript(codec: string, input: Uint8Array, limit = Infinity, close = true): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, codec, String(limit)], {
        stdio: ['pipe', 'pipe', 'inherit'],
        timeout: 20_000,
      });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      child.stdin.on('error', () => {});
      child.on('error', reject);
      child.on('exit', (code, signal) => resolve(signal === null ? `${code} ${text.trim()}` : `killed by ${signal}`));
      child.stdin.write(input.subarray(0, 1000));
      setTimeout(() => {
        child.stdin.write(input.subarray(1000));
        if (close) child.stdin.end();
      }, 100);
    });
  }

  it('decodes a pipe to its end', async () => {
    const done = { bytesIn: encoded.length, bytesOut: content.length, notices: [] };
    expect(await runScript('gzip', encoded)).toBe(`0 ${JSON.stringify(done)}`);
    const plain = { bytesIn: content.length, bytesOut: content.length, notices: [] };
    expect(await runScript('none', content)).toBe(`0 ${JSON.stringify(plain)}`);
  });

  it('reports a pipe that ends early', async () => {
    expect(await runScript('gzip', encoded.subarray(0, 5000))).toBe('0 truncated');
  });

  it.each(['gzip', 'none'])('ends although the pipe stays open when the receiver throws (%s)', async (codec) => {
    expect(await runScript(codec, codec === 'gzip' ? encoded : content, 1_000_000, false)).toBe('0 enough');
  });
});
