// Groups of files with the same content, shared by the rules on duplicates. Hard links are one file and never copies.
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import type { RuleContext } from './rule.ts';

/** Files of equal digest, two or more a group, each group in byte order of its paths; empty files are left out. */
export function copiesByDigest(context: RuleContext, select: (file: Entry) => boolean): Entry[][] {
  const known = context.files.filter((file) => file.size > 0 && file.digest !== null && select(file));
  // Sizes first: comparing numbers is cheap, and many files are alone with theirs.
  const counts = new Map<number, number>();
  for (const { size } of known) counts.set(size, (counts.get(size) ?? 0) + 1);
  const first = new Map<string, Entry>();
  const groups = new Map<string, Entry[]>();
  for (const file of known) {
    if (file.digest === null || counts.get(file.size) === 1) continue;
    const one = first.get(file.digest);
    // A file that is alone with its digest takes no list.
    if (one === undefined) first.set(file.digest, file);
    else if (groups.get(file.digest)?.push(file) === undefined) groups.set(file.digest, [one, file]);
  }
  return [...groups.values()];
}

/** The copy to keep: the first path that no earlier rule removes anyway, else the first. */
export function keeperOf(copies: readonly Entry[], claimed: ReadonlySet<Name>): Entry | undefined {
  return copies.find(({ path }) => !claimed.has(path)) ?? copies[0];
}
