// About how many bytes of the compressed artifact go with what a finding claims: what its files are charged, known where entries tell.
// Where that would mislead there is no estimate: `fix --exact` measures.
import { archiveOverhead, overheadOfDialect } from './archive-overhead.ts';
import { recompress } from './recompress.ts';
import type { Finding } from '../model/finding.ts';
import type { Name } from '../model/name.ts';
import type { Snapshot } from '../model/snapshot.ts';

/**
 * Rules whose claims are like files that stay. A codec writes what they have in common once and charges both for it: of 6.4 MiB that
 * the optimised pycs of a CPython tree are charged, 1.2 MiB go with them.
 */
const likeWhatStays: ReadonlySet<string> = new Set([
  'optimized-bytecode',
  'duplicate-entry',
  'duplicate-file',
  'duplicate-static-library',
  'same-build',
  'copied-shared-library',
]);

/** Bytes by finding; null where entries do not tell, for parts of files (a share is up to 37 % off), and for what is like files that stay. */
export function storedSavings(snapshot: Snapshot, findings: readonly Finding[]): (number | null)[] {
  if (snapshot.overhead === undefined) return findings.map(() => null);
  const stored = new Map<Name, number>();
  for (const { path, stored: bytes = 0 } of snapshot.entries) stored.set(path, bytes);
  return findings.map(({ rule, claims }) => {
    if (rule === archiveOverhead.id) return extensionsSaved(snapshot);
    if (rule === recompress.id || likeWhatStays.has(rule) || claims.some(({ part }) => part !== null)) return null;
    return claims.reduce((sum, { path }) => sum + (stored.get(path) ?? 0), 0);
  });
}

/** Of what extensions are charged, the share that another dialect does without. */
function extensionsSaved({ made, overhead }: Snapshot): number | null {
  const { extensions } = made?.archive ?? {};
  const saved = overheadOfDialect(made?.archive ?? {})?.saved;
  if (saved === undefined || typeof extensions !== 'number' || extensions === 0) return null;
  return Math.round(((overhead?.extensions ?? 0) * saved) / extensions);
}
