// archive-overhead: headers of a tar that another dialect would do without. No content goes with them, so nothing is claimed; what is
// lost with the dialect is said.
import { formatSize } from '../bytes/size.ts';
import type { MadeFacts, Snapshot } from '../model/snapshot.ts';
import { advice, count } from './rule.ts';
import type { Rule } from './rule.ts';

/** Less is not worth a line: bytes of the archive, and share of it. */
const leastBytes = 64 * 1024;
const leastShare = 0.01;

export const archiveOverhead: Rule = {
  id: 'archive-overhead',
  title: 'headers of a tar that another dialect would do without',
  severity: 'info',
  needs: 'account',
  doubt: ({ artifact, made }: Snapshot) =>
    artifact.format === 'tar' && typeof made?.archive['headers'] !== 'number'
      ? 'what its headers take was not taken down'
      : null,
  check({ snapshot: { artifact, made, totals } }) {
    const archive = totals.archive ?? 0;
    const spent = made === undefined || artifact.format !== 'tar' ? null : overheadOfDialect(made.archive);
    if (spent === null || spent.saved < Math.max(leastBytes, leastShare * archive)) return [];
    const { headers, saved, dialect } = spent;
    const title = `Headers take ${formatSize(headers, 'iec')} of the archive; in the ${dialect} format the same members need ${formatSize(headers - saved, 'iec')}`;
    const lost = losses(made?.archive ?? {});
    const loses = lost.length === 0 ? 'Nothing is lost' : `Lost would be ${lost.join(' and ')}`;
    return [{ title, claims: [], fix: advice(`Make it with tar --format=${dialect}. ${loses}.`) }];
  },
};

interface Spent {
  readonly headers: number;
  /** Bytes of the archive that the better dialect does without. */
  readonly saved: number;
  readonly dialect: 'ustar' | 'gnu';
}

/** Null where it is not known, or no other dialect could hold all of it. ustar never needs more than GNU. */
export function overheadOfDialect({ headers, asUstar, asGnu }: MadeFacts): Spent | null {
  const least = asUstar ?? asGnu;
  if (typeof headers !== 'number' || typeof least !== 'number') return null;
  return { headers, saved: headers - least, dialect: asUstar === null ? 'gnu' : 'ustar' };
}

function losses({ fineTimes, sideRecords }: MadeFacts): string[] {
  return [
    ...(fineTimes === 0 ? [] : [`the fractions of a second in the times of ${ofMembers(fineTimes)}`]),
    ...(sideRecords === 0 ? [] : [`times of access and change, or comments, of ${ofMembers(sideRecords)}`]),
  ];
}

function ofMembers(number: unknown): string {
  return count(typeof number === 'number' ? number : 0, 'member');
}
