// What a directory weighs as a compressed archive: it is really packed (formats/tar/writer.ts) and compressed, piece by piece.
// Nothing is written to disk; symlinks are packed as links, special files are left out.
import { lstatSync } from 'node:fs';
import { createTurns } from '../bytes/turns.ts';
import type { Turns } from '../bytes/turns.ts';
import { openEncoder } from '../codecs/compress.ts';
import type { Compression, EmitCompressed, Encoder } from '../codecs/compress.ts';
import { InputError, systemCode } from '../errors.ts';
import { openRegular } from '../formats/directory.ts';
import type { OpenFile } from '../formats/format.ts';
import { paddingOf } from '../formats/tar/layout.ts';
import { endOfTar, tarHeaders } from '../formats/tar/writer.ts';
import type { TarItem } from '../formats/tar/writer.ts';
import { compareNames, nameFromText } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';
import { closeQuietly } from './close.ts';

/** What a directory weighs when packed; made by `packDirectory`. */
export interface Packed {
  /** Bytes of the tar archive. */
  readonly archive: number;
  /** Bytes after compression. */
  readonly compressed: number;
}

/** Who is told of the packing while it runs. */
export interface PackOptions {
  /** Called now and then with the bytes of the archive so far and in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Takes the compressed bytes, if anyone wants them. */
  readonly emit?: EmitCompressed;
}

/** Bytes that are compressed at once: little enough that signals have their turn even at the slowest level. */
const step = 1 << 18;

/**
 * @param compression null to have the archive itself.
 * @param snapshot of the directory `root`, made just now.
 * @throws InputError, with the path, for a file that cannot be read or is no longer what the snapshot says; UsageError where this
 * machine has no encoder for the codec.
 */
export function packDirectory(
  root: string,
  snapshot: Snapshot,
  compression: Compression | null,
  options: PackOptions = {},
): Promise<Packed> {
  const name = nameFromText(root);
  return packEntries(snapshot.entries, (item) => open(name, item), compression, options);
}

/** @internal @param openFile opens the content of a file of the entries. */
export async function packEntries(
  entries: readonly Entry[],
  openFile: (item: TarItem) => OpenFile,
  compression: Compression | null,
  options: PackOptions = {},
): Promise<Packed> {
  const items = tarItems(entries);
  const content = items.reduce((sum, item) => sum + tarHeaders(item).length + item.size + paddingOf(item.size), 0);
  const total = content + endOfTar(content).length;
  let compressed = 0;
  let archive = 0;
  const take: EmitCompressed = (piece) => {
    compressed += piece.length;
    options.emit?.(piece);
  };
  const encoder = compression === null ? asItIs(take) : await openEncoder(compression, total, take);
  const turns = createTurns();
  const write = async (piece: Uint8Array): Promise<void> => {
    encoder.write(piece);
    archive += piece.length;
    options.onProgress?.(archive, total);
    if (turns.due()) await turns.next();
  };
  try {
    for (const item of items) await writeItem(openFile, item, write);
    await write(endOfTar(archive));
    await finish(encoder, turns);
  } finally {
    encoder.close();
  }
  return { archive, compressed };
}

/** No compression: the archive itself. */
function asItIs(emit: EmitCompressed): Encoder {
  return { write: emit, finish() {}, close() {} };
}

async function finish(encoder: Encoder, turns: Turns): Promise<void> {
  await turns.next();
  encoder.finish();
}

/** Members in the order of a walk that sorts each directory; the first name of a file in that order carries its content. */
function tarItems(entries: readonly Entry[]): TarItem[] {
  const files = new Map(entries.filter(({ kind }) => kind === 'file').map((entry) => [entry.path, entry]));
  const carriers = new Map<Name, Name>();
  const walked = entries
    .map((entry) => ({ entry, key: entry.path === '.' ? '' : entry.path.replaceAll('/', '\0') }))
    .toSorted((a, b) => compareNames(a.key, b.key));
  return walked.flatMap(({ entry }): TarItem[] => {
    const { path, kind, link } = entry;
    const mode = entry.mode ?? 0o644;
    if (kind === 'directory' || kind === 'symlink') return [{ path, kind, size: 0, mode, link }];
    const first = link ?? path;
    const file = files.get(first);
    // A special file.
    if (file === undefined) return [];
    const carrier = carriers.get(first);
    if (carrier !== undefined) return [{ path, kind: 'hardlink', size: 0, mode, link: carrier }];
    carriers.set(first, path);
    return [{ path, kind: 'file', size: file.size, mode, link: null }];
  });
}

async function writeItem(
  openFile: (item: TarItem) => OpenFile,
  item: TarItem,
  write: (piece: Uint8Array) => Promise<void>,
): Promise<void> {
  await write(tarHeaders(item));
  if (item.kind !== 'file') return;
  const file = openFile(item);
  try {
    for (let at = 0; at < item.size; at += step) await write(file.source.read(at, Math.min(step, item.size - at)));
  } catch (error) {
    closeQuietly(file);
    throw error instanceof InputError ? placed(error, item.path) : error;
  }
  try {
    file.close();
  } catch (error) {
    throw error instanceof InputError ? placed(error, item.path) : error;
  }
  await write(Buffer.alloc(paddingOf(item.size)));
}

function open(root: Name, { path, size }: TarItem): OpenFile {
  const onDisk = Buffer.from(`${root}/${path}`, 'latin1');
  try {
    const stats = lstatSync(onDisk);
    if (!stats.isFile() || stats.size !== size) throw new InputError('changed', 'changed after it was measured');
    return openRegular(onDisk, stats);
  } catch (error) {
    if (error instanceof InputError) throw placed(error, path);
    throw new InputError('unreadable', `cannot be read (${systemCode(error)})`, { path, cause: error });
  }
}

function placed(error: InputError, path: Name): InputError {
  return new InputError(error.code, error.message, { path, cause: error });
}
