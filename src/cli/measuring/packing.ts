// Packing a directory for a command: with progress, and with the sizes where totals have them.
import { statSync } from 'node:fs';
import type { Compression } from '../../codecs/compress.ts';
import { UsageError } from '../../errors.ts';
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

/** Whether an artifact is a directory of this machine, which a snapshot of one is not. */
export function isDirectoryOnDisk(artifact: string): boolean {
  return artifact !== '-' && statSync(artifact, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** @throws UsageError where there is nothing to compress. */
export function requireDirectory(artifacts: readonly string[]): void {
  if (!artifacts.some(isDirectoryOnDisk))
    throw new UsageError('--compress-with is for directories, and none of the artifacts is one');
}
