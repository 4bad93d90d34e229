// Parts of images that are odd, or just within a limit or just beyond it, and what is said of those that are not there.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { imageFormat } from '../../src/formats/image/image.ts';
import { cleanInstruction } from '../../src/formats/image/instruction.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import {
  blobOf,
  buildImage,
  descriptor,
  docker25Files,
  json,
  layoutFiles,
  legacyFiles,
  ociTypes,
  sha256,
  tarOf,
} from '../build/image.ts';
import type { Files, LayerSpec } from '../build/image.ts';
import { imageBench } from '../build/image-bench.ts';
import { recordingSink } from '../build/sink.ts';
import { buildTar } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';

const { work, put, layout, scanned, failure } = imageBench('image-bounds');
chmodSync(work, 0o755);

const one: LayerSpec = { members: [{ name: 'a', content: 'abc' }] };
const built = buildImage({ layers: [one] });
const bytes = { layerBytes: 3 };

/** An old archive whose parts are these members, the layer and the config among them as `l.tar` and `c.json`. */
function old(members: readonly TarSpec[], item: object = {}, config = built.config): string {
  const parts = [
    { name: 'c.json', content: config },
    { name: 'l.tar', content: built.layers[0]?.tar ?? '' },
  ];
  const manifest = json([{ Config: 'c.json', RepoTags: null, Layers: ['l.tar'], ...item }]);
  return put(buildTar([{ name: 'manifest.json', content: manifest }, ...parts, ...members]));
}

describe('parts of an archive', () => {
  it('are files, and links that lead to them inside of it', async () => {
    const symlink = (name: string, link: string): TarSpec => ({ name, type: '2', link });
    const image = async (link: string) => (await scanned(old([symlink('d/l', link)], { Layers: ['d/l'] }))).image;
    for (const link of ['../l.tar', './/..//l.tar', '../d/../l.tar']) expect(await image(link)).toMatchObject(bytes);
    expect((await scanned(old([symlink('l', 'l.tar')], { Layers: ['l'] }))).image).toMatchObject(bytes);
    for (const link of ['/l.tar', '../../l.tar', '../../../l.tar', '../../artifact/l.tar', '../../../../l.tar'])
      await expect(image(link)).rejects.toThrow('is a link that leads out of the image');
    const chain = Array.from({ length: 9 }, (_, at) => symlink(`s${at}`, at === 0 ? 'l.tar' : `s${at - 1}`));
    expect((await scanned(old(chain, { Layers: ['s7'] }))).image).toMatchObject(bytes);
    expect(await failure(old(chain, { Layers: ['s8'] }))).toBe('link-loop: s8: is a link that leads nowhere');
    for (const type of ['5', '6'])
      expect(await failure(old([{ name: 'd', type }], { Layers: ['d'] }))).toContain('is not in the archive');
  });

  it('are as many as may be', async () => {
    // Directories and devices are no parts.
    const odd = ['5', '6'].map((type) => ({ name: `odd${type}`, type }));
    const path = old(odd);
    expect((await scanned(path, { maxEntries: 3 })).image).toMatchObject(bytes);
    expect(await failure(path, { maxEntries: 2 })).toContain('holds more than 2 entries (see --max-entries)');
    expect((await scanned(path, { maxUnpacked: 10_240 })).image).toMatchObject(bytes);
    const tar = built.layers[0]?.tar.length ?? 0;
    expect((await scanned(path, { maxUnpacked: tar })).image).toMatchObject(bytes);
    expect(await failure(path, { maxUnpacked: tar - 1 })).toContain('see --max-unpacked');
  });

  it('that are not there are named by what is known of them', async () => {
    const diffId = built.layers[0]?.diffId ?? '';
    expect(await failure(old([], { Layers: ['x'] }))).toBe(
      `missing-blob: x: the layer 0 (${diffId}) is not in the archive`,
    );
    expect(await failure(old([], { Layers: {} }))).toBe('bad-image: manifest.json: lists no layers');
    expect(await failure(old([], { Config: 5 }))).toBe(
      'bad-image: manifest.json: names no file for the config of image 1',
    );
    const files = layoutFiles([built]);
    files.delete(blobOf(built.layers[0]?.blob ?? Buffer.alloc(0)));
    expect(await failure(layout(files))).toMatch(/the layer 0, sha256:[0-9a-f]{64}, is not in the image$/);
    const untold = layoutFiles([built]);
    untold.delete(blobOf(built.config));
    expect(await failure(layout(untold))).toMatch(/the config, sha256:[0-9a-f]{64}, is not in the image$/);
    const bare = new Map([...layoutFiles([built])].filter(([path]) => !path.startsWith('blobs/')));
    expect(await failure(layout(bare))).toMatch(
      /^missing-blob: .*the manifest, sha256:[0-9a-f]{64}, is not in the image$/,
    );
  });

  it('below blobs/ have the digest that their name says', async () => {
    const files = docker25Files([built]);
    files.delete('oci-layout');
    expect((await scanned(put(tarOf(files)))).image).toMatchObject(bytes);
    const blob = blobOf(built.layers[0]?.blob ?? Buffer.alloc(0));
    // The same tar, compressed otherwise.
    files.set(blob, gzipSync(built.layers[0]?.tar ?? '', { level: 1, memLevel: 1 }));
    expect(await failure(put(tarOf(files)))).toMatch(/^digest-mismatch: blobs\/sha256\//);
  });

  it('are none where the sink takes no layers', async () => {
    const sink = recordingSink();
    const source = memorySource(tarOf(legacyFiles([built])));
    expect(await imageFormat.read(source, sink, defaultLimits, { name: 'x' })).toBe('tar');
    expect(sink.records).toHaveLength(4);
  });

  it('begin behind directories whatever size these claim', async () => {
    const members = [
      { name: './', type: '5', size: 5000 },
      { name: 'manifest.json', content: json([{ Config: 'c.json', Layers: ['l.tar'] }]) },
      { name: 'c.json', content: built.config },
      { name: 'l.tar', content: built.layers[0]?.tar ?? '' },
    ];
    const { artifact } = await scanned(put(buildTar(members)));
    expect(artifact.format).toBe('docker-archive');
  });
});

describe('layers', () => {
  it('of no byte, or null for none, are taken as Go has it', async () => {
    const nothing = buildImage({ layers: [{ members: [], tar: Buffer.alloc(0), packing: 'raw' }] });
    expect((await scanned(layout(layoutFiles([nothing])))).image).toMatchObject({ layerBytes: 0 });
    const empty = buildImage({ layers: [] });
    const path = old([], { Layers: null }, empty.config);
    expect((await scanned(path)).image).toMatchObject({ layers: [], layerBytes: 0 });
  });

  it('have a compressed length where they are compressed', async () => {
    const image = buildImage({
      layers: [
        { ...one, packing: 'raw' },
        { members: [{ name: 'b' }], packing: 'gzip' },
      ],
    });
    const { image: read } = await scanned(layout(layoutFiles([image])));
    expect(read?.layers.map(({ compressed }) => compressed)).toEqual([null, image.layers[1]?.blob.length]);
  });

  it('that are compressed have stored bytes by what their members take in them', async () => {
    const image = buildImage({ layers: [{ members: [{ name: 'a', content: 'x'.repeat(50_000) }], packing: 'gzip' }] });
    const { entries, overhead, totals } = await scanned(layout(layoutFiles([image])));
    expect(entries.some((entry) => 'stored' in entry)).toBe(false);
    expect([overhead, totals.compressed]).toEqual([undefined, null]);
    const told = await scanned(put(tarOf(layoutFiles([image]))), { stored: true });
    const stored = told.entries.find(({ path }) => path === 'a')?.stored ?? 0;
    expect(stored).toBeGreaterThan(20);
    expect(stored).toBeLessThan(image.layers[0]?.blob.length ?? 0);
    expect(Object.values(told.overhead ?? {}).reduce((sum, own) => sum + own, stored)).toBe(told.totals.compressed);
  });

  it('are named in what is told of their tars, or of a member', async () => {
    const tar = buildTar([{ name: 'a', content: 'abc' }]).subarray(0, 1024);
    const odd = buildTar([{ name: 'd', type: '5', size: 7 }]);
    const path = layout(layoutFiles([buildImage({ layers: [tar, odd].map((own) => ({ members: [], tar: own })) })]));
    const { notices } = await scanned(path);
    expect(notices.map(({ path: at, message }) => `${at}: ${message}`)).toEqual([
      expect.stringMatching(/^null: layer 0 /),
      expect.stringMatching(/^d: .* \(in layer 1\)$/),
    ]);
  });

  it('are ten thousand at most', async () => {
    const config = (layers: number): Buffer =>
      json({ rootfs: { diff_ids: Array.from({ length: layers }, () => sha256(built.config)) } });
    expect(await failure(old([], {}, config(10_000)))).toContain('lists 10000 layers, but the manifest has 1');
    expect(await failure(old([], {}, config(10_001)))).toContain('lists 10001 layers, more than 10000');
  });
});

describe('documents', () => {
  it('are 4 MiB long at most', async () => {
    const config = (length: number): Buffer =>
      Buffer.concat([built.config, Buffer.alloc(length - built.config.length, ' ')]);
    expect((await scanned(old([], {}, config(4 << 20)))).image).toMatchObject(bytes);
    expect(await failure(old([], {}, config((4 << 20) + 1)))).toContain('is JSON of 4194305 bytes, more than 4194304');
  });

  it('show as much of a digest that is none as helps', async () => {
    const config = (digest: string): Buffer => json({ rootfs: { diff_ids: [digest] } });
    expect(await failure(old([], {}, config('x'.repeat(80))))).toContain(`the digest "${'x'.repeat(80)}";`);
    expect(await failure(old([], {}, config('x'.repeat(81))))).toContain(`the digest "${'x'.repeat(80)}…";`);
  });
});

describe('which image', () => {
  const other = buildImage({ layers: [one, one], platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } });

  it('is known by tags that are text, shown up to a hundred characters', async () => {
    const [long, cut] = ['t'.repeat(100), 'u'.repeat(101)];
    const files = legacyFiles([built, other]);
    const items: object[] = JSON.parse(files.get('manifest.json')?.toString() ?? '[]');
    const tagged = [{ RepoTags: [null, long] }, { RepoTags: [7, cut] }].map((tags, at) => ({ ...items[at], ...tags }));
    files.set('manifest.json', json(tagged));
    const path = put(tarOf(files));
    expect(await failure(path, { image: { name: 'x' } })).toContain(
      `1: ${long} (linux/amd64), 2: ${cut.slice(0, 100)}… (linux/arm64/v8)`,
    );
    expect((await scanned(path, { image: { name: cut } })).image?.layers).toHaveLength(2);
  });

  it.each<[string, { architecture?: string; variant?: string }, string | undefined, string | null]>([
    ['a variant of the index alone', { architecture: 'arm' }, 'v7', 'linux/arm/v7'],
    ['a variant of the config alone', { architecture: 'arm', variant: 'v7' }, undefined, 'linux/arm/v7'],
    ['another variant in the config', { architecture: 'arm', variant: 'v6' }, 'v7', 'linux/arm/v6'],
    ['another architecture in the config', { architecture: 'armhf' }, 'v7', 'linux/armhf'],
    ['no platform in the config', {}, 'v7', 'linux/arm/v7'],
  ])('has the platform that its config says, as exactly as it is known: %s', async (_, config, variant, expected) => {
    const told = { os: 'linux', architecture: 'arm', ...(variant === undefined ? {} : { variant }) };
    const made = { architecture: undefined, variant: undefined, ...config };
    const path = put(tarOf(layoutFiles([buildImage({ layers: [one], platform: told, config: made })])));
    expect((await scanned(path)).image?.platform).toBe(expected);
  });

  it('is of a platform by system and architecture, or by the variant, too', async () => {
    const path = layout(layoutFiles([built, other]));
    for (const platform of ['linux/arm64', 'linux/arm64/v8'])
      expect((await scanned(path, { image: { platform } })).image?.layers).toHaveLength(2);
    for (const platform of ['linux', 'linux/arm', 'linux/arm64/v', 'linux/arm64/v8/'])
      expect(await failure(path, { image: { platform } })).toContain('no image for the platform');
    const half = buildImage({ layers: [one], platform: { os: 'linux', architecture: '' } });
    expect((await scanned(put(tarOf(legacyFiles([half]))))).image?.platform).toBe(null);
  });

  it('has the name of its index, or one of its own', async () => {
    const ref = (name: string): object => ({ annotations: { 'org.opencontainers.image.ref.name': name } });
    const inner = json({
      manifests: [built, other].map(({ manifest }, at) => descriptor(manifest, ociTypes.manifest, ref(`inner${at}`))),
    });
    const files = (outer: object): Files =>
      new Map([
        ...layoutFiles([built, other], [descriptor(inner, ociTypes.index, outer)]),
        [blobOf(inner), inner] as const,
      ]);
    expect((await scanned(layout(files({})), { image: { name: 'inner1' } })).image?.layers).toHaveLength(2);
    expect(await failure(layout(files(ref('outer'))), { image: { name: 'inner1' } })).toContain(
      '1: outer (linux/amd64)',
    );
  });
});

describe.skipIf(process.geteuid?.() !== 0)('a layout that may not be read', () => {
  it('is refused with what the system says', async () => {
    const root = layout(layoutFiles([built]));
    chmodSync(join(root, 'blobs'), 0);
    process.seteuid?.(65_534);
    try {
      expect(await failure(root)).toMatch(/^unreadable: blobs\/sha256: cannot be read \(EACCES\)$/);
    } finally {
      process.seteuid?.(0);
    }
    const file = layout(new Map([...layoutFiles([built])].filter(([path]) => !path.startsWith('blobs/'))));
    writeFileSync(join(file, 'blobs'), '');
    expect(await failure(file)).toBe('not-a-directory: blobs: is no directory, as it must be in an OCI layout');
    mkdirSync(join(work, 'plain'), { recursive: true });
    expect((await scanned(join(work, 'plain'))).artifact.format).toBe('directory');
  });
});

describe('instructions', () => {
  it('have eight options before the command at most', () => {
    const shell = (options: number): string => `/bin/sh ${'-e '.repeat(options)}-c make all`;
    expect(cleanInstruction(shell(7))).toBe('RUN make all');
    expect(cleanInstruction(shell(8))).toBe(shell(8));
    for (const text of ['/bin/sh -c', '|1 A=b make', '/bin/sh -']) expect(cleanInstruction(text)).toBe(text);
  });
});
