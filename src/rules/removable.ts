// What all findings together can remove. Claims overlap on real trees (a duplicate static library with debug symbols), so this
// is a union: a byte counts once, and a claim on a whole file swallows claims on its parts.
import type { Finding } from '../model/finding.ts';
import type { Name } from '../model/name.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { supersededPart } from './duplicate-entry.ts';

/** Bytes of content that are claimed by at least one finding; never more than the content. */
export function removableContent(snapshot: Snapshot, findings: readonly Finding[]): number {
  const wholes = new Set<Name>();
  const parts = new Map<Name, Map<string, number>>();
  for (const { claims } of findings) {
    for (const { path, part, bytes } of claims) {
      if (part === supersededPart || bytes === 0) continue;
      if (part === null) {
        wholes.add(path);
        continue;
      }
      let known = parts.get(path);
      if (known === undefined) parts.set(path, (known = new Map()));
      known.set(part, Math.max(bytes, known.get(part) ?? 0));
    }
  }
  let total = 0;
  for (const { path, size } of snapshot.entries) {
    if (wholes.has(path)) total += size;
    else total += Math.min(sum(parts.get(path)), size);
  }
  return total;
}

function sum(parts: ReadonlyMap<string, number> | undefined): number {
  let total = 0;
  for (const bytes of parts?.values() ?? []) total += bytes;
  return total;
}
