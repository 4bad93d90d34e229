// Images: one image in every wrapping, which image of several, and archives that lie.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ImageChoice } from '../../src/formats/format.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { snapshotJson } from '../../src/report/json/scan.ts';
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
import type { Files, ImageSpec, Packing } from '../build/image.ts';
import { imageBench } from '../build/image-bench.ts';
import { buildTar } from '../build/tar.ts';

const bench = imageBench('image');
const { put, layout } = bench;

const scanned = (path: string, image: ImageChoice = {}, more: object = {}): Promise<Snapshot> =>
  bench.scanned(path, { image, ...more });
const failure = (path: string, image: ImageChoice = {}): Promise<string> => bench.failure(path, { image });

function spec(packing: Packing = 'gzip'): ImageSpec {
  return {
    tags: ['registry.example/app:1'],
    platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
    layers: [
      {
        packing,
        createdBy: '/bin/sh -c #(nop) ADD file:abc in / ',
        members: [
          { name: 'etc/', type: '5', mode: 0o755 },
          { name: 'etc/passwd', content: 'root' },
          { name: 'app/', type: '5' },
          { name: 'app/data', content: 'x'.repeat(5000) },
          { name: 'app/link', type: '1', link: 'app/data' },
          { name: 'app/old', content: 'old' },
        ],
      },
      {
        packing,
        createdBy: 'RUN /bin/sh -c chown app /app # buildkit',
        members: [
          { name: 'app/', type: '5' },
          { name: 'app/data', content: 'x'.repeat(5000), mode: 0o600 },
          { name: 'app/.wh.old' },
          { name: 'app/new', content: 'new!' },
        ],
      },
    ],
  };
}

/** What does not depend on the wrapping. */
function comparable({ entries, totals, image, hidden, notices }: Snapshot): object {
  const sizes = { ...totals, archive: null, compressed: null };
  const layers = image?.layers.map((layer) => ({ ...layer, digest: null, compressed: null }));
  return { entries, sizes, image: { ...image, layers }, hidden, notices };
}

const built = buildImage(spec());
const files = layoutFiles([built]);

describe('one image in every wrapping', () => {
  const wrappings: readonly (readonly [name: string, format: string, make: () => string])[] = [
    ['docker archive', 'docker-archive', () => put(tarOf(legacyFiles([built])))],
    ['docker archive, manifest first', 'docker-archive', () => put(tarOf(legacyFiles([built]), ['manifest.json']))],
    ['docker archive of version 25', 'docker-archive', () => put(tarOf(docker25Files([built])))],
    ['OCI archive, index last', 'oci-archive', () => put(tarOf(files))],
    ['OCI archive, index first', 'oci-archive', () => put(tarOf(files, ['oci-layout', 'index.json']))],
    ['OCI archive in gzip', 'oci-archive', () => put(gzipSync(tarOf(files)))],
    ['OCI archive of zstd layers', 'oci-archive', () => put(tarOf(layoutFiles([buildImage(spec('zstd'))])))],
    ['OCI archive of gzip members', 'oci-archive', () => put(tarOf(layoutFiles([buildImage(spec('members'))])))],
    ['OCI archive of raw layers', 'oci-archive', () => put(tarOf(layoutFiles([buildImage(spec('raw'))])))],
    ['OCI layout', 'oci-layout', () => layout(files)],
  ];

  it.each(wrappings)('%s', async (_, format, make) => {
    const snapshot = await scanned(make());
    expect(snapshot.artifact.format).toBe(format);
    expect(comparable(snapshot)).toEqual(comparable(await scanned(put(tarOf(files)))));
  });

  it('knows its layers', async () => {
    const { image, totals, entries, hidden } = await scanned(layout(files));
    expect(image).toMatchObject({
      platform: 'linux/arm64/v8',
      layerBytes: 10_011,
      visibleBytes: 5008 + 5000,
      hiddenBytes: 3,
    });
    expect(image?.layers).toMatchObject([
      { instruction: 'ADD file:abc in /', content: 5007, added: 5007, changed: 0, deleted: 0, waste: 0 },
      { instruction: 'RUN chown app /app', content: 5004, added: 4, changed: 5000, deleted: 3, waste: 3 },
    ]);
    expect(image?.layers.map(({ compressed }) => compressed)).toEqual(built.layers.map(({ blob }) => blob.length));
    expect(image?.layers.map(({ digest, diffId }) => ({ digest, diffId }))).toEqual(
      built.layers.map(({ digest, diffId }) => ({ digest, diffId })),
    );
    expect(totals.content).toBe(10_008);
    expect(hidden).toEqual([{ path: 'app/old', size: 3, stored: 0, layer: 1, cause: 'deleted' }]);
    expect(entries.map(({ path, layer, size }) => [path, layer, size])).toEqual([
      ['.', undefined, 0],
      ['app', 1, 0],
      ['app/data', 1, 5000],
      ['app/link', 0, 5000],
      ['app/new', 1, 4],
      ['etc', 0, 0],
      ['etc/passwd', 0, 4],
    ]);
  });

  it('takes one layer alone', async () => {
    const { entries, totals } = await scanned(layout(files), {}, { layer: 1 });
    expect(totals.content).toBe(5004);
    expect(entries.map(({ path }) => path)).toEqual(['.', 'app', 'app/data', 'app/new']);
    await expect(scanned(layout(files), {}, { layer: 2 })).rejects.toThrow('there is no layer 2; the last one is 1');
  });

  it('is the same read back from a snapshot file', async () => {
    const snapshot = await scanned(layout(files));
    const report = { tool: { name: 'x', version: '1' }, snapshot, tree: [], findings: [], removable: 0 };
    const text = [...snapshotJson(report)].join('');
    expect(await scanned(put(Buffer.from(text)))).toEqual(snapshot);
    for (const [good, wrong] of [
      ['"waste":3', '"waste":4'],
      ['"layerBytes":10011', '"layerBytes":10012'],
      ['"cause":"deleted"', '"cause":"x"'],
      ['"stored":0,"layer":1', '"stored":0,"layer":9'],
      ['"index":1', '"index":2'],
    ] as const) {
      expect(text).toContain(good);
      expect(await failure(put(Buffer.from(text.replace(good, wrong))))).toMatch(/^bad-snapshot: /);
    }
  });

  it('is a plain tar, or a directory, where that is asked for', async () => {
    const tar = await scanned(put(tarOf(files)), { as: 'files' });
    expect(tar.artifact.format).toBe('tar');
    expect(tar.entries.filter(({ kind }) => kind === 'file').length).toBe(files.size);
    expect((await scanned(layout(files), { as: 'files' })).artifact.format).toBe('directory');
  });

  it('leaves tars alone that only begin like one', async () => {
    const plain = buildTar([
      { name: 'blobs/x', content: 'x' },
      { name: 'index.json', content: '{}' },
    ]);
    for (const bytes of [plain, gzipSync(plain)]) {
      const { artifact, entries, image } = await scanned(put(bytes));
      expect([artifact.format, entries.length, image]).toEqual(['tar', 4, undefined]);
    }
    expect(await failure(put(plain), { as: 'image' })).toContain('is no image');
  });

  it('takes images of no layers, of an empty one, and of one twice', async () => {
    expect((await scanned(put(tarOf(layoutFiles([buildImage({ layers: [] })]))))).image).toMatchObject({
      layers: [],
      layerBytes: 0,
      dive: { efficiency: 1, userWastedPercent: null },
    });
    const empty = { members: [] };
    const one = { members: [{ name: 'a', content: 'abc' }] };
    const { image } = await scanned(put(tarOf(layoutFiles([buildImage({ layers: [empty, one, one] })]))));
    expect(image).toMatchObject({ layerBytes: 6, visibleBytes: 3, hiddenBytes: 3 });
    expect(image?.layers.map(({ waste }) => waste)).toEqual([0, 0, 3]);
  });

  it('follows the links of old archives, inside of them', async () => {
    const [first, second] = built.layers;
    const manifest = json([{ Config: 'c.json', RepoTags: null, Layers: ['1/layer.tar', '2/layer.tar'] }]);
    const archive = buildTar([
      { name: 'repositories', content: '{}' },
      { name: 'c.json', content: built.config },
      { name: 'l.tar', content: first?.tar ?? '' },
      { name: '1/layer.tar', type: '2', link: '../l.tar' },
      { name: 'm.tar', content: second?.tar ?? '' },
      { name: '2/layer.tar', type: '1', link: 'm.tar' },
      { name: 'manifest.json', content: manifest },
    ]);
    expect(comparable(await scanned(put(archive)))).toEqual(comparable(await scanned(layout(files))));
  });
});

describe('which image', () => {
  const other = buildImage({ ...spec(), tags: ['other:2'], platform: { os: 'linux', architecture: 'amd64' } });
  const both = [built, other];
  const attestation = { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } };

  it.each([
    ['docker archive', () => tarOf(legacyFiles(both))],
    ['OCI archive', () => tarOf(layoutFiles(both))],
  ])('%s of two', async (_, make) => {
    const path = put(make());
    expect(await failure(path)).toMatch(
      /^which-image: : holds 2 images, 1: registry.example\/app:1 \(linux\/arm64\/v8\), 2: other:2 \(linux\/amd64\); choose/,
    );
    for (const choice of [
      { platform: 'linux/arm64' },
      { platform: 'linux/arm64/v8' },
      { name: '1' },
      { name: 'app:1' },
    ]) {
      expect((await scanned(path, choice)).image?.platform).toBe('linux/arm64/v8');
    }
    expect((await scanned(path, { name: 'other:2', platform: 'linux/amd64' })).image?.platform).toBe('linux/amd64');
    expect(await failure(path, { platform: 'linux/s390x' })).toContain(
      'no image for the platform "linux/s390x"; it holds 1',
    );
    expect(await failure(path, { name: 'third' })).toContain('no image "third"');
  });

  /** The layout of `both`, with an index of its own. */
  function indexed(manifests: readonly object[], more: Files = new Map()): string {
    return layout(new Map([...layoutFiles(both, manifests), ...more]));
  }

  it('never takes an attestation for an image', async () => {
    const image = descriptor(built.manifest, ociTypes.manifest);
    const beside = descriptor(other.manifest, ociTypes.manifest, attestation);
    for (const manifests of [
      [image, beside],
      [beside, image],
    ]) {
      expect((await scanned(indexed(manifests))).image?.platform).toBe('linux/arm64/v8');
    }
    expect(await failure(indexed([beside]))).toContain('no-image: index.json: holds no image: it holds an attestation');
    const unknown = { platform: { os: 'unknown', architecture: 'unknown' } };
    expect(await failure(indexed([descriptor(other.manifest, ociTypes.manifest, unknown)]))).toContain(
      'an attestation',
    );
    const type = 'application/vnd.cncf.helm.config.v1+json';
    const chart = json({ config: descriptor(built.config, type), layers: [] });
    const listed = [descriptor(chart, ociTypes.manifest)];
    expect(await failure(indexed(listed, new Map([[blobOf(chart), chart]])))).toContain(`an artifact of type ${type}`);
  });

  it('goes into nested indexes, so deep and no deeper', async () => {
    const nest = (depth: number): string => {
      const more: Files = new Map();
      let inner = descriptor(built.manifest, ociTypes.manifest);
      for (let level = 0; level < depth; level++) {
        const index = json({ schemaVersion: 2, manifests: [inner] });
        more.set(blobOf(index), index);
        inner = descriptor(index, ociTypes.index);
      }
      return indexed([inner], more);
    };
    expect((await scanned(nest(7))).image?.platform).toBe('linux/arm64/v8');
    expect(await failure(nest(8))).toContain('is nested in more than 8 indexes');
    expect(await failure(nest(200))).toContain('is nested in more than 8 indexes');
  });

  it('takes two names of one image for one, and leaves out manifests that are not there', async () => {
    const image = descriptor(built.manifest, ociTypes.manifest);
    const gone = descriptor(Buffer.from('gone'), ociTypes.manifest, {
      platform: { os: 'linux', architecture: 'riscv64' },
    });
    expect((await scanned(indexed([image, image, gone]))).image?.platform).toBe('linux/arm64/v8');
    expect(await failure(indexed([gone]))).toContain(
      `the manifest, ${sha256(Buffer.from('gone'))}, is not in the image`,
    );
  });

  it('says what an index without an image is', async () => {
    expect(await failure(indexed([]))).toContain('its index lists nothing');
    const old = json({ schemaVersion: 1, fsLayers: [] });
    const more: Files = new Map([[blobOf(old), old]]);
    expect(await failure(indexed([{ digest: sha256(old), size: old.length }], more))).toContain('schema 1');
    expect(await failure(indexed([descriptor(built.manifest, 'text/plain')]))).toContain(
      'unknown media type "text/plain"',
    );
    expect(await failure(indexed([{ mediaType: ociTypes.manifest }]))).toContain('names no digest of manifest 1');
  });
});

describe('broken images', () => {
  const [lower] = built.layers;
  const blob = lower?.blob ?? Buffer.alloc(0);
  const layerPath = blobOf(blob);

  function without(path: string): Files {
    return new Map([...files].filter(([name]) => name !== path));
  }

  function replaced(path: string, bytes: Buffer): Files {
    return new Map([...files, [path, bytes]]);
  }

  function flipped(bytes: Buffer, at: number): Buffer {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 0xff;
    return copy;
  }

  it.each([
    ['a layer', layerPath, sha256(blob)],
    ['the config', blobOf(built.config), sha256(built.config)],
    ['the manifest', blobOf(built.manifest), sha256(built.manifest)],
  ])('without %s', async (_, path, digest) => {
    for (const artifact of [layout(without(path)), put(tarOf(without(path)))]) {
      expect(await failure(artifact)).toMatch(/^missing-blob: /);
      expect(await failure(artifact)).toContain(digest);
    }
  });

  it.each([
    ['a layer', layerPath, blob],
    ['the config', blobOf(built.config), built.config],
    ['the manifest', blobOf(built.manifest), built.manifest],
  ])('with %s of other bytes or of another length', async (_, path, bytes) => {
    for (const at of [3, 30, Math.floor(bytes.length / 2), bytes.length - 3]) {
      expect(await failure(layout(replaced(path, flipped(bytes, at))))).toContain(sha256(bytes));
    }
    expect(await failure(layout(replaced(path, bytes.subarray(0, -1))))).toContain(sha256(bytes));
    expect(await failure(layout(replaced(path, Buffer.concat([bytes, bytes]))))).toMatch(/^wrong-size: /);
  });

  it('with a DiffID that is not that of the layer', async () => {
    const diff_ids = built.layers.map(({ diffId }) => diffId).toReversed();
    const lying = buildImage({ ...spec(), config: { rootfs: { type: 'layers', diff_ids } } });
    for (const artifact of [tarOf(layoutFiles([lying])), tarOf(legacyFiles([lying]))]) {
      expect(await failure(put(artifact))).toMatch(
        /^digest-mismatch: .*DiffID sha256:\w+, but the config says sha256:/,
      );
    }
    const short = buildImage({ ...spec(), config: { rootfs: { type: 'layers', diff_ids: diff_ids.slice(1) } } });
    expect(await failure(put(tarOf(layoutFiles([short]))))).toContain('lists 1 layers, but the manifest has 2');
  });

  it('with layers of other media types', async () => {
    const [first, ...rest] = spec().layers;
    const typed = (mediaType: string): Files =>
      layoutFiles([buildImage({ ...spec(), layers: first === undefined ? [] : [{ ...first, mediaType }, ...rest] })]);
    const foreign = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';
    expect(await failure(put(tarOf(typed('application/vnd.oci.image.layer.v1.tar+gzip+encrypted'))))).toContain(
      `layer 0, ${sha256(blob)}, is encrypted`,
    );
    expect(await failure(put(tarOf(typed('text/html'))))).toContain(
      'has media type text/html, which is none of a layer',
    );
    expect((await scanned(put(tarOf(typed(foreign))))).image?.layers.length).toBe(2);
    const absent = new Map([...typed(foreign)].filter(([name]) => name !== layerPath));
    expect(await failure(put(tarOf(absent)))).toContain(`the foreign layer 0, ${sha256(blob)}, is not in the image`);
    // What a media type says of the compression, the bytes know better.
    expect((await scanned(put(tarOf(typed(`${ociTypes.layer}+zstd`))))).image?.layers.length).toBe(2);
  });

  it.each([
    ['is missing', null],
    ['is empty', ''],
    ['is null', 'null'],
    ['lists nothing', '[]'],
    ['is no JSON', '{'],
    ['is deep', '['.repeat(200_000)],
    ['is no list', '{}'],
    ['lists no object', '[1]'],
    ['names no config', '[{}]'],
    ['names a config outside', '[{"Config":"../c.json","Layers":[]}]'],
    ['names an absolute config', '[{"Config":"/etc/passwd","Layers":[]}]'],
    ['names a config that is not there', '[{"Config":"__proto__","Layers":[]}]'],
  ])('with a manifest.json that %s', async (_, text) => {
    const legacy = legacyFiles([built]);
    legacy.delete('manifest.json');
    if (text !== null) legacy.set('manifest.json', Buffer.from(text));
    const artifact = put(tarOf(legacy));
    if (text === null) expect((await scanned(artifact)).artifact.format).toBe('tar');
    else expect(await failure(artifact)).toMatch(/^(?:bad-json|bad-image|no-image|path-escape|missing-blob): /);
  });

  it('with manifest.json twice, with one that is too large, with a link out of the archive', async () => {
    const members = [...legacyFiles([built])].map(([name, content]) => ({ name, content }));
    const manifest = members.filter(({ name }) => name === 'manifest.json');
    expect(await failure(put(buildTar([...members, ...manifest])))).toContain('is in the archive more than once');
    const large = new Map([
      ...legacyFiles([built]),
      ['manifest.json', Buffer.alloc(4 * 1024 * 1024 + 1, ' ')] as const,
    ]);
    expect(await failure(put(tarOf(large)))).toContain('is JSON of 4194305 bytes, more than 4194304');
    const linked = (link: string): Buffer =>
      buildTar([
        { name: 'repositories', content: '{}' },
        { name: 'manifest.json', content: '[{"Config":"a/c","Layers":[]}]' },
        { name: 'a/c', type: '2', link },
      ]);
    for (const link of ['/etc/passwd', '../../etc/passwd', '../x/../../y']) {
      expect(await failure(put(linked(link)))).toContain('is a link that leads out of the image');
    }
    expect(await failure(put(linked('../a/c')))).toContain('is a link that leads nowhere');
    expect(await failure(put(linked('../gone')))).toContain('is not in the archive');
  });

  it('with tags, history and config that are made up', async () => {
    const strange = { rootfs: { diff_ids: 'x' } };
    expect(await failure(put(tarOf(legacyFiles([buildImage({ ...spec(), config: strange })]))))).toContain(
      'rootfs.diff_ids',
    );
    const escapes = { rootfs: { diff_ids: ['../../etc/passwd'] } };
    expect(await failure(put(tarOf(legacyFiles([buildImage({ ...spec(), config: escapes })]))))).toMatch(
      /^bad-digest: /,
    );
    const odd = { history: [null, 7, { created_by: 3 }], ['__proto__']: 1 };
    const { image, notices } = await scanned(
      put(tarOf(legacyFiles([buildImage({ ...spec(), tags: null, config: odd })]))),
    );
    expect(image?.layers.map(({ instruction }) => instruction)).toEqual([null, null]);
    expect(notices.map(({ code }) => code)).toEqual(['history-mismatch']);
    const none = await scanned(put(tarOf(legacyFiles([buildImage({ ...spec(), config: { history: undefined } })]))));
    expect(none.notices).toEqual([]);
  });

  it('with a layer that is no tar, or is cut short', async () => {
    const noTar: ImageSpec = { layers: [{ members: [], tar: Buffer.from('<html>'.repeat(200)) }] };
    expect(await failure(put(tarOf(layoutFiles([buildImage(noTar)]))))).toMatch(/bad-checksum: .*layer 0, sha256:/);
    const whole = buildTar([{ name: 'a', content: 'x'.repeat(2000) }]);
    const cut: ImageSpec = { layers: [{ members: [], tar: whole.subarray(0, 1500) }] };
    expect(await failure(put(tarOf(layoutFiles([buildImage(cut)]))))).toMatch(/truncated: .*layer 0, sha256:/);
    const bytes = tarOf(files, ['oci-layout', 'index.json']);
    for (let length = 1600; length < bytes.length - 2048; length += 611) {
      expect(await failure(put(bytes.subarray(0, length)))).toMatch(
        /^(?:truncated|missing-blob|which-image|no-image): /,
      );
    }
  });

  it('with parts of a layout that are no regular files', async () => {
    const linked = layout(files);
    rmSync(join(linked, layerPath));
    symlinkSync('/etc/passwd', join(linked, layerPath));
    expect(await failure(linked)).toContain('is no regular file');
    const elsewhere = layout(files);
    const other = layout(files);
    rmSync(join(elsewhere, 'blobs'), { recursive: true });
    symlinkSync(join(other, 'blobs'), join(elsewhere, 'blobs'));
    expect(await failure(elsewhere)).toContain('is no directory');
    const directory = layout(without(layerPath));
    mkdirSync(join(directory, layerPath));
    expect(await failure(directory)).toContain('is no regular file');
  });

  it('within the limits', async () => {
    const path = layout(files);
    await expect(scanned(path, {}, { maxUnpacked: 8000 })).rejects.toThrow('unpacks to more than 8000 bytes');
    await expect(scanned(path, {}, { maxEntries: 8 })).rejects.toThrow('holds more than 8 entries');
    const members = [{ name: `${'d/'.repeat(40)}f` }];
    const deep = layout(layoutFiles([buildImage({ layers: [{ members }] })]));
    for (const part of [{}, { layer: 0 }]) {
      expect((await scanned(deep, {}, { ...part, maxEntries: 41 })).entries).toHaveLength(42);
      await expect(scanned(deep, {}, { ...part, maxEntries: 40 })).rejects.toThrow('holds more than 40 entries');
    }
  });
});
