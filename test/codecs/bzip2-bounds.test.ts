// bzip2 streams at the edges of their fields, made by hand. The program bzip2 is asked about the same streams.
import { describe, expect, it, vi } from 'vitest';
import { bzip2 } from '../../src/codecs/bzip2.ts';
import { defaultMaxWindow } from '../../src/codecs/codec.ts';
import { createWriter, crcOf, evenLengths, runA, stream } from '../build/bzip2.ts';
import type { BlockOptions } from '../build/bzip2.ts';
import { reusedPieces } from '../build/pieces.ts';
import { requireTool, runRaw } from '../oracles.ts';
import { decodeAll, formatErrorOf, noise } from './harness.ts';

const hasBzip2 = requireTool('bzip2');

/** The last one of its sorted rotations. Its symbols are 3, 0, 3, 3, 1 and 4; nothing uses 2. */
const content = Buffer.from('nanaba');
const symbols = 5;
/** Every byte, and enough of them for six tables. */
const all = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), noise(100)]);
const size = 100_000; // of a block of level 1

/** Tables of which no two are the same: in each another symbol has the shortest code. */
function tables(count: number, length = 258): number[][] {
  return Array.from({ length: count }, (_, table) =>
    evenLengths(length).map((bits, symbol) => (symbol === table ? bits - 1 : bits)),
  );
}

/** A sorted block of zeros and a few others. Four zeros and one more, their count, are four zeros of the content. */
function zeros(length: number, others: Readonly<Record<number, number>> = {}): Buffer {
  const column = Buffer.alloc(length);
  for (const [at, byte] of Object.entries(others)) column.writeUInt8(byte, Number(at));
  return column;
}

const valid: [name: string, BlockOptions][] = [
  ['that points to its last byte', { content, origin: content.length - 1 }],
  ['of one byte', { content: Buffer.from('a') }],
  ['of the highest byte alone', { content: Buffer.from([255]) }],
  ['of every byte', { content: all }],
  ...[2, 3, 4, 5, 6].map((count): [string, BlockOptions] => [
    `with ${count} tables`,
    { content: all, tables: tables(count) },
  ]),
  ['that uses the last of six tables only', { content, tables: tables(6, symbols), selectors: [5] }],
  ['with more selectors than it needs', { content, moreSelectors: [1, 1, 0] }],
  ['with the most selectors', { content, moreSelectors: Array.from({ length: 32_766 }, () => 0) }],
  ['with codes of 1 bit', { content: Buffer.from('b'), tables: [[1, 2, 2], evenLengths(3)] }],
  ['with codes of 10, 11 and 20 bits', { content, tables: [[20, 11, 1, 10, 20], evenLengths(symbols)] }],
  ['whose lengths go through 1 and 20', { content, tables: [[[20, 1, 20, 3], 3, 3, 3, 3], evenLengths(symbols)] }],
  ['with too many codes', { content, tables: [[2, 2, 3, 2, 2], evenLengths(symbols)] }],
  ['of a run as long as it may be', { content: Buffer.alloc(80_000), column: zeros(size) }],
  ['of a byte and the longest run', { content: Buffer.alloc(80_001), column: zeros(size, { 0: 1 }) }],
  ['that ends with a single byte', { content: Buffer.alloc(80_000), column: zeros(size, { [size - 1]: 1 }) }],
  ['whose runs have a count of 255', { content: Buffer.alloc(1000, 'a') }],
  ['whose last run has a count of 0', { content: Buffer.from('baaaa') }],
  ['in which a run follows one of the same byte', { content: Buffer.alloc(259 + 259 + 3, 'a') }],
];

/** Why a block is refused, and such blocks. But for that they are sound, and so are their CRCs. */
const refusals: Record<string, Record<string, BlockOptions>> = {
  'points outside itself': {
    'that points behind its last byte': { content, origin: content.length },
    'that points far away': { content, origin: 0xffffff },
    'of nothing': { content: Buffer.alloc(0), origin: 0, used: [0x61], symbols: [2] },
  },
  'uses no byte': { 'that uses no byte': { content, used: [], symbols: [0, 1] } },
  'has a bad number of tables': {
    'without tables': { content, groups: 0 },
    'with one table': { content, tables: tables(1, symbols) },
    'with seven tables': { content, tables: tables(7, symbols) },
  },
  'has no selectors': { 'without selectors': { content, selectors: [] } },
  'has no end': { 'with too few selectors': { content: all, selectors: [0, 1, 0], tables: tables(2) } },
  'has a bad selector': {
    'with a selector behind its two tables': { content, moreSelectors: [2] },
    'with a selector behind its six tables': { content, tables: tables(6, symbols), moreSelectors: [6] },
    'with a selector that does not end': { content, moreSelectors: [500] },
  },
  'has a bad code length': {
    ...Object.fromEntries(
      [[0], [21], [0, 3], [21, 3], [31, 3], [3, 0, 3], [3, 21, 3]].map((path) => [
        `with the lengths ${path.join(', ')}`,
        { content, tables: [[path, 3, 3, 3, 3], evenLengths(symbols)] },
      ]),
    ),
    'with a bad length in a table that it does not use': {
      content,
      tables: [evenLengths(symbols), [3, 3, 3, 3, [3, 0, 3]]],
    },
  },
  'has a code that stands for nothing': {
    'with a code that means nothing': { content, symbols: [3, 0, 3, 3, 1, [7 << 17, 20], 4] },
  },
  'is longer than its level allows': {
    'of a run that is too long': { content: Buffer.alloc(80_001), column: zeros(size + 1) },
    'of a byte and a run that is too long': {
      content: Buffer.concat([Buffer.alloc(80_000), Buffer.of(1)]),
      column: zeros(size + 1, { 0: 1 }),
    },
    'with a byte too many': { content: Buffer.alloc(80_001), column: zeros(size + 1, { [size]: 1 }) },
    // As a number of 32 bits the run's length is -1, which is no run.
    'of an endless run': {
      content: Buffer.from('b'),
      column: Buffer.from('b'),
      used: [0x61, 0x62],
      symbols: [2, ...Array.from({ length: 32 }, () => runA), 3],
    },
  },
  'ends before the length of a run': {
    'that ends before a count': { content: Buffer.from('aaaa'), column: Buffer.from('aaaa') },
  },
};
const refused = Object.entries(refusals).flatMap(([why, blocks]) =>
  Object.entries(blocks).map(([name, block]) => [name, why, block] as const),
);

describe('a block', () => {
  it.each(valid)('%s is decoded', async (_, block) => {
    expect((await decodeAll(bzip2, stream('1', [block]))).bytes.equals(block.content)).toBe(true);
  });

  it.each(refused)('%s is refused: it %s', async (_, why, block) => {
    const error = await formatErrorOf(bzip2, stream('1', [block]));
    expect(error).toMatchObject({ code: 'bad-block', offset: 4 });
    expect(error.message).toBe(`has a corrupt bzip2 block: it ${why}`);
  });

  it('of a randomised stream is refused', async () => {
    const error = await formatErrorOf(bzip2, stream('1', [{ content, randomised: true }]));
    expect(error).toMatchObject({ code: 'bad-block', offset: 4 });
    expect(error.message).toContain('randomised');
  });

  it('is as long as its own level allows, whatever the one before did', async () => {
    const large = stream('2', [{ content: Buffer.alloc(80_000), column: zeros(size) }]);
    const small = stream('1', [{ content: Buffer.alloc(80_001), column: zeros(size + 1) }]);
    const error = await formatErrorOf(bzip2, Buffer.concat([large, small]));
    expect(error).toMatchObject({ code: 'bad-block', offset: large.length + 4 });
    expect(error.message).toContain('longer than its level allows');
  });

  it('without an end is given up after 4,300,000 bytes', async () => {
    const out = createWriter();
    for (const word of [0x425a68, 0x313141, 0x592653, 0x590000]) out.put(word, 24);
    out.put(0, 16 + 1 + 24); // the rest of the CRC, not randomised, origin
    for (const bits of [0x8000, 0x8000]) out.put(bits, 16);
    out.put(2, 3);
    out.put(8, 15);
    out.put(0, 8);
    out.put(5, 5);
    const start = out.bytes();
    expect(start.length).toBe(4 + 20 + 1);
    // One up, one down.
    const endless = Buffer.concat([start, Buffer.alloc(4 + 4_300_000 - start.length, 0b10111011)]);
    const error = await formatErrorOf(bzip2, endless);
    expect(error).toMatchObject({ code: 'bad-block', message: 'has a bzip2 block without an end', offset: 4 });
  });

  it('is found wherever its first bit is, and its CRC is its own', async () => {
    const first = { content, moreSelectors: [0] };
    const blocks = [first, { content: all }, { content: Buffer.from('a') }];
    const bytes = Buffer.concat(blocks.map((block) => block.content));
    expect((await decodeAll(bzip2, stream('9', blocks))).bytes.equals(bytes)).toBe(true);
    const wrong = stream('9', [first, { content: all, crc: crcOf(all) ^ 1 }]);
    expect(await formatErrorOf(bzip2, wrong)).toMatchObject({
      code: 'bad-checksum',
      message: 'has a bzip2 block with a wrong CRC',
      offset: stream('9', [first]).length - 11,
    });
  });

  it('has a CRC from a table that is made as the decoder is loaded', async () => {
    vi.resetModules();
    const { bzip2: loaded } = await import('../../src/codecs/bzip2.ts');
    // A first byte of 255 asks for the first entry, which is 0.
    const bytes = Buffer.concat([Buffer.of(255), all]);
    expect((await decodeAll(loaded, stream('1', [{ content: bytes }]))).bytes.equals(bytes)).toBe(true);
  });
});

describe('a stream', () => {
  const good = stream('1', [{ content }]);

  it.each(['1', '5', '9'])('of level %s is decoded', async (level) => {
    expect((await decodeAll(bzip2, stream(level, [{ content }]))).bytes.equals(content)).toBe(true);
    expect((await decodeAll(bzip2, stream(level, []))).bytes.length).toBe(0);
  });

  it.each(['0', ':', '\0', '\xff'])('of level %j is none', async (level) => {
    expect(await formatErrorOf(bzip2, stream(level, [{ content }]))).toMatchObject({ code: 'bad-magic', offset: 0 });
  });

  it('with a wrong CRC is refused', async () => {
    const message = 'has a bzip2 stream with a wrong CRC';
    for (const [bytes, offset] of [
      [stream('1', [], 1), 4],
      [stream('1', [{ content }], crcOf(content) ^ 0x80000000), good.length - 11],
    ] as const) {
      expect(await formatErrorOf(bzip2, bytes)).toMatchObject({ code: 'bad-checksum', message, offset });
    }
  });

  it('is bid for by its level and by what its first block or its end begins with', () => {
    const begin = stream('1', [{ content }]);
    const end = stream('9', []);
    for (const head of [begin, end]) {
      expect(bzip2.bid(head.subarray(0, 4))).toBe(24);
      for (const length of [5, 9, 10]) {
        const start = Buffer.from(head.subarray(0, length));
        expect(bzip2.bid(start)).toBe(8 * (length - 1));
        start.writeUInt8(start.readUInt8(length - 1) ^ 1, length - 1);
        expect(bzip2.bid(start)).toBe(0);
      }
      expect(bzip2.bid(head.subarray(0, 11))).toBe(24 + 48);
      expect(bzip2.bid(head.subarray(0, 3))).toBe(0);
    }
    expect(['BZh0', 'BZh:', 'BZg1'].map((head) => bzip2.bid(Buffer.from(head)))).toEqual([0, 0, 0]);
  });

  it('is none if four bytes are no header, and cut off if there are fewer', async () => {
    expect(await formatErrorOf(bzip2, Buffer.from('BZH1'))).toMatchObject({ code: 'bad-magic', offset: 0 });
    for (const start of ['B', 'BZ', 'BZh', 'BZh1']) {
      expect((await formatErrorOf(bzip2, Buffer.from(start))).code).toBe('truncated');
    }
  });

  it('may be followed by another, or by the start of one that is cut off', async () => {
    for (const start of ['B', 'BZ', 'BZh', 'BZh1']) {
      const input = Buffer.concat([good, Buffer.from(start)]);
      const offset = start.length < 4 ? good.length : input.length;
      expect(await formatErrorOf(bzip2, input)).toMatchObject({ code: 'truncated', offset });
    }
  });
});

describe('garbage after a stream', () => {
  const good = stream('1', [{ content }]);

  /** How many bytes of garbage are told of; the stream in front of them is decoded. */
  async function garbageOf(garbage: Uint8Array, step?: number): Promise<number> {
    const input = Buffer.concat([good, garbage]);
    const { bytes, notices } = await decodeAll(bzip2, input, { step: step ?? input.length });
    expect(bytes).toEqual(content);
    expect(notices.map(({ code }) => code)).toEqual(['trailing-garbage']);
    return Number.parseInt(notices[0]?.message ?? '', 10);
  }

  it.each(['BX', 'Z', 'BZ\0', 'BZh0', 'BZh:', 'BZh0 and more', 'BZH9'])('may look like a header: %j', async (start) => {
    for (const step of [1, 4096]) expect(await garbageOf(Buffer.from(start), step)).toBe(start.length);
  });

  it('goes on to the end, whatever follows in pieces of its own', async () => {
    // So much that it is known for garbage before the next piece is there.
    const first = Buffer.alloc(1024, 'x');
    for (const next of [good, Buffer.from('B'), Buffer.from('BZ'), Buffer.from('BZh')]) {
      const garbage = Buffer.concat([first, next]);
      expect(await garbageOf(garbage, good.length + first.length)).toBe(garbage.length);
    }
  });
});

describe('decoding', () => {
  const block = { content: noise(2000) };
  const long = stream(
    '1',
    Array.from({ length: 10 }, () => block),
  );

  it('begins as soon as there are 1,024 bytes', async () => {
    const decoder = bzip2.create({ maxWindow: defaultMaxWindow, takeBuffer: () => new Uint8Array(100) });
    const ignore = (): void => {};
    decoder.write(Buffer.alloc(1023, 'x'), ignore);
    expect(() => decoder.write(Buffer.from('x'), ignore)).toThrow('is not bzip2 data');
    decoder.close();
  });

  it.each([1, 2])('does not wait for the end of %i streams', (count) => {
    const decoder = bzip2.create({ maxWindow: defaultMaxWindow, takeBuffer: () => new Uint8Array(100) });
    let length = 0;
    for (const piece of reusedPieces(Buffer.concat(Array.from({ length: count }, () => long)), 511)) {
      decoder.write(piece, (bytes) => {
        length += bytes.length;
      });
    }
    // One block may be waited for, and one buffer.
    expect(length).toBeGreaterThan(count * 20_000 - 4100);
    decoder.close();
  });
});

describe.skipIf(!hasBzip2)('the program bzip2', () => {
  const decode = (input: Uint8Array): Buffer => runRaw('bzip2', ['-dc'], { input });

  it.each(valid)('decodes a block %s', (_, block) => {
    expect(decode(stream('1', [block])).equals(block.content)).toBe(true);
  });

  it.each(refused)('refuses a block %s', (_, __, block) => {
    expect(() => decode(stream('1', [block]))).toThrow(/bzip2 -dc exited 2/);
  });

  it.each([
    ['of a level above 9', stream(':', [{ content }])],
    ['of level 0', stream('0', [{ content }])],
    ['with a wrong CRC', stream('1', [{ content }], 1)],
    ['of a block with a wrong CRC', stream('1', [{ content, crc: 1 }])],
    ['with the start of another', Buffer.concat([stream('1', [{ content }]), Buffer.from('BZh')])],
  ])('refuses a stream %s', (_, bytes) => {
    expect(() => decode(bytes)).toThrow(/bzip2 -dc exited 2/);
  });

  it.each(['x', 'BZh0', 'BZh:'])('decodes a stream with garbage behind it: %j', (garbage) => {
    expect(decode(Buffer.concat([stream('1', [{ content }]), Buffer.from(garbage)]))).toEqual(content);
  });
});
