// Whether another order of members is worth it: what is measured with what, and what is written to be measured.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { tryOrders } from '../../src/cli/commands/order-trial.ts';
import type { OrderTrial, Trial } from '../../src/model/compression.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import type { FakeTrials } from '../build/trials.ts';

const fake = await vi.hoisted(async () => {
  const { fakeTrials } = await import('../build/trials.ts');
  const trials: FakeTrials = fakeTrials();
  return { trials };
});
vi.mock('node:child_process', async (original) => ({ ...(await original<object>()), spawn: fake.trials.spawn }));
vi.mock('../../src/cli/commands/programs.ts', () => ({ hasProgram: () => true }));

const work = tempDirectory('order-trial');
beforeEach(() => {
  fake.trials.running.length = 0;
});

const blockLength = 512;
/** By name a, b, c; by type, which is what follows the last dot, c.x, a.y, b.z. */
const members = ['b.z', 'c.x', 'a.y'].map((name, index) => ({ name, content: name.repeat(50 + 500 * index) }));
const tar = buildTar(members);
/** More than is read at once. */
const large = { name: 'a.z', content: 'large'.repeat(300_000) };
/** The same of `names`, with the end that GNU tar writes: two blocks of zeros, and zeros up to 20 blocks. */
function tarOf(...names: readonly string[]): Buffer {
  const alone = names.map((name) => buildTar([...members, large].filter((member) => member.name === name)));
  const body = Buffer.concat(alone.map((bytes) => bytes.subarray(0, bytes.length - 2 * blockLength)));
  const length = Math.ceil((body.length + 2 * blockLength) / (20 * blockLength)) * 20 * blockLength;
  return Buffer.concat([body, Buffer.alloc(length - body.length)]);
}

interface Tried {
  readonly result: OrderTrial | null;
  /** `zstd:9 by-name`, in order. */
  readonly measured: readonly string[];
  readonly inputs: ReadonlyMap<string, Buffer>;
  readonly progress: readonly string[];
  readonly programs: readonly boolean[];
}

/** @param known bytes of today's order. @param sizes bytes by `way order`; 1000 of what is not in it. */
async function tried(
  best: string,
  known: Readonly<Record<string, number>>,
  sizes: Readonly<Record<string, number>> = {},
  archive: Uint8Array = tar,
): Promise<Tried> {
  const directory = mkdtempSync(join(work, 'case-'));
  const input = join(directory, 'input');
  writeFileSync(input, archive);
  const measured: string[] = [];
  const inputs = new Map<string, Buffer>();
  const progress: string[] = [];
  const programs: boolean[] = [];
  fake.trials.onStart = (trial) => {
    const { task } = trial;
    if (task.kind !== 'compress') throw new Error('nothing is decompressed');
    const name = basename(task.input);
    const key = `${task.how.text} ${name}`;
    measured.push(key);
    programs.push(task.program);
    inputs.set(name, readFileSync(task.input));
    writeFileSync(task.output, '');
    trial.finish({ bytes: sizes[key] ?? 1000 });
  };
  const trials = Object.entries(known).map(([how, bytes]): Trial => ({
    how,
    command: how,
    bytes,
    compress: 1,
    decompress: 1,
    compressMemory: null,
    decompressMemory: null,
    window: null,
  }));
  const children = new Set<ChildProcess>();
  const onProgress = (text: string): void => void progress.push(text);
  const result = await tryOrders({ input, directory, trials, best, children, onProgress });
  expect(readdirSync(directory)).toEqual(['input']);
  expect(children.size).toBe(0);
  return { result, measured, inputs, progress, programs };
}

describe('another order', () => {
  const both = { 'zstd:9': 1000, 'xz:9': 900 };

  it('is tried fast, and where that gains with the best way', async () => {
    const sizes = { 'zstd:9 by-name': 990, 'zstd:9 by-type': 991, 'xz:9 by-name': 800 };
    const found = await tried('xz:9', both, sizes);
    expect(found.measured).toEqual(['zstd:9 by-name', 'xz:9 by-name', 'zstd:9 by-type']);
    expect(found.result).toEqual({ how: 'xz:9', bytes: 900, better: { order: 'name', bytes: 800 } });
    expect(found.progress).toEqual(found.measured.map((text) => text.replace(/ .*/, ' in another order')));
    expect(found.programs).toEqual([true, true, true]);
  });

  it.each([
    ['zstd:9', { 'zstd:9': 1000 }, ['zstd:9 by-name', 'zstd:9 by-type']],
    // The memory of gzip is short.
    ['gzip:9', { 'gzip:9': 1000, 'zstd:9': 1000 }, ['gzip:9 by-name', 'gzip:9 by-type']],
    ['xz:9', { 'xz:9': 1000 }, ['zstd:9 input', 'zstd:9 by-name', 'zstd:9 by-type']],
    ['gzip:9', {}, ['gzip:9 input', 'gzip:9 by-name', 'gzip:9 by-type']],
  ])('of %s is measured once where %j is known', async (best, known, measured) => {
    const found = await tried(best, known);
    expect(found.measured).toEqual(measured);
    expect(found.result).toEqual({ how: best, bytes: best in known ? 1000 : null, better: null });
  });

  it.each([
    [980, 970, { order: 'type', bytes: 970 }],
    [970, 970, { order: 'name', bytes: 970 }],
    [990, 990, null],
    [989, 1000, { order: 'name', bytes: 989 }],
  ])('is the better of two, if it saves a hundredth: %d and %d', async (name, type, better) => {
    for (const how of ['gzip:9', 'zstd:9']) {
      const found = await tried(how, { [how]: 1000 }, { [`${how} by-name`]: name, [`${how} by-type`]: type });
      expect(found.result?.better).toEqual(better);
      expect(found.measured).toEqual([`${how} by-name`, `${how} by-type`]);
    }
  });

  it('that a fast way gains nothing by is none, and what gains with it alone is none', async () => {
    expect((await tried('xz:9', both, { 'zstd:9 by-type': 991, 'xz:9 by-type': 1 })).result?.better).toBeNull();
    expect((await tried('xz:9', both, { 'zstd:9 by-type': 500 })).result?.better).toBeNull();
    // Nothing is known of the best.
    expect((await tried('xz:9', { 'zstd:9': 1000 }, { 'zstd:9 by-type': 500 })).result).toMatchObject({ better: null });
  });

  it('by brotli is tried here', async () => {
    const sizes = { 'zstd:9 by-name': 1 };
    expect((await tried('brotli:5', { 'zstd:9': 1000 }, sizes)).programs).toEqual([true, false, true]);
  });
});

describe('a tar in another order', () => {
  it('is the one that tar would write', async () => {
    const { inputs } = await tried('gzip:9', { 'gzip:9': 1 });
    expect(inputs.get('by-name')?.equals(tarOf('a.y', 'b.z', 'c.x'))).toBe(true);
    expect(inputs.get('by-type')?.equals(tarOf('c.x', 'a.y', 'b.z'))).toBe(true);
  });

  it('is whole where its last padding is not there', async () => {
    // 3150 bytes of content end 434 bytes before their block.
    const end = tar.length - 2 * blockLength;
    expect(tar.subarray(end - 434, end).every((byte) => byte === 0)).toBe(true);
    const { inputs } = await tried('gzip:9', { 'gzip:9': 1 }, {}, tar.subarray(0, end - 434));
    expect(inputs.get('by-name')?.equals(tarOf('a.y', 'b.z', 'c.x'))).toBe(true);
  });

  it('is whole where a member is large', async () => {
    const { inputs } = await tried('gzip:9', { 'gzip:9': 1 }, {}, buildTar([...members, large]));
    expect(inputs.get('by-name')?.equals(tarOf('a.y', 'a.z', 'b.z', 'c.x'))).toBe(true);
  });

  it('is not tried where the order means something', async () => {
    const twice = buildTar([...members, ...members.slice(0, 1)]);
    expect(await tried('gzip:9', { 'gzip:9': 1 }, {}, twice)).toMatchObject({ result: null, measured: [] });
  });
});
