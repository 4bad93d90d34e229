// What all findings together can remove. Claims overlap on real trees (a duplicate static library with debug symbols), so this
// is a union: a byte counts once, and a claim on a whole file swallows claims on its parts.
import { firstIndex } from '../bytes/search.ts';
import { hiddenPart, supersededPart } from '../model/finding.ts';
import type { Finding } from '../model/finding.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';

/** Bytes of content that are claimed by at least one finding that counts; never more than the content. */
export function removableContent(snapshot: Snapshot, findings: readonly Finding[]): number {
  const { wholes, parts } = gather(counted(findings));
  let total = 0;
  for (const { path, size } of snapshot.entries) total += Math.min(wholes.get(path) ?? 0, size);
  for (const [path, known] of parts) {
    if (!wholes.has(path)) total += Math.min(sum(known), sizeAt(snapshot.entries, path));
  }
  return total;
}

/** The same by file; only of those with any such bytes. */
export function removableByPath(snapshot: Snapshot, findings: readonly Finding[]): Map<Name, number> {
  const { wholes, parts } = gather(counted(findings));
  const bytes = new Map<Name, number>();
  for (const { path, size } of snapshot.entries) {
    const own = Math.min(wholes.get(path) ?? sum(parts.get(path) ?? new Map()), size);
    if (own > 0) bytes.set(path, own);
  }
  return bytes;
}

/** Bytes that these findings claim together, those included that are stored and are no content. */
export function claimedBytes(findings: readonly Finding[]): number {
  const { wholes, parts, stored } = gather(findings);
  let total = stored;
  for (const bytes of wholes.values()) total += bytes;
  for (const [path, known] of parts) if (!wholes.has(path)) total += sum(known);
  return total;
}

/** Bytes that layers of an image store and its tree does not show, as findings claim them: no part of the content. */
export function hiddenClaimed(findings: readonly Finding[]): number {
  const claims = findings.flatMap((found) => found.claims.filter(({ part }) => part === hiddenPart));
  return claims.reduce((total, { bytes }) => total + bytes, 0);
}

/** What each rule claims of the content, most bytes first; files that several rules claim count for each of them. */
export function contentByRule(findings: readonly Finding[]): [rule: string, bytes: number][] {
  const sums = new Map<string, number>();
  for (const { rule, claims } of counted(findings)) {
    for (const { part, bytes } of claims) {
      if (part !== supersededPart && part !== hiddenPart) sums.set(rule, (sums.get(rule) ?? 0) + bytes);
    }
  }
  return [...sums].filter(([, bytes]) => bytes > 0).toSorted((a, b) => b[1] - a[1] || compareNames(a[0], b[0]));
}

function counted(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ leftover }) => leftover !== true);
}

interface Gathered {
  /** Bytes that an archive or layers store beside the content. */
  readonly stored: number;
  readonly wholes: ReadonlyMap<Name, number>;
  readonly parts: ReadonlyMap<Name, ReadonlyMap<string, number>>;
}

function gather(findings: readonly Finding[]): Gathered {
  const wholes = new Map<Name, number>();
  const parts = new Map<Name, Map<string, number>>();
  let stored = 0;
  for (const { claims } of findings) {
    for (const { path, part, bytes } of claims) {
      if (bytes === 0) continue;
      if (part === supersededPart || part === hiddenPart) {
        stored += bytes;
        continue;
      }
      if (part === null) {
        wholes.set(path, bytes);
        continue;
      }
      let known = parts.get(path);
      if (known === undefined) parts.set(path, (known = new Map()));
      known.set(part, Math.max(bytes, known.get(part) ?? 0));
    }
  }
  return { stored, wholes, parts };
}

function sum(parts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const bytes of parts.values()) total += bytes;
  return total;
}

/** Bytes of content at a path; entries are sorted. */
function sizeAt(entries: readonly Entry[], path: Name): number {
  const found = entries[firstIndex(entries, (entry) => entry.path !== '.' && compareNames(entry.path, path) >= 0)];
  return found?.path === path ? found.size : 0;
}
