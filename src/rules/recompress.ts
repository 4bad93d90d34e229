// recompress: a small sample of the stream is much smaller another way. It claims nothing and gives no total: the sample says that it is
// worth trying, `compress` says what comes of it.
import { formatSize } from '../bytes/size.ts';
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
  check({ snapshot: { artifact, made, totals } }) {
    const { sample, sampleNow, sampleAs, samplePacked } = made?.codec ?? {};
    if (typeof sample !== 'number' || typeof sampleNow !== 'number' || typeof samplePacked !== 'number') return [];
    if ((totals.compressed ?? 0) < leastBytes || samplePacked > (1 - leastGain) * sampleNow || sampleNow === 0)
      return [];
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
