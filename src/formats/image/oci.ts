// From the index.json of an OCI layout to one manifest (OCI image spec, "Image Index", "Image Manifest"), and to its parts.
import { FormatError } from '../../errors.ts';
import type { ImageChoice } from '../format.ts';
import { chooseImage } from './choose.ts';
import type { Candidate } from './choose.ts';
import { readConfig } from './config.ts';
import { descriptorOf } from './descriptor.ts';
import type { Descriptor } from './descriptor.ts';
import { bad, listOf, objectOf, readJson, textOf } from './json.ts';
import type { Json } from './json.ts';
import { isImageConfig, layerKind, manifestKind } from './media-types.ts';
import type { ManifestKind } from './media-types.ts';
import type { ImageParts } from './parts.ts';
import { blobPath } from './store.ts';
import type { PartStore, Stored } from './store.ts';

/** Deepest nesting of indexes. */
const maxNesting = 8;

/** Most manifests that are looked at. */
const maxManifests = 1000;

interface Found extends Candidate {
  readonly descriptor: Descriptor;
  /** null where its blob is not there. */
  readonly manifest: Json | null;
}

/** What the search through indexes gathers. */
interface Search {
  readonly store: PartStore;
  readonly found: Found[];
  readonly seen: Set<string>;
  /** What was passed over, for an error: "an attestation". */
  readonly others: string[];
}

/** @throws FormatError where it is not clear which image is meant, or where that one is not whole. */
export function partsOfLayout(store: PartStore, choice: ImageChoice): ImageParts {
  const index = store.find('index.json');
  if (index === null) throw bad('index.json', 'is missing');
  const { value } = readJson(index, { digest: null, size: null });
  const search: Search = { store, found: [], seen: new Set(), others: [] };
  const listed = listOf(objectOf(value)?.get('manifests'));
  if (listed === null || objectOf(value) === null) throw bad('index.json', 'lists no manifests');
  for (const [at, item] of listed.entries()) {
    const descriptor = descriptorOf(item, 'index.json', `manifest ${at + 1}`);
    visit(search, descriptor, { number: at + 1, names: descriptor.names, nesting: 1, from: 'index.json' });
  }
  // An archive of one platform may still carry the index of all of them.
  const present = search.found.filter(({ manifest }) => manifest !== null);
  const candidates = present.length > 0 ? present : search.found;
  if (candidates.length === 0) throw noImage(search.others);
  const { manifest, descriptor } = chooseImage(candidates, choice);
  if (manifest === null) throw missing(descriptor.digest, 'manifest');
  const parts = partsOf(store, manifest, blobPath(descriptor.digest));
  const platform = moreExact(parts.config.platform, descriptor.platform);
  return { ...parts, config: { ...parts.config, platform } };
}

/** What the config says; the variant may be told by the index alone. */
function moreExact(config: string | null, index: string | null): string | null {
  return config === null || index?.startsWith(`${config}/`) === true ? index : config;
}

interface Place {
  readonly number: number;
  readonly names: readonly string[];
  readonly nesting: number;
  readonly from: string;
}

function visit(search: Search, descriptor: Descriptor, place: Place): void {
  const { digest } = descriptor;
  const key = `${place.number} ${digest}`;
  if (search.seen.has(key)) return;
  // Whatever they are, and if they are not there: an index may be listed a thousand times, and list tens of thousands itself.
  if (search.seen.size >= maxManifests) {
    throw new FormatError('too-many-images', `holds more than ${maxManifests} manifests`, { path: place.from });
  }
  search.seen.add(key);
  if (descriptor.isAttestation) {
    search.others.push('an attestation');
    return;
  }
  const stored = search.store.find(blobPath(digest));
  if (stored === null) {
    search.found.push({
      id: digest,
      number: place.number,
      names: place.names,
      platform: descriptor.platform,
      descriptor,
      manifest: null,
    });
    return;
  }
  if (place.nesting > maxNesting) {
    throw new FormatError('too-deep', `is nested in more than ${maxNesting} indexes`, { path: stored.path });
  }
  const json = objectOf(readJson(stored, { digest, size: descriptor.size }).value);
  if (json === null) throw bad(stored.path, 'is no manifest: it is no object');
  const kind = kindOf(descriptor, json, stored);
  if (kind === 'schema 1') {
    throw new FormatError('unsupported', 'is a manifest of schema 1, which Docker gave up in 2019', {
      path: stored.path,
    });
  }
  if (kind === 'manifest') takeManifest(search, descriptor, json, place, stored);
  else visitIndex(search, json, place, stored);
}

function visitIndex(search: Search, json: Json, { number, names, nesting }: Place, { path }: Stored): void {
  const listed = listOf(json.get('manifests'));
  if (listed === null) throw bad(path, 'lists no manifests');
  for (const [at, item] of listed.entries()) {
    const inner = descriptorOf(item, path, `manifest ${at + 1}`);
    const own = names.length > 0 ? names : inner.names;
    visit(search, inner, { number, names: own, nesting: nesting + 1, from: path });
  }
}

/** What the descriptor says; where it says nothing, what the document is like. */
function kindOf({ mediaType }: Descriptor, json: Json, { path }: Stored): ManifestKind {
  const told = mediaType ?? textOf(json.get('mediaType'));
  if (told !== null) {
    const kind = manifestKind(told);
    if (kind === null) throw bad(path, `has the unknown media type ${JSON.stringify(told.slice(0, 120))}`);
    return kind;
  }
  if (json.has('manifests')) return 'index';
  return json.has('config') ? 'manifest' : 'schema 1';
}

function takeManifest(search: Search, descriptor: Descriptor, json: Json, place: Place, stored: Stored): void {
  const config = descriptorOf(json.get('config'), stored.path, 'its config');
  const type = textOf(json.get('artifactType')) ?? config.mediaType ?? '';
  if (
    json.has('subject') ||
    !isImageConfig(config.mediaType ?? '') ||
    (json.has('artifactType') && !isImageConfig(type))
  ) {
    search.others.push(type === '' ? 'an artifact of no type' : `an artifact of type ${type.slice(0, 120)}`);
    return;
  }
  const { number, names } = place;
  const platform = descriptor.platform ?? platformFrom(search.store, config);
  search.found.push({ id: descriptor.digest, number, names, platform, descriptor, manifest: json });
}

function platformFrom(store: PartStore, config: Descriptor): string | null {
  const stored = store.find(blobPath(config.digest));
  return stored === null ? null : readConfig(readJson(stored, config).value, stored.path).platform;
}

function partsOf(store: PartStore, manifest: Json, path: string): ImageParts {
  const config = descriptorOf(manifest.get('config'), path, 'its config');
  const stored = store.find(blobPath(config.digest));
  if (stored === null) throw missing(config.digest, 'config');
  const listed = listOf(manifest.get('layers'));
  if (listed === null) throw bad(path, 'lists no layers');
  const layers = listed.map((item, index) => {
    const descriptor = descriptorOf(item, path, `layer ${index}`);
    const { digest, size } = descriptor;
    const kind = layerKind(descriptor.mediaType ?? '');
    if (kind === 'encrypted' || kind === 'unknown') {
      const type = descriptor.mediaType === null ? 'no media type' : `media type ${descriptor.mediaType.slice(0, 120)}`;
      const what = kind === 'encrypted' ? `is encrypted (${type})` : `has ${type}, which is none of a layer`;
      throw new FormatError('unsupported', `layer ${index}, ${digest}, ${what}`, { path });
    }
    const blob = store.find(blobPath(digest));
    if (blob === null) throw missing(digest, kind === 'foreign' ? `foreign layer ${index}` : `layer ${index}`);
    return { stored: blob, digest, size };
  });
  return { config: readConfig(readJson(stored, config).value, stored.path), configPath: stored.path, layers };
}

function missing(digest: string, what: string): FormatError {
  const hint = what.startsWith('foreign') ? '; its bytes are left out of archives on purpose' : '';
  return new FormatError('missing-blob', `the ${what}, ${digest}, is not in the image${hint}`, {
    path: blobPath(digest),
  });
}

function noImage(others: readonly string[]): FormatError {
  const what =
    others.length === 0 ? 'its index lists nothing' : `it holds ${[...new Set(others)].slice(0, 3).join(', ')}`;
  return new FormatError('no-image', `holds no image: ${what}`, { path: 'index.json' });
}
