// The config of an image (OCI image spec, "Image Configuration"; Docker's is the same in what matters): its platform, the digests of
// its layers uncompressed, and which instruction made each.
import { FormatError } from '../../errors.ts';
import type { Name } from '../../model/name.ts';
import { bad, listOf, objectOf, textOf } from './json.ts';
import type { Json } from './json.ts';
import { cleanInstruction } from './instruction.ts';
import { checkDigest } from './store.ts';

export interface ImageConfig {
  readonly platform: string | null;
  /** Lowest first. */
  readonly diffIds: readonly string[];
  /** As many as layers. */
  readonly instructions: readonly (string | null)[];
  /** Entries of the history that made a layer; null where there is no history at all. */
  readonly history: number | null;
}

/** Most layers of an image. */
const maxLayers = 10_000;

/** @throws FormatError. */
export function readConfig(value: unknown, path: Name): ImageConfig {
  const root = objectOf(value);
  if (root === null) throw bad(path, 'is no config of an image: it is no object');
  const rootfs = objectOf(root.get('rootfs'));
  const listed = rootfs === null ? null : listOf(rootfs.get('diff_ids'));
  if (listed === null) throw bad(path, 'is no config of an image: it lists no rootfs.diff_ids');
  const diffIds = listed.map((one) => checkDigest(textOf(one) ?? typeof one, path));
  if (diffIds.length > maxLayers) {
    throw new FormatError('too-many-layers', `lists ${diffIds.length} layers, more than ${maxLayers}`, { path });
  }
  const history = listOf(root.get('history'));
  if (history === null) throw bad(path, 'has a history that is no list');
  const made = history.map(objectOf).filter((entry) => entry !== null && entry.get('empty_layer') !== true);
  const instructions = diffIds.map((_, index) => cleanInstruction(textOf(made[index]?.get('created_by'))));
  return { platform: platformOf(root), diffIds, instructions, history: history.length === 0 ? null : made.length };
}

/** `os/architecture[/variant]` of a config or of a descriptor's `platform`; null where it is not told. */
export function platformOf(json: Json | null): string | null {
  const [os, architecture, variant] = ['os', 'architecture', 'variant'].map((key) => textOf(json?.get(key)) ?? '');
  if (os === undefined || os === '' || architecture === undefined || architecture === '') return null;
  return variant === undefined || variant === '' ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/** Whether `platform` is what `--platform` asks for; a variant counts only where it is asked for. */
export function matchesPlatform(platform: string | null, wanted: string): boolean {
  if (platform === null) return false;
  return platform === wanted || (wanted.split('/').length === 2 && platform.startsWith(`${wanted}/`));
}
