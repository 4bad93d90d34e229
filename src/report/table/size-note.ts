// What stands beside each of an artifact's sizes: how it is counted, and of what.
import { groupDigits } from '../../bytes/size.ts';
import type { Snapshot, Totals } from '../../model/snapshot.ts';
import type { ScanReport } from '../reporter.ts';
import { percent } from './percent.ts';

export function sizeNote(
  size: 'content' | 'disk' | 'archive' | 'compressed',
  { snapshot }: Pick<ScanReport, 'snapshot'>,
): string {
  const { artifact, totals } = snapshot;
  switch (size) {
    case 'content':
      return contentNote(totals);
    case 'disk':
      return artifact.format === 'directory' ? 'allocated, as du counts' : 'unpacked, in blocks of 4 KiB';
    case 'archive':
      return archiveNote(snapshot);
    case 'compressed':
      return isShare(snapshot)
        ? `${fileNote(snapshot)}, ${percent(totals.compressed ?? 0, totals.content)} of content`
        : fileNote(snapshot);
  }
  return '';
}

function fileNote({ artifact: { packedWith } }: Snapshot): string {
  return packedWith === undefined ? 'the file itself' : `that, with ${packedWith}`;
}

/** The file holds what was not selected, too, and that of an image what layers hide. */
function isShare({ totals: { content, compressed }, image, isPart }: Snapshot): boolean {
  return content > 0 && isPart !== true && (image === undefined || (compressed ?? 0) <= content);
}

/** The archive inside all codecs around it; what some archives hold is compressed in them. */
function archiveNote({ artifact: { format, packedWith }, image }: Snapshot): string {
  if (packedWith !== undefined) return 'packed as a tar, with headers and padding';
  if (format === 'zip' || format === 'deb') return 'members compressed, with headers';
  if (image?.layers.some(({ compressed }) => compressed !== null) === true)
    return 'layers compressed, with headers and padding';
  return 'uncompressed, with headers and padding';
}

function contentNote({ files, directories, symlinks, hardlinks, other }: Totals): string {
  const counts: readonly (readonly [number, string, string])[] = [
    [files, 'file', 'files'],
    [directories, 'directory', 'directories'],
    [symlinks, 'symlink', 'symlinks'],
    [hardlinks, 'hard link', 'hard links'],
    [other, 'other', 'others'],
  ];
  return counts
    .filter(([number], index) => number > 0 || index === 0)
    .map(([number, one, many]) => `${groupDigits(number)} ${number === 1 ? one : many}`)
    .join(', ');
}
