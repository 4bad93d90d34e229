// xz against the xz program: checks, blocks, streams, padding, broken data.
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { xz } from '../../src/codecs/xz.ts';
import { requireTool, runRaw } from '../oracles.ts';
import { decodeAll, decodeAway, expectFlips, expectTruncations, formatErrorOf, noise, prose } from './harness.ts';

const hasXz = requireTool('xz');
const content = Buffer.concat([prose(300_000), noise(150_000), Buffer.alloc(200_000), prose(50_000)]);
const small = prose(300);
const empty = Buffer.alloc(0);

function compress(input: Uint8Array, ...args: string[]): Buffer {
  return runRaw('xz', ['-c', ...args], { input });
}

describe.skipIf(!hasXz)('xz', () => {
  it.each([
    ['-0'],
    ['-6', '--check=none'],
    ['-6', '--check=crc32'],
    ['-6', '--check=crc64'],
    ['-9e', '--check=sha256'],
    ['-3', '-T2', '--block-size=100000'],
    ['--lzma2=preset=6,lc=0,lp=4,pb=0'],
    ['--lzma2=preset=6,lc=4,lp=0,pb=4'],
    ['--lzma2=preset=0,dict=4KiB,nice=273'],
    ['--flush-timeout=1', '-1'],
  ])('decodes what xz %j wrote', async (...args) => {
    const encoded = compress(content, ...args);
    for (const step of [encoded.length, 511, 1]) {
      expect((await decodeAll(xz, encoded, { step })).bytes.equals(content)).toBe(true);
    }
  });

  it('keeps a small dictionary over much data', async () => {
    const large = Buffer.concat([prose(3_000_000), noise(3_000_000), prose(7_000_000)]);
    const encoded = compress(large, '--lzma2=preset=1,dict=64KiB');
    expect((await decodeAll(xz, encoded, { step: 65_536, bufferLength: 1 << 20 })).bytes.equals(large)).toBe(true);
  });

  it('decodes several streams, padding and empty input', async () => {
    const padding = Buffer.alloc(16);
    const encoded = Buffer.concat([compress(empty), compress(small), padding, compress(content), padding]);
    for (const step of [encoded.length, 511, 1]) {
      expect((await decodeAll(xz, encoded, { step })).bytes.equals(Buffer.concat([small, content]))).toBe(true);
    }
    expect((await decodeAll(xz, compress(empty))).bytes).toHaveLength(0);
  });

  it('refuses every truncation', async () => {
    await expectTruncations(xz, compress(small));
    const blocks = compress(prose(400), '-T2', '--block-size=100', '--check=crc32');
    await expectTruncations(xz, blocks);
  });

  it('never decodes flipped bits to something else', async () => {
    const encoded = compress(small);
    expect(await expectFlips(xz, encoded, small)).toBe(encoded.length * 8);
    const blocks = compress(content, '-T2', '--block-size=100000', '--check=sha256');
    await expectFlips(xz, blocks, content, 40_009);
  });

  it('refuses what follows a stream unless it is padding or another', async () => {
    const encoded = compress(small);
    expect((await formatErrorOf(xz, Buffer.concat([encoded, Buffer.from('garbage')]))).code).toBe('bad-magic');
    for (const length of [1, 2, 3, 5]) {
      const padded = Buffer.concat([encoded, Buffer.alloc(length)]);
      expect((await formatErrorOf(xz, padded)).code).toBe('bad-length');
    }
    expect((await formatErrorOf(xz, Buffer.from('not an xz file at all'))).code).toBe('bad-magic');
  });

  it.each([39, 40, 36])('refuses dictionary code %i without taking memory for it', async (code) => {
    const encoded = compress(small);
    // Block header: size, flags, filter 0x21, 1 byte of properties, dictionary code; CRC at its end.
    const length = ((encoded[12] ?? 0) + 1) * 4;
    encoded.writeUInt8(code, 12 + 4);
    encoded.writeUInt32LE(crc32(encoded.subarray(12, 12 + length - 4)), 12 + length - 4);
    const before = process.memoryUsage().rss;
    const error = await formatErrorOf(xz, encoded);
    expect(error.code).toBe('window-too-large');
    expect(error.message).toContain('--max-window');
    expect((await decodeAll(xz, encoded, { maxWindow: 2 ** 33 })).bytes).toEqual(small);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it('decodes a large run with flat memory', async () => {
    const zeros = compress(Buffer.alloc(2 ** 25));
    const before = process.memoryUsage().rss;
    expect(await decodeAway(xz, Buffer.concat([zeros, zeros, zeros, zeros]))).toBe(2 ** 27);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  it('survives anything', async () => {
    const base = compress(small);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(base.length), async (bytes, at) => {
        for (const input of [bytes, Buffer.concat([base.subarray(0, at), bytes]), Buffer.concat([base, bytes])]) {
          await decodeAll(xz, input, { step: 13 }).catch((error: unknown) => {
            if (!(error instanceof FormatError)) throw error;
          });
        }
      }),
      { numRuns: 200 },
    );
  });
});
