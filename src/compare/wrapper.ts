// Where the two sides begin to be compared. A release is often wrapped in one directory that carries its version; such
// directories are left out where that makes more paths equal, or as many levels as the user says.
import { depth } from '../model/name.ts';
import { isSameComponent, pairBelow, pairBy } from './pair.ts';
import type { ComponentMatcher, OnPair } from './pair.ts';
import { isDirectory, isPlainDirectory } from './tree.ts';
import type { Tree, TreeEntry } from './tree.ts';

/** One side's beginning. */
export interface Start {
  /** Directories whose content is compared; one, but for an explicit number of components. */
  readonly roots: readonly TreeEntry[];
  /** What stands above or beside them: left out of paths, never out of sums. */
  readonly above: readonly TreeEntry[];
  /** Leading components that are left out. */
  readonly stripped: number;
}

export interface Starts {
  readonly before: Start;
  readonly after: Start;
}

/** Most wrapper directories, one inside another, that are looked through. */
const longestChain = 8;

export function chooseStarts(
  before: Tree,
  after: Tree,
  strip: number | 'auto',
  maps: readonly ComponentMatcher[],
): Starts {
  if (strip !== 'auto') return { before: startAt(before, strip), after: startAt(after, strip) };
  const [olds, news] = [chainOf(before), chainOf(after)];
  // The same wrappers, or none, need no search.
  const same = olds.length === news.length && olds.every(({ name }, level) => name === news[level]?.name);
  const [i, j] = same ? [0, 0] : bestCut(olds, news, maps);
  return { before: cutChain(olds, i), after: cutChain(news, j) };
}

/** Pairs what is compared, and what stands above it with its like. */
export function pairStarts({ before, after }: Starts, maps: readonly ComponentMatcher[], onPair: OnPair): void {
  const rest = pairBy(pathOf, { before: [...before.above], after: [...after.above] }, onPair);
  pairBy(levelOf, { before: rest.before.filter(isDirectory), after: rest.after.filter(isDirectory) }, onPair);
  const roots = pairBy(pathOf, { before: [...before.roots], after: [...after.roots] }, onPair);
  pairBy(() => '', roots, onPair);
  pairBelow(before.roots, after.roots, maps, onPair);
}

function pathOf({ path }: TreeEntry): string {
  return path;
}

function levelOf({ path }: TreeEntry): string {
  return String(depth(path));
}

/** The root, its only entry if that is a directory, the only entry of that, … */
function chainOf({ root }: Tree): TreeEntry[] {
  const chain = [root];
  for (let at = root; at.children.length === 1 && chain.length <= longestChain;) {
    const [only] = at.children;
    if (only === undefined || !isPlainDirectory(only)) break;
    chain.push(only);
    at = only;
  }
  return chain;
}

/** Components to leave out on the old and on the new side. */
type Cut = readonly [number, number];

/** How far to go down each chain: where most files have an equal path, and no further than that needs. */
function bestCut(olds: readonly TreeEntry[], news: readonly TreeEntry[], maps: readonly ComponentMatcher[]): Cut {
  const none: Cut = [0, 0];
  let best = { cut: none, files: overlap(olds[0], news[0], maps) };
  // Where all of one side has an equal path already, nothing can be better.
  if (best.files === Math.min(filesBelow(olds), filesBelow(news))) return best.cut;
  for (const cut of cuts(olds, news, maps)) {
    const files = overlap(olds[cut[0]], news[cut[1]], maps);
    if (files > best.files) best = { cut, files };
  }
  return best.cut;
}

/**
 * Cuts of both chains that may differ in overlap, the least first. What is left of the shorter chain must be the end of the longer
 * one, so that a cut is told by the difference of what is left.
 */
function cuts(olds: readonly TreeEntry[], news: readonly TreeEntry[], maps: readonly ComponentMatcher[]): Cut[] {
  const [lastOld, lastNew] = [olds.length - 1, news.length - 1];
  const found: Cut[] = [];
  for (let difference = -lastOld; difference <= lastNew; difference++) {
    let [i, j] = [lastOld - Math.max(0, -difference), lastNew - Math.max(0, difference)];
    while (i > 0 && j > 0 && isSameComponent(olds[i]?.name ?? '', news[j]?.name ?? '', maps)) [i, j] = [i - 1, j - 1];
    if (i + j > 0) found.push([i, j]);
  }
  return found.toSorted((a, b) => a[0] + a[1] - b[0] - b[1] || a[0] - b[0]);
}

/** Number of paths below that both have and that are no directories. */
function overlap(
  before: TreeEntry | undefined,
  after: TreeEntry | undefined,
  maps: readonly ComponentMatcher[],
): number {
  if (before === undefined || after === undefined) return 0;
  let files = 0;
  pairBelow([before], [after], maps, (old, now) => {
    if (!isPlainDirectory(old) && !isPlainDirectory(now)) files++;
  });
  return files;
}

/** Number of paths of a side that are no directories. */
function filesBelow([root]: readonly TreeEntry[]): number {
  let files = 0;
  const pending = root === undefined ? [] : [root];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (!isPlainDirectory(at)) files++;
    for (const child of at.children) {
      if (child.children.length > 0) pending.push(child);
      else if (!isPlainDirectory(child)) files++;
    }
  }
  return files;
}

function cutChain(chain: readonly TreeEntry[], stripped: number): Start {
  return { roots: chain.slice(stripped, stripped + 1), above: chain.slice(0, stripped), stripped };
}

function startAt({ root }: Tree, stripped: number): Start {
  const above: TreeEntry[][] = [];
  let roots = [root];
  for (let level = 0; level < stripped && roots.length > 0; level++) {
    const inside = roots.flatMap(({ children }) => children);
    above.push(
      roots,
      inside.filter((child) => !isDirectory(child)),
    );
    roots = inside.filter(isDirectory);
  }
  return { roots, above: above.flat(), stripped };
}
