// Groups of files with the same content, shared by the rules on duplicates. Hard links are one file and never copies.
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import type { RuleContext } from './rule.ts';

/** Files of equal digest, two or more a group, each group in byte order of its paths; empty files are left out. */
export function copiesByDigest(context: RuleContext, select: (file: Entry) => boolean): Entry[][] {
  const candidates = context.files.values();
  // Sizes first: comparing numbers is cheap, and most files are alone with theirs.
  const bySize = groupBy(candidates, (file) =>
    file.size === 0 || file.digest === null || !select(file) ? null : file.size,
  );
  return [...bySize.values()]
    .filter((group) => group.length > 1)
    .flatMap((group) => [...groupBy(group, (file) => file.digest).values()].filter((same) => same.length > 1));
}

function groupBy<Key>(files: Iterable<Entry>, keyOf: (file: Entry) => Key | null): Map<Key, Entry[]> {
  const groups = new Map<Key, Entry[]>();
  for (const file of files) {
    const key = keyOf(file);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  return groups;
}

/** The copy to keep: the first path that no earlier rule removes anyway, else the first. */
export function keeperOf(copies: readonly Entry[], claimed: ReadonlySet<Name>): Entry | undefined {
  return copies.find(({ path }) => !claimed.has(path)) ?? copies[0];
}
