// Files that went from one path to another: content that one side has only under a path that the other has not. Of several
// candidates the one pairs whose path ends alike (base name first), then the one whose path begins alike, then in order. Directories
// that were paired are alike, whatever either is called.
import { addTo } from '../model/grouping.ts';
import { compareNames, depth, parentPath, pathIn } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { contentOf } from './tree.ts';
import type { Tree, TreeEntry } from './tree.ts';
import type { OnPair } from './pair.ts';

/** Pairs what is left of both sides by content. Empty files are all alike, so they never move. */
export function pairMoved(before: Tree, after: Tree, onPair: OnPair): void {
  const olds = byDigest(before.all);
  const placeOf = placesOnNewSide(before);
  for (const [digest, news] of byDigest(after.all)) {
    const same = olds.get(digest);
    if (same !== undefined) pairAlike(same, news, placeOf, onPair);
  }
}

/** Makes of a path of the old side the one that it would have in the directories that its own were paired with. */
function placesOnNewSide(before: Tree): (path: Name) => Name {
  const known = new Map<Name, Name>();
  return (path) => {
    // Each directory is looked at once, however many paths lie in it and however deep.
    const passed: [directory: Name, below: Name][] = [];
    let at = path;
    let place: Name | undefined;
    for (let up = parentPath(at); up !== null && place === undefined; up = parentPath(at)) {
      passed.push([up, up === '.' ? at : at.slice(up.length + 1)]);
      place = known.get(up) ?? before.find(up)?.partner?.path;
      at = up;
    }
    place ??= '.';
    for (const [directory, below] of passed.toReversed()) {
      known.set(directory, place);
      place = pathIn(place, below);
    }
    return place;
  };
}

function byDigest(names: readonly TreeEntry[]): Map<string, TreeEntry[]> {
  const groups = new Map<string, TreeEntry[]>();
  for (const name of names) {
    const content = name.partner === null ? contentOf(name) : null;
    if (content === null || content.size === 0 || content.digest === null) continue;
    addTo(groups, content.digest, name);
  }
  return groups;
}

function pairAlike(
  olds: readonly TreeEntry[],
  news: readonly TreeEntry[],
  placeOf: (path: Name) => Name,
  onPair: OnPair,
): void {
  const [old, now] = [olds[0], news[0]];
  if (olds.length === 1 && news.length === 1 && old !== undefined && now !== undefined) {
    onPair(old, now);
    return;
  }
  pairDeepest(
    olds,
    news,
    ({ path }) => path.split('/').toReversed(),
    (sameEndOld, sameEndNew) =>
      pairDeepest(
        sameEndOld,
        sameEndNew,
        ({ path }, isOld) => (isOld ? placeOf(path) : path).split('/'),
        (sameStartOld, sameStartNew) =>
          pairInOrder(sameStartOld.toSorted(byDepth), sameStartNew.toSorted(byDepth), onPair),
      ),
  );
}

function pairInOrder(olds: readonly TreeEntry[], news: readonly TreeEntry[], onPair: OnPair): void {
  for (const [index, old] of olds.entries()) {
    const now = news[index];
    if (now === undefined) return;
    onPair(old, now);
  }
}

/** Of those that begin alike the ones less far down are nearer. */
function byDepth(a: TreeEntry, b: TreeEntry): number {
  return depth(a.path) - depth(b.path) || compareNames(a.path, b.path);
}

interface Level {
  readonly depth: number;
  readonly olds: TreeEntry[];
  readonly news: TreeEntry[];
}

interface Keyed {
  readonly name: TreeEntry;
  readonly isOld: boolean;
  readonly key: readonly string[];
}

/**
 * Calls `pair` for groups whose keys share as many first components as possible, the deepest groups first: `pair` has to pair as
 * many as the smaller side has. One walk over the sorted keys; the stack holds what waits for a partner with a shorter prefix.
 */
function pairDeepest(
  olds: readonly TreeEntry[],
  news: readonly TreeEntry[],
  keyOf: (name: TreeEntry, isOld: boolean) => readonly string[],
  pair: (olds: readonly TreeEntry[], news: readonly TreeEntry[]) => void,
): void {
  const keyed: Keyed[] = [
    ...olds.map((name) => ({ name, isOld: true, key: keyOf(name, true) })),
    ...news.map((name) => ({ name, isOld: false, key: keyOf(name, false) })),
  ].toSorted((a, b) => compareKeys(a.key, b.key));
  const stack: Level[] = [{ depth: 0, olds: [], news: [] }];
  let previous: readonly string[] = [];
  for (const { name, isOld, key } of keyed) {
    closeTo(stack, sharedLength(previous, key), pair);
    stack.push({ depth: key.length, olds: isOld ? [name] : [], news: isOld ? [] : [name] });
    previous = key;
  }
  closeTo(stack, 0, pair);
  settle(stack[0], pair);
}

/** Closes all levels deeper than `target`; what they leave over waits at `target`. */
function closeTo(stack: Level[], target: number, pair: (olds: TreeEntry[], news: TreeEntry[]) => void): void {
  for (let top = stack.at(-1); top !== undefined && top.depth > target; top = stack.at(-1)) {
    stack.pop();
    settle(top, pair);
    const below = stack.at(-1);
    const up: Level = below !== undefined && below.depth >= target ? below : { depth: target, olds: [], news: [] };
    if (up !== below) stack.push(up);
    for (const old of top.olds) up.olds.push(old);
    for (const now of top.news) up.news.push(now);
  }
}

function settle(level: Level | undefined, pair: (olds: TreeEntry[], news: TreeEntry[]) => void): void {
  if (level === undefined || level.olds.length === 0 || level.news.length === 0) return;
  pair(level.olds, level.news);
  for (const list of [level.olds, level.news]) {
    const left = list.filter(({ partner }) => partner === null);
    list.splice(0, list.length, ...left);
  }
}

function sharedLength(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  const shared = sharedLength(a, b);
  const [x, y] = [a[shared], b[shared]];
  if (x === undefined || y === undefined) return a.length - b.length;
  return x < y ? -1 : 1;
}
