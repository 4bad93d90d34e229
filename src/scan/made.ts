// How an archive was made, as far as its members tell: what makes two builds of the same tree differ.
import { compareNames } from '../model/name.ts';
import type { Made } from '../model/snapshot.ts';
import type { Draft } from './draft.ts';

/** `made` with the order, times and owners of the members, in the order in which they came. */
export function withMembers({ codec, archive }: Made, members: readonly Draft[]): Made {
  const sorted = isSorted(members, (path) => path) || isSorted(members, (path) => path.replaceAll('/', '\0'));
  const times = new Set(members.flatMap(({ mtime }) => (mtime === null ? [] : [mtime]))).size;
  const owners = new Set(members.map(({ uid, gid }) => `${uid}:${gid}`)).size;
  // What gzip notes of the time differs from build to build, too.
  const reproducible = sorted && times <= 1 && owners <= 1 && codec?.['time'] !== true;
  return { codec, archive: { ...archive, sorted, times, owners, reproducible } };
}

/** By bytes, or as a walk that sorts each directory goes. */
function isSorted(members: readonly Draft[], keyOf: (path: string) => string): boolean {
  let last = '';
  for (const { path } of members) {
    const key = path === '.' ? '' : keyOf(path);
    if (compareNames(last, key) > 0) return false;
    last = key;
  }
  return true;
}
