// Packages of hostile trees: time and memory grow as what is there and what lists say, not as its square.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRollup } from '../../src/compare/packages/index.ts';
import type { PackageRollup } from '../../src/compare/packages/index.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildTar, gnuLong } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';

const path = join(tempDirectory('packages-deep'), 'a.tar');

/** @returns what it found, and in how many milliseconds. */
async function timed(members: readonly TarSpec[]): Promise<PackageRollup & { took: number }> {
  writeFileSync(path, buildTar(members));
  const snapshot = await scan(path, { packages: true });
  const start = performance.now();
  return { ...packageRollup(snapshot), took: performance.now() - start };
}

it('look at no directory twice: 3,000 files 2,000 levels deep took 18 seconds', async () => {
  const deep = 'a/'.repeat(2000);
  const files = Array.from({ length: 2000 }, (_, index): TarSpec[] => [
    gnuLong('L', `${deep}${index}`),
    { name: 'a', content: 'x', magic: 'gnu' },
  ]);
  const inner = [
    { name: 'node_modules/p/package.json', content: '{}' },
    { name: 'node_modules/p/b/c/d', content: 'x' },
    { name: 'node_modules/p/b/e', content: 'x' },
  ];
  const { packages, unowned, took } = await timed([...inner, ...files.flat()]);
  expect([packages[0]?.files, unowned.files]).toEqual([3, 2000]);
  expect(took).toBeLessThan(3000);
});

it('keep nothing of what is not there: one row of 80 KB took 1.7 GB, when it was read', async () => {
  const deep = Array.from({ length: 5 }, (_, index) => `${'x/'.repeat(8000)}f${index}`);
  const rows = [...deep, 'n/o/../../q/n/../n/../../l/f', 'n/../../f', 'p-1.dist-info/RECORD'];
  const { packages, took } = await timed([
    { name: 'p-1.dist-info/RECORD', content: rows.map((row) => `${row},,\n`).join('') },
    { name: 'q', type: '2', link: 'l' },
    { name: 'l/n/', type: '5' },
    { name: 'l/f', content: 'abc' },
  ]);
  expect(packages[0]?.files).toBe(2);
  expect(took).toBeLessThan(500);
});
