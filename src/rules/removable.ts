// What all findings together can remove. Claims overlap on real trees (a duplicate static library with debug symbols), so this
// is a union: a byte counts once, and a claim on a whole file swallows claims on its parts.
import type { Finding } from '../model/finding.ts';
import type { Name } from '../model/name.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { supersededPart } from './duplicate-entry.ts';

/** Bytes of content that are claimed by at least one finding; never more than the content. */
export function removableContent(snapshot: Snapshot, findings: readonly Finding[]): number {
  const claimed = new Map<Name, Map<string | null, number>>();
  for (const { claims } of findings) {
    for (const { path, part, bytes } of claims) {
      if (part === supersededPart || bytes === 0) continue;
      let parts = claimed.get(path);
      if (parts === undefined) claimed.set(path, (parts = new Map()));
      parts.set(part, Math.max(bytes, parts.get(part) ?? 0));
    }
  }
  let total = 0;
  for (const entry of snapshot.entries) {
    const parts = claimed.get(entry.path);
    if (parts === undefined) continue;
    const sum = parts.get(null) ?? [...parts.values()].reduce((a, b) => a + b, 0);
    total += Math.min(sum, entry.size);
  }
  return total;
}
