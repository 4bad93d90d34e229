// Groups of files with the same content, shared by the rules on duplicates. Hard links are one file and never copies.
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import type { RuleContext } from './rule.ts';

/** Files of equal digest, two or more a group, each group in byte order of its paths; empty files are left out. */
export function copiesByDigest(context: RuleContext, select: (file: Entry) => boolean): Entry[][] {
  const groups = new Map<string, Entry[]>();
  for (const file of context.files.values()) {
    if (file.size === 0 || file.digest === null || !select(file)) continue;
    const group = groups.get(file.digest);
    if (group === undefined) groups.set(file.digest, [file]);
    else group.push(file);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** The copy to keep: the first path that no earlier rule removes anyway, else the first. */
export function keeperOf(copies: readonly Entry[], claimed: ReadonlySet<Name>): Entry | undefined {
  return copies.find(({ path }) => !claimed.has(path)) ?? copies[0];
}
