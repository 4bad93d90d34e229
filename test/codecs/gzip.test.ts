// gzip against the gzip program, hand-made headers and broken data; and the inflater that zip shares with it.
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { gzip } from '../../src/codecs/gzip.ts';
import { createInflater } from '../../src/codecs/inflate.ts';
import { requireTool, runRaw } from '../oracles.ts';
import { decodeAll, decodeAway, expectFlips, expectTruncations, formatErrorOf, noise, prose } from './harness.ts';

const hasGzip = requireTool('gzip');
const content = Buffer.concat([prose(300_000), noise(100_000), Buffer.alloc(200_000)]);
const small = prose(300);

/** A member with every optional header field. */
function fullMember(body: Uint8Array, headerCrcDelta = 0): Buffer {
  const header = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0x02 | 0x04 | 0x08 | 0x10, 1, 2, 3, 4, 2, 255, 5, 0]),
    Buffer.from('extra'),
    Buffer.from('a name\0'),
    Buffer.from('a comment\0'),
  ]);
  const check = Buffer.alloc(2);
  check.writeUInt16LE((crc32(header) + headerCrcDelta) & 0xffff);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(body), 0);
  trailer.writeUInt32LE(body.length, 4);
  return Buffer.concat([header, check, deflateRawSync(body), trailer]);
}

describe('gzip', () => {
  it.skipIf(!hasGzip).each(['-1', '-6', '-9'])('decodes what gzip %s wrote', async (level) => {
    const encoded = runRaw('gzip', ['-c', level], { input: content });
    for (const step of [encoded.length, 511, 1]) {
      expect((await decodeAll(gzip, encoded, { step })).bytes.equals(content)).toBe(true);
    }
  });

  it('decodes members one after the other, empty ones and all header fields', async () => {
    const members = [gzipSync(Buffer.alloc(0)), fullMember(small), gzipSync(content), fullMember(Buffer.alloc(0))];
    const encoded = Buffer.concat([...members, ...Array.from({ length: 200 }, () => gzipSync(small))]);
    const expected = Buffer.concat([small, content, ...Array.from({ length: 200 }, () => small)]);
    for (const step of [encoded.length, 511, 1]) {
      const { bytes, notices } = await decodeAll(gzip, encoded, { step });
      expect(bytes.equals(expected)).toBe(true);
      expect(notices).toEqual([]);
    }
  });

  it('ignores trailing zeros and reports trailing garbage', async () => {
    const encoded = gzipSync(small);
    for (const step of [1 << 20, 1]) {
      const padded = await decodeAll(gzip, Buffer.concat([encoded, Buffer.alloc(1000)]), { step });
      expect(padded).toEqual({ bytes: small, notices: [] });
      for (const garbage of ['garbage', '\x1fgarbage', '\0\0\0garbage']) {
        const { bytes, notices } = await decodeAll(gzip, Buffer.concat([encoded, Buffer.from(garbage)]), { step });
        expect(bytes).toEqual(small);
        expect(notices).toHaveLength(1);
        expect(notices[0]?.code).toBe('trailing-garbage');
        expect(notices[0]?.message).toContain(`${garbage.replaceAll('\0', '').length} bytes`);
      }
    }
  });

  it('refuses every truncation', async () => {
    await expectTruncations(gzip, fullMember(small));
    const two = Buffer.concat([gzipSync(small), fullMember(small)]);
    await expectTruncations(gzip, two, [gzipSync(small).length]);
  });

  it('never decodes flipped bits to something else', async () => {
    const encoded = fullMember(small);
    expect(await expectFlips(gzip, encoded, small)).toBeGreaterThan(1000);
  });

  it('names what is wrong, and where', async () => {
    const good = gzipSync(small);
    const patched = (at: number, byte: number): Buffer => {
      const copy = Buffer.from(good);
      copy.writeUInt8(byte, at < 0 ? good.length + at : at);
      return copy;
    };
    const cases: readonly [Buffer, string, number][] = [
      [Buffer.from('text'), 'bad-magic', 0],
      [patched(2, 7), 'unsupported', 2],
      [patched(3, 0x20), 'bad-header', 3],
      [patched(-8, (good.at(-8) ?? 0) ^ 1), 'bad-checksum', good.length - 8],
      [patched(-4, (good.at(-4) ?? 0) ^ 1), 'bad-length', good.length - 4],
      [fullMember(small, 1), 'bad-checksum', 34],
      [Buffer.concat([good, patched(2, 7)]), 'unsupported', good.length + 2],
      [Buffer.concat([good.subarray(0, 10), Buffer.from([0x06])]), 'bad-deflate', 10],
    ];
    for (const [input, code, offset] of cases) {
      for (const step of [1 << 20, 1])
        expect(await formatErrorOf(gzip, input, { step })).toMatchObject({ code, offset });
    }
  });

  it('decodes a gigabyte of zeros with flat memory', async () => {
    const part = gzipSync(Buffer.alloc(2 ** 26));
    const before = process.memoryUsage().rss;
    expect(await decodeAway(gzip, Buffer.concat(Array.from({ length: 16 }, () => part)))).toBe(2 ** 30);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  it('survives anything', async () => {
    const base = fullMember(small);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(base.length), async (bytes, at) => {
        for (const input of [bytes, Buffer.concat([base.subarray(0, at), bytes]), Buffer.concat([base, bytes])]) {
          await decodeAll(gzip, input, { step: 13 }).catch((error: unknown) => {
            if (!(error instanceof FormatError)) throw error;
          });
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('inflater', () => {
  const buffer = new Uint8Array(1000);
  const inflater = createInflater({ takeBuffer: () => buffer });
  const pieces: Buffer[] = [];
  const emit = (piece: Uint8Array): void => void pieces.push(Buffer.from(piece));

  it('decodes any number of streams with one object and tells where each ends', () => {
    for (const [index, body] of [small, Buffer.alloc(0), content, prose(1000), prose(2000)].entries()) {
      const encoded = deflateRawSync(body);
      for (const tail of [Buffer.alloc(0), noise(20)]) {
        pieces.length = 0;
        inflater.reset();
        const consumed = inflater.write(Buffer.concat([encoded, tail]), emit);
        inflater.finish(emit);
        expect(consumed, `stream ${index}`).toBe(encoded.length);
        expect(inflater).toMatchObject({ ended: true, bytesIn: consumed, bytesOut: body.length, crc: crc32(body) });
        expect(Buffer.concat(pieces).equals(body)).toBe(true);
      }
    }
  });

  it('is usable after an error', () => {
    inflater.reset(1000);
    expect(() => inflater.write(Buffer.from([0x06, 1, 2, 3]), emit)).toThrow(expect.objectContaining({ offset: 1000 }));
    inflater.reset();
    inflater.write(deflateRawSync(small).subarray(0, 50), emit);
    expect(() => inflater.finish(emit)).toThrow(expect.objectContaining({ code: 'truncated', offset: 50 }));
    pieces.length = 0;
    inflater.reset();
    inflater.write(deflateRawSync(small), emit);
    inflater.finish(emit);
    expect(Buffer.concat(pieces).equals(small)).toBe(true);
  });
});
