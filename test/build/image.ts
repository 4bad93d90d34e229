// Builds container images from the tars of their layers, in each of the wrappings that tools write, and with every lie that a
// manifest can tell.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildTar } from './tar.ts';
import type { TarSpec } from './tar.ts';
import { block, frame, skippable } from './zstd.ts';

export type Packing = 'raw' | 'gzip' | 'members' | 'zstd';

export interface LayerSpec {
  readonly members: readonly TarSpec[];
  /** The tar itself, instead of one of `members`. */
  readonly tar?: Buffer;
  readonly createdBy?: string;
  readonly packing?: Packing;
  readonly mediaType?: string;
}

export interface ImageSpec {
  readonly layers: readonly LayerSpec[];
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  /** Replaces parts of the config. */
  readonly config?: object;
  /** Replaces parts of the manifest. */
  readonly manifest?: object;
  readonly tags?: readonly string[] | null;
}

export interface BuiltLayer {
  readonly tar: Buffer;
  readonly blob: Buffer;
  readonly diffId: string;
  readonly digest: string;
}

export interface BuiltImage {
  readonly spec: ImageSpec;
  readonly layers: readonly BuiltLayer[];
  readonly config: Buffer;
  readonly manifest: Buffer;
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export const ociTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

const suffixes: Readonly<Record<Packing, string>> = { raw: '', gzip: '+gzip', members: '+gzip', zstd: '+zstd' };

export function buildImage(spec: ImageSpec): BuiltImage {
  const layers = spec.layers.map(buildLayer);
  const platform = spec.platform ?? { os: 'linux', architecture: 'amd64' };
  const history = spec.layers.flatMap(({ createdBy }, index) => [
    { created_by: createdBy ?? `RUN step ${index} # buildkit` },
    { created_by: `/bin/sh -c #(nop) ENV N=${index}`, empty_layer: true },
  ]);
  const rootfs = { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) };
  const config = Buffer.from(JSON.stringify({ ...platform, rootfs, history, ...spec.config }));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: ociTypes.manifest,
      config: descriptor(config, ociTypes.config),
      layers: layers.map(({ blob }, index) => {
        const { packing = 'gzip', mediaType } = spec.layers[index] ?? {};
        return descriptor(blob, mediaType ?? `${ociTypes.layer}${suffixes[packing]}`);
      }),
      ...spec.manifest,
    }),
  );
  return { spec, layers, config, manifest };
}

function buildLayer({ members, tar: given, packing = 'gzip' }: LayerSpec): BuiltLayer {
  const tar = given ?? buildTar(members);
  const blob = pack(tar, packing);
  return { tar, blob, diffId: sha256(tar), digest: sha256(blob) };
}

function pack(tar: Buffer, packing: Packing): Buffer {
  switch (packing) {
    case 'raw':
      return tar;
    case 'gzip':
      return gzipSync(tar);
    case 'members':
      // As estargz has it: a gzip member a file, and more.
      return Buffer.concat(parts(tar, 700).map((part) => gzipSync(part)));
    case 'zstd': {
      // As zstd:chunked has it: several frames, skippable ones among them.
      const frames = parts(tar, 100_000).map((part) =>
        frame({ window: 1 << 17, contentSize: part.length }, [block('raw', part)]),
      );
      return Buffer.concat([skippable(0, Buffer.from('toc')), ...frames, skippable(14, Buffer.from('end'))]);
    }
  }
  return tar;
}

function parts(bytes: Buffer, length: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) =>
    bytes.subarray(at * length, (at + 1) * length),
  );
}

export function descriptor(bytes: Uint8Array, mediaType: string, more: object = {}): object {
  return { mediaType, digest: sha256(bytes), size: bytes.length, ...more };
}

export type Files = Map<string, Buffer>;

/** Path of the blob with these bytes. */
export function blobOf(bytes: Uint8Array): string {
  return `blobs/${sha256(bytes).replace(':', '/')}`;
}

/** The files of an OCI layout; `manifests` replaces what its index lists. */
export function layoutFiles(images: readonly BuiltImage[], manifests?: readonly object[]): Files {
  const files: Files = new Map();
  for (const { layers, config, manifest } of images) {
    for (const bytes of [config, manifest, ...layers.map(({ blob }) => blob)]) files.set(blobOf(bytes), bytes);
  }
  files.set('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  const listed = manifests ?? images.map(({ manifest, spec }) => descriptor(manifest, ociTypes.manifest, named(spec)));
  files.set('index.json', json({ schemaVersion: 2, manifests: listed }));
  return files;
}

function named({ tags, platform }: ImageSpec): object {
  const name = tags?.[0];
  return {
    ...(platform === undefined ? {} : { platform }),
    ...(name === undefined ? {} : { annotations: { 'org.opencontainers.image.ref.name': name } }),
  };
}

/** An archive of Docker 25: an OCI layout with Docker's manifest beside it. */
export function docker25Files(images: readonly BuiltImage[]): Files {
  const files = layoutFiles(images);
  const items = images.map(({ config, layers, spec }) => ({
    Config: blobOf(config),
    RepoTags: spec.tags ?? null,
    Layers: layers.map(({ blob }) => blobOf(blob)),
  }));
  files.set('manifest.json', json(items));
  return files;
}

/** An archive of Docker before version 25: raw layers in directories of their own. */
export function legacyFiles(images: readonly BuiltImage[]): Files {
  const files: Files = new Map();
  const items = images.map(({ config, layers, spec }) => {
    const Layers = layers.map(({ tar }, index) => {
      const path = `${sha256(Buffer.from(`${index} ${sha256(tar)}`)).slice(7)}/layer.tar`;
      files.set(path, tar);
      return path;
    });
    const Config = `${sha256(config).slice(7)}.json`;
    files.set(Config, config);
    return { Config, RepoTags: spec.tags ?? null, Layers };
  });
  files.set('manifest.json', json(items));
  files.set('repositories', json({ name: { tag: 'x' } }));
  return files;
}

export function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** In the given order of paths, those that are not given behind them. */
export function tarOf(files: Files, first: readonly string[] = []): Buffer {
  const paths = [...first, ...[...files.keys()].filter((path) => !first.includes(path))];
  return buildTar(paths.map((name) => ({ name, content: files.get(name) ?? Buffer.alloc(0) })));
}

export function writeFiles(root: string, files: Files): string {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
  return root;
}
