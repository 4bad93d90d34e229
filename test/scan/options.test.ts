// Options that TypeScript would refuse come from JavaScript all the same: each is named, none is taken for a default or for no limit.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readBudgets } from '../../src/policy/budgets.ts';
import { parseReport } from '../../src/report/json/read/index.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import type { ScanOptions } from '../../src/scan/scan.ts';
import { parseSnapshot } from '../../src/scan/snapshot-file.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';

const path = join(tempDirectory('options'), 'a.tar');
writeFileSync(path, buildTar([{ name: 'a', content: 'content' }]));
const good = { ...defaultLimits, digests: 'auto', facts: 'needed' } as const;

it.each<readonly [option: string, value: unknown, message: string]>([
  ['maxEntries', Number.NaN, 'a number, 0 or more (see defaultLimits), not NaN'],
  ['maxUnpacked', null, 'a number, 0 or more (see defaultLimits), not null'],
  ['maxWindow', -1, 'a number, 0 or more (see defaultLimits), not -1'],
  ['maxUnpacked', '5', 'a number, 0 or more (see defaultLimits), not "5"'],
  ['digests', 'some', 'one of auto, all, compare, not "some"'],
  ['facts', 'some', 'one of needed, all, not "some"'],
  ['stripVersion', '9.9', 'one of 2.35, 2.40, 2.44, not "9.9"'],
  ['thread', null, 'one of calling, worker, not null'],
  ['layer', -1, 'an index from 0, not -1'],
  ['layer', 0.5, 'an index from 0, not 0.5'],
  ['stored', 'yes', 'true or false, not "yes"'],
  ['packages', 1, 'true or false, not 1'],
  ['image', 'latest', 'an object with name, platform or as, not "latest"'],
  ['image', null, 'an object with name, platform or as, not null'],
  ['onProgress', {}, 'a function, not an object'],
  ['knownFacts', {}, 'a Map, not an object'],
])('refuses %s %s', async (option, value, message) => {
  // Sound: what is wrong with it is what is tested.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const options = { ...good, [option]: value } as ScanOptions;
  const error = { name: 'UsageError', message: `the option ${option} should be ${message}` };
  await expect(scan(path, options)).rejects.toMatchObject(error);
});

/** Calls a function as a program without types would. */
async function called(take: (...given: never[]) => unknown, ...given: readonly unknown[]): Promise<unknown> {
  return Reflect.apply(take, undefined, given);
}

it('refuses what is no choice of an image', async () => {
  const message = 'the option image.as should be one of auto, image, files, not "zzz"';
  const wrong = called(scan, path, { image: { as: 'zzz' } });
  await expect(wrong).rejects.toMatchObject({ name: 'UsageError', message });
  await expect(called(scan, path, { image: { name: 2 } })).rejects.toThrow(
    'the option image.name should be a text, not 2',
  );
  await expect(called(scan, path, { image: { tag: 'a' } })).rejects.toThrow(
    'there is no option image.tag; there are image.name, image.platform, image.as',
  );
});

it.each(['digest', 'ledger', 'toString'])('refuses the option %s, which is none', async (option) => {
  const scanned = called(scan, path, { [option]: 'all' });
  await expect(scanned).rejects.toMatchObject({ name: 'UsageError' });
  await expect(scanned).rejects.toThrow(
    new RegExp(`^there is no option ${option}; there are digests, facts, stored, `),
  );
  await expect(scanned).rejects.not.toThrow('knownFacts');
});

it.each([
  [null, 'null'],
  [undefined, 'undefined'],
  [[path], 'a list'],
  [7, 'a number'],
  [new URL(`file://${path}`), 'an object'],
])('refuses %j as a path', async (value, what) => {
  const message = `scan takes the path of an artifact, not ${what}`;
  await expect(called(scan, value)).rejects.toMatchObject({ name: 'UsageError', message });
});

it.each([
  [null, 'null'],
  ['all', 'a string'],
  [[], 'a list'],
])('refuses %j as options', async (value, what) => {
  const message = `scan takes an object of options, not ${what}`;
  await expect(called(scan, path, value)).rejects.toMatchObject({ name: 'UsageError', message });
});

it.each([
  ['readBudgets', readBudgets, '{}', 'the bytes of a budgets file, not a string'],
  ['parseReport', parseReport, '{}', 'the bytes of a report, not a string'],
  ['parseSnapshot', parseSnapshot, Buffer.from('{}'), 'the text of a snapshot, not an object'],
])('%s refuses what it cannot read', async (name, read, value, what) => {
  const message = `${name} takes ${what}`;
  await expect(called(read, value)).rejects.toMatchObject({ name: 'UsageError', message });
});

it('takes no value for an option that is not given', async () => {
  const names = [
    'digests',
    'facts',
    'maxEntries',
    'maxUnpacked',
    'maxWindow',
    'image',
    'thread',
    'onProgress',
    'stored',
  ];
  const nothing = Object.fromEntries(names.map((name) => [name, undefined]));
  expect(await scan(path, nothing)).toEqual(await scan(path));
  expect(await scan(path, { image: { name: undefined, as: undefined } })).toEqual(await scan(path));
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
