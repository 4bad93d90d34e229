// The body of the decoding thread, run in the thread of the test with the other end of its port: what it sends is what the bytes are,
// it takes buffers back, it waits where the receiver is behind, and what goes wrong comes as a message.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { crc32, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { serve } from '../../src/codecs/decode-worker.ts';
import { pieceLength, piecesAhead } from '../../src/codecs/worker-messages.ts';
import type { DecodingWork, StreamWork, WorkerMessage, WorkerTask } from '../../src/codecs/worker-messages.ts';
import { createRangeList, dataOffset } from '../../src/codecs/zip-data.ts';
import type { MemberRange } from '../../src/codecs/zip-data.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { block, frame } from '../build/zstd.ts';
import { run } from '../oracles.ts';
import { noise, prose } from './harness.ts';

const folder = tempDirectory('decode-worker');

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

interface Told {
  readonly bytes: Buffer;
  readonly pieces: number;
  /** Most of them that were under way. */
  readonly ahead: number;
  readonly last: WorkerMessage | undefined;
}

/** All that the body says on `work`; `spare` are buffers that it is given back beforehand. */
async function told(work: DecodingWork, spare: readonly ArrayBuffer[] = []): Promise<Told> {
  const { port1, port2 } = new MessageChannel();
  const messages: WorkerMessage[] = [];
  const over = new Promise<void>((resolve) => {
    port2.on('message', (message: WorkerMessage) => {
      messages.push(message);
      if (message.kind !== 'piece') resolve();
    });
  });
  const outstanding = new SharedArrayBuffer(8);
  // Nobody gives pieces back in this thread while the body sleeps in it, so another one does, once there are no more of them.
  const giver = new Worker(
    `const { workerData } = require('node:worker_threads');
     const count = new Int32Array(workerData);
     let before = 0, still = 0;
     setInterval(() => {
       const now = Atomics.load(count, 0);
       count[1] = Math.max(now, count[1]);
       still = now === before ? still + 1 : 0;
       before = now;
       if (now > 0 && still > 9) { Atomics.sub(count, 0, now - 1); Atomics.notify(count, 0); }
     }, 5);`,
    { eval: true, workerData: outstanding },
  );
  try {
    const task: WorkerTask = { work, outstanding, outlet: null, again: false };
    port2.postMessage(task);
    for (const buffer of spare) port2.postMessage(buffer, [buffer]);
    const ready = new SharedArrayBuffer(4);
    new Int32Array(ready)[0] = 1;
    await serve(port1, { role: 'decode', ready });
    await over;
  } finally {
    port2.close();
    await giver.terminate();
  }
  const pieces = messages.flatMap((message) => (message.kind === 'piece' ? [message.piece] : []));
  const ahead = new Int32Array(outstanding)[1] ?? 0;
  return { bytes: Buffer.concat(pieces), pieces: pieces.length, ahead, last: messages.at(-1) };
}

/** What it says on a file of `bytes`. */
async function toldOf(bytes: Uint8Array, work: Partial<StreamWork>, spare: readonly ArrayBuffer[] = []): Promise<Told> {
  const path = join(folder, 'input');
  writeFileSync(path, bytes);
  const fd = openSync(path, 'r');
  try {
    const input = { fd, head: new Uint8Array(0), position: 0, length: bytes.length };
    const usual = { kind: 'stream', codec: null, input, maxWindow: 2 ** 27, digest: false, marks: false } as const;
    return await told({ ...usual, ...work }, spare);
  } finally {
    closeSync(fd);
  }
}

const content = Buffer.concat([prose(1_200_000), noise(300_000)]);
const none = { encoded: null, decoded: null };

it('passes bytes on as they are', async () => {
  const { bytes, pieces, last } = await toldOf(content, {});
  expect(bytes.equals(content)).toBe(true);
  expect(pieces).toBe(2);
  expect(last).toEqual({ kind: 'done', reached: content.length, notices: [], marks: null, made: {}, digests: none });
});

it('decodes, and tells digests and marks where they are asked for', async () => {
  const encoded = Buffer.concat([gzipSync(content), Buffer.from('tail')]);
  const plain = await toldOf(encoded, { codec: 'gzip', digest: true });
  expect(plain.bytes.equals(content)).toBe(true);
  expect(plain.last).toMatchObject({
    kind: 'done',
    reached: encoded.length,
    notices: [{ code: 'trailing-garbage' }],
    marks: null,
    digests: { encoded: sha256(encoded), decoded: null },
  });
  const frames = frame({ window: 2 ** 20 }, [block('rle', 0x41, 100_000), block('raw', content.subarray(0, 50_000))]);
  const marked = await toldOf(frames, { codec: 'zstd', digest: true, marks: true });
  expect(marked.bytes.equals(Buffer.concat([Buffer.alloc(100_000, 'A'), content.subarray(0, 50_000)]))).toBe(true);
  // A block costs its header of three bytes and its body.
  expect(marked.last).toMatchObject({
    marks: Float64Array.of(150_000, 4 + 50_003),
    made: { frames: 1, window: 2 ** 20 },
    digests: { encoded: sha256(frames), decoded: null },
  });
});

it('fills buffers that come back', async () => {
  const spare = [new ArrayBuffer(1000), new ArrayBuffer(2000)];
  const { bytes, pieces } = await toldOf(content, {}, spare);
  expect(bytes.equals(content)).toBe(true);
  expect(pieces).toBe(2 + Math.ceil((content.length - 3000) / pieceLength));
});

it('sleeps while the receiver is behind, the sooner the more its window takes of the memory', async () => {
  const encoded = gzipSync(Buffer.alloc(60 * pieceLength, 'x'));
  const { bytes, pieces, ahead } = await toldOf(encoded, { codec: 'gzip' });
  expect(pieces).toBe(60);
  expect(bytes.length).toBe(60 * pieceLength);
  expect(ahead).toBe(48);
  const megabyte = Array.from({ length: 60 * 8 }, () => block('rle', 0x41, pieceLength / 8));
  for (const window of [2 ** 20, 2 ** 25, 2 ** 27]) {
    const zstd = await toldOf(frame({ window }, megabyte), { codec: 'zstd' });
    expect(zstd.bytes.length).toBe(60 * pieceLength);
    expect(zstd.ahead).toBe(piecesAhead(window));
    expect(zstd.ahead * pieceLength + window).toBeLessThanOrEqual(Math.max(48 * pieceLength, 8 * pieceLength + window));
  }
});

it('reads pipes', async () => {
  const path = join(folder, 'fifo');
  run('mkfifo', [path]);
  const reading = openSync(path, 'r+');
  const writing = openSync(path, 'w');
  const input = { fd: reading, head: content.subarray(0, 100), position: null, length: 30_000 };
  const work = { kind: 'stream', codec: null, input, maxWindow: 2 ** 27, digest: false, marks: false } as const;
  // A fifo that is open for writing has no end: only the length tells that it grew.
  writeFileSync(writing, content.subarray(100, 30_001));
  const { last } = await told(work);
  closeSync(writing);
  expect(last).toMatchObject({ kind: 'failed', error: { kind: 'input', code: 'changed', offset: 30_001 } });
});

it('tells errors of the format, of the input and its own', async () => {
  const encoded = gzipSync(content);
  const cut = await toldOf(encoded.subarray(0, -3), { codec: 'gzip' });
  const offset = encoded.length - 3;
  expect(cut.last).toMatchObject({ kind: 'failed', error: { kind: 'format', code: 'truncated', offset } });
  const codec: unknown = 'lzip';
  // Sound: the body is to get a name that it does not know.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const unknown = await toldOf(encoded, { codec: codec as 'gzip' });
  expect(unknown.last).toMatchObject({ kind: 'failed', reached: 0, error: { kind: 'bug' } });
  expect(unknown.last).toHaveProperty('error.error.message', 'there is no codec "lzip"');
});

/** Members of a zip of our own, which lie behind each other from its beginning. */
async function toldOfMembers(zip: Buffer, ranges: readonly MemberRange[]): Promise<Told> {
  const path = join(folder, 'input.zip');
  writeFileSync(path, zip);
  const fd = openSync(path, 'r');
  const list = createRangeList();
  for (const range of ranges) list.push(range);
  try {
    return await told({ kind: 'members', fd, size: statSync(path).size, ranges: list.shared() });
  } finally {
    closeSync(fd);
  }
}

it('unpacks members one behind the other, up to one that is not sound', async () => {
  // Together they are more than one buffer holds.
  const contents = [prose(5000), noise(3000), prose(pieceLength - 4000)];
  const zip = buildZip(
    contents.map((bytes, index) => ({ name: `${index}`, method: index === 1 ? 0 : 8, content: bytes })),
  );
  let offset = 0;
  const ranges = contents.map((bytes, index) => {
    const range = {
      offset,
      method: zip.readUInt16LE(offset + 8),
      compressed: zip.readUInt32LE(offset + 18),
      size: bytes.length,
      crc: crc32(bytes),
    };
    offset = dataOffset((at, length) => zip.subarray(at, at + length), offset) + range.compressed;
    expect(range.method).toBe(index === 1 ? 0 : 8);
    return range;
  });
  const sound = await toldOfMembers(zip, ranges);
  expect(sound.bytes.equals(Buffer.concat(contents))).toBe(true);
  expect(sound.last).toMatchObject({ kind: 'done', reached: 3, digests: none });
  const [first, second, third] = ranges;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three members');
  const bent = await toldOfMembers(zip, [first, { ...second, crc: 1 }, third]);
  expect(bent.last).toMatchObject({ kind: 'failed', reached: 1, error: { kind: 'format', code: 'bad-checksum' } });
  // What was unpacked before comes all the same, the member that is not sound with it.
  expect(bent.bytes.equals(Buffer.concat(contents.slice(0, 2)))).toBe(true);
});

it('takes digests of what passes through to another thread, of each task its own', async () => {
  const { port1, port2 } = new MessageChannel();
  await serve(port1, { role: 'digest' });
  const heard: WorkerMessage[] = [];
  port2.on('message', (message: WorkerMessage) => heard.push(message));
  const end = { reached: 9, notices: [], marks: null, made: {}, digests: { encoded: 'e', decoded: null } };
  const pieces = [content.subarray(0, 70_000), content.subarray(70_000, 90_000)];
  const pass = async (...messages: readonly WorkerMessage[]): Promise<void> => {
    const { port1: near, port2: far } = new MessageChannel();
    port2.postMessage(far, [far]);
    for (const message of messages) near.postMessage(message, []);
    await once(near, 'close');
  };
  const sent = pieces.map((piece, index) => ({ kind: 'piece', piece: new Uint8Array(piece), reached: index }) as const);
  await pass(...sent, { kind: 'done', ...end });
  await pass({ kind: 'done', ...end });
  const failed = { kind: 'failed', reached: 3, error: { kind: 'bug', error: 'why' } } as const;
  await pass(...sent, failed);
  port2.close();
  const decoded = sha256(Buffer.concat(pieces));
  const done = [
    { kind: 'done', ...end, digests: { encoded: 'e', decoded } },
    { kind: 'done', ...end, digests: { encoded: 'e', decoded: sha256(Buffer.alloc(0)) } },
  ];
  expect(heard).toEqual([...sent, ...done, ...sent, failed]);
});
