// Stored bytes of images: what entries are charged and what is named add up to the archive's length whatever layers hold and hide, and
// what is hidden costs what its layer loses without it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, rules } from '../../src/rules/index.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildImage, docker25Files, layoutFiles, legacyFiles, tarOf, writeFiles } from '../build/image.ts';
import type { BuiltImage, Files, Packing } from '../build/image.ts';
import { noise } from '../build/noise.ts';
import { buildTar } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';

const work = tempDirectory('stored-image');
let count = 0;

const file = (name: string, content: string | Buffer): TarSpec => ({ name, content, mode: 0o644 });
const hard = (name: string, link: string): TarSpec => ({ name, type: '1', link });
const random = (length: number, seed: number): Buffer => Buffer.from(noise(length, seed));

function written(bytes: Uint8Array): string {
  const path = join(work, `image-${count++}.tar`);
  writeFileSync(path, bytes);
  return path;
}

const scanned = (path: string, more: object = {}): Promise<Snapshot> =>
  scan(path, { ...defaultLimits, digests: 'auto', facts: 'needed', stored: true, ...more });

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

function expectWhole({ entries, overhead, totals }: Snapshot): void {
  expect(sum(entries.map(({ stored }) => stored ?? 0)) + sum(Object.values(overhead ?? {}))).toBe(totals.compressed);
}

const layers: readonly (readonly TarSpec[])[] = [
  [file('bin/tool', random(70_000, 1)), file('etc/text', 'line\n'.repeat(9000)), hard('bin/alias', 'bin/tool')],
  [file('etc/text', 'other\n'.repeat(9000)), file('etc/.wh.nothing', ''), file('data', random(300_000, 2))],
  [
    file('.wh.data', ''),
    hard('bin/third', 'bin/tool'),
    file('again', random(50_000, 3)),
    file('again', random(60_000, 4)),
  ],
];

function imageOf(packing: Packing, of = layers): BuiltImage {
  return buildImage({ layers: of.map((members) => ({ members, packing })) });
}

const older = 'an archive of older Dockers';
const forms: readonly (readonly [string, (image: BuiltImage) => Files])[] = [
  ['an OCI archive', (image) => layoutFiles([image])],
  ['an archive of Docker 25', (image) => docker25Files([image])],
  [older, (image) => legacyFiles([image])],
];
const packings: readonly Packing[] = ['raw', 'gzip', 'members', 'zstd'];

describe('every byte of an image archive', () => {
  it.each(forms.flatMap(([name, make]) => packings.map((packing) => [name, packing, make] as const)))(
    'of %s with layers packed as %s is charged once',
    async (form, packing, make) => {
      const image = imageOf(packing);
      const bytes = tarOf(make(image));
      const path = written(bytes);
      const snapshot = await scanned(path);
      expect(snapshot.totals.compressed).toBe(bytes.length);
      expectWhole(snapshot);
      // Older Dockers have the tars as they are.
      const blobs = sum(image.layers.map(({ blob, tar }) => (form === older ? tar : blob).length));
      expect(snapshot.overhead?.metadata).toBe(bytes.length - blobs);
      // Random bytes cannot be stored in less, whatever the codec; where its blocks end is known to a few percent of them.
      const stored = new Map(snapshot.entries.map((entry) => [entry.path, entry.stored ?? 0]));
      expect(stored.get('bin/alias')).toBeGreaterThan(66_000);
      expect([stored.get('bin/tool'), stored.get('bin/third')]).toEqual([0, 0]);
      expect(snapshot.overhead?.hidden).toBeGreaterThan(342_000);
      const data = snapshot.hidden?.find((hidden) => hidden.path === 'data');
      expect(data?.compressed).toBeGreaterThan(293_000);
      expect(data?.compressed).toBeLessThan(306_000);
    },
  );

  it('is told of one layer, too, and of a layer that stands twice', async () => {
    const twice = [...layers, layers[0] ?? []];
    const path = written(tarOf(layoutFiles([imageOf('gzip', twice)])));
    for (const layer of [undefined, 0, 1, 3]) expectWhole(await scanned(path, { layer }));
    const alone = await scanned(path, { layer: 1 });
    expect(alone.overhead?.excluded).toBeGreaterThan(70_000);
  });

  it('is of the tree where its blob stands for a layer below, too', async () => {
    const first = [file('a', random(30_000, 7))];
    const image = imageOf('gzip', [first, [file('.wh.a', '')], first]);
    const path = written(tarOf(layoutFiles([image])));
    const snapshot = await scanned(path);
    expectWhole(snapshot);
    expect(snapshot.entries.find((entry) => entry.path === 'a')?.stored).toBeGreaterThan(29_000);
    expect(snapshot.hidden).toMatchObject([{ path: 'a', stored: 0, layer: 1, compressed: 0 }]);
    for (const layer of [0, 2]) {
      const alone = await scanned(path, { layer });
      expect(alone.entries.find((entry) => entry.path === 'a')?.stored).toBeGreaterThan(29_000);
    }
  });

  it('of any layers', async () => {
    const name = fc.constantFrom('a', 'b', 'd/a', 'd/b', 'd/e/c', '.wh.a', 'd/.wh.b', 'd/.wh..wh..opq', '.wh.d');
    const member = fc.oneof(
      fc.record({ name, content: fc.string({ maxLength: 2000 }) }),
      fc.record({ name, type: fc.constant('1'), link: fc.constantFrom('a', 'd/a', 'd/e/c') }),
    );
    const image = fc.array(fc.array(member, { maxLength: 6 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(image, fc.constantFrom(...packings), async (members, packing) => {
        const snapshot = await scanned(written(tarOf(layoutFiles([imageOf(packing, members)]))));
        expectWhole(snapshot);
        for (const { compressed } of snapshot.hidden ?? []) expect(compressed).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what an image would lose', () => {
  it('is what its layer loses without the files that are hidden', async () => {
    const texts = Array.from({ length: 12 }, (__, at) =>
      file(
        `app/${at}.txt`,
        Array.from({ length: 4000 }, (_, line) => `${(line * line * (at + 3)) % 9973} rows\n`).join(''),
      ),
    );
    const keep = file('app/keep.bin', random(50_000, 5));
    const image = [
      [...texts, keep],
      [file('.wh.app', ''), file('app2', 'x')],
    ];
    const snapshot = await scanned(written(tarOf(layoutFiles([imageOf('gzip', image)]))));
    const finding = judge(snapshot, rules).find(({ rule }) => rule === 'deleted-in-later-layer');
    const all = gzipSync(buildTar(image[0] ?? [])).length;
    expect(sum((snapshot.hidden ?? []).map(({ compressed = 0 }) => compressed))).toBeGreaterThan(all * 0.9);
    expect(finding?.bytes).toBe(sum([...texts, keep].map(({ content = '' }) => content.length)));
    const { stdout } = sizecheck([
      'scan',
      written(tarOf(layoutFiles([imageOf('gzip', image)]))),
      '--size',
      'compressed',
      '--json',
      '--exit-zero',
    ]);
    const told: { rule: string; stored: number | null }[] = JSON.parse(stdout).findings;
    const saved = told.find(({ rule }) => rule === 'deleted-in-later-layer')?.stored ?? 0;
    expect(saved / all).toBeGreaterThan(0.95);
    expect(saved / all).toBeLessThanOrEqual(1);
  });
});

describe('where it is not known', () => {
  it('says why', () => {
    const image = imageOf('gzip');
    const packed = join(work, 'packed.tar.gz');
    writeFileSync(packed, gzipSync(tarOf(layoutFiles([image]))));
    const root = join(work, 'layout');
    writeFiles(root, layoutFiles([image]));
    for (const [path, why] of [
      [packed, 'which are not known of an image in gzip'],
      [root, 'pack the layout with tar'],
    ] as const) {
      const ran = sizecheck(['scan', path, '--size', 'compressed']);
      expect([ran.code, ran.stdout]).toEqual([2, '']);
      expect(ran.stderr).toContain(why);
    }
  });

  it('not so of a tar that only looks like an image at first', async () => {
    const bytes = buildTar([file('blobs/sha256/x', random(40_000, 6)), file('repositories', '{}'), file('z', 'zz')]);
    const snapshots = [await scanned(written(bytes)), await scanned(written(gzipSync(bytes)))];
    for (const snapshot of snapshots) {
      expect(snapshot.artifact.format).toBe('tar');
      expectWhole(snapshot);
      expect(snapshot.entries.find(({ path }) => path === 'blobs/sha256/x')?.stored).toBeGreaterThan(38_000);
    }
  });
});
