// Zips that a worker thread unpacks (from the built package): the same members and the same errors as in the calling thread,
// whatever is wrong with them, and a worker that ends when the reading does.
import { array, assert, asyncProperty, nat, tuple } from 'fast-check';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, ftruncateSync, openSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { fileSource } from '../../src/bytes/source.ts';
import type { DecodeThread } from '../../src/codecs/decoding-thread.ts';
import type { MemberSink } from '../../src/formats/format.ts';
import type { zipFormat } from '../../src/formats/zip.ts';
import { noise, prose } from '../codecs/harness.ts';
import { recordingSink } from '../build/sink.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip, u16 } from '../build/zip.ts';
import type { ZipSpec } from '../build/zip.ts';

const work = tempDirectory('zip-worker');
const dist = join(import.meta.dirname, '../../dist');
const cli = join(dist, 'cli/main.cjs');
if (!existsSync(cli)) throw new Error('dist/ is missing: "npm test" builds before it tests');

const url = (name: string): string => pathToFileURL(join(dist, name)).href;
const built: { readonly zipFormat: typeof zipFormat; readonly fileSource: typeof fileSource } = {
  ...(await import(url('formats/zip.js'))),
  ...(await import(url('bytes/source.js'))),
};
const limits = { maxEntries: 1e6, maxUnpacked: 2 ** 40, maxWindow: 2 ** 27 };

function put(name: string, bytes: Uint8Array): string {
  const path = join(work, name);
  writeFileSync(path, bytes);
  return path;
}

async function read(path: string, sink: MemberSink, thread: DecodeThread): Promise<void> {
  const fd = openSync(path, 'r');
  try {
    const source = built.fileSource(fd, statSync(path).size);
    await built.zipFormat.read(source, sink, { ...limits, thread }, { name: 'test.zip', fd });
  } finally {
    closeSync(fd);
  }
}

interface Outcome {
  readonly members: readonly object[];
  readonly notices: readonly object[];
  /** Whether a member was begun and not ended. */
  readonly open: boolean;
  readonly error: Readonly<Record<string, unknown>> | null;
}

/** All that comes of a zip: members with their contents, notices and the error. */
async function outcome(path: string, thread: DecodeThread): Promise<Outcome> {
  const sink = recordingSink();
  let error: Outcome['error'] = null;
  try {
    await read(path, sink, thread);
  } catch (thrown) {
    error = fieldsOf(thrown);
  }
  const members = sink.records.map(({ member, content }) => ({
    ...member,
    content: createHash('sha256').update(content).digest('hex'),
  }));
  return { members, notices: sink.notices, open: sink.open(), error };
}

/** Fields, because classes of dist are not those of the sources. Anything but an error about the input is a bug. */
function fieldsOf(thrown: unknown): Record<string, unknown> {
  if (!(thrown instanceof Error) || !['FormatError', 'InputError'].includes(thrown.name)) throw thrown;
  const fields = ['name', 'code', 'message', 'path', 'offset'];
  return Object.fromEntries(fields.map((field) => [field, Reflect.get(thrown, field)]));
}

/** Reads in both threads, expects the same and returns it. */
async function same(archive: Uint8Array): Promise<Outcome> {
  const path = put('case.zip', archive);
  const here = await outcome(path, 'calling');
  expect(await outcome(path, 'worker')).toEqual(here);
  return here;
}

const mebibyte = 2 ** 20;
const many: ZipSpec[] = Array.from({ length: 300 }, (_, index) => ({
  name: `many/${index}`,
  content: prose(index * 37).subarray(index),
}));
const sound: ZipSpec[] = [
  { name: 'empty' },
  { name: 'empty-stored', method: 0 },
  ...many,
  { name: 'stored', method: 0, content: noise(100_000) },
  ...[-513, -512, -511, -1, 0, 1].map((by) => ({ name: `mebibyte${by}`, content: Buffer.alloc(mebibyte + by, 'x') })),
  { name: 'large', content: prose(3_500_000), descriptor: 'signed' },
  { name: 'large-stored', method: 0, content: noise(2_300_000) },
  { name: 'secret', flags: 1, content: 'not to be read' },
  { name: 'exotic', method: 12, data: noise(500), size: 9000 },
  { name: 'link', content: 'large', external: (0o120777 << 16) >>> 0 },
  { name: 'folder/', content: 'unexpected' },
  { name: 'wide', content: 'w'.repeat(900), zip64: true },
  { name: 'stored', content: 'again' },
  { name: 'behind-a-gap', content: 'b', gap: noise(70_000) },
];

describe('the worker gives what the calling thread gives', () => {
  it('for sound zips', async () => {
    const plain = await same(buildZip(sound));
    expect(plain).toMatchObject({ error: null });
    expect(plain.members).toHaveLength(sound.length);
    await same(buildZip(sound, { order: sound.map((_, index) => sound.length - 1 - index) }));
    await same(buildZip(sound, { prefix: '#!/bin/sh\nexit\n', comment: 'end', zip64: true }));
  });

  it('for zips of nothing', async () => {
    expect(await same(buildZip([]))).toMatchObject({ members: [], error: null });
    expect((await same(buildZip([{ name: 'a/' }, { name: 'b' }]))).error).toBeNull();
    const unreadable = Array.from({ length: 5 }, (_, index) => ({ name: `${index}`, flags: 1, content: 'x' }));
    expect((await same(buildZip(unreadable))).members).toHaveLength(5);
  });

  it('for 70,000 members', async () => {
    const specs = Array.from({ length: 70_000 }, (_, index) => ({
      name: `m/${index}`,
      method: 0,
      content: `${index % 999}`,
    }));
    const { members, error } = await same(buildZip(specs, { zip64: true }));
    expect(error).toBeNull();
    expect(members).toHaveLength(70_000);
  });

  const content = prose(40_000);
  const data = deflateRawSync(content);
  const large = prose(4_000_000);
  /** A deflate stream of stored blocks that goes on with a block of no type. */
  const corrupt = (bytes: Buffer): Buffer => {
    const blocks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += 60_000) {
      const block = bytes.subarray(at, at + 60_000);
      blocks.push(Buffer.from([0]), u16(block.length, 0xffff - block.length), block);
    }
    return Buffer.concat([...blocks, Buffer.from([0x07])]);
  };
  const bent = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 0x55;
    return copy;
  };
  const broken: readonly (readonly [what: string, code: string, spec: Partial<ZipSpec>])[] = [
    ['corrupt data', 'bad-deflate', { content, data: corrupt(content.subarray(0, 9000)) }],
    ['cut data', 'truncated', { content, data: data.subarray(0, data.length - 20) }],
    ['data behind the end', 'wrong-size', { content, data: Buffer.concat([data, noise(30)]) }],
    ['a size that is too small', 'wrong-size', { content, size: 39_999 }],
    ['a size that is far too small', 'wrong-size', { content: large, size: 10 }],
    ['a size that is too large', 'wrong-size', { content, size: 40_001 }],
    ['a size of nothing', 'wrong-size', { content, size: 0 }],
    [
      'a size that is too small, and corrupt data',
      'wrong-size',
      { size: 50, data: bent(deflateRawSync(large), 90_000) },
    ],
    ['a wrong CRC', 'bad-checksum', { content, crc: 1 }],
    ['a wrong CRC of nothing', 'bad-checksum', { content: '', crc: 1 }],
    ['a wrong CRC, stored', 'bad-checksum', { content, method: 0, crc: 1 }],
    ['a wrong CRC of exactly one piece', 'bad-checksum', { content: Buffer.alloc(mebibyte), crc: 1 }],
    ['a wrong CRC at the end of much', 'bad-checksum', { content: large, crc: 1 }],
    ['corrupt data at the end of much', 'bad-deflate', { content: large, data: corrupt(large) }],
  ];
  it.each(broken)('for %s in the middle', async (_, code, spec) => {
    for (const before of [many.slice(0, 7), many, [], [{ name: 'nothing' }]]) {
      const { members, error } = await same(buildZip([...before, { name: 'broken', ...spec }, ...many.slice(0, 9)]));
      expect(error).toMatchObject({ name: 'FormatError', code, path: 'broken' });
      expect(members).toHaveLength(before.length);
    }
  });

  it('for a local header that is none', async () => {
    const archive = buildZip([...many, { name: 'broken', content: 'x', central: { offset: 5 } }]);
    expect((await same(archive)).error).not.toBeNull();
    const bare = buildZip(many);
    bare[bare.indexOf('PK\x03\x04', 5000, 'latin1')] = 0;
    expect((await same(bare)).error).toMatchObject({ code: 'bad-local-header' });
  });

  it('for any damage', async () => {
    const archive = buildZip([...many.slice(0, 20), { name: 'stored', method: 0, content: noise(900) }]);
    const changes = array(tuple(nat(archive.length - 1), nat(255)), { minLength: 1, maxLength: 4 });
    const property = asyncProperty(changes, async (some) => {
      const damaged = Buffer.from(archive);
      for (const [at, value] of some) damaged[at] = value;
      await same(damaged);
    });
    await assert(property, { numRuns: 100 });
  });
});

/** Zeros of 64 MiB that take 64 KiB. */
const zeros = Buffer.alloc(64 * mebibyte);
const bomb = { method: 8, data: deflateRawSync(zeros), size: zeros.length, crc: crc32(zeros) };

describe('the worker', () => {
  it('stops when the sink throws, and rethrows what it threw', async () => {
    const path = put(
      'stop.zip',
      buildZip([
        { name: 'a', ...bomb },
        { name: 'b', ...bomb },
      ]),
    );
    const stop = new Error('enough');
    let calls = 0;
    const data = (): void => {
      calls += 1;
      if (calls === 3) throw stop;
    };
    await expect(read(path, { ...recordingSink(), data }, 'worker')).rejects.toBe(stop);
    expect(calls).toBe(3);
  });

  it('keeps memory flat while the sink is slow', async () => {
    const path = put('slow.zip', buildZip(['a', 'b', 'c', 'd'].map((name) => ({ name, ...bomb }))));
    const before = process.memoryUsage().rss;
    let bytes = 0;
    const data = (piece: Uint8Array): void => void (bytes += crc32(piece) === 0 ? 0 : piece.length);
    await read(path, { ...recordingSink(), data }, 'worker');
    expect(bytes).toBe(4 * zeros.length);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it('reports a file that shrinks while it is read', async () => {
    const path = put(
      'shrinks.zip',
      buildZip([
        { name: 'a', ...bomb },
        { name: 'b', method: 0, content: noise(3e6) },
      ]),
    );
    const fd = openSync(path, 'r+');
    const data = (): void => ftruncateSync(fd, 10_000);
    await expect(read(path, { ...recordingSink(), data }, 'worker')).rejects.toMatchObject({ code: 'changed' });
    closeSync(fd);
  });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function command(args: readonly string[], signal?: 'SIGINT'): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 50_000 });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    if (signal !== undefined) setTimeout(() => child.kill(signal), 1500);
  });
}

describe('the command line, on zips above the threshold', () => {
  const filler = noise(17 * mebibyte);
  const specs: ZipSpec[] = [...many, { name: 'filler', method: 0, content: filler }, { name: 'last', content: 'z' }];
  const before = put('before.zip', buildZip(specs));
  const after = put('after.zip', buildZip([...specs, { name: 'new', content: prose(5000) }]));
  const damaged = put('damaged.zip', buildZip([...specs, { name: 'lie', content: 'x', crc: 3 }]));

  it('diff reads both in workers', async () => {
    const { code, stdout, stderr } = await command(['diff', '--json', before, after]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('"new"');
    expect((await command(['diff', '--json', before, before])).code).toBe(0);
  });

  it.each([
    ['scan', [damaged]],
    ['diff', [before, damaged]],
    ['diff', [damaged, before]],
    ['diff', [damaged, damaged]],
    ['diff', [before, join(work, 'missing.zip')]],
  ])('%s ends with one line for a fault, case %#', async (name, args) => {
    const { code, stdout, stderr } = await command([name, ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^sizecheck: [^\n]+\n$/);
  });

  it('a zip that is cut behind a zip stored in it ends before it is unpacked', async () => {
    const inner = buildZip(Array.from({ length: 4 }, (_, index) => ({ name: `${index}`, ...bomb })));
    const whole = buildZip([...specs, { name: 'inner.zip', method: 0, content: inner }]);
    const cut = put('cut.zip', whole.subarray(0, whole.indexOf(inner) + inner.length));
    const { code, stderr } = await command(['scan', cut]);
    expect(code).toBe(2);
    expect(stderr).toContain('the zip is cut');
  });

  it('SIGINT ends a scan that would take long', async () => {
    const path = put('long.zip', buildZip(Array.from({ length: 280 }, (_, index) => ({ name: `${index}`, ...bomb }))));
    expect(statSync(path).size).toBeGreaterThan(16 * mebibyte);
    const started = performance.now();
    const { code, stdout } = await command(['scan', path], 'SIGINT');
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(performance.now() - started).toBeLessThan(8000);
    const limited = await command(['scan', path, '--max-unpacked', '1GiB']);
    expect(limited.code).toBe(2);
    expect(limited.stderr).toContain('--max-unpacked');
  });
});
