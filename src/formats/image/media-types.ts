// Media types of the OCI image spec and of Docker's schema 2, and what each announces.

export type ManifestKind = 'index' | 'manifest' | 'schema 1';

const manifestKinds: ReadonlyMap<string, ManifestKind> = new Map([
  ['application/vnd.oci.image.index.v1+json', 'index'],
  ['application/vnd.docker.distribution.manifest.list.v2+json', 'index'],
  ['application/vnd.oci.image.manifest.v1+json', 'manifest'],
  ['application/vnd.docker.distribution.manifest.v2+json', 'manifest'],
  ['application/vnd.docker.distribution.manifest.v1+json', 'schema 1'],
  ['application/vnd.docker.distribution.manifest.v1+prettyjws', 'schema 1'],
]);

/** null for a media type that is none of a manifest. */
export function manifestKind(mediaType: string): ManifestKind | null {
  return manifestKinds.get(mediaType) ?? null;
}

const configTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

export function isImageConfig(mediaType: string): boolean {
  return configTypes.has(mediaType);
}

const layerType =
  /^application\/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1\.tar(?:\+(?:gzip|zstd))?|docker\.image\.rootfs\.(?:foreign\.)?diff\.tar(?:[.+](?:gzip|zstd))?)$/;

/** `foreign` layers are left out of archives on purpose. What a layer is compressed with, its bytes say. */
export type LayerKind = 'layer' | 'foreign' | 'encrypted' | 'unknown';

export function layerKind(mediaType: string): LayerKind {
  if (mediaType.endsWith('+encrypted')) return 'encrypted';
  if (!layerType.test(mediaType)) return 'unknown';
  return mediaType.includes('foreign') || mediaType.includes('nondistributable') ? 'foreign' : 'layer';
}
