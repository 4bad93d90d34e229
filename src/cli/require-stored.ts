// `--size compressed` is an error where it is not known, and says why.
import { UsageError } from '../errors.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** @throws UsageError where one of them does not tell how many compressed bytes carry each file. */
export function requireStored(...snapshots: readonly Snapshot[]): void {
  for (const snapshot of snapshots) if (snapshot.overhead === undefined) throw untold(snapshot);
}

function untold({ artifact: { format, codecs }, totals }: Snapshot): UsageError {
  if (totals.compressed === null) {
    return new UsageError('--size compressed needs an archive: the files of a directory are not compressed yet');
  }
  const nested = codecs.length > 0 && format !== 'tar' ? ` of a ${format} in ${codecs.join(' in ')}` : '';
  const hint = nested === '' ? ': the snapshot was saved without them; save it again' : '';
  return new UsageError(
    `--size compressed needs the compressed bytes of each file, which are not known${nested}${hint}`,
  );
}
