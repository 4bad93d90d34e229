// About how many bytes of the compressed artifact go with what a finding claims: what its files are charged, known where entries tell.
// Where that would mislead there is no estimate: `fix --exact` measures.
import { debugPart } from './debug-symbols.ts';
import { hiddenPart } from './hidden.ts';
import { archiveOverhead, overheadOfDialect } from './archive-overhead.ts';
import { recompress } from './recompress.ts';
import type { Claim, Finding } from '../model/finding.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';

/**
 * Rules whose claims are like files that stay. A codec that looks far back writes what they have in common once and charges both for
 * it: of 6.4 MiB that the optimised pycs of a CPython tree are charged by zstd -19, 1.2 MiB go with them.
 */
const likeWhatStays: ReadonlySet<string> = new Set([
  'optimized-bytecode',
  'duplicate-entry',
  'duplicate-file',
  'duplicate-member',
  'duplicate-static-library',
  'same-build',
  'copied-shared-library',
]);

/**
 * Bytes by finding; null where entries do not tell, and for what is like files that stay. Of files that strip shortens it is what they
 * are charged, shared by how debug data and the rest compress (a share by length is up to 37 % off); null for other parts of files.
 */
export function storedSavings(snapshot: Snapshot, findings: readonly Finding[]): (number | null)[] {
  if (snapshot.overhead === undefined) return findings.map(() => null);
  const entries = new Map(snapshot.entries.map((entry) => [entry.path, entry]));
  const hidden = hiddenBytes(snapshot);
  const looksFar = looksFarBack(snapshot);
  return findings.map(({ rule, claims }) => {
    if (rule === archiveOverhead.id) return extensionsSaved(snapshot);
    if (rule === recompress.id || (looksFar && likeWhatStays.has(rule))) return null;
    let sum = 0;
    for (const claim of claims) {
      const saved = claim.part === hiddenPart ? takeHidden(hidden, claim) : savedBy(claim, entries.get(claim.path));
      if (saved === null) return null;
      sum += saved;
    }
    return Math.round(sum);
  });
}

/** Not so deflate, with its 32 KiB: what files have in common is written for each of them, but for neighbours. Nor what is not compressed. */
function looksFarBack({ artifact: { format, codecs }, image }: Snapshot): boolean {
  const near = codecs.every((codec) => codec === 'gzip');
  return !near || image !== undefined || (format !== 'tar' && format !== 'zip');
}

/** What a layer hides under one path, by both; layers are compressed apart, so all that is charged for it can go. */
function hiddenBytes({ hidden = [] }: Snapshot): Map<string, number> {
  const sums = new Map<string, number>();
  for (const file of hidden) {
    if (file.compressed === undefined) continue;
    const key = hiddenKey({ ...file, bytes: file.size });
    sums.set(key, (sums.get(key) ?? 0) + file.compressed);
  }
  return sums;
}

/** Once: further claims on the same name are in the sum. */
function takeHidden(hidden: Map<string, number>, claim: Claim): number | null {
  const key = hiddenKey(claim);
  const bytes = hidden.get(key) ?? null;
  if (bytes !== null) hidden.set(key, 0);
  return bytes;
}

function hiddenKey({ layer = -1, path, bytes }: Pick<Claim, 'layer' | 'path' | 'bytes'>): string {
  return `${layer} ${bytes} ${path}`;
}

function savedBy({ part, bytes }: Claim, entry: Entry | undefined): number | null {
  const stored = entry?.stored ?? 0;
  if (part === null) return stored;
  if (part !== debugPart || entry === undefined) return null;
  // Not compressed at all: every byte is itself.
  if (stored === entry.size) return bytes;
  const share = entry.facts?.type === 'elf' || entry.facts?.type === 'ar' ? entry.facts.stripShare : undefined;
  return share === undefined ? null : stored * share;
}

/** Of what extensions are charged, the share that another dialect does without. */
function extensionsSaved({ made, overhead }: Snapshot): number | null {
  const { extensions } = made?.archive ?? {};
  const saved = overheadOfDialect(made?.archive ?? {})?.saved;
  if (saved === undefined || typeof extensions !== 'number' || extensions === 0) return null;
  return Math.round(((overhead?.extensions ?? 0) * saved) / extensions);
}
