// What layers of one image mean for a host that has the other: which it has already, what it must pull, and where a build's cache ended.
import type { ImageChange, PulledLayer } from '../model/diff.ts';
import type { Image, ImageLayer, Snapshot } from '../model/snapshot.ts';

/** null unless both are images. */
export function imageChange(before: Image | undefined, after: Image | undefined): ImageChange | null {
  if (before === undefined || after === undefined) return null;
  const blobs = new Set(before.layers.map(({ digest }) => digest));
  const tars = new Map(before.layers.map((layer) => [layer.diffId, layer]));
  const lacking = after.layers.filter((layer) => !blobs.has(layer.digest) && !isSame(tars.get(layer.diffId), layer));
  const pulled = eachBlobOnce(lacking);
  return {
    layers: after.layers.length,
    shared: after.layers.length - lacking.length,
    pulled: pulled.map(pulledLayer),
    pull: compressedSum(pulled),
    waste: { before: before.hiddenBytes, after: after.hiddenBytes },
    cacheBroke: cacheBroke(before.layers, after.layers),
  };
}

/** Compressed bytes that a host pulls which has none of the layers; null where one is stored uncompressed, and where there are none. */
export function wholePull(image: Image): number | null {
  return image.layers.length === 0 ? null : compressedSum(wholePulled(image));
}

/** What layers store and the merged tree does not show; of a part what belongs to it. 0 of what is no image. */
export function hiddenBytes({ image, hidden, isPart }: Snapshot): number {
  if (image === undefined) return 0;
  return isPart === true ? (hidden ?? []).reduce((sum, { size }) => sum + size, 0) : image.hiddenBytes;
}

/** The layers that a host pulls which has none of them. */
export function wholePulled({ layers }: Image): readonly ImageLayer[] {
  return eachBlobOnce(layers);
}

/** A blob that stands for several layers is pulled once, as the first of them. */
function eachBlobOnce(layers: readonly ImageLayer[]): ImageLayer[] {
  const firsts = new Map(layers.toReversed().map((layer) => [layer.digest, layer]));
  return layers.filter((layer) => firsts.get(layer.digest) === layer);
}

function compressedSum(layers: readonly ImageLayer[]): number | null {
  return layers.reduce<number | null>(
    (sum, { compressed }) => (sum === null || compressed === null ? null : sum + compressed),
    0,
  );
}

/** Where one of them is stored uncompressed, nothing but its tar can be compared. */
function isSame(old: ImageLayer | undefined, now: ImageLayer): boolean {
  return old !== undefined && (old.compressed === null || now.compressed === null);
}

function pulledLayer({ index, digest, instruction, compressed, content }: ImageLayer): PulledLayer {
  return { index, digest, instruction, compressed, content };
}

/** The first layer that both have and that differs. What is only longer broke nothing. */
function cacheBroke(before: readonly ImageLayer[], after: readonly ImageLayer[]): ImageChange['cacheBroke'] {
  const at = after.findIndex(({ diffId }, index) => before[index] !== undefined && before[index].diffId !== diffId);
  if (at < 0) return null;
  return { index: at, before: before[at]?.instruction ?? null, after: after[at]?.instruction ?? null };
}
