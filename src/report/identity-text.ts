// What reports say of an artifact beside its sizes, the same in each: plain text without names.
import { groupDigits } from '../bytes/size.ts';
import type { Side } from '../model/diff.ts';
import type { ArtifactIdentity } from '../model/snapshot.ts';

/** Its format, and what that is packed in: `tar in zstd`, `directory packed with zstd:19`. */
export function formatText({ format, codecs, packedWith }: ArtifactIdentity): string {
  const packed = packedWith === undefined ? '' : ` packed with ${packedWith}`;
  return `${[format, ...codecs.toReversed()].join(' in ')}${packed}`;
}

/** The same of one side of a diff, with what was left out of its paths. */
export function sideText({ artifact, stripped }: Side): string {
  const levels = stripped === 1 ? '1 leading directory' : `${stripped} leading directories`;
  return stripped === 0 ? formatText(artifact) : `${formatText(artifact)}, ${levels} left out to compare`;
}

/** How many files, directories and links either side has. */
export function countsText(before: Side, after: Side, arrow: string): string {
  const counts = [
    ['files', 'file', 'files'],
    ['directories', 'directory', 'directories'],
    ['symlinks', 'symlink', 'symlinks'],
    ['hardlinks', 'hard link', 'hard links'],
  ] as const;
  return counts
    .map(([key, one, many]) => ({ old: before.totals[key], now: after.totals[key], one, many }))
    .filter(({ old, now }) => old > 0 || now > 0)
    .map(({ old, now, one, many }) => {
      const was = old === now ? '' : `${groupDigits(old)} ${arrow} `;
      return `${was}${groupDigits(now)} ${now === 1 && old === 1 ? one : many}`;
    })
    .join(', ');
}
