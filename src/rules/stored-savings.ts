// About how many bytes of the compressed artifact go with what a finding claims: what its files are charged, known where entries tell.
// Where that would mislead there is no estimate: `fix --exact` measures.
import { debugPart } from './debug-symbols.ts';
import { archiveOverhead, overheadOfDialect } from './archive-overhead.ts';
import { plainOf } from './optimized-bytecode.ts';
import { recompress } from './recompress.ts';
import { hiddenPart } from '../model/finding.ts';
import type { Claim, Finding } from '../model/finding.ts';
import type { Name } from '../model/name.ts';
import { pathsOf } from '../model/paths.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';

/**
 * Rules whose claims are like files that stay. A codec writes what they have in common once, and charges the first or both for it. One
 * that looks far back cannot tell at all: of 6.4 MiB that the optimised pycs of a CPython tree are charged by zstd -19, 1.2 MiB go.
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
  const entries = pathsOf(snapshot);
  const hidden = hiddenBytes(snapshot);
  const reach = reachOf(snapshot);
  return findings.map(({ rule, claims }) => {
    if (rule === archiveOverhead.id) return extensionsSaved(snapshot);
    if (rule === recompress.id) return null;
    if (likeWhatStays.has(rule) && reach !== 'none') return reach === 'near' ? savedOfCopies(claims, entries) : null;
    let sum = 0;
    for (const claim of claims) {
      const saved = claim.part === hiddenPart ? takeHidden(hidden, claim) : savedBy(claim, entries.get(claim.path));
      if (saved === null) return null;
      sum += saved;
    }
    return Math.round(sum);
  });
}

/**
 * Whether a codec finds in one file what another one has, too: `none` where each is compressed alone or not at all, `near` for deflate
 * with its 32 KiB, `far` for all else.
 */
function reachOf({ artifact: { format, codecs }, image }: Snapshot): 'none' | 'near' | 'far' {
  if (image !== undefined || (format !== 'tar' && format !== 'zip')) return 'far';
  if (codecs.length === 0) return 'none';
  return codecs.every((codec) => codec === 'gzip') ? 'near' : 'far';
}

/** What stays of each group of files that are alike is charged for all that they have in common, as the most expensive one was before. */
function savedOfCopies(claims: readonly Claim[], entries: ReadonlyMap<Name, Entry>): number | null {
  const groups = new Map<Name, Set<Name>>();
  for (const { path, part, keeps } of claims) {
    const stays = keeps ?? plainOf(path);
    if (part !== null || stays === null) return null;
    groups.set(stays, (groups.get(stays) ?? new Set([stays])).add(path));
  }
  let saved = 0;
  for (const group of groups.values()) {
    const costs = [...group].map((path) => entries.get(path)?.stored ?? 0);
    saved += costs.reduce((sum, cost) => sum + cost, 0) - costs.reduce((most, cost) => Math.max(most, cost), 0);
  }
  return saved;
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
