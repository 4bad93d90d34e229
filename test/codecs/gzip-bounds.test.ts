// gzip at the edges of its fields (RFC 1952): what a header is, where one ends, what may stand behind a member, and what is told of it.
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { defaultMaxWindow } from '../../src/codecs/codec.ts';
import type { Decoder } from '../../src/codecs/codec.ts';
import { gzip } from '../../src/codecs/gzip.ts';
import { reusedPieces } from '../build/pieces.ts';
import { decodeAll, formatErrorOf, noise, prose } from './harness.ts';

interface HeaderSpec {
  readonly flags?: number;
  readonly time?: number;
  readonly level?: number;
  readonly fields?: Uint8Array;
}

/** A member by hand. */
function member(
  body: Uint8Array,
  { flags = 0, time = 0, level = 0, fields = new Uint8Array(0) }: HeaderSpec = {},
): Buffer {
  const header = Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, level, 255]);
  header.writeUInt32LE(time, 4);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(body), 0);
  trailer.writeUInt32LE(body.length, 4);
  return Buffer.concat([header, fields, deflateRawSync(body), trailer]);
}

interface Told {
  readonly marks: readonly (readonly [number, number])[];
  readonly made: ReturnType<Decoder['made']>;
}

function toldOf(encoded: Uint8Array, step = encoded.length): Told {
  const marks: [number, number][] = [];
  const decoder = gzip.create({
    maxWindow: defaultMaxWindow,
    takeBuffer: () => new Uint8Array(1 << 16),
    mark: (position, cost) => marks.push([position, cost]),
  });
  for (const piece of reusedPieces(encoded, step)) decoder.write(piece, () => {});
  decoder.finish(() => {});
  const made = decoder.made();
  decoder.close();
  return { marks, made };
}

const small = prose(300);

describe('a head of gzip', () => {
  it.each([
    [[0x1f], false],
    [[0x1f, 0x8b], true],
    [[0x1f, 0x8b, 8], true],
    [[0x1f, 0x8b, 7], false],
    [[0x1f, 0x8c, 8], false],
    [[0x1e, 0x8b, 8], false],
  ])('%j: %s', (head, known) => {
    expect(gzip.bid(Uint8Array.from(head)) > 0).toBe(known);
  });

  it.each([[[0x1e, 0x8b, 8]], [[0x1f, 0x8a, 8]]])('%j is refused where it is decoded', async (head) => {
    const encoded = Buffer.concat([Buffer.from(head), gzipSync(small).subarray(3)]);
    expect(await formatErrorOf(gzip, encoded)).toMatchObject({ code: 'bad-magic', offset: 0 });
  });
});

describe('optional fields', () => {
  it('may be empty', async () => {
    for (const [flags, fields] of [
      [0x04, [0, 0]],
      [0x04, [1, 0, 65]],
      [0x04, [3, 0, 65, 66, 67]],
      [0x08, [0]],
      [0x10, [0]],
      [0x1c, [0, 0, 0, 0]],
    ] as const) {
      const encoded = member(small, { flags, fields: Uint8Array.from(fields) });
      for (const step of [1, 3, encoded.length])
        expect((await decodeAll(gzip, encoded, { step })).bytes).toEqual(small);
    }
  });
});

describe('behind a member', () => {
  it.each([
    ['the first half of a magic', [0x1f], 1],
    ['a magic whose second half is wrong', [0x1f, 0x8c], 2],
    ['the second half alone', [0x8b], 1],
    ['zeros, then something', [0, 0, 5, 0, 0], 3],
    ['something, then zeros', [5, 0, 0], 3],
    ['half a magic, then zeros', [0x1f, 0, 0], 3],
    ['half a magic, then a whole one', [0x1f, 0x1f, 0x8b], 3],
    ['zeros, then a magic', [0, 0, 0x1f, 0x8b], 2],
  ])('%s is garbage', async (_, behind, garbage) => {
    const encoded = Buffer.concat([gzipSync(small), Buffer.from(behind)]);
    for (const step of [1, 2, encoded.length]) {
      const ends = decodeAll(gzip, encoded, { step });
      // A lone first half may be the beginning of a member that was cut.
      if (behind.length === 1 && behind[0] === 0x1f) {
        await expect(ends).rejects.toMatchObject({ code: 'truncated' });
        continue;
      }
      const { bytes, notices } = await ends;
      expect(bytes).toEqual(small);
      expect(notices.map(({ code, message }) => [code, Number(/\d+/.exec(message)?.[0])])).toEqual([
        ['trailing-garbage', garbage],
      ]);
    }
  });

  it('zeros are padding', async () => {
    const encoded = Buffer.concat([gzipSync(small), Buffer.alloc(700)]);
    for (const step of [1, 511, encoded.length]) expect((await decodeAll(gzip, encoded, { step })).notices).toEqual([]);
  });
});

it('what is cut says in which member', async () => {
  const whole = gzipSync(small);
  const cut = whole.subarray(0, whole.length - 3);
  expect((await formatErrorOf(gzip, cut)).message).toBe('ends inside gzip data');
  expect((await formatErrorOf(gzip, Buffer.concat([whole, cut]))).message).toBe('ends inside gzip member 2');
});

describe('how a file was made', () => {
  it('is what the first member says of its effort, and any of name and time', () => {
    const plain = member(small);
    const named = member(small, { flags: 0x08, fields: Buffer.from('x\0') });
    const timed = member(small, { time: 1 });
    const best = member(small, { level: 2 });
    const fast = member(small, { level: 4 });
    expect(toldOf(plain).made).toEqual({ members: 1, effort: null, name: false, time: false });
    expect(toldOf(Buffer.concat([best, fast])).made).toEqual({ members: 2, effort: 'best', name: false, time: false });
    expect(toldOf(Buffer.concat([fast, best])).made).toMatchObject({ effort: 'fastest' });
    expect(toldOf(Buffer.concat([plain, best])).made).toMatchObject({ effort: null });
    expect(toldOf(Buffer.concat([plain, named])).made).toMatchObject({ name: true, time: false });
    expect(toldOf(Buffer.concat([timed, plain])).made).toMatchObject({ name: false, time: true });
  });
});

describe('marks', () => {
  it('stand at each 4 KiB of the file, from 8 MiB on at each 32 KiB, however it is cut', () => {
    // Random bytes are stored as they are, so places in the file and in the content are nearly the same.
    const content = noise(9 * 1024 * 1024);
    const encoded = gzipSync(content);
    const { marks } = toldOf(encoded);
    expect(toldOf(encoded, 10_007).marks).toEqual(marks);
    // What a mark costs begins behind the header, and sums to all but header and trailer.
    expect(marks.reduce((sum, [, cost]) => sum + cost, 0)).toBe(encoded.length - 18);
    expect(marks.at(-1)?.[0]).toBe(content.length);
    let position = 10;
    const places = marks.map(([, cost]) => (position += cost));
    expect(places.slice(0, -1).every((place) => place % (place <= 8 * 2 ** 20 ? 4096 : 32_768) === 0)).toBe(true);
    expect(places.filter((place) => place <= 8 * 2 ** 20).length).toBe(2048);
    expect(places.length).toBe(2048 + Math.ceil((encoded.length - 8 - 8 * 2 ** 20) / 32_768));
    expect(places.at(-1)).toBe(encoded.length - 8);
  });

  it('stand at the end of each member', () => {
    const encoded = Buffer.concat([gzipSync(small), gzipSync(prose(100))]);
    expect(toldOf(encoded).marks.map(([place]) => place)).toEqual([300, 400]);
  });
});
