// recompress: a small sample of the stream is much smaller another way. It claims nothing and gives no total: the sample says that it is
// worth trying, `compress` says what comes of it.
import { formatSize } from '../bytes/size.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { advice } from './rule.ts';
import type { Rule } from './rule.ts';

/** A large gain; a sample without the history of the stream before it shows less than there is. */
const leastGain = 0.1;
/** Compressed bytes of a file below which nobody would change how it is made. */
const leastBytes = 256 * 1024;

export const recompress: Rule = {
  id: 'recompress',
  title: 'a codec or level that leaves much to gain',
  severity: 'info',
  needs: 'sample',
  doubt(snapshot) {
    const { format, codecs } = snapshot.artifact;
    const isJudged = format === 'tar' && codecs.length > 0 && isLarge(snapshot);
    if (!isJudged || typeof snapshot.made?.codec?.['sampleNow'] === 'number') return null;
    return 'no sample of it was compressed, for which zstd is needed (Node 22.15, or the optional package zstd-napi)';
  },
  check({ snapshot }) {
    const { artifact, made } = snapshot;
    const { sample, sampleNow, sampleAs, samplePacked } = made?.codec ?? {};
    if (typeof sample !== 'number' || typeof sampleNow !== 'number' || typeof samplePacked !== 'number') return [];
    if (!isLarge(snapshot) || samplePacked > (1 - leastGain) * sampleNow || sampleNow === 0) return [];
    const gain = Math.floor(100 * (1 - samplePacked / sampleNow));
    const how = String(sampleAs).replace(':', ' -');
    const today = artifact.codecs[0] ?? '';
    const title = `A sample of ${formatSize(sample, 'iec')} in ${today} is ${gain}% smaller as ${how}`;
    return [
      {
        title,
        claims: [],
        fix: advice('sizecheck compress really tries codecs and levels on all of it, and gives the true figures.'),
      },
    ];
  },
};

function isLarge({ totals }: Snapshot): boolean {
  return (totals.compressed ?? 0) >= leastBytes;
}
