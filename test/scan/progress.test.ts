// Progress of formats that no decoder reads: it is told, and only grows.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';

const work = tempDirectory('progress');
mkdirSync(join(work, 'tree'));
for (const name of ['a', 'b', 'c']) writeFileSync(join(work, 'tree', name), 'x'.repeat(1000));
writeFileSync(join(work, 'a.zip'), buildZip(['a', 'b', 'c'].map((name) => ({ name, content: 'x'.repeat(1000) }))));

it.each([
  ['tree', 3000],
  ['a.zip', 1],
])('of %s', async (artifact, least) => {
  const told: number[] = [];
  const onProgress = (bytes: number): void => void told.push(bytes);
  await scan(join(work, artifact), { ...defaultLimits, digests: 'auto', facts: 'needed', onProgress });
  expect(told.length).toBeGreaterThan(2);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBeGreaterThanOrEqual(least);
});
