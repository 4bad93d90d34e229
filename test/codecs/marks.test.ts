// Marks of every codec: they cover the whole output, cost no more than the input, and do not depend much on how input is cut.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { defaultMaxWindow } from '../../src/codecs/codec.ts';
import { codecByName } from '../../src/codecs/index.ts';
import { createMarkList } from '../../src/codecs/marks.ts';
import type { Marks } from '../../src/codecs/marks.ts';
import { zstdBackends, zstdCodec } from '../../src/codecs/zstd.ts';
import type { Codec } from '../../src/codecs/codec.ts';
import { requireTool, runRaw } from '../oracles.ts';
import { reusedPieces } from '../build/pieces.ts';

/** 400 KB that hardly compress, 600 KB that nearly vanish, 200 KB in between. */
const hard = randomBytes(400_000);
const easy = Buffer.alloc(600_000, 'abcdefgh');
const words = Array.from({ length: 50 }, (_, index) => `word${index * 7919} `);
const text = Buffer.from(Array.from({ length: 20_000 }, (_, index) => words[(index * index) % 50]).join(''));
const content = Buffer.concat([hard, easy, text]);

async function marksOf(codec: Codec, input: Uint8Array, step: number, room = 1 << 20): Promise<Marks> {
  await codec.prepare();
  const list = createMarkList();
  const takeBuffer = (): Uint8Array => new Uint8Array(room);
  const decoder = codec.create({ maxWindow: defaultMaxWindow, takeBuffer, mark: list.mark });
  const pieces: Uint8Array[] = [];
  const emit = (piece: Uint8Array): void => void pieces.push(piece);
  for (const piece of reusedPieces(input, step)) decoder.write(piece, emit);
  decoder.finish(emit);
  decoder.close();
  expect(Buffer.concat(pieces).equals(content)).toBe(true);
  return list.marks();
}

function costUpTo(marks: Marks, end: number): number {
  let start = 0;
  let cost = 0;
  for (let at = 0; at < marks.length; at += 2) {
    const [to = 0, bytes = 0] = marks.subarray(at, at + 2);
    if (to <= end) cost += bytes;
    else if (start < end) cost += (bytes * (end - start)) / (to - start);
    start = to;
  }
  return cost;
}

const cases: readonly (readonly [name: string, tool: string, args: readonly string[], codec: () => Codec])[] = [
  ['gzip', 'gzip', ['-6'], () => codecByName('gzip')],
  ['xz', 'xz', ['-2'], () => codecByName('xz')],
  ['bzip2', 'bzip2', ['-1'], () => codecByName('bzip2')],
  ...zstdBackends.map(({ name }) => [`zstd (${name})`, 'zstd', ['-9', '-q'], () => zstdCodec(name)] as const),
];

describe.each(cases)('%s', (name, tool, args, codec) => {
  it.skipIf(!requireTool(tool))('tells where the bytes went, however the input is cut', async ({ skip }) => {
    const backend = zstdBackends.find((one) => name.includes(`(${one.name})`));
    const missing = backend !== undefined && !(await backend.load());
    skip(missing, `zstd backend ${backend?.name} is not available`);
    const encoded = runRaw(tool, [...args, '-c'], { input: content });
    for (const [step, room] of [
      [encoded.length, 1 << 20],
      [4096, 60_000],
      [511, 1 << 20],
      [1, 4093],
    ] as const) {
      const marks = await marksOf(codec(), encoded, step, room);
      const ends = marks.filter((_, index) => index % 2 === 0);
      const costs = marks.filter((_, index) => index % 2 === 1);
      expect(ends.at(-1)).toBe(content.length);
      expect(ends.every((end, index) => end >= (ends[index - 1] ?? 0))).toBe(true);
      const sum = costs.reduce((a, b) => a + b, 0);
      expect(encoded.length - sum).toBeGreaterThanOrEqual(0);
      expect(encoded.length - sum).toBeLessThan(100);
      // What cannot be compressed costs its length, give or take what blocks are long that lie across its end.
      const ofHard = costUpTo(marks, hard.length);
      expect(Math.abs(ofHard / hard.length - 1)).toBeLessThan(name === 'bzip2' || name === 'xz' ? 0.15 : 0.05);
    }
  });
});

it('marks of a few bytes are joined, so that a list is not longer than what it tells of', () => {
  const list = createMarkList();
  for (let index = 1; index <= 1000; index++) list.mark(index * 10, 4);
  const marks = list.marks();
  expect(marks.length / 2).toBe(Math.ceil(4000 / 64));
  expect([marks.at(-2), marks.filter((_, index) => index % 2 === 1).reduce((a, b) => a + b, 0)]).toEqual([
    10_000, 4000,
  ]);
});
