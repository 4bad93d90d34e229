// Images in directories as `skopeo copy … dir:` writes them: the same as in a layout, and every blob verified.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scan } from '../../src/scan/scan.ts';
import { buildImage, descriptor, layoutFiles, ociTypes, sha256, writeFiles } from '../build/image.ts';
import type { BuiltImage } from '../build/image.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';

const work = tempDirectory('image-directory');
const version = 'Directory Transport Version: 1.1\n';
const hexOf = (bytes: Uint8Array): string => sha256(bytes).slice('sha256:'.length);

function image(architecture: string, length: number, packing: 'gzip' | 'raw' = 'gzip'): BuiltImage {
  const layers = [
    { members: [{ name: 'a', content: 'a'.repeat(length) }], packing },
    { members: [{ name: '.wh.a' }, { name: 'b', content: 'b' }], packing },
  ];
  return buildImage({ layers, platform: { os: 'linux', architecture } });
}

/** What skopeo makes of images; of several, with an index of them. */
function directoryOf(name: string, images: readonly BuiltImage[], more: Readonly<Record<string, string>> = {}): string {
  const root = join(work, name);
  mkdirSync(root);
  const put = (file: string, bytes: Uint8Array | string): void => writeFileSync(join(root, file), bytes);
  put('version', version);
  const [only, second] = images;
  for (const { config, layers, manifest } of images) {
    put(hexOf(config), config);
    for (const { blob } of layers) put(hexOf(blob), blob);
    if (second !== undefined) put(`${hexOf(manifest)}.manifest.json`, manifest);
  }
  const manifests = images.map(({ manifest, spec }) =>
    descriptor(manifest, ociTypes.manifest, { platform: spec.platform }),
  );
  const index = JSON.stringify({ schemaVersion: 2, mediaType: ociTypes.index, manifests });
  put('manifest.json', second === undefined ? (only?.manifest ?? '') : index);
  for (const [file, text] of Object.entries(more)) put(file, text);
  return root;
}

describe('an image in a directory', () => {
  it.each(['gzip', 'raw'] as const)('is the same as in a layout, of %s layers', async (packing) => {
    const built = image('amd64', 3000, packing);
    writeFiles(join(work, `layout-${packing}`), layoutFiles([built]));
    const found = await scan(directoryOf(`one-${packing}`, [built]));
    const { artifact, ...rest } = await scan(join(work, `layout-${packing}`));
    expect(artifact.format).toBe('oci-layout');
    expect(found.artifact).toMatchObject({ format: 'image-directory', codecs: [] });
    expect({ ...found, artifact }).toEqual({ ...rest, artifact });
    expect(found.totals.content).toBe(1);
    expect(found.hidden).toMatchObject([{ path: 'a', size: 3000, cause: 'deleted' }]);
  });

  it('may be several, of which one is chosen', async () => {
    const root = directoryOf('several', [image('amd64', 10), image('arm64', 20)]);
    await expect(scan(root)).rejects.toThrow('choose one with --platform');
    const { hidden } = await scan(root, { image: { platform: 'linux/arm64' } });
    expect(hidden).toMatchObject([{ size: 20 }]);
  });

  it('has every blob verified', async () => {
    const built = image('amd64', 30);
    const [first] = built.layers;
    const name = hexOf(first?.blob ?? Buffer.alloc(0));
    const broken = directoryOf('broken', [built], { [name]: 'x'.repeat(first?.blob.length ?? 0) });
    await expect(scan(broken)).rejects.toMatchObject({ code: 'digest-mismatch' });
    const short = directoryOf('short', [built], { [name]: 'x' });
    await expect(scan(short)).rejects.toMatchObject({ code: 'wrong-size', path: name });
    await expect(
      scan(directoryOf('huge', [built], { 'manifest.json': ' '.repeat(2 ** 22 + 1) })),
    ).rejects.toMatchObject({
      code: 'too-large',
      path: 'manifest.json',
    });
    await expect(scan(directoryOf('none', [built], { 'manifest.json': '{}' }))).rejects.toMatchObject({
      name: 'FormatError',
    });
  });

  it('is told by its version, and is a directory where that is asked for', async () => {
    const built = image('amd64', 30);
    for (const [name, text] of [
      ['other', 'Directory Transport'],
      ['empty', ''],
    ] as const) {
      expect((await scan(directoryOf(name, [built], { version: text }))).artifact.format).toBe('directory');
    }
    const files = await scan(directoryOf('files', [built]), { image: { as: 'files' } });
    expect([files.artifact.format, files.totals.files]).toEqual(['directory', 5]);
  });

  it('can be gated by what a registry would show', () => {
    const root = directoryOf('gated', [image('amd64', 30)]);
    expect(sizecheck(['check', root, '--max-full-pull', '1B']).code).toBe(1);
    expect(sizecheck(['check', root, '--max-full-pull', '1MB']).code).toBe(0);
    expect(sizecheck(['scan', root, '--size', 'compressed']).stderr).toContain('skopeo copy dir:DIR oci-archive:FILE');
  });
});
