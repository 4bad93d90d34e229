// Where on the map of a diff that stands which the old side alone has: in the directory that its own was paired with. Two releases, each
// in a directory of its version, are one tree, and so are two versions of a directory that `--map` took for equal.
import type { Diff } from '../../model/diff.ts';
import { baseName, isDeeper, parentPath, pathIn } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import { deepest, upToDeepest } from './map-data.ts';

/** Makes of a path of the old side the one that it would have on the new side. */
export function placeOnNewSide(diff: Diff): (path: Name) => Name {
  const known = pairedDirectories(diff);
  const placeOf = (directory: Name): Name => {
    const found = known.get(directory);
    if (found !== undefined) return found;
    const above = parentPath(directory);
    const place = above === null ? '.' : pathIn(placeOf(above), baseName(directory));
    known.set(directory, place);
    return place;
  };
  return (path) => {
    const directory = upToDeepest(parentPath(path) ?? '.');
    return pathIn(placeOf(directory), directory === '.' ? path : path.slice(directory.length + 1));
  };
}

/** Directories of the old side that are called otherwise on the new one, and what they lie in. */
function pairedDirectories({ before, after, directories, changes }: Diff): Map<Name, Name> {
  const pairs = new Map<Name, Name>();
  const learn = (old: Name, now: Name): void => {
    if (isDeeper(old, deepest) || isDeeper(now, deepest)) return;
    let [a, b]: [Name | null, Name | null] = [old, now];
    for (; a !== null && b !== null && !pairs.has(a); [a, b] = [parentPath(a), parentPath(b)]) pairs.set(a, b);
  };
  for (const { from, path } of directories) if (from !== null) learn(from, path);
  for (const { kind, from, path } of changes)
    if (kind === 'changed' && from !== null) learn(parentPath(from) ?? '.', parentPath(path) ?? '.');
  // Where nothing else tells, what was left out on either side stands for the other.
  const [old, now] = [wrapperOf(diffPaths('before'), before.stripped), wrapperOf(diffPaths('after'), after.stripped)];
  if (old !== null && now !== null) learn(old, now);
  return pairs;

  function diffPaths(side: 'before' | 'after'): Name[] {
    const gone = side === 'before' ? 'removed' : 'added';
    return [
      ...changes.filter(({ kind }) => kind === gone).map(({ path }) => path),
      ...directories.filter((directory) => directory[side] !== null && directory.from === null).map(({ path }) => path),
    ];
  }
}

/** The leading components that are left out, where all paths that go deeper share them. */
function wrapperOf(paths: readonly Name[], stripped: number): Name | null {
  if (stripped === 0) return '.';
  const deep = paths.filter((path) => isDeeper(path, stripped));
  const wrapper = deep[0]?.split('/', stripped).join('/');
  return wrapper !== undefined && deep.every((path) => path.startsWith(`${wrapper}/`)) ? wrapper : null;
}
