// Options that TypeScript would refuse come from JavaScript all the same: each is named, none is taken for a default or for no limit.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import type { ScanOptions } from '../../src/scan/scan.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';

const path = join(tempDirectory('options'), 'a.tar');
writeFileSync(path, buildTar([{ name: 'a', content: 'content' }]));
const good = { ...defaultLimits, digests: 'auto', facts: 'needed' } as const;

it.each<readonly [option: string, value: unknown, message: string]>([
  ['maxEntries', Number.NaN, 'a number, 0 or more (see defaultLimits), not NaN'],
  ['maxUnpacked', undefined, 'a number, 0 or more (see defaultLimits), not undefined'],
  ['maxWindow', -1, 'a number, 0 or more (see defaultLimits), not -1'],
  ['maxUnpacked', '5', 'a number, 0 or more (see defaultLimits), not "5"'],
  ['digests', undefined, 'one of auto, all, compare, not undefined'],
  ['facts', 'some', 'one of needed, all, not "some"'],
  ['stripVersion', '9.9', 'one of 2.35, 2.40, 2.44, not "9.9"'],
  ['thread', null, 'one of calling, worker, not null'],
  ['layer', -1, 'an index from 0, not -1'],
  ['layer', 0.5, 'an index from 0, not 0.5'],
])('refuses %s %s', async (option, value, message) => {
  // Sound: what is wrong with it is what is tested.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const options = { ...good, [option]: value } as ScanOptions;
  const error = { name: 'UsageError', message: `the option ${option} should be ${message}` };
  await expect(scan(path, options)).rejects.toMatchObject(error);
});

it('takes no limit at all, and options that are there without a value', async () => {
  const endless = { maxEntries: Infinity, maxUnpacked: Infinity, maxWindow: Infinity };
  const { totals } = await scan(path, { ...good, ...endless, stripVersion: undefined, layer: undefined });
  expect(totals.content).toBe(7);
});

it('takes limits of nothing, and the first layer', async () => {
  await expect(scan(path, { ...good, maxEntries: 0 })).rejects.toMatchObject({ name: 'FormatError' });
  await expect(scan(path, { ...good, layer: 0 })).rejects.toThrow('--layer is for images');
});

it('needs no options', async () => {
  expect(await scan(path)).toEqual(await scan(path, good));
  const { entries } = await scan(path, { stored: true });
  expect(entries.map((entry) => [entry.path, entry.stored])).toContainEqual(['a', 7]);
});
