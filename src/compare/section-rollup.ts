// Where the bytes of all ELF files of an artifact are, by group and by name of section. The groups sum to the files' lengths.
import { sectionGroups } from '../model/facts.ts';
import type { SectionGroup } from '../model/facts.ts';
import { compareNames } from '../model/name.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Made by `sectionRollup`; the groups sum to `bytes`. */
export interface SectionRollup {
  /** ELF files whose sections are known. */
  readonly files: number;
  /** Bytes of these files. */
  readonly bytes: number;
  /** Largest first; groups without bytes are left out. */
  readonly groups: readonly { readonly group: SectionGroup; readonly bytes: number }[];
  /** Bytes of debug sections now, and about how many compressing them would leave; null where that is not known. */
  readonly debug: { readonly bytes: number; readonly compressed: number | null };
  /** Sections of one name in all files, largest first. */
  readonly names: readonly SectionTotal[];
}

/** What sections of one name and group take, in bytes of their files. */
export interface SectionTotal {
  readonly name: string;
  readonly group: SectionGroup;
  readonly bytes: number;
  /** Files that have such a section. */
  readonly files: number;
}

/** Bytes by section over the distinct files of a snapshot that was made with all facts. */
export function sectionRollup({ entries }: Snapshot): SectionRollup {
  const groups = new Map<SectionGroup, number>(sectionGroups.map((group) => [group, 0]));
  const names = new Map<string, { name: string; group: SectionGroup; bytes: number; files: number }>();
  let files = 0;
  let total = 0;
  let debug = 0;
  let compressed: number | null = 0;
  for (const { facts, size } of entries) {
    if (facts?.type !== 'elf' || facts.sections === undefined) continue;
    files++;
    total += size;
    debug += facts.debugBytes;
    const left: number | null = facts.debugCompressed ?? null;
    compressed = compressed === null || left === null ? null : compressed + left;
    for (const { name, group, bytes } of facts.sections) {
      groups.set(group, (groups.get(group) ?? 0) + bytes);
      const key = `${group} ${name}`;
      const known = names.get(key);
      if (known === undefined) names.set(key, { name, group, bytes, files: 1 });
      else {
        known.bytes += bytes;
        known.files++;
      }
    }
  }
  return {
    files,
    bytes: total,
    groups: [...groups]
      .map(([group, bytes]) => ({ group, bytes }))
      .filter(({ bytes }) => bytes > 0)
      .toSorted((a, b) => b.bytes - a.bytes || compareNames(a.group, b.group)),
    debug: { bytes: debug, compressed },
    names: [...names.values()].toSorted(
      (a, b) => b.bytes - a.bytes || compareNames(a.name, b.name) || compareNames(a.group, b.group),
    ),
  };
}
