// Packing a directory for a command: with progress, and with the sizes where totals have them.
import { statSync } from 'node:fs';
import { canonicalText, parseCompression } from '../../codecs/compress.ts';
import type { Compression } from '../../codecs/compress.ts';
import { InputError, UsageError } from '../../errors.ts';
import type { Snapshot, Totals } from '../../model/snapshot.ts';
import { packDirectory } from '../../scan/pack.ts';
import type { InputValues } from '../options/shared.ts';
import { createProgress } from '../output/progress.ts';

/** The totals of a directory with the sizes that it has as a compressed tar. @throws InputError for what cannot be read. */
export async function packedTotals(
  path: string,
  snapshot: Snapshot,
  how: Compression,
  values: Pick<InputValues, 'progress' | 'quiet'>,
): Promise<Totals> {
  const shown = values.progress && !values.quiet && process.stderr.isTTY;
  const progress = createProgress(`packing (${how.text})`, null, shown);
  try {
    const { archive, compressed } = await packDirectory(path, snapshot, how, {
      onProgress: (bytes) => progress.update(bytes),
    });
    return { ...snapshot.totals, archive, compressed };
  } finally {
    progress.done();
  }
}

/** A directory with those sizes; what cannot be read meanwhile is a notice like any other. */
export async function packedSnapshot(
  path: string,
  snapshot: Snapshot,
  how: Compression,
  values: Pick<InputValues, 'progress' | 'quiet'>,
): Promise<Snapshot> {
  try {
    const totals = await packedTotals(path, snapshot, how, values);
    return { ...snapshot, artifact: { ...snapshot.artifact, packedWith: canonicalText(how) }, totals };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const notice = { code: error.code, path: error.path ?? null, message: error.message };
    return { ...snapshot, notices: [...snapshot.notices, notice] };
  }
}

/**
 * `--compress-with` of one that was measured: itself where it is no directory, or holds an image.
 * @throws UsageError for a part of a directory, of which the archive would not be.
 */
export function packedAsAsked(
  path: string,
  snapshot: Snapshot,
  how: Compression | null,
  values: Pick<InputValues, 'progress' | 'quiet' | 'include' | 'exclude'>,
): Promise<Snapshot> {
  if (how === null || snapshot.image !== undefined || !isDirectoryOnDisk(path)) return Promise.resolve(snapshot);
  if (values.include.length + values.exclude.length > 0)
    throw new UsageError('--compress-with packs the whole directory; leave --include and --exclude out');
  return packedSnapshot(path, snapshot, how, values);
}

/** An OCI layout is a directory, too, but what would be packed is not what it weighs. */
export const noPackedImage = '--compress-with packs directories, and this one holds an image';

/** The compression that `--compress-with` names; null without it. @throws UsageError for what is none. */
export function compressionAsked(text: string | undefined): Compression | null {
  return text === undefined ? null : parseCompression(text);
}

/** Whether an artifact is a directory of this machine, which a snapshot of one is not. */
export function isDirectoryOnDisk(artifact: string): boolean {
  return artifact !== '-' && statSync(artifact, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** @throws UsageError where there is nothing to compress. */
export function requireDirectory(artifacts: readonly string[]): void {
  if (!artifacts.some(isDirectoryOnDisk))
    throw new UsageError('--compress-with is for directories, and none of the artifacts is one');
}
