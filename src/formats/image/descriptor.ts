// A descriptor (OCI image spec, "Content Descriptors"): what it points to, by digest and size, and what it says of it.
import type { Name } from '../../model/name.ts';
import { platformOf } from './config.ts';
import { bad, objectOf, textOf } from './json.ts';
import type { Json } from './json.ts';
import { checkDigest } from './store.ts';

export interface Descriptor {
  readonly mediaType: string | null;
  readonly digest: string;
  readonly size: number;
  /** Of an index's descriptors. */
  readonly platform: string | null;
  /** Names of the image that annotations give, the most exact first. */
  readonly names: readonly string[];
  /** Whether it is about an image (provenance, SBOM, signature) and is none. */
  readonly isAttestation: boolean;
}

/** @throws FormatError. @param from the document that it is in. @param what for messages: "its config". */
export function descriptorOf(value: unknown, from: Name, what: string): Descriptor {
  const json = objectOf(value);
  const digest = textOf(json?.get('digest'));
  if (json === null || digest === null) throw bad(from, `names no digest of ${what}`);
  const size = json.get('size');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw bad(from, `gives no size in bytes of ${what}, ${checkDigest(digest, from)}`);
  }
  const annotations = objectOf(json.get('annotations'));
  const platform = platformOf(objectOf(json.get('platform')));
  return {
    mediaType: textOf(json.get('mediaType')),
    digest: checkDigest(digest, from),
    size,
    platform,
    names: namesOf(annotations),
    isAttestation: platform === 'unknown/unknown' || annotations?.has('vnd.docker.reference.type') === true,
  };
}

const nameKeys = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];

function namesOf(annotations: Json | null): string[] {
  const names = nameKeys.map((key) => textOf(annotations?.get(key)) ?? '');
  return [...new Set(names.filter((name) => name !== ''))];
}
