// LZMA2 chunks at the edges of their fields, made by hand: distances, lengths, properties, resets, chunks that end too soon or too late.
import { describe, expect, it } from 'vitest';
import { xz } from '../../src/codecs/xz.ts';
import { createLzma2Encoder } from '../build/lzma2.ts';
import type { Lzma2Chunk, LzmaOp } from '../build/lzma2.ts';
import { buildXz, storedChunk } from '../build/xz.ts';
import { requireTool, runRaw } from '../oracles.ts';
import { decodeAll, formatErrorOf, noise } from './harness.ts';

const hasXz = requireTool('xz');

interface Made {
  readonly encoded: Buffer;
  readonly content: Buffer;
}

/** A stream of one block of these chunks. */
function made(chunks: readonly Lzma2Chunk[], dictionary = 0): Made {
  const encoder = createLzma2Encoder();
  const bytes = Buffer.concat(chunks.map((chunk) => encoder.chunk(chunk)));
  const content = encoder.content();
  return { encoded: buildXz({ blocks: [{ content, chunks: bytes, dictionary }] }), content };
}

async function expectSound({ encoded, content }: Made): Promise<void> {
  for (const step of [encoded.length, 3]) expect((await decodeAll(xz, encoded, { step })).bytes).toEqual(content);
  if (hasXz) expect(runRaw('xz', ['-dc'], { input: encoded })).toEqual(content);
}

/** By us and by xz. */
async function expectRefused({ encoded }: Made, message = 'corrupt LZMA2 data'): Promise<void> {
  const error = await formatErrorOf(xz, encoded);
  expect(error).toMatchObject({ code: 'bad-block', message: expect.stringContaining(message) });
  if (hasXz) expect(() => runRaw('xz', ['-dc'], { input: encoded })).toThrow('xz');
}

const literals = (length: number, seed = 'a'): LzmaOp => ({ literals: noise(length, seed) });
const shortRep = (): LzmaOp => ({ shortRep: true });
const text = (value: string): LzmaOp => ({ literals: Buffer.from(value) });

describe('LZMA', () => {
  it('writes lengths and distances of every kind', async () => {
    const lengths = [2, 3, 9, 10, 17, 18, 32, 33, 34, 272, 273];
    const distances = [1, 2, 3, 4, 5, 7, 8, 9, 33, 64, 127, 128, 129, 144, 145, 1000, 4096];
    const ops: LzmaOp[] = [literals(5000)];
    for (const length of lengths) {
      for (const match of distances) ops.push({ match, length }, literals(1, `${length} ${match}`));
    }
    await expectSound(made([{ reset: 3, ops }]));
  });

  it('repeats distances, the last four of them, in every state', async () => {
    const ops: LzmaOp[] = [
      literals(300),
      { match: 10, length: 5 },
      { match: 20, length: 2 },
      { match: 77, length: 40 },
    ];
    for (let round = 0; round < 60; round++) {
      for (const rep of [0, 1, 2, 3] as const) ops.push({ rep, length: 2 + round * 4 });
      ops.push({ shortRep: true });
      if (round % 2 === 0) ops.push(literals(1 + (round % 5), `${round}`), { shortRep: true });
      if (round % 3 === 0) ops.push({ match: 1 + round, length: 2 + (round % 9) });
    }
    await expectSound(made([{ reset: 3, ops }]));
  });

  it('may repeat right behind a match, whatever came before the match', async () => {
    // Many times, since only models that have learned tell one state from another.
    const ops: LzmaOp[] = [literals(40)];
    for (let round = 0; round < 200; round++) {
      const again = [shortRep(), { rep: 0, length: 3 } as const, { match: 5, length: 2 }][round % 3] ?? shortRep();
      ops.push(literals(5, `${round}`), again, literals(1 + (round % 4), `b${round}`), { match: 7, length: 3 }, again);
      if (round % 2 === 0) ops.push(again);
    }
    await expectSound(made([{ reset: 3, ops }]));
  });

  it('may say what a match would say, byte by byte', async () => {
    // After a match the byte that would follow it is expected: the same, another in its last bit, another in its first.
    const ops: LzmaOp[] = [text('abcdefghabcdXefgh'), { match: 8, length: 4 }];
    for (const byte of [0x61, 0x60, 0xe1, 0x00, 0xff]) ops.push({ literals: Buffer.of(byte) }, { match: 3, length: 2 });
    await expectSound(made([{ reset: 3, ops }]));
    // All eight bits agree, and all are 0.
    const zero: LzmaOp[] = [{ literals: Buffer.of(5, 6, 0) }, { match: 3, length: 2 }, { literals: Buffer.of(0, 9) }];
    await expectSound(made([{ reset: 3, ops: zero }]));
  });

  it('may end with the largest code that there is', async () => {
    // The last bit of even odds is 1 and only zeros follow: what is left of the code is then the range itself.
    await expectSound(made([{ reset: 3, ops: [literals(145), { match: 145, length: 2 }] }]));
  });

  it.each([
    ['the first byte', [text('a')], 1],
    ['all there is', [literals(100)], 100],
  ] as const)('a match may begin at %s, not before it', async (_, ops, most) => {
    await expectSound(made([{ reset: 3, ops: [...ops, { match: most, length: 3 }] }]));
    await expectRefused(made([{ reset: 3, ops: [...ops, { match: most + 1, length: 3 }] }]));
  });

  it('nothing can be repeated before the first byte', async () => {
    await expectRefused(made([{ reset: 3, ops: [{ match: 1, length: 2 }] }]));
    await expectRefused(made([{ reset: 3, ops: [{ shortRep: true }] }]));
  });

  it('a match reaches no further back than the dictionary', async () => {
    await expectSound(made([{ reset: 3, ops: [literals(6000), { match: 4096, length: 5 }] }]));
    const { encoded } = made([{ reset: 3, ops: [literals(6000), { match: 4097, length: 5 }] }]);
    expect((await formatErrorOf(xz, encoded)).code).toBe('bad-block');
    await expectSound(made([{ reset: 3, ops: [literals(6000), { match: 4097, length: 5 }] }], 1));
  });

  it('a match reaches into the chunk before, unless the dictionary was reset', async () => {
    const first: Lzma2Chunk = { reset: 3, ops: [literals(50)] };
    await expectSound(made([first, { reset: 1, ops: [{ match: 50, length: 20 }] }]));
    await expectRefused(made([first, { reset: 1, ops: [{ match: 51, length: 20 }] }]));
    await expectRefused(made([first, { reset: 3, ops: [literals(3), { match: 4, length: 20 }] }]));
  });

  it('a match ends with its chunk', async () => {
    const ops: LzmaOp[] = [literals(20), { match: 7, length: 50 }];
    await expectSound(made([{ reset: 3, ops, size: 70 }]));
    await expectRefused(made([{ reset: 3, ops, size: 69 }]));
  });

  it('a match may be as long as the distance that it copies from, or longer', async () => {
    for (const length of [31, 32, 33, 64, 273]) {
      for (const match of [length - 1, length, length + 1].filter((distance) => distance <= 300)) {
        await expectSound(made([{ reset: 3, ops: [literals(300), { match, length }, literals(3, 'z')] }]));
      }
    }
  });
});

describe('a chunk', () => {
  const first: Lzma2Chunk = { reset: 3, ops: [literals(200)] };

  it('may go on with what the one before learned, or forget some of it', async () => {
    for (const reset of [0, 1, 2, 3] as const) {
      await expectSound(made([first, { reset, ops: [literals(100, 'b'), { match: 50, length: 9 }] }]));
    }
  });

  it.each([
    [0, 0, 0],
    [4, 0, 4],
    [0, 4, 0],
    [3, 1, 2],
  ])('may have lc %i, lp %i and pb %i', async (lc, lp, pb) => {
    const properties = lc + 9 * (lp + 5 * pb);
    const ops = [literals(300), { match: 100, length: 7 }, literals(9, 'c'), { match: 3, length: 30 }];
    await expectSound(made([{ reset: 3, properties, ops }]));
    await expectSound(made([first, { reset: 2, properties, ops }]));
  });

  it.each([
    ['lc 4 and lp 1', 4 + 9 * 1],
    ['lc 8', 8],
    ['lc 1 and lp 4', 1 + 9 * 4],
    ['pb 5', 9 * 5 * 5],
  ])('cannot have %s', async (_, properties) => {
    await expectRefused(made([{ reset: 3, properties, ops: [literals(3)] }]), 'bad LZMA2 properties');
  });

  it.each([3, 4, 0x40, 0x7f])('with the control byte %i is not known', async (control) => {
    const chunks = Buffer.concat([storedChunk(noise(5)), storedChunk(noise(5), control)]);
    await expectRefused(
      { encoded: buildXz({ blocks: [{ content: noise(10), chunks }] }), content: noise(10) },
      'unknown',
    );
  });

  it('that comes first resets the dictionary, and the first of LZMA brings properties', async () => {
    await expectRefused(made([{ reset: 2, ops: [literals(5)] }]), 'does not begin with a dictionary reset');
    const own = noise(9);
    const stored = (control: number): Buffer => storedChunk(own, control);
    const content = Buffer.concat([own, own]);
    const block = (chunks: Buffer): Made => ({ encoded: buildXz({ blocks: [{ content, chunks }] }), content });
    await expectSound(block(Buffer.concat([stored(1), stored(2)])));
    await expectRefused(block(Buffer.concat([stored(2), stored(1)])), 'does not begin with a dictionary reset');
    for (const reset of [0, 1] as const) {
      const encoder = createLzma2Encoder();
      const chunks = Buffer.concat([stored(1), encoder.chunk({ reset, ops: [{ literals: own }] })]);
      await expectRefused(block(chunks), 'without properties');
    }
    // So does the first behind a stored one that resets the dictionary.
    const encoder = createLzma2Encoder();
    const head = encoder.chunk({ reset: 3, ops: [{ literals: own }] });
    const tail = encoder.chunk({ reset: 1, ops: [{ literals: own }] });
    const three = Buffer.concat([own, own, own]);
    for (const control of [1, 2]) {
      const blocks = [{ content: three, chunks: Buffer.concat([head, stored(control), tail]) }];
      const whole = { encoded: buildXz({ blocks }), content: three };
      if (control === 2) await expectSound(whole);
      else await expectRefused(whole, 'without properties');
    }
  });

  it('that is stored begins the dictionary anew where it says so', async () => {
    const own = noise(30);
    const encoder = createLzma2Encoder();
    const head = encoder.chunk({ reset: 3, ops: [{ literals: own }] });
    const tail = encoder.chunk({ reset: 2, ops: [{ match: 40, length: 9 }] });
    for (const [control, sound] of [
      [2, true],
      [1, false],
    ] as const) {
      const chunks = Buffer.concat([head, storedChunk(own, control), tail]);
      // 40 bytes back from behind both of them is the 20th of the first.
      const content = Buffer.concat([own, own, own.subarray(20, 29)]);
      const block = { encoded: buildXz({ blocks: [{ content, chunks }] }), content };
      if (sound) await expectSound(block);
      else await expectRefused(block);
    }
  });

  it('needs five bytes at least, the first of them zero', async () => {
    // Once they are common, one of these takes less than a bit more.
    const encoder = createLzma2Encoder();
    const head = encoder.chunk({ reset: 3, ops: [text('a'), ...Array.from({ length: 99 }, shortRep)] });
    const shortest = encoder.chunk({ reset: 0, ops: [shortRep()] });
    expect(shortest.length).toBe(5 + 5);
    const content = encoder.content();
    const chunks = Buffer.concat([head, shortest]);
    await expectSound({ encoded: buildXz({ blocks: [{ content, chunks }] }), content });
    for (const length of [1, 2, 3, 4]) {
      await expectRefused(made([{ reset: 3, ops: [text('a')], bend: (bytes) => bytes.subarray(0, length) }]));
    }
    const bend = (bytes: Buffer): Buffer => Buffer.concat([Buffer.of(1), bytes.subarray(1)]);
    await expectRefused(made([{ reset: 3, ops: [text('a')], bend }]));
  });

  it('ends where its data end, not before and not behind', async () => {
    const ops = [literals(40)];
    await expectRefused(made([{ reset: 3, ops, bend: (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]) }]));
    await expectRefused(made([{ reset: 3, ops, bend: (bytes) => bytes.subarray(0, -1) }]));
    await expectRefused(made([{ reset: 3, ops, bend: (bytes) => bytes.subarray(0, 10) }]));
    await expectRefused(made([{ reset: 3, ops, size: 39 }]));
    await expectRefused(made([{ reset: 3, ops, size: 60 }]));
  });

  it('keeps what the dictionary holds while memory is reused', async () => {
    // The dictionary's 4 KiB and half as much, at least 2 MiB behind it: after 4 MiB and more, old history is dropped.
    const encoder = createLzma2Encoder();
    const bytes: Buffer[] = [encoder.chunk({ reset: 3, ops: [literals(4096)] })];
    for (let round = 0; round < 40; round++) {
      const ops: LzmaOp[] = [{ match: 4096, length: 273 }];
      for (let at = 0; at < 900; at++) ops.push({ rep: 0, length: 273 });
      bytes.push(encoder.chunk({ reset: 0, ops }), encoder.chunk({ reset: 0, ops: [literals(1, `${round}`)] }));
    }
    const content = encoder.content();
    expect(content.length).toBeGreaterThan(9 << 20);
    const encoded = buildXz({ blocks: [{ content, chunks: Buffer.concat(bytes) }] });
    expect((await decodeAll(xz, encoded)).bytes.equals(content)).toBe(true);
    if (hasXz) expect(runRaw('xz', ['-dc'], { input: encoded }).equals(content)).toBe(true);
  });

  it('is marked every 8 KiB where marks are asked for', () => {
    const { encoded, content } = made([{ reset: 3, ops: [literals(20_000)] }]);
    const marks: number[] = [];
    const takeBuffer = (): Uint8Array => new Uint8Array(1 << 16);
    const decoder = xz.create({ maxWindow: 1 << 27, takeBuffer, mark: (end) => void marks.push(end) });
    decoder.write(encoded, () => {});
    decoder.finish(() => {});
    expect([...new Set(marks)]).toEqual([8192, 16_384, content.length]);
  });
});
