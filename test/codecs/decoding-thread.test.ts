// The main thread's side of the decoding thread, from the sources, with the thread of the built package (Node 20 runs no thread from
// TypeScript): all that comes of it is what the calling thread makes, and an end of one is noticed by the other.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32, gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { fileSource } from '../../src/bytes/source.ts';
import { decode } from '../../src/codecs/decode.ts';
import type { Decoded, DecodeRunOptions } from '../../src/codecs/decode.ts';
import { startDecodingRun } from '../../src/codecs/decoding-run.ts';
import {
  dismissDecodingThreads,
  useWorker,
  warmUpDecodingThread,
  workerThreshold,
} from '../../src/codecs/decoding-thread.ts';
import type { DecodeThread } from '../../src/codecs/decoding-thread.ts';
import { codecByName } from '../../src/codecs/index.ts';
import { packError, unpackError } from '../../src/codecs/worker-messages.ts';
import { createWorkerUnpacker } from '../../src/codecs/unpack.ts';
import { createRangeList } from '../../src/codecs/zip-data.ts';
import { FormatError, InputError, UsageError } from '../../src/errors.ts';
import { zipFormat } from '../../src/formats/zip.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildImage, layoutFiles, tarOf } from '../build/image.ts';
import { recordingSink } from '../build/sink.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { block, frame } from '../build/zstd.ts';
import { noise, prose } from './harness.ts';

const built = join(import.meta.dirname, '../../dist/codecs/decode-worker.js');
if (!existsSync(built)) throw new Error('dist/ is missing: "npm test" builds before it tests');

/** Threads that were started and did not end. */
const live = vi.hoisted(() => new Set<object>());
const started = vi.hoisted(() => ({ count: 0 }));
/** How many more threads the system gives. */
const system = vi.hoisted(() => ({ left: Infinity }));

vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof import('node:worker_threads')>();
  class BuiltWorker extends real.Worker {
    constructor(_script: URL, options: object) {
      if (system.left-- <= 0) throw new Error('EAGAIN');
      started.count++;
      super(pathToFileURL(built), options);
      live.add(this);
      this.on('exit', () => live.delete(this));
    }
  }
  return { ...real, Worker: BuiltWorker };
});
vi.mock('../../src/codecs/decoding-thread.ts', async (original) => {
  const real = await original<typeof import('../../src/codecs/decoding-thread.ts')>();
  const asBuilt = (length: number | null, wanted: DecodeThread): boolean =>
    real.useWorker(length, wanted, pathToFileURL(built).href);
  return { ...real, useWorker: asBuilt };
});

const folder = tempDirectory('decoding-thread');

function put(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

it('is worth it for long files and for those of unknown length, unless told otherwise', async () => {
  expect(useWorker(workerThreshold, undefined)).toBe(true);
  expect(useWorker(workerThreshold - 1, undefined)).toBe(false);
  expect(useWorker(null, undefined)).toBe(true);
  expect(useWorker(workerThreshold, 'calling')).toBe(false);
  expect(useWorker(0, 'worker')).toBe(true);
  const real = await vi.importActual<typeof import('../../src/codecs/decoding-thread.ts')>(
    '../../src/codecs/decoding-thread.ts',
  );
  expect(real.useWorker(workerThreshold, 'worker')).toBe(false);
  expect(real.useWorker(workerThreshold, 'worker', pathToFileURL(join(folder, 'bundle.mjs')).href)).toBe(false);
});

interface Run {
  readonly done: Decoded;
  readonly sum: string;
}

async function decodeFile(
  name: string,
  path: string,
  thread: DecodeThread,
  options: DecodeRunOptions = {},
): Promise<Run> {
  const codec = name === 'none' ? null : codecByName(name === 'gzip' ? 'gzip' : 'zstd');
  const fd = openSync(path, 'r');
  const hash = createHash('sha256');
  try {
    const input = { fd, head: new Uint8Array(0), position: 0, length: statSync(path).size };
    const done = await decode(codec, input, { ...options, thread }, (piece) => void hash.update(piece));
    return { done, sum: hash.digest('hex') };
  } finally {
    closeSync(fd);
  }
}

const content = Buffer.concat([prose(2_500_000), noise(200_000), Buffer.alloc(3_000_000)]);
const encodings: readonly (readonly [name: string, encoded: Buffer, content: Buffer])[] = [
  ['gzip', gzipSync(content), content],
  [
    'zstd',
    frame({ window: 2 ** 20 }, [block('raw', content.subarray(0, 2 ** 17)), block('rle', 0x42, 2 ** 17)]),
    Buffer.concat([content.subarray(0, 2 ** 17), Buffer.alloc(2 ** 17, 'B')]),
  ],
  ['none', content, content],
];

describe.each(encodings)('%s', (name, encoded, decoded) => {
  const path = put(name, encoded);

  it('gives the same bytes, digests and marks in either thread', async () => {
    for (const options of [{}, { digests: true }, { marks: true }, { digests: true, marks: true }]) {
      const here = await decodeFile(name, path, 'calling', options);
      const there = await decodeFile(name, path, 'worker', options);
      expect(there).toEqual(here);
      expect(there.sum).toBe(sha256(decoded));
      expect(there.done).toMatchObject({ bytesIn: encoded.length, bytesOut: decoded.length, notices: [] });
      const digests = 'digests' in options ? { encoded: sha256(encoded), decoded: sha256(decoded) } : undefined;
      expect(there.done.digests).toEqual(digests);
    }
  });

  it('tells progress, and stops where the receiver throws', async () => {
    const told: number[] = [];
    await decodeFile(name, path, 'worker', { digests: true, onProgress: (bytes) => told.push(bytes) });
    expect(told.length).toBeGreaterThan(0);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    const stop = new Error('enough');
    const fd = openSync(path, 'r');
    const input = { fd, head: new Uint8Array(0), position: 0, length: encoded.length };
    const running = decode(
      name === 'none' ? null : codecByName('gzip'),
      input,
      { thread: 'worker', digests: true },
      () => {
        throw stop;
      },
    );
    await expect(running).rejects.toThrow(name === 'zstd' ? /not gzip/ : 'enough');
    closeSync(fd);
  });

  it('tells errors with code and place', async () => {
    const cut = put(`${name}-cut`, encoded.subarray(0, -1));
    const fd = openSync(cut, 'r');
    const input = { fd, head: new Uint8Array(0), position: 0, length: encoded.length };
    const codec = name === 'none' ? null : codecByName(name === 'gzip' ? 'gzip' : 'zstd');
    const running = decode(codec, input, { thread: 'worker', digests: true, maxWindow: 2 ** 27 }, () => {});
    await expect(running).rejects.toMatchObject({ name: 'InputError', code: 'changed', offset: encoded.length - 1 });
    closeSync(fd);
    if (codec === null) return;
    await expect(decodeFile(name, cut, 'worker')).rejects.toMatchObject({
      name: 'FormatError',
      code: 'truncated',
      offset: encoded.length - 1,
    });
  });
});

it('hands errors over as they are', () => {
  for (const error of [
    new FormatError('truncated', 'ends', { path: 'a', offset: 7 }),
    new InputError('changed', 'grew'),
    new UsageError('no way'),
    new TypeError('a bug'),
  ]) {
    const handed = unpackError(packError(error));
    expect(handed).toEqual(error);
    expect(handed).toBeInstanceOf(error.constructor);
  }
});

it('rejects with what broke in the thread', async () => {
  const codec: unknown = 'lzip';
  const task = { maxWindow: 1, digest: false, marks: false } as const;
  const input = { fd: 0, head: new Uint8Array(0), position: 0, length: 0 };
  // Sound: the thread is to get a name that it does not know.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const run = startDecodingRun({ kind: 'stream', ...task, codec: codec as 'gzip', input });
  const message = await run.next();
  expect(message).toMatchObject({ kind: 'failed', error: { kind: 'bug' } });
  expect(message).toHaveProperty('error.error.message', 'there is no codec "lzip"');
  await run.stop();
});

it('notices a thread that ends before its task does, and takes one that waits', async () => {
  warmUpDecodingThread();
  const fd = openSync(put('bomb.gz', gzipSync(Buffer.alloc(2 ** 27))), 'r');
  const input = { fd, head: new Uint8Array(0), position: 0, length: statSync(join(folder, 'bomb.gz')).size };
  const run = startDecodingRun({ kind: 'stream', codec: 'gzip', input, maxWindow: 1, digest: false, marks: false });
  expect(await run.next()).toMatchObject({ kind: 'piece' });
  await run.stop();
  const rest = async (): Promise<void> => {
    for (;;) await run.next();
  };
  await expect(rest()).rejects.toThrow(/^the decoding thread stopped early/);
  closeSync(fd);
});

it('keeps a thread for the next call where that is asked for, and the one that takes digests with it', async () => {
  await vi.waitFor(() => expect(live.size).toBe(0));
  const [name, encoded, decoded] = encodings[1] ?? ['', Buffer.alloc(0), Buffer.alloc(0)];
  const path = put('kept.zst', encoded);
  const digests = { encoded: sha256(encoded), decoded: sha256(decoded) };
  const crew: object[][] = [];
  for (let turn = 0; turn < 3; turn++) {
    const { done, sum } = await decodeFile(name, path, 'worker', { digests: true, keep: true });
    expect(done).toMatchObject({ bytesIn: encoded.length, bytesOut: decoded.length, digests });
    expect(sum).toBe(digests.decoded);
    crew.push([...live]);
  }
  expect(crew[0]).toHaveLength(2);
  expect(crew[1]).toEqual(crew[0]);
  expect(crew[2]).toEqual(crew[0]);
  // Whoever wants no digests may take it, too; whoever keeps nothing leaves nothing.
  const gzip = await decodeFile('gzip', put('kept.gz', gzipSync(content)), 'worker', { keep: true });
  expect(gzip.sum).toBe(sha256(content));
  expect([...live]).toEqual(crew[0]);
  await decodeFile(name, path, 'worker', { digests: true });
  await vi.waitFor(() => expect(live.size).toBe(0));
  await decodeFile(name, path, 'worker', { digests: true, keep: true });
  await decodeFile(name, path, 'worker', {});
  await vi.waitFor(() => expect(live.size).toBe(0));
  await decodeFile(name, path, 'worker', { digests: true, keep: true });
  expect(live.size).toBe(2);
  await dismissDecodingThreads();
  expect(live.size).toBe(0);
});

it('has one thread for all layers of an image, and ends it with the image', async () => {
  await vi.waitFor(() => expect(live.size).toBe(0));
  const packings = ['zstd', 'gzip', 'zstd', undefined, 'zstd'] as const;
  const layers = packings.map((packing, index) => ({
    members: [{ name: `noise-${index}`, content: noise(3_000_000 + index) }],
    ...(packing === undefined ? {} : { packing }),
  }));
  const path = put('layers.tar', tarOf(layoutFiles([buildImage({ layers })])));
  const options = { ...defaultLimits, digests: 'all', facts: 'all' } as const;
  const here = await scan(path, { ...options, thread: 'calling' });
  started.count = 0;
  const there = await scan(path, { ...options, thread: 'worker' });
  expect(started.count).toBe(2);
  expect(live.size).toBe(0);
  expect(there).toEqual(here);
  // Two side by side take no thread from each other that they need.
  const both = await Promise.all([1, 2].map(async () => await scan(path, { ...options, thread: 'worker' })));
  expect(both).toEqual([here, here]);
  expect(live.size).toBe(0);
});

it.each(['damage', 'a receiver that throws'])('does not outlive an image that ends by %s', async (how) => {
  const members = [{ name: 'noise', content: noise(100_000) }];
  const image = buildImage({ layers: [{ members, packing: 'gzip' }, { members, packing: 'zstd' }, { members }] });
  const archive = tarOf(layoutFiles([image]));
  const at = archive.indexOf(image.layers[0]?.blob ?? '') + 1000;
  if (how === 'damage') archive.fill(0, at, at + 100);
  const path = put('image.tar', archive);
  const onProgress = (): never => {
    throw new Error('enough');
  };
  const options = { ...defaultLimits, digests: 'auto', facts: 'needed', thread: 'worker' } as const;
  const running = scan(path, how === 'damage' ? options : { ...options, onProgress });
  await expect(running).rejects.toThrow(how === 'damage' ? /layer 0/ : 'enough');
  await vi.waitFor(() => expect(live.size).toBe(0));
});

it('is told to be missing where the system gives none, and only when it is needed', async () => {
  await vi.waitFor(() => expect(live.size).toBe(0));
  const path = put('no-thread.gz', gzipSync(content));
  system.left = 0;
  try {
    expect(() => warmUpDecodingThread()).not.toThrow();
    await expect(decodeFile('gzip', path, 'worker')).rejects.toMatchObject({
      name: 'InputError',
      code: 'no-thread',
      message: 'cannot be decoded: no thread can be started (EAGAIN)',
    });
    // The one for digests is missed like the other, which does not stay behind.
    const zstd = put('no-thread.zst', encodings[1]?.[1] ?? Buffer.alloc(0));
    system.left = 1;
    const running = decodeFile('zstd', zstd, 'worker', { digests: true, keep: true });
    await expect(running).rejects.toMatchObject({ code: 'no-thread' });
    await vi.waitFor(() => expect(live.size).toBe(0));
  } finally {
    system.left = Infinity;
  }
});

describe('zip members', () => {
  const specs = [
    { name: 'empty' },
    { name: 'text', content: prose(50_000) },
    { name: 'stored', method: 0, content: noise(30_000) },
    { name: 'large', content: prose(3_500_000) },
    { name: 'small', content: 'x' },
  ];

  async function read(zip: Uint8Array, thread: DecodeThread): Promise<object> {
    const path = put('input.zip', zip);
    const fd = openSync(path, 'r');
    const sink = recordingSink();
    const limits = { maxEntries: 100, maxUnpacked: 2 ** 30, maxWindow: 2 ** 20, thread };
    try {
      const error = await zipFormat.read(fileSource(fd, zip.length), sink, limits, { name: 'input.zip', fd }).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      const records = sink.records.map(({ member, content: bytes }) => ({ member, sum: sha256(bytes) }));
      return { records, notices: sink.notices, open: sink.open(), error };
    } finally {
      closeSync(fd);
    }
  }

  it('are the same in either thread', async () => {
    const zip = buildZip(specs);
    const there = await read(zip, 'worker');
    expect(there).toEqual(await read(zip, 'calling'));
    expect(there).toMatchObject({
      error: null,
      records: specs.map(({ name, content: bytes }) => ({ member: { name }, sum: sha256(Buffer.from(bytes ?? '')) })),
    });
  });

  it('give the same error where one is not sound', async () => {
    const zip = buildZip(specs.map((spec) => (spec.name === 'stored' ? { ...spec, crc: 1 } : spec)));
    const there = await read(zip, 'worker');
    expect(there).toEqual(await read(zip, 'calling'));
    expect(there).toMatchObject({ error: { code: 'bad-checksum', path: 'stored' }, records: { length: 2 } });
  });

  it('are refused where the directory says something else the second time', async () => {
    const bytes = prose(1000);
    const zip = buildZip([{ name: 'a', method: 0, content: bytes }]);
    const range = { offset: 0, method: 0, compressed: bytes.length, size: bytes.length, crc: crc32(bytes) };
    const list = createRangeList();
    list.push(range);
    const fd = openSync(put('changed.zip', zip), 'r');
    for (const other of [{ offset: 1 }, { size: 1 }, { crc: 1 }]) {
      const unpacker = createWorkerUnpacker({ fd, size: zip.length }, list.shared());
      await expect(unpacker.unpack({ ...range, ...other }, () => {})).rejects.toMatchObject({ code: 'changed' });
      await unpacker.close();
    }
    const unpacker = createWorkerUnpacker({ fd, size: zip.length }, list.shared());
    const pieces: Buffer[] = [];
    await unpacker.unpack(range, (piece) => pieces.push(Buffer.from(piece)));
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    // More members than the thread was told of.
    const nothing = { offset: 0, method: 0, compressed: 0, size: 0, crc: 0 };
    await expect(unpacker.unpack(nothing, () => {})).rejects.toThrow(/done before the last member/);
    await unpacker.close();
    closeSync(fd);
  });
});
