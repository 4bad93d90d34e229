// Groups of files with the same content, shared by the rules on duplicates. Hard links are one file and never copies.
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import type { RuleContext } from './rule.ts';

/** Files of equal digest, two or more a group, each group in byte order of its paths; empty files are left out. */
export function copiesByDigest(context: RuleContext, select: (file: Entry) => boolean): Entry[][] {
  const candidates = context.files;
  // Sizes first: comparing numbers is cheap, and most files are alone with theirs.
  const bySize = groupBy(candidates, (file) =>
    file.size === 0 || file.digest === null || !select(file) ? null : file.size,
  );
  return bySize.flatMap((group) => groupBy(group, (file) => file.digest));
}

/** Groups of two or more with the same key, in order of their first members. */
function groupBy(files: readonly Entry[], keyOf: (file: Entry) => number | string | null): Entry[][] {
  // A file that is alone with its key, as most are, takes no list.
  const first = new Map<number | string, Entry>();
  const groups = new Map<number | string, Entry[]>();
  for (const file of files) {
    const key = keyOf(file);
    if (key === null) continue;
    const one = first.get(key);
    if (one === undefined) first.set(key, file);
    else if (groups.get(key)?.push(file) === undefined) groups.set(key, [one, file]);
  }
  return [...groups.values()];
}

/** The copy to keep: the first path that no earlier rule removes anyway, else the first. */
export function keeperOf(copies: readonly Entry[], claimed: ReadonlySet<Name>): Entry | undefined {
  return copies.find(({ path }) => !claimed.has(path)) ?? copies[0];
}
