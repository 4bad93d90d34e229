// Which path of one side is which of the other, from the top down: names that are equal, then names that a pattern of `--map`
// takes as equal. Every path has at most one partner; what has none was added or removed.
import { addTo } from '../model/grouping.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { isDirectory } from './tree.ts';
import type { TreeEntry } from './tree.ts';

/** Says whether a component (name of a file or a directory) is one that the user takes for equal. */
export type ComponentMatcher = (name: Name) => boolean;

export type OnPair = (before: TreeEntry, after: TreeEntry) => void;

/** Pairs everything below two directories (or below the union of several). */
export function pairBelow(
  before: readonly TreeEntry[],
  after: readonly TreeEntry[],
  maps: readonly ComponentMatcher[],
  onPair: OnPair,
): void {
  const pending: [readonly TreeEntry[], readonly TreeEntry[]][] = [[before, after]];
  const take: OnPair = (old, now) => {
    onPair(old, now);
    if (old.children.length > 0 && now.children.length > 0) pending.push([[old], [now]]);
  };
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [olds, news] = pair;
    const all = childrenOf(olds);
    const rest = pairEqual(all, childrenOf(news), take);
    if (rest.before.length > 0 && rest.after.length > 0 && maps.length > 0) pairMapped(all, rest, maps, take);
  }
}

/** Sorted by name, then by path: below several directories a name may come more than once. */
function childrenOf(directories: readonly TreeEntry[]): readonly TreeEntry[] {
  const [only] = directories;
  if (only !== undefined && directories.length === 1) return only.children;
  return directories
    .flatMap(({ children }) => children)
    .toSorted((a, b) => compareNames(a.name, b.name) || compareNames(a.path, b.path));
}

interface Rest {
  readonly before: TreeEntry[];
  readonly after: TreeEntry[];
}

/** Merges two sorted lists; returns what has no equal name on the other side. */
function pairEqual(olds: readonly TreeEntry[], news: readonly TreeEntry[], onPair: OnPair): Rest {
  const rest: Rest = { before: [], after: [] };
  let [i, j] = [0, 0];
  for (;;) {
    const [old, now] = [olds[i], news[j]];
    if (old === undefined && now === undefined) return rest;
    const order = old === undefined ? 1 : now === undefined ? -1 : compareNames(old.name, now.name);
    if (old !== undefined && order < 0) {
      rest.before.push(old);
      i++;
    } else if (now !== undefined && order > 0) {
      rest.after.push(now);
      j++;
    } else if (old !== undefined && now !== undefined && isOnly(olds, i) && isOnly(news, j)) {
      onPair(old, now);
      i++;
      j++;
    } else {
      const [endOld, endNew] = [endOfName(olds, i), endOfName(news, j)];
      pairSame(olds.slice(i, endOld), news.slice(j, endNew), rest, onPair);
      [i, j] = [endOld, endNew];
    }
  }
}

/** Nearly always there is one path of a name. */
function isOnly(list: readonly TreeEntry[], at: number): boolean {
  return list[at + 1]?.name !== list[at]?.name;
}

function endOfName(list: readonly TreeEntry[], start: number): number {
  let end = start + 1;
  while (list[end] !== undefined && list[end]?.name === list[start]?.name) end++;
  return end;
}

/** Names that are equal: the same path first, then in order. */
function pairSame(olds: readonly TreeEntry[], news: readonly TreeEntry[], rest: Rest, onPair: OnPair): void {
  const left = pairBy(({ path }) => path, { before: [...olds], after: [...news] }, onPair);
  const still = pairBy(() => '', left, onPair);
  for (const old of still.before) rest.before.push(old);
  for (const now of still.after) rest.after.push(now);
}

/**
 * Names by the first pattern that matches them: those that differ in digits alone, then those that begin with the same word. What
 * is left pairs in order only if the pattern told nothing apart so far: `*.pyc` must not pair any two modules.
 * @param all every name of the old side, those with an equal name included.
 */
function pairMapped(all: readonly TreeEntry[], rest: Rest, maps: readonly ComponentMatcher[], onPair: OnPair): void {
  const leftOver = new Set(rest.before);
  for (const inner of [true, false]) {
    const alike = (node: TreeEntry): boolean => isDirectory(node) === inner;
    let left: Rest = { before: rest.before.filter(alike), after: rest.after.filter(alike) };
    for (const matches of maps) {
      if (left.before.length === 0 || left.after.length === 0) break;
      const matched = (node: TreeEntry): boolean => matches(node.name);
      const chosen: Rest = { before: left.before.filter(matched), after: left.after.filter(matched) };
      if (chosen.before.length === 0 || chosen.after.length === 0) continue;
      let still = pairBy(wordOf, pairBy(shapeOf, chosen, onPair), onPair);
      const first =
        still.before.length === chosen.before.length && !all.some((node) => !leftOver.has(node) && matched(node));
      if (first) still = pairBy(() => '', still, onPair);
      const open = new Set([...still.before, ...still.after]);
      const isLeft = (node: TreeEntry): boolean => open.has(node) || !matched(node);
      left = { before: left.before.filter(isLeft), after: left.after.filter(isLeft) };
    }
  }
}

/** Equal for names that differ in numbers only. */
function shapeOf({ name }: TreeEntry): string {
  return name.replaceAll(/[0-9]+/g, '0');
}

/** What a name begins with, up to a number or a separator. */
function wordOf({ name }: TreeEntry): string {
  return /^[^0-9._-]*/.exec(name)?.[0] ?? '';
}

/** Pairs those of equal key in order; returns the rest, in order. */
export function pairBy(keyOf: (node: TreeEntry) => string, { before, after }: Rest, onPair: OnPair): Rest {
  const waiting = new Map<string, TreeEntry[]>();
  for (const old of before) {
    const key = keyOf(old);
    addTo(waiting, key, old);
  }
  for (const same of waiting.values()) same.reverse();
  const paired = new Set<TreeEntry>();
  const rest: TreeEntry[] = [];
  for (const now of after) {
    const old = waiting.get(keyOf(now))?.pop();
    if (old === undefined) {
      rest.push(now);
    } else {
      paired.add(old);
      onPair(old, now);
    }
  }
  return { before: before.filter((old) => !paired.has(old)), after: rest };
}

/** Whether two components are taken for equal. */
export function isSameComponent(a: Name, b: Name, maps: readonly ComponentMatcher[]): boolean {
  return a === b || maps.some((matches) => matches(a) && matches(b));
}
