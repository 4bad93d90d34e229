// Container images: archives of Docker and of the OCI, and OCI layout directories. One image is chosen, its layers go to the sink one
// after the other in the order of its manifest, and every digest on the way is verified.
import type { ByteSource } from '../../bytes/source.ts';
import { decode } from '../../codecs/decode.ts';
import { dismissDecodingThreads, useWorker } from '../../codecs/decoding-thread.ts';
import { FormatError, tooMuchUnpacked } from '../../errors.ts';
import type { Name } from '../../model/name.ts';
import type { FormatName } from '../../model/snapshot.ts';
import type { Ledger } from '../ledger.ts';
import type { LayerSink, MemberSink, RandomFormat, ReadOptions } from '../format.ts';
import { tarReader } from '../tar/tar.ts';
import { indexArchive } from './archive-store.ts';
import type { ArchiveStore } from './archive-store.ts';
import { firstName, looksLikeImagePart } from './detect.ts';
import { isDockerArchive, partsOfDocker } from './docker.ts';
import { dirStore, isImageDirectory } from './dir-store.ts';
import { isLayout, layoutStore } from './layout-store.ts';
import { partsOfLayout } from './oci.ts';
import type { ImageParts } from './parts.ts';
import { readLayer } from './read-layer.ts';

/** A tar whose first member may be part of an image; only all of its names tell. Named for the tar that it may turn out to be. */
export const imageFormat: RandomFormat = {
  name: 'tar',
  access: 'random',
  bid(head) {
    const name = firstName(head);
    return name !== null && looksLikeImagePart(name) ? 112 : 0;
  },
  async read(source, sink, options, file) {
    const store = await indexArchive(source, options, file);
    const format = formatOf(store, options);
    if (format === null || sink.layers === undefined) return await readTar(source, sink, options);
    for (const notice of store.notices) sink.notice(notice);
    const choice = options.image ?? {};
    const parts = isOci(store.paths) ? partsOfLayout(store, choice) : partsOfDocker(store, choice);
    await readParts(parts, sink, sink.layers, options);
    spendRest(options.ledger, source.size, parts);
    return format;
  },
};

/** All that is no layer of the image; a blob that stands for several layers is there once. */
function spendRest(ledger: Ledger | undefined, size: number, { layers }: ImageParts): void {
  const blobs = new Map(layers.map(({ stored }) => [stored.path, stored.size]));
  ledger?.spend('metadata', size - [...blobs.values()].reduce((sum, bytes) => sum + bytes, 0));
}

/** Whether a directory is an OCI image layout, or an image as skopeo keeps it in one. */
export function isImageOnDisk(root: Name): boolean {
  return isLayout(root) || isImageDirectory(root);
}

export async function readLayout(
  root: Name,
  sink: MemberSink,
  layers: LayerSink,
  options: ReadOptions,
): Promise<FormatName> {
  const isDir = !isLayout(root);
  const store = isDir ? dirStore(root) : layoutStore(root);
  await readParts(partsOfLayout(store, options.image ?? {}), sink, layers, options);
  return isDir ? 'image-directory' : 'oci-layout';
}

function isOci(paths: ReadonlySet<Name>): boolean {
  return paths.has('oci-layout') && paths.has('index.json');
}

/** null for a tar that is none of an image. Docker's archives hold an OCI layout, too, since its version 25. */
function formatOf(store: ArchiveStore, { image }: ReadOptions): FormatName | null {
  if (isOci(store.paths)) return store.paths.has('manifest.json') ? 'docker-archive' : 'oci-archive';
  const said = image?.as === 'image' && store.paths.has('manifest.json');
  return said || isDockerArchive(store, store.paths) ? 'docker-archive' : null;
}

async function readTar(source: ByteSource, sink: MemberSink, options: ReadOptions): Promise<FormatName> {
  if (options.image?.as === 'image') {
    throw new FormatError(
      'no-image',
      'is no image: it is a tar without manifest.json, and without oci-layout and index.json',
    );
  }
  const reader = tarReader(sink, options);
  await decode(null, { source }, { onProgress: options.onProgress }, (piece) => reader.write(piece));
  reader.finish();
  return 'tar';
}

async function readParts(
  { config, configPath, layers: parts }: ImageParts,
  sink: MemberSink,
  layers: LayerSink,
  options: ReadOptions,
): Promise<void> {
  const { platform, diffIds, instructions, history } = config;
  if (diffIds.length !== parts.length) {
    const message = `lists ${diffIds.length} layers, but the manifest has ${parts.length}`;
    throw new FormatError('bad-image', message, { path: configPath });
  }
  if (history !== null && history !== parts.length) {
    const message = `the history of the image tells of ${history} layers, but there are ${parts.length}; instructions may be wrong`;
    sink.notice({ code: 'history-mismatch', path: null, message });
  }
  layers.image({ platform, instructions });
  // A blob that stands for several layers is there once. The highest of them replaces all that the others store; so it is charged.
  const charged = new Map(parts.map(({ stored }, index) => [stored.path, index]));
  const { layer = -1 } = options;
  const alone = parts[layer];
  if (alone !== undefined) charged.set(alone.stored.path, layer);
  let unpacked = 0;
  let read = 0;
  const onUnpacked = (bytes: number): void => {
    unpacked += bytes;
    if (unpacked > options.maxUnpacked) throw tooMuchUnpacked(options.maxUnpacked);
  };
  // One thread for all layers, if they are worth one together.
  const encoded = parts.reduce((sum, { stored }) => sum + stored.size, 0);
  const thread = useWorker(encoded, options.thread) ? 'worker' : 'calling';
  try {
    for (const [index, part] of parts.entries()) {
      const onRead = (bytes: number): void => options.onProgress?.(read + bytes);
      const diffId = diffIds[index] ?? '';
      const ledger = charged.get(part.stored.path) === index ? options.ledger : undefined;
      const how = { ...options, thread, ledger, index, diffId, onUnpacked, onRead } as const;
      layers.end(await readLayer(part, layers.begin(), how));
      read += part.stored.size;
    }
  } finally {
    await dismissDecodingThreads();
  }
}
