// Digests of content: SHA-256 is what sha256sum says; codes for equality depend on content alone, not on how it is cut, and are a key's own.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { contentDigest, digestOfPiece } from '../../src/bytes/content-digest.ts';
import type { DigestPurpose } from '../../src/bytes/content-digest.ts';
import { noise } from '../build/noise.ts';
import { buildTar } from '../build/tar.ts';
import { sizecheck } from '../cli/run.ts';

function inPieces(purpose: DigestPurpose, content: Uint8Array, cuts: readonly number[]): string {
  const digest = contentDigest(purpose, content.length);
  let from = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), content.length]) {
    digest.update(content.subarray(from, cut));
    from = cut;
  }
  return digest.digest();
}

const sizes = [0, 1, 8191, 8192, 8193, 100_000];

describe.each(['sha256', 'equality'] as const)('for %s', (purpose) => {
  it('is the same however content is cut', () => {
    fc.assert(
      fc.property(fc.constantFrom(...sizes), fc.array(fc.nat(), { maxLength: 5 }), (size, numbers) => {
        const content = noise(size, size + 1);
        const cuts = numbers.map((number) => number % (size + 1));
        expect(inPieces(purpose, content, cuts)).toBe(digestOfPiece(purpose, content));
      }),
      { numRuns: 50 },
    );
  });

  it('differs wherever a bit does, and with the length', () => {
    for (const size of sizes.filter((length) => length > 1)) {
      const content = noise(size, 7);
      const seen = new Set([digestOfPiece(purpose, content)]);
      for (const at of [0, 1, Math.floor(size / 2), size - 1]) {
        const changed = Buffer.from(content);
        changed[at] = (changed[at] ?? 0) ^ 0x80;
        seen.add(digestOfPiece(purpose, changed));
      }
      for (const length of [size - 1, size]) seen.add(digestOfPiece(purpose, new Uint8Array(length)));
      seen.add(digestOfPiece(purpose, Buffer.concat([content, new Uint8Array(1)])));
      expect(seen.size).toBe(size === 1 ? 7 : 8);
    }
  });
});

it('SHA-256 is that of others, at any length', () => {
  for (const size of sizes) {
    const content = noise(size, 3);
    expect(digestOfPiece('sha256', content)).toBe(`sha256:${createHash('sha256').update(content).digest('hex')}`);
  }
});

it('codes are under a key that is drawn anew for each process', async () => {
  const content = new Uint8Array(9000);
  const code = digestOfPiece('equality', content);
  expect(code).toMatch(/^[\0-\xff]{16}$/);
  vi.resetModules();
  const another = await import('../../src/bytes/content-digest.ts');
  expect(another.digestOfPiece('equality', content)).not.toBe(code);
});

it('codes stay inside, whatever is printed', () => {
  const content = noise(20_000, 5);
  const copies = buildTar([
    { name: 'a/one', content },
    { name: 'a/two', content },
    { name: 'a/three', content: noise(20_000, 6) },
  ]);
  for (const args of [['--json'], ['--format', 'snapshot'], ['--by', 'package', '--json'], ['--verbose']]) {
    const { stdout } = sizecheck(['scan', '-', '--exit-zero', ...args], { input: copies });
    expect(stdout).toContain('duplicate-file');
    // Each process draws its own key, so what holds a code is never printed alike.
    expect(sizecheck(['scan', '-', '--exit-zero', ...args], { input: copies }).stdout).toBe(stdout);
  }
  const snapshot = JSON.parse(sizecheck(['scan', '-', '--format', 'snapshot'], { input: copies }).stdout);
  expect(snapshot.entries.find(({ path }: { path: string }) => path === 'a/one').digest).toBe(
    `sha256:${createHash('sha256').update(content).digest('hex')}`,
  );
});
