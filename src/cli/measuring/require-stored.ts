// `--size compressed` is an error where it is not known, and says why.
import { UsageError } from '../../errors.ts';
import type { Snapshot } from '../../model/snapshot.ts';

/** @throws UsageError where it does not tell how many compressed bytes carry each file. */
export function requireStored(snapshot: Snapshot): void {
  if (snapshot.overhead === undefined) throw new UsageError(whyUntold(snapshot));
}

function whyUntold({ artifact: { format, codecs }, image, totals }: Snapshot): string {
  if (format === 'oci-layout') return '--size compressed needs an image in one file: pack the layout with tar';
  if (format === 'image-directory')
    return '--size compressed needs an image in one file: "skopeo copy dir:DIR oci-archive:FILE" makes one';
  if (totals.compressed === null || format === 'directory')
    return '--size compressed needs an archive: the files of a directory are not compressed yet';
  const what = '--size compressed needs the compressed bytes of each file, which are not known';
  if (codecs.length > 0 && format !== 'tar') {
    const noun = image === undefined ? `a ${format}` : 'an image';
    return `${what} of ${noun} in ${codecs.join(' in ')}`;
  }
  return `${what}: the snapshot was saved without them; save it again`;
}
