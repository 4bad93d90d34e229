// Groups of files with the same content, shared by the rules on duplicates. Hard links are one file and never copies.
import { doubleAt } from '../bytes/at.ts';
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import type { RuleContext } from './rule.ts';

/** Those of `files` that have equal digests, two or more a group, each group in their order; empty files are left out. */
export function copiesByDigest(files: readonly Entry[]): Entry[][] {
  const byDigest = new Map<string, Entry | Entry[]>();
  const groups: Entry[][] = [];
  for (const file of ofEqualSize(files)) {
    if (file.digest === null) continue;
    const known = byDigest.get(file.digest);
    // A file that is alone with its digest takes no list.
    if (known === undefined) byDigest.set(file.digest, file);
    else if (Array.isArray(known)) known.push(file);
    else {
      const group = [known, file];
      byDigest.set(file.digest, group);
      groups.push(group);
    }
  }
  return groups;
}

/** Files that are not alone with their size: comparing numbers is cheap, and many are. */
function ofEqualSize(files: readonly Entry[]): readonly Entry[] {
  const sizes = new Float64Array(files.length);
  for (const [index, { size }] of files.entries()) sizes[index] = size;
  sizes.sort();
  const shared = new Set<number>();
  for (let index = 1; index < sizes.length; index++) {
    const size = doubleAt(sizes, index);
    if (size > 0 && size === sizes[index - 1]) shared.add(size);
  }
  return shared.size === 0 ? [] : files.filter(({ size }) => shared.has(size));
}

/** The copy to keep: the first path that no earlier rule removes anyway, else the first. */
export function keeperOf(copies: readonly Entry[], claimed: ReadonlySet<Name>): Entry | undefined {
  return copies.find(({ path }) => !claimed.has(path)) ?? copies[0];
}

/** Equal where files may be linked. An archive records them with each name; where they differ, the file is like no other. */
export function rightsOf({ names, paths }: Pick<RuleContext, 'names' | 'paths'>, copy: Entry): string {
  const own = ownRights(copy);
  const all = names.get(copy.path);
  if (all === undefined) return own;
  const others = all.flatMap((name) => paths.get(name) ?? []);
  return others.every((entry) => ownRights(entry) === own) ? own : `${own} ${copy.path}`;
}

function ownRights({ mode, uid, gid }: Entry): string {
  return `${mode} ${uid} ${gid}`;
}
