// From the manifest.json of `docker save` (docker image spec v1.2) to one image and its parts.
import { FormatError } from '../../errors.ts';
import type { ImageChoice } from '../format.ts';
import { nameFromText } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import { chooseImage } from './choose.ts';
import type { Candidate } from './choose.ts';
import { readConfig } from './config.ts';
import type { ImageConfig } from './config.ts';
import { bad, listOf, objectOf, readJson, textOf } from './json.ts';
import type { Json } from './json.ts';
import type { ImageParts } from './parts.ts';
import { pathInside } from './store.ts';
import type { PartStore, Stored } from './store.ts';

const manifestPath = 'manifest.json';

/** Names that only archives of images have. */
const ofImages = /^(?:repositories|blobs\/.*|(?:sha256:)?[0-9a-f]{64}(?:\/.*|\.json|\.tar(?:\.gz)?)?)$/s;

/**
 * Whether an archive is meant as one of images. Web extensions and apps have a `manifest.json`, too, but theirs is an object; where others
 * of its names are those of an image, a manifest that is no list is a broken one.
 */
export function isDockerArchive(store: PartStore, paths: ReadonlySet<Name>): boolean {
  if (!paths.has(manifestPath)) return false;
  return [...paths].some((path) => ofImages.test(path)) || holdsList(store);
}

function holdsList(store: PartStore): boolean {
  try {
    const manifest = store.find(manifestPath);
    return manifest !== null && listOf(readJson(manifest, { digest: null, size: null }).value) !== null;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

interface Found extends Candidate {
  readonly item: Json;
  readonly config: ImageConfig;
  readonly configPath: Name;
}

/** @throws FormatError where it is not clear which image is meant, or where that one is not whole. */
export function partsOfDocker(store: PartStore, choice: ImageChoice): ImageParts {
  const manifest = store.find(manifestPath);
  if (manifest === null) throw bad(manifestPath, 'is missing');
  const listed = listOf(readJson(manifest, { digest: null, size: null }).value);
  if (listed === null) throw bad(manifestPath, 'is no list of images');
  if (listed.length === 0) throw new FormatError('no-image', 'holds no image: its manifest.json lists none');
  const found = listed.map((value, index): Found => {
    const item = objectOf(value);
    if (item === null) throw bad(manifestPath, `lists no object as image ${index + 1}`);
    const { config, configPath, digest } = findConfig(store, item, index + 1);
    const names = (listOf(item.get('RepoTags')) ?? []).map(textOf).filter((name) => name !== null);
    const id = JSON.stringify([digest, ...(listOf(item.get('Layers')) ?? []).map(textOf)]);
    return { id, number: index + 1, names, platform: config.platform, item, config, configPath };
  });
  const { item, config, configPath } = chooseImage(found, choice);
  const layers = listOf(item.get('Layers'));
  if (layers === null) throw bad(manifestPath, 'lists no layers');
  return {
    config,
    configPath,
    layers: layers.map((value, index) => {
      const stored = findPart(store, value, `layer ${index}`, config.diffIds[index] ?? null);
      return { stored, digest: blobDigest(stored.path), size: null };
    }),
  };
}

function findConfig(
  store: PartStore,
  item: Json,
  number: number,
): Pick<Found, 'config' | 'configPath'> & { readonly digest: string } {
  const stored = findPart(store, item.get('Config'), `config of image ${number}`, null);
  // Docker and its like name it by its digest, with `.json` behind or in blobs/sha256.
  const hex = /(?:^|\/|sha256:)([0-9a-f]{64})(?:\.json)?$/.exec(stored.path)?.[1];
  const { value, digest } = readJson(stored, { digest: hex === undefined ? null : `sha256:${hex}`, size: null });
  return { config: readConfig(value, stored.path), configPath: stored.path, digest };
}

/** Only names below blobs/ are digests by definition. */
function blobDigest(path: Name): string | null {
  const hex = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1];
  return hex === undefined ? null : `sha256:${hex}`;
}

function findPart(store: PartStore, value: unknown, what: string, diffId: string | null): Stored {
  const name = textOf(value);
  if (name === null || name === '') throw bad(manifestPath, `names no file for the ${what}`);
  const path = pathInside(nameFromText(name), manifestPath);
  const stored = store.find(path);
  if (stored !== null) return stored;
  const digest = diffId === null ? '' : ` (${diffId})`;
  throw new FormatError('missing-blob', `the ${what}${digest} is not in the archive`, { path });
}
