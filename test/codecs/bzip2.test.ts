// bzip2 against the bzip2 program: levels, runs, several streams, broken data.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { bzip2 } from '../../src/codecs/bzip2.ts';
import { requireTool, runRaw } from '../oracles.ts';
import { decodeAll, decodeAway, expectFlips, expectTruncations, formatErrorOf, noise, prose } from './harness.ts';

const hasBzip2 = requireTool('bzip2');
const content = Buffer.concat([prose(250_000), noise(150_000), Buffer.alloc(100_000), prose(50_000)]);
const small = prose(300);
const empty = Buffer.alloc(0);

function compress(input: Uint8Array, level = '-9'): Buffer {
  return runRaw('bzip2', ['-c', level], { input });
}

describe.skipIf(!hasBzip2)('bzip2', () => {
  it.each(['-1', '-2', '-9'])('decodes what bzip2 %s wrote', async (level) => {
    const encoded = compress(content, level);
    for (const step of [encoded.length, 511, 1]) {
      expect((await decodeAll(bzip2, encoded, { step })).bytes.equals(content)).toBe(true);
    }
  });

  it('decodes runs of every length', async () => {
    const runs = Array.from({ length: 600 }, (_, i) => Buffer.alloc(i, i));
    const inputs = [Buffer.concat(runs), Buffer.alloc(1_000_000, 7), Buffer.from('aaaabaaaaabbbb'), Buffer.from('a')];
    for (const input of inputs) expect((await decodeAll(bzip2, compress(input))).bytes.equals(input)).toBe(true);
  });

  it('decodes several streams, empty ones too', async () => {
    const encoded = Buffer.concat([compress(empty), compress(small), compress(content, '-1'), compress(empty)]);
    for (const step of [encoded.length, 511, 1]) {
      const { bytes, notices } = await decodeAll(bzip2, encoded, { step });
      expect(bytes.equals(Buffer.concat([small, content]))).toBe(true);
      expect(notices).toEqual([]);
    }
  });

  it('reports trailing garbage', async () => {
    for (const step of [1 << 20, 1]) {
      for (const garbage of ['garbage', 'BZ0', '\0\0', 'x'.repeat(5000)]) {
        const encoded = Buffer.concat([compress(small), Buffer.from(garbage)]);
        const { bytes, notices } = await decodeAll(bzip2, encoded, { step });
        expect(bytes).toEqual(small);
        expect(notices.map(({ code, message }) => [code, Number.parseInt(message, 10)])).toEqual([
          ['trailing-garbage', garbage.length],
        ]);
      }
    }
  });

  it('refuses every truncation', async () => {
    await expectTruncations(bzip2, compress(small));
    const two = Buffer.concat([compress(small), compress(small)]);
    await expectTruncations(bzip2, two, [two.length / 2]);
  });

  it('never decodes flipped bits to something else', async () => {
    const encoded = compress(small);
    expect(await expectFlips(bzip2, encoded, small)).toBeGreaterThan(encoded.length * 8 - 16);
    await expectFlips(bzip2, compress(content, '-1'), content, 40_009);
  });

  it('names what is wrong', async () => {
    const good = compress(small);
    const flipped = (at: number, mask: number): Buffer => {
      const copy = Buffer.from(good);
      copy.writeUInt8((good[at] ?? 0) ^ mask, at);
      return copy;
    };
    expect((await formatErrorOf(bzip2, Buffer.from('not bzip2'))).code).toBe('bad-magic');
    expect((await formatErrorOf(bzip2, flipped(4, 1))).code).toBe('bad-block');
    expect((await formatErrorOf(bzip2, flipped(10, 1))).code).toBe('bad-checksum');
    expect((await formatErrorOf(bzip2, flipped(14, 0x80))).message).toContain('randomised');
    expect((await formatErrorOf(bzip2, flipped(good.length - 2, 1))).code).toBe('bad-checksum');
  });

  it('decodes a large run with flat memory', async () => {
    const zeros = compress(Buffer.alloc(2 ** 26));
    const before = process.memoryUsage().rss;
    expect(await decodeAway(bzip2, Buffer.concat([zeros, zeros]))).toBe(2 ** 27);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it('survives anything', async () => {
    const base = compress(small);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(base.length), async (bytes, at) => {
        for (const input of [bytes, Buffer.concat([base.subarray(0, at), bytes]), Buffer.concat([base, bytes])]) {
          await decodeAll(bzip2, input, { step: 13 }).catch((error: unknown) => {
            if (!(error instanceof FormatError)) throw error;
          });
        }
      }),
      { numRuns: 200 },
    );
  });
});
