// Bytes that GNU strip takes off a file, in the mode that is safe for files of its kind.
import type { ArFacts, ElfFacts } from '../model/facts.ts';
import type { Entry } from '../model/snapshot.ts';

/** Bytes that the mode we advise removes: `--strip-unneeded` for linked files, `-g` for objects and static libraries. */
export function strippableBytes(entry: Entry, facts: ElfFacts | ArFacts): number {
  const after = lengthAfter(facts);
  // A file without symbols can even grow: strip aligns what it rewrites.
  return after === null ? 0 : Math.max(0, entry.size - after);
}

/** Length in bytes after that; null where strip refuses the file. */
export function lengthAfter(facts: ElfFacts | ArFacts): number | null {
  return isLinked(facts) ? facts.strip.unneeded : facts.strip.debug;
}

/** Executables and shared libraries, and core dumps, which strip refuses; no object files. */
export function isLinked(facts: ElfFacts | ArFacts): boolean {
  return facts.type === 'elf' && facts.elfType !== 'REL';
}
