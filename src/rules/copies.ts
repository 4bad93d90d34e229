// Groups of files with the same content, shared by the rules on duplicates. Hard links are one file and never copies.
import { integerAt } from '../bytes/at.ts';
import { compareNames } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import type { RuleContext } from './rule.ts';

/** Those of `files` that have equal digests, two or more a group, each group in their order; empty files are left out. */
export function copiesByDigest(files: readonly Entry[]): Entry[][] {
  const groups: Entry[][] = [];
  // Open addressing, because a map of texts takes three times as long. A slot holds 1 + the
  // place of the first file with a digest.
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * files.length + 2)));
  const grouped: (Entry[] | undefined)[] = Array.from({ length: files.length });
  for (let index = 0; index < files.length; index++) {
    const file = files[index];
    if (file === undefined || file.digest === null || file.size === 0) continue;
    let at = hashOf(file.digest) & (slots.length - 1);
    for (;;) {
      const held = integerAt(slots, at) - 1;
      const first = files[held];
      if (first === undefined) {
        slots[at] = index + 1;
        break;
      }
      if (first.digest === file.digest) {
        const group = grouped[held];
        if (group === undefined) groups.push((grouped[held] = [first, file]));
        else group.push(file);
        break;
      }
      at = (at + 1) & (slots.length - 1);
    }
  }
  return groups;
}

/** Odd, and different in each process: digests of a saved snapshot may be whatever somebody wrote there. */
const factor = (Math.random() * 2 ** 31) | 1;

function hashOf(digest: string): number {
  let hash = 0;
  for (let at = 0; at < digest.length; at++) hash = Math.imul(hash ^ digest.charCodeAt(at), factor);
  return hash ^ (hash >>> 15);
}

/** The copy to keep: the first path that no earlier rule removes anyway, else the first. */
export function keeperOf(copies: readonly Entry[], claimed: RuleContext['claimed']): Entry | undefined {
  return copies.find(({ path }) => !claimed.has(path)) ?? copies[0];
}

/** The same, in an image: of the lowest layer with one that no earlier rule removes. Copies above it store the content again. */
export function lowestKeeperOf(copies: readonly Entry[], claimed: RuleContext['claimed']): Entry | undefined {
  const lowestFirst = copies.toSorted((a, b) => layerOf(a) - layerOf(b) || compareNames(a.path, b.path));
  return keeperOf(lowestFirst, claimed);
}

/** Index of the layer that stores a file of an image. */
export function layerOf({ layer }: Entry): number {
  return layer ?? 0;
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
