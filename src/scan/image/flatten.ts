// What an image would weigh as one layer: the files of its merged tree are gathered in a second pass and packed as a directory of the same
// tree would be, so that both give the same figure.
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { sliceSource } from '../../bytes/source.ts';
import { Spool } from '../../bytes/spool.ts';
import type { Compression } from '../../codecs/compress.ts';
import { FormatError, InputError } from '../../errors.ts';
import type { MemberSink, OpenFile } from '../../formats/format.ts';
import { readArtifact } from '../../formats/index.ts';
import type { ArtifactOptions } from '../../formats/index.ts';
import { openArtifact } from '../../formats/open.ts';
import type { Name } from '../../model/name.ts';
import type { Entry, Snapshot } from '../../model/snapshot.ts';
import { packEntries } from '../pack.ts';
import type { Packed, PackOptions } from '../pack.ts';

/** Where a content lies in the spool. */
interface Place {
  readonly offset: number;
  readonly size: number;
}

/**
 * @param snapshot of the whole image, made just now; its layers are read once more.
 * @throws FormatError, InputError; also where the image is no longer what the snapshot says.
 */
export async function flattenImage(
  artifact: string,
  snapshot: Snapshot,
  compression: Compression,
  options: ArtifactOptions & PackOptions,
): Promise<Packed> {
  const files: Entry[] = [];
  const digests = new Map<Name, string | null>();
  for (const entry of snapshot.entries) {
    if (entry.kind !== 'file') continue;
    if (entry.digest === null)
      throw new InputError('unknown-content', 'has content that is not known', { path: entry.path });
    files.push(entry);
    digests.set(entry.path, entry.digest);
  }
  // A tar carries a content under the name that it walks to first, which may be a hard link in the snapshot.
  for (const { kind, path, link } of snapshot.entries) {
    if (kind === 'hardlink' && link !== null) digests.set(path, digests.get(link) ?? null);
  }
  const spool = new Spool();
  try {
    const places = await gather(artifact, files, spool, options);
    const source = spool.source();
    const openFile = ({ path }: { readonly path: Name }): OpenFile => {
      const place = places.get(digests.get(path) ?? '');
      if (place === undefined) throw new InputError('changed', 'changed after it was measured', { path });
      return { source: sliceSource(source, place.offset, place.size), close() {} };
    };
    return await packEntries(snapshot.entries, openFile, compression, options);
  } finally {
    spool.close();
  }
}

/** Writes every content of the tree to the spool once; by digest, since layers may hold it under any name. */
async function gather(
  artifact: string,
  files: readonly Entry[],
  spool: Spool,
  options: ArtifactOptions,
): Promise<Map<string, Place>> {
  const wanted = new Set(files.map(({ digest }) => digest));
  const sizes = new Set(files.map(({ size }) => size));
  const places = new Map<string, Place>();
  let current: { readonly offset: number; readonly size: number; readonly hasher: Hash } | null = null;
  const take = (piece: Uint8Array): void => {
    current?.hasher.update(piece);
    if (current !== null) spool.write(piece);
  };
  const zeros = Buffer.alloc(1 << 16);
  const sink: MemberSink = {
    begin({ kind, size }) {
      const needed = kind === 'file' && sizes.has(size);
      current = needed ? { offset: spool.size, size, hasher: createHash('sha256') } : null;
    },
    data: take,
    hole(count) {
      for (let left = count; left > 0; left -= zeros.length) take(zeros.subarray(0, left));
    },
    end() {
      if (current === null) return;
      const { offset, size, hasher } = current;
      current = null;
      const digest = `sha256:${hasher.digest('hex')}`;
      if (wanted.has(digest) && !places.has(digest)) places.set(digest, { offset, size });
    },
    file() {},
    notice() {},
  };
  const opened = await openArtifact(artifact);
  try {
    let isImage = false;
    const layers = { image: () => void (isImage = true), begin: () => sink, end() {} };
    await readArtifact(opened, { ...sink, layers }, options);
    if (!isImage) throw new FormatError('no-image', 'is no image');
  } finally {
    if (opened.kind === 'file') opened.close();
  }
  return places;
}
