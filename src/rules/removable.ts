// What all findings together can remove. Claims overlap on real trees (a duplicate static library with debug symbols), so this
// is a union: a byte counts once, and a claim on a whole file swallows claims on its parts.
import type { Finding } from '../model/finding.ts';
import type { Name } from '../model/name.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';
import { supersededPart } from './duplicate-entry.ts';
import { hiddenPart } from './hidden.ts';
import { lowerBound } from './trees.ts';

/** Bytes of content that are claimed by at least one finding that counts; never more than the content. */
export function removableContent(snapshot: Snapshot, findings: readonly Finding[]): number {
  const { wholes, parts } = gather(findings);
  let total = 0;
  for (const { path, size } of snapshot.entries) total += Math.min(wholes.get(path) ?? 0, size);
  for (const [path, known] of parts) {
    if (!wholes.has(path)) total += Math.min(sum(known), sizeAt(snapshot.entries, path));
  }
  return total;
}

/** The same by file; only of those with any such bytes. */
export function removableByPath(snapshot: Snapshot, findings: readonly Finding[]): Map<Name, number> {
  const { wholes, parts } = gather(findings);
  const bytes = new Map<Name, number>();
  for (const { path, size } of snapshot.entries) {
    const own = wholes.get(path) ?? sum(parts.get(path) ?? new Map());
    if (own > 0 && size > 0) bytes.set(path, Math.min(own, size));
  }
  return bytes;
}

interface Gathered {
  readonly wholes: ReadonlyMap<Name, number>;
  readonly parts: ReadonlyMap<Name, ReadonlyMap<string, number>>;
}

function gather(findings: readonly Finding[]): Gathered {
  const wholes = new Map<Name, number>();
  const parts = new Map<Name, Map<string, number>>();
  for (const { claims, leftover } of findings) {
    if (leftover === true) continue;
    for (const { path, part, bytes } of claims) {
      if (part === supersededPart || part === hiddenPart || bytes === 0) continue;
      if (part === null) {
        wholes.set(path, bytes);
        continue;
      }
      let known = parts.get(path);
      if (known === undefined) parts.set(path, (known = new Map()));
      known.set(part, Math.max(bytes, known.get(part) ?? 0));
    }
  }
  return { wholes, parts };
}

function sum(parts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const bytes of parts.values()) total += bytes;
  return total;
}

/** Bytes of content at a path; entries are sorted. */
function sizeAt(entries: readonly Entry[], path: Name): number {
  const found = entries[lowerBound(entries, path)];
  return found?.path === path ? found.size : 0;
}
