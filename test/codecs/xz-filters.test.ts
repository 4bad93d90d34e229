// Filters of xz against the xz program: what it filtered and compressed comes out as it was.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xz } from '../../src/codecs/xz.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, runRaw } from '../oracles.ts';
import { decodeAll, expectFlips, expectTruncations, prose } from './harness.ts';

const hasXz = requireTool('xz');

function filtered(input: Uint8Array, ...filters: string[]): Buffer {
  return runRaw('xz', ['-c', '--check=sha256', ...filters, '--lzma2=preset=0'], { input });
}

/** Bytes from a generator that is the same each time. */
function bytesOf(length: number, choose: (random: number, at: number) => number): Buffer {
  let state = 12_345;
  return Buffer.from(
    Uint8Array.from({ length }, (_, at) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return choose(state >>> 8, at);
    }),
  );
}

/** Bytes that each processor's calls begin or end with, among others: far more of what filters change than real code holds. */
function codeOf(...common: readonly number[]): Buffer {
  return bytesOf(120_000, (random) =>
    random % 8 < 5 ? (common[(random >>> 3) % common.length] ?? 0) : (random >>> 3) & 0xff,
  );
}

const code: Readonly<Record<string, Buffer>> = {
  x86: codeOf(0xe8, 0xe9, 0x00, 0xff, 0x00, 0xff),
  powerpc: codeOf(0x48, 0x49, 0x4a, 0x4b, 0x01, 0x05),
  // Templates with branches, and bits that make their slots calls.
  ia64: bytesOf(160_000, (random, at) =>
    at % 16 === 0 ? 16 + (random % 16) : random % 3 === 0 ? 0x50 : random & 0xa8,
  ),
  arm: bytesOf(120_000, (random, at) => (at % 4 === 3 && random % 2 === 0 ? 0xeb : (random >>> 2) & 0xff)),
  armthumb: bytesOf(120_000, (random, at) =>
    at % 2 === 1 ? (random % 2 === 0 ? 0xf0 : 0xf8) + ((random >>> 1) % 8) : random & 0xff,
  ),
  sparc: bytesOf(120_000, (random, at) =>
    at % 4 === 0
      ? random % 2 === 0
        ? 0x40
        : 0x7f
      : at % 4 === 1
        ? (random & 0x3f) | (random % 5 < 2 ? 0xc0 : 0)
        : random & 0xff,
  ),
  arm64: bytesOf(120_000, (random, at) =>
    at % 4 === 3
      ? ([0x94, 0x97, 0x90, 0xb0, 0xf0, 0xd0][random % 6] ?? 0)
      : at % 4 === 2 && random % 3 === 0
        ? ([0x00, 0xff, 0x10, 0xe0][random % 4] ?? 0)
        : (random >>> 3) & 0xff,
  ),
};
const names = Object.keys(code);

describe.skipIf(!hasXz)('filters', () => {
  it.each(names)('%s is taken back', async (name) => {
    const content = code[name] ?? Buffer.alloc(0);
    for (const options of ['', '=start=65536', '=start=4294967280']) {
      const encoded = filtered(content, `--${name}${options}`);
      for (const step of [encoded.length, 511]) {
        expect((await decodeAll(xz, encoded, { step })).bytes.equals(content)).toBe(true);
      }
    }
  });

  it.each(names)('%s had much to take back', (name) => {
    const content = code[name] ?? Buffer.alloc(0);
    // What comes out without the filter is what it wrote.
    const raw = runRaw('xz', ['-c', '--format=raw', `--${name}`, '--lzma2=preset=0'], { input: content });
    const kept = runRaw('xz', ['-dc', '--format=raw', '--lzma2=preset=0'], { input: raw });
    const changed = kept.reduce((sum, byte, at) => sum + (byte === content[at] ? 0 : 1), 0);
    expect(changed).toBeGreaterThan(content.length / 50);
  });

  it.each([1, 2, 4, 7, 255, 256])('delta over %i bytes is taken back', async (distance) => {
    const content = Buffer.concat([prose(3000), code['x86'] ?? Buffer.alloc(0)]);
    const encoded = filtered(content, `--delta=dist=${distance}`);
    for (const step of [encoded.length, 13]) {
      expect((await decodeAll(xz, encoded, { step })).bytes.equals(content)).toBe(true);
    }
  });

  it.each([
    ['--x86', '--delta=dist=3'],
    ['--delta=dist=200', '--arm64', '--delta=dist=1'],
    ['--x86', '--powerpc', '--ia64'],
  ])('%j are taken back in turn', async (...filters) => {
    const content = Buffer.concat(Object.values(code));
    const encoded = filtered(content, ...filters);
    expect((await decodeAll(xz, encoded, { step: 4096 })).bytes.equals(content)).toBe(true);
    const blocks = runRaw('xz', ['-c', '-T2', '--block-size=70001', ...filters, '--lzma2=preset=0'], {
      input: content,
    });
    expect((await decodeAll(xz, blocks, { step: 1000 })).bytes.equals(content)).toBe(true);
  });

  it('end wherever content ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.nat(60),
        fc.nat(1000),
        fc.constantFrom('', '--delta=dist=5'),
        async (name, length, from, second) => {
          const content = (code[name] ?? Buffer.alloc(0)).subarray(from, from + length);
          const encoded = filtered(content, `--${name}`, ...(second === '' ? [] : [second]));
          expect((await decodeAll(xz, encoded, { step: 1 })).bytes.equals(content)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('never make something else of flipped bits, nor of a stream that is cut', async () => {
    const content = Buffer.concat([prose(200), (code['x86'] ?? Buffer.alloc(0)).subarray(0, 300)]);
    for (const filters of [['--x86'], ['--delta=dist=3', '--arm64']]) {
      const encoded = filtered(content, ...filters);
      expect(await expectFlips(xz, encoded, content)).toBe(encoded.length * 8);
      await expectTruncations(xz, encoded);
    }
  });

  it('are taken back from a real program, in an archive', async () => {
    const content = readFileSync(process.execPath).subarray(0, 6_000_000);
    const tar = buildTar([{ name: 'bin/node', content }]);
    const packed = runRaw('xz', ['-c', '-T2', '--x86', '--lzma2=preset=1'], { input: tar });
    const folder = tempDirectory('xz-filters');
    for (const [name, bytes] of Object.entries({ plain: tar, packed })) writeFileSync(join(folder, name), bytes);
    const scanned = (name: string) =>
      scan(join(folder, name), { ...defaultLimits, digests: 'all', facts: 'all', stored: true });
    const [plain, found] = [await scanned('plain'), await scanned('packed')];
    expect(found.entries.map(({ path, size, digest }) => [path, size, digest])).toEqual(
      plain.entries.map(({ path, size, digest }) => [path, size, digest]),
    );
    const charged = found.entries.find(({ path }) => path === 'bin/node')?.stored ?? 0;
    expect(charged).toBeGreaterThan(0.99 * packed.length);
    expect(charged).toBeLessThan(packed.length);
  });
});
