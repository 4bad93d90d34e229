// Images that others made up to lead a reader astray, and odd ones that are nothing but odd: one clear line, or the figures.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ImageChoice } from '../../src/formats/format.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import {
  blobOf,
  buildImage,
  descriptor,
  json,
  layoutFiles,
  legacyFiles,
  ociTypes,
  sha256,
  tarOf,
} from '../build/image.ts';
import type { Files, ImageSpec, LayerSpec } from '../build/image.ts';
import { imageBench } from '../build/image-bench.ts';
import { buildTar, pax } from '../build/tar.ts';
import { sizecheck } from '../cli/run.ts';
import { run } from '../oracles.ts';

const bench = imageBench('image-hostile');
const { work, put, layout } = bench;

const scanned = (path: string, image: ImageChoice = {}): Promise<Snapshot> => bench.scanned(path, { image });
const failure = (path: string, image: ImageChoice = {}): Promise<string> => bench.failure(path, { image });

const lower: LayerSpec = { members: [{ name: 'a', content: 'abc' }] };
const upper: LayerSpec = { members: [{ name: 'b', content: 'de' }] };
const plain: ImageSpec = { layers: [lower, upper] };
const built = buildImage(plain);
const sizes = { layerBytes: 5, visibleBytes: 5, hiddenBytes: 0 };

describe('names of parts', () => {
  it.each([
    'sha256:../../../../etc/passwd',
    '../../etc/passwd',
    'sha256:/etc/passwd',
    `sha256:${'A'.repeat(64)}`,
    `sha512:${'a'.repeat(128)}`,
    `sha256:${'a'.repeat(64)}/..`,
    '',
  ])('the digest %j is never looked up', async (digest) => {
    const listed = { mediaType: ociTypes.manifest, digest, size: 1 };
    expect(await failure(layout(layoutFiles([built], [listed])))).toMatch(/^bad-digest: index\.json: names the digest/);
    const config = { ...descriptor(built.config, ociTypes.config), digest };
    expect(await failure(layout(layoutFiles([buildImage({ ...plain, manifest: { config } })])))).toMatch(
      /^bad-digest: blobs\/sha256\//,
    );
  });

  it.each(['../layer.tar', '/layer.tar', 'x/../../layer.tar'])('the layer %j is never looked up', async (path) => {
    const files = legacyFiles([built]);
    files.set('manifest.json', json([{ Config: 'c.json', Layers: [path, path] }]));
    files.set('c.json', built.config);
    expect(await failure(put(tarOf(files)))).toMatch(/^path-escape: manifest\.json: names a part outside of the image/);
  });

  it('are bounded as paths are, before anything else is known of the archive', async () => {
    const long = (name: string) => put(buildTar([pax({ path: name }), { name: 'x', content: 'abc' }]));
    expect(await failure(long('n'.repeat(16_384)))).toMatch(/^path-too-long: n{60}\.\.\.: is a name of 16384 bytes/);
    const files = legacyFiles([built]);
    const image = [...files].map(([name, content]) => ({ name, content }));
    const longest = put(buildTar([...image, pax({ path: 'n'.repeat(16_383) }), { name: 'x', content: 'abc' }]));
    expect((await scanned(longest)).image).toMatchObject(sizes);
  });

  it('fifos below blobs/ are not opened', async () => {
    const fifo = layout(layoutFiles([built]));
    const path = join(fifo, blobOf(built.config));
    rmSync(path);
    run('mkfifo', [path]);
    expect(await failure(fifo)).toContain('is no regular file');
    const index = layout(layoutFiles([built]));
    rmSync(join(index, 'index.json'));
    run('mkfifo', [join(index, 'index.json')]);
    expect((await scanned(index)).artifact.format).toBe('directory');
    expect(await failure(index, { as: 'image' })).toMatch(/is no image/);
  });

  it('a hard link that leads out of the archive, or to itself, is none', async () => {
    for (const [link, says] of [
      ['../../etc/passwd', 'is not in the archive'],
      ['a/c', 'is a link that leads nowhere'],
    ] as const) {
      const members = [
        { name: 'repositories', content: '{}' },
        { name: 'manifest.json', content: '[{"Config":"a/c","Layers":[]}]' },
        { name: 'a/c', type: '1', link },
      ];
      expect(await failure(put(buildTar(members)))).toContain(says);
    }
  });
});

describe('indexes', () => {
  const platform = (architecture: string): object => ({ platform: { os: 'linux', architecture } });
  const attestation = {
    ...platform('unknown'),
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
  };

  /** As `docker save` with the containerd store has it: an index in the index, an attestation beside every image. */
  function nested(...images: readonly ReturnType<typeof buildImage>[]): Files {
    const provenance = json({ config: descriptor(json({}), ociTypes.config), layers: [] });
    const index = json({
      schemaVersion: 2,
      mediaType: ociTypes.index,
      manifests: images.flatMap(({ manifest, spec }) => [
        descriptor(provenance, ociTypes.manifest, attestation),
        descriptor(manifest, ociTypes.manifest, platform(spec.platform?.architecture ?? 'amd64')),
      ]),
    });
    const listed = descriptor(index, ociTypes.index, {
      annotations: { 'io.containerd.image.name': 'docker.io/a/b:1' },
    });
    return new Map([
      ...layoutFiles(images, [listed]),
      [blobOf(index), index] as const,
      [blobOf(provenance), provenance] as const,
    ]);
  }

  const other = buildImage({ layers: [lower], platform: { os: 'linux', architecture: 'arm64' } });

  it('of one platform are one image, beside its attestation', async () => {
    expect((await scanned(put(tarOf(nested(built))))).image).toMatchObject({ ...sizes, platform: 'linux/amd64' });
  });

  it('of two platforms are chosen from', async () => {
    const path = layout(nested(built, other));
    expect(await failure(path)).toBe(
      'which-image: : holds 2 images, 1: docker.io/a/b:1 (linux/amd64), 1: docker.io/a/b:1 (linux/arm64); choose one with --platform',
    );
    expect((await scanned(path, { platform: 'linux/arm64' })).image?.layers.length).toBe(1);
    expect((await scanned(path, { platform: 'linux/amd64', name: 'a/b:1' })).image?.layers.length).toBe(2);
    expect(await failure(path, { platform: 'windows/amd64' })).toBe(
      'which-image: : holds no image for the platform "windows/amd64"; it holds 1: docker.io/a/b:1 (linux/amd64), 1: docker.io/a/b:1 (linux/arm64)',
    );
  });

  it('that hold themselves cannot have the digest that they name', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const loop = json({ schemaVersion: 2, manifests: [{ mediaType: ociTypes.index, digest, size: 1 }] });
    const self = { mediaType: ociTypes.index, digest, size: loop.length };
    const files: Files = new Map([...layoutFiles([], [self]), [`blobs/${digest.replace(':', '/')}`, loop] as const]);
    expect(await failure(layout(files))).toMatch(/^digest-mismatch: /);
  });

  it('of more manifests than anyone lists end soon', async () => {
    const many = Array.from({ length: 1001 }, (_, at) => json({ schemaVersion: 2, manifests: [], at }));
    const listed = many.map((index) => descriptor(index, ociTypes.index));
    const files: Files = new Map([...layoutFiles([], listed), ...many.map((index) => [blobOf(index), index] as const)]);
    expect(await failure(put(tarOf(files)))).toContain('holds more than 1000 manifests');
  });

  it.each([
    ['are not there', {}],
    ['are attestations', attestation],
  ])('of one index a hundred times, whose manifests %s, end soon, too', async (_, extra) => {
    const missing = { mediaType: ociTypes.manifest, size: 1, ...extra };
    const inner = json({
      manifests: Array.from({ length: 800 }, (_unused, at) => ({ ...missing, digest: sha256(Buffer.from(`${at}`)) })),
    });
    const lists = (times: number): Files =>
      new Map([
        ...layoutFiles(
          [built],
          Array.from({ length: times }, () => descriptor(inner, ociTypes.index)),
        ),
        [blobOf(inner), inner] as const,
      ]);
    expect(await failure(put(tarOf(lists(100))))).toContain('holds more than 1000 manifests');
    expect(await failure(put(tarOf(lists(1))))).toMatch(/^(?:which-image|no-image|missing-blob): /);
  });

  it.each([
    ['null', 'lists no manifests'],
    ['[]', 'lists no manifests'],
    ['{"manifests":{}}', 'lists no manifests'],
    ['{"manifests":[null]}', 'names no digest of manifest 1'],
    ['{"manifests":[{"digest":7}]}', 'names no digest of manifest 1'],
    [`{"manifests":[{"digest":"${sha256(built.manifest)}","size":-1}]}`, 'gives no size in bytes of manifest 1'],
    [`{"manifests":[{"digest":"${sha256(built.manifest)}","size":1.5}]}`, 'gives no size in bytes of manifest 1'],
    [`{"manifests":[{"digest":"${sha256(built.manifest)}","size":7}]}`, 'but 7 are announced'],
    ['\ufeff', 'is no JSON'],
  ])('that are %j', async (text, says) => {
    const files = layoutFiles([built]);
    files.set('index.json', Buffer.from(text));
    expect(await failure(put(tarOf(files)))).toContain(says);
  });

  it.each([
    ['[]', 'is no manifest: it is no object'],
    ['{"manifests":7}', 'lists no manifests'],
    ['{"config":{}}', 'names no digest of its config'],
  ])('that lead to the blob %j', async (text, says) => {
    const blob = Buffer.from(text);
    const type = text.includes('manifests') ? ociTypes.index : ociTypes.manifest;
    const files: Files = new Map([...layoutFiles([], [descriptor(blob, type)]), [blobOf(blob), blob] as const]);
    expect(await failure(put(tarOf(files)))).toContain(says);
  });

  it('that lead to an artifact which is about an image', async () => {
    const subject = json({
      config: descriptor(built.config, ociTypes.config),
      layers: [],
      subject: descriptor(built.manifest, ociTypes.manifest),
    });
    const typed = json({
      config: descriptor(built.config, ociTypes.config),
      layers: [],
      artifactType: 'application/x',
    });
    const bare = json({ config: { ...descriptor(built.config, ''), mediaType: 7 }, layers: [] });
    for (const [blob, says] of [
      [subject, `an artifact of type ${ociTypes.config}`],
      [typed, 'an artifact of type application/x'],
      [bare, 'an artifact of no type'],
    ] as const) {
      const files = layoutFiles([built], [descriptor(blob, ociTypes.manifest)]);
      files.set(blobOf(blob), blob);
      expect(await failure(layout(files))).toContain(`holds no image: it holds ${says}`);
    }
  });
});

describe('images that tell little of themselves', () => {
  const bare = (id: string): ReturnType<typeof buildImage> =>
    buildImage({ layers: [{ members: [{ name: id, content: id }] }], config: { os: undefined, architecture: id } });

  it('are listed by number, and none is of a platform', async () => {
    const path = put(tarOf(legacyFiles([bare('a'), bare('b')])));
    expect(await failure(path)).toContain('holds 2 images, number 1, number 2; choose one with --image TAG');
    expect(await failure(path, { platform: 'linux/amd64' })).toContain(
      'no image for the platform "linux/amd64"; it holds number 1',
    );
    expect((await scanned(path, { name: '2' })).image).toMatchObject({ platform: null });
  });

  it('have a manifest.json that leads nowhere, or names nothing that is there', async () => {
    const nowhere = buildTar([
      { name: 'repositories', content: '{}' },
      { name: 'manifest.json', type: '2', link: 'gone.json' },
    ]);
    expect(await failure(put(nowhere))).toBe('bad-image: manifest.json: is missing');
    const files: Files = new Map([
      ['manifest.json', json([{ Config: 'c', Layers: ['one.tar', 'two.tar'] }])],
      ['c', json({ rootfs: { diff_ids: [] } })],
    ]);
    expect(await failure(put(tarOf(files)))).toBe('missing-blob: one.tar: the layer 0 is not in the archive');
    const link = buildTar([
      { name: 'oci-layout', content: '{}' },
      { name: 'index.json', type: '2', link: 'gone.json' },
    ]);
    expect(await failure(put(link))).toBe('bad-image: index.json: is missing');
  });

  it('are one where manifest.json lists one twice, and layers in lists are none', async () => {
    const files = legacyFiles([built, built]);
    expect((await scanned(put(tarOf(files)))).image).toMatchObject(sizes);
    const lists = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const deep = (files.get('manifest.json')?.toString() ?? '').replaceAll(/(?<="Layers":)\[.*?\]/g, lists);
    files.set('manifest.json', Buffer.from(deep));
    expect(await failure(put(tarOf(files)))).toBe('bad-image: manifest.json: names no file for the layer 0');
  });

  it('are one where an index lists one manifest twice', async () => {
    const one = descriptor(built.manifest, ociTypes.manifest);
    const index = json({ schemaVersion: 2, manifests: [one, one] });
    const files = layoutFiles([built], [descriptor(index, ociTypes.index)]);
    files.set(blobOf(index), index);
    expect((await scanned(layout(files))).image).toMatchObject(sizes);
  });

  it('are known by what their documents hold where no media type says it', async () => {
    const untyped = (bytes: Buffer): object => ({ digest: sha256(bytes), size: bytes.length });
    const manifest = json({
      config: descriptor(built.config, ociTypes.config),
      layers: built.layers.map(({ blob }) => descriptor(blob, `${ociTypes.layer}+gzip`)),
    });
    const index = json({ manifests: [untyped(manifest)] });
    const files = layoutFiles([built], [untyped(index)]);
    for (const bytes of [manifest, index]) files.set(blobOf(bytes), bytes);
    expect((await scanned(layout(files))).image).toMatchObject(sizes);
  });
});

describe('configs', () => {
  it.each([
    ['deep', '['.repeat(200_000), /^bad-json: /],
    ['no object', '7', /it is no object/],
    ['without layers', '{}', /rootfs\.diff_ids/],
    ['of another history', '{"rootfs":{"diff_ids":[]},"history":{}}', /has a history that is no list/],
    [
      'of too many layers',
      JSON.stringify({ rootfs: { diff_ids: Array.from({ length: 10_001 }, () => sha256(built.config)) } }),
      /^too-many-layers: .*lists 10001 layers, more than 10000/,
    ],
  ])('that are %s', async (_, text, says) => {
    const config = Buffer.from(text);
    const manifest = { ...plain, manifest: { config: descriptor(config, ociTypes.config) } };
    const files = layoutFiles([buildImage(manifest)]);
    files.set(blobOf(config), config);
    expect(await failure(layout(files))).toMatch(says);
    expect(
      await failure(
        put(
          tarOf(
            new Map([
              ['manifest.json', json([{ Config: 'c', Layers: [] }])],
              ['c', config],
            ]),
          ),
        ),
      ),
    ).toMatch(says);
  });

  it('with names of objects are data', async () => {
    const config = `{"__proto__":{"rootfs":1},"constructor":7,"os":"linux","architecture":"amd64","rootfs":${JSON.stringify(
      { diff_ids: built.layers.map(({ diffId }) => diffId), __proto__x: 1 },
    )},"history":[{"created_by":"a","__proto__":{"empty_layer":true}},{"created_by":"b"}]}`;
    const files = new Map(built.layers.map(({ blob }) => [blobOf(blob), blob] as const));
    files.set('c.json', Buffer.from(config));
    files.set('manifest.json', json([{ Config: 'c.json', Layers: built.layers.map(({ blob }) => blobOf(blob)) }]));
    const { image } = await scanned(put(tarOf(files)));
    expect(image).toMatchObject(sizes);
    expect(image?.layers.map(({ instruction }) => instruction)).toEqual(['a', 'b']);
  });
});

describe('layers', () => {
  it('that hold nothing, or empty files only, have no shares of nothing', async () => {
    const empty: LayerSpec = {
      members: [
        { name: 'x/', type: '5' },
        { name: 'x/empty', content: '' },
      ],
    };
    const files = layoutFiles([buildImage({ layers: [{ members: [] }, empty, empty] })]);
    const { image, totals } = await scanned(layout(files));
    expect([totals.content, totals.files, image?.hiddenBytes]).toEqual([0, 1, 0]);
    expect(image?.dive).toMatchObject({ efficiency: 1, wastedBytes: 0, userWastedPercent: null });
    for (const format of ['table', 'json', 'markdown', 'dive', 'csv', 'github']) {
      const ran = sizecheck(['scan', layout(files), '--layers', '--format', format]);
      if (ran.code === 2 && ran.stderr.includes('--format')) continue;
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      expect(ran.stdout).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('may be a thousand', async () => {
    const layers = Array.from({ length: 1000 }, (_, at): LayerSpec => ({
      members: [
        { name: 'same', content: `${at}` },
        { name: `own/${at}`, content: 'x' },
      ],
    }));
    const { image, totals } = await scanned(put(tarOf(layoutFiles([buildImage({ layers })]))));
    expect(image?.layers.length).toBe(1000);
    expect(totals.content).toBe(1003);
    // 10 * 1 + 90 * 2 + 900 * 3 digits, all but the last of them hidden.
    expect(image).toMatchObject({ layerBytes: 1000 + 2890, visibleBytes: 1003, hiddenBytes: 2887 });
  });

  it('that come twice by a symlink are read twice', async () => {
    const twice = buildImage({ layers: [lower, upper, lower] });
    const [first, second] = twice.layers;
    const archive = buildTar([
      { name: 'repositories', content: '{}' },
      { name: 'c.json', content: twice.config },
      { name: '1/layer.tar', content: first?.tar ?? '' },
      { name: '2/layer.tar', content: second?.tar ?? '' },
      { name: '3/layer.tar', type: '2', link: '../1/layer.tar' },
      {
        name: 'manifest.json',
        content: json([{ Config: 'c.json', Layers: ['1/layer.tar', '2/layer.tar', '3/layer.tar'] }]),
      },
    ]);
    const { image } = await scanned(put(archive));
    expect(image?.layers.map(({ content, waste }) => [content, waste])).toEqual([
      [3, 0],
      [2, 0],
      [3, 3],
    ]);
    expect(image).toMatchObject({ layerBytes: 8, visibleBytes: 5, hiddenBytes: 3 });
  });

  it('as kaniko names them: by their digests, in the root, compressed', async () => {
    const files: Files = new Map();
    const names = built.layers.map(({ blob, digest }) => {
      const name = `${digest.slice(7)}.tar.gz`;
      files.set(name, blob);
      return name;
    });
    files.set(sha256(built.config), built.config);
    files.set('manifest.json', json([{ Config: sha256(built.config), RepoTags: ['a:1'], Layers: names }]));
    for (const first of [names[0] ?? '', sha256(built.config), 'manifest.json']) {
      const { image, artifact } = await scanned(put(tarOf(files, [first])));
      expect(artifact.format).toBe('docker-archive');
      expect(image).toMatchObject(sizes);
      expect(image?.layers.map(({ compressed }) => compressed)).toEqual(built.layers.map(({ blob }) => blob.length));
    }
    const lying = new Map([...files, [sha256(built.config), Buffer.concat([built.config, Buffer.from(' ')])] as const]);
    expect(await failure(put(tarOf(lying)))).toMatch(/^digest-mismatch: /);
  });

  it('as estargz has them: a gzip member a file, its table of contents among the files, a footer that is empty', async () => {
    const members = [
      { name: '.prefetch.landmark', content: 'f' },
      { name: 'a', content: 'abc' },
      { name: 'stargz.index.json', content: '{"version":1}' },
    ];
    const tar = buildTar(members);
    const pieces: Buffer[] = [];
    for (let at = 0; at < tar.length; at += 1024) pieces.push(gzipSync(tar.subarray(at, at + 1024)));
    const blob = Buffer.concat([...pieces, gzipSync('')]);
    const config = json({ os: 'linux', architecture: 'amd64', rootfs: { diff_ids: [sha256(tar)] } });
    const manifest = json({
      config: descriptor(config, ociTypes.config),
      layers: [descriptor(blob, `${ociTypes.layer}+gzip`)],
    });
    const files = layoutFiles([], [descriptor(manifest, ociTypes.manifest)]);
    for (const bytes of [config, manifest, blob]) files.set(blobOf(bytes), bytes);
    const { image, totals } = await scanned(layout(files));
    expect([totals.content, image?.layers[0]?.compressed]).toEqual([17, blob.length]);
  });

  it('that are listed as nothing', async () => {
    const broken: readonly (readonly [unknown, string])[] = [
      [7, 'lists no layers'],
      [[7], 'names no digest of layer 0'],
      [[{ ...descriptor(Buffer.from(''), ''), mediaType: 7 }], 'has no media type, which is none of a layer'],
    ];
    for (const [layers, says] of broken) {
      const image = buildImage({ ...plain, manifest: { layers } });
      expect(await failure(layout(layoutFiles([image])))).toContain(says);
    }
    const manifest = [{ Config: 'c', Layers: [''] }];
    const files: Files = new Map([
      ['manifest.json', json(manifest)],
      ['c', built.config],
    ]);
    expect(await failure(put(tarOf(files)))).toContain('names no file for the layer 0');
    files.set('manifest.json', json([{ Config: 'c' }]));
    expect(await failure(put(tarOf(files)))).toContain('lists 2 layers, but the manifest has 0');
  });

  it('say which of them is odd: one without an end, one with a path twice', async () => {
    const whole = buildTar([{ name: 'b', content: 'de' }]);
    const image = buildImage({
      layers: [
        {
          members: [
            { name: 'a', content: 'abc' },
            { name: 'a', content: 'ABC' },
            { name: '../b', content: 'x' },
          ],
        },
        { members: [], tar: whole.subarray(0, 1024) },
      ],
    });
    const { notices, image: found } = await scanned(layout(layoutFiles([image])));
    expect(found).toMatchObject({ layerBytes: 6 });
    const told = notices.map(({ code, path, message }) => `${code} ${path ?? '-'} ${message}`);
    // Its digest says that nothing is missing.
    expect(told).toContain('no-end-of-archive - layer 1 ends at 1024 without an end-of-archive mark');
    expect(told).toContainEqual(expect.stringMatching(/^duplicate-entry a /));
    expect(told).toContainEqual(expect.stringMatching(/^path-escape /));
  });

  it('of which the gzip has something behind it say so', async () => {
    const trailing = buildImage(plain);
    const [first, second] = trailing.layers;
    const blob = Buffer.concat([first?.blob ?? Buffer.alloc(0), Buffer.from('junk')]);
    const manifest = json({
      config: descriptor(trailing.config, ociTypes.config),
      layers: [
        descriptor(blob, `${ociTypes.layer}+gzip`),
        descriptor(second?.blob ?? Buffer.alloc(0), `${ociTypes.layer}+gzip`),
      ],
    });
    const files = layoutFiles([trailing], [descriptor(manifest, ociTypes.manifest)]);
    for (const bytes of [manifest, blob]) files.set(blobOf(bytes), bytes);
    const { notices, image } = await scanned(layout(files));
    expect(image).toMatchObject(sizes);
    expect(notices.map(({ message }) => message)).toEqual([expect.stringMatching(/^layer 0 .*4 bytes/)]);
  });

  it('that are sparse members of the archive are refused', async () => {
    mkdirSync(join(work, 'sparse'), { recursive: true });
    writeFileSync(join(work, 'sparse/manifest.json'), json([{ Config: 'c', Layers: [] }]));
    writeFileSync(join(work, 'sparse/repositories'), '{}');
    run('truncate', ['-s', '1M', join(work, 'sparse/c')]);
    run('tar', [
      '--sparse',
      '-cf',
      join(work, 'sparse.tar'),
      '-C',
      join(work, 'sparse'),
      'repositories',
      'manifest.json',
      'c',
    ]);
    expect(await failure(join(work, 'sparse.tar'))).toContain('is a sparse member; parts of an image are not');
  });
});

describe('at the command line', () => {
  const nasty = '\u001b]0;x\u0007\u001b[31m\n::error::x\r\u202e|`@all';

  it('tags, platforms and instructions are inert', () => {
    const tags = [`a${nasty}:1`];
    const one = buildImage({ layers: [{ ...lower, createdBy: `RUN ${nasty}` }], tags });
    const two = buildImage({ layers: [upper], tags, platform: { os: nasty, architecture: 'x' } });
    const both = sizecheck(['scan', put(tarOf(legacyFiles([one, two])))]);
    expect([both.code, both.stdout]).toEqual([2, '']);
    expect(both.stderr).toMatch(/^sizecheck: [^\n]+\n$/);
    const path = put(tarOf(legacyFiles([one])));
    const outputs = ['table', 'json', 'dive', 'csv', 'github', 'du', 'snapshot'].map((format) =>
      sizecheck(['scan', path, '--layers', '--format', format], { env: { NO_COLOR: '1' } }),
    );
    for (const { stdout, stderr } of [both, ...outputs]) {
      expect(stdout + stderr).not.toMatch(/(?!\r\n)[^\P{Cc}\n\t]|\p{Cf}/u);
      expect(stdout + stderr).not.toMatch(/^\s*::error/m);
    }
  });

  it('what is broken is one line and exit 2', () => {
    const files = layoutFiles([built]);
    const blob = built.layers[1]?.blob ?? Buffer.alloc(0);
    const broken: readonly (readonly [string, Files, string])[] = [
      [
        'without a layer',
        new Map([...files].filter(([name]) => name !== blobOf(blob))),
        `the layer 1, ${sha256(blob)}`,
      ],
      ['with other bytes', new Map([...files, [blobOf(blob), Buffer.alloc(blob.length)]]), sha256(blob)],
      ['without an index', new Map([...files, ['index.json', Buffer.from('{}')]]), 'index.json'],
    ];
    for (const [what, given, says] of broken) {
      for (const path of [layout(given), put(tarOf(given))]) {
        const ran = sizecheck(['scan', path]);
        expect([ran.code, ran.stdout], what).toEqual([2, '']);
        expect(ran.stderr, what).toMatch(/^sizecheck: [^\n]+\n$/);
        expect(ran.stderr, what).toContain(says);
      }
    }
  });
});
