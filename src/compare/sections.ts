// Which parts of an ELF file grew, for `--sections`. The parts of either side sum to its length, so these deltas sum to the file's.
import type { SectionChange } from '../model/diff.ts';
import { compareNames } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';

/** Parts whose sizes differ, largest change first; null unless both are ELF files whose parts are known. */
export function sectionChanges(before: Entry | null, after: Entry | null): SectionChange[] | null {
  const [olds, news] = [sectionsOf(before), sectionsOf(after)];
  if (olds === null || news === null) return null;
  const changes: SectionChange[] = [];
  for (const name of new Set([...olds.keys(), ...news.keys()])) {
    const [old, now] = [olds.get(name) ?? null, news.get(name) ?? null];
    const delta = (now ?? 0) - (old ?? 0);
    if (delta !== 0) changes.push({ name, before: old, after: now, delta });
  }
  return changes.toSorted((a, b) => Math.abs(b.delta) - Math.abs(a.delta) || compareNames(a.name, b.name));
}

function sectionsOf(entry: Entry | null): Map<string, number> | null {
  if (entry?.facts?.type !== 'elf' || entry.facts.sections === undefined) return null;
  return new Map(entry.facts.sections.map(({ name, bytes }) => [name, bytes]));
}
