// Names with numbers in them that one side has and the other has under another number: what `--map` would pair.
import type { Diff } from '../model/diff.ts';
import { baseName, compareNames, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';

export interface MapHint {
  /** Path on the old side that is gone. */
  readonly gone: Name;
  /** Path on the new side that is new. */
  readonly added: Name;
  /** What `--map` takes (a byte string, as the names). */
  readonly pattern: Name;
}

interface Weighed extends MapHint {
  /** Bytes of the old side that the pattern would pair, of the example and of all. */
  readonly own: number;
  readonly weight: number;
}

/** Files that are less than this share of the content are not worth a line. */
const leastShare = 0.01;

/** At most `most` hints of different patterns, those that pair most bytes first. */
export function mapHints(diff: Diff, most: number): MapHint[] {
  const gone = new Map<Name, number>();
  const added = new Map<Name, Name>();
  const goneDirectories = new Set(diff.directories.filter(({ after }) => after === null).map(({ path }) => path));
  const newDirectories = new Set(diff.directories.filter(({ before }) => before === null).map(({ path }) => path));
  for (const { kind, path, delta, entryKind } of diff.changes) {
    if (delta === 0 && entryKind !== 'directory') continue;
    // Below a directory that is gone there is nothing to pair until that one is.
    if (kind === 'removed' && !goneDirectories.has(parentPath(path) ?? '')) gone.set(path, -delta);
    if (kind === 'added' && !newDirectories.has(parentPath(path) ?? ''))
      added.set(shapeOf(path, diff.after.stripped), path);
  }
  const topmost = topmostIn(gone);
  for (const { path, after, delta } of diff.directories) {
    const top = after === null ? topmost(path) : null;
    if (top !== null) gone.set(top, (gone.get(top) ?? 0) - delta.content);
  }
  const hints = new Map<Name, Weighed>();
  for (const [path, own] of gone) {
    const now = added.get(shapeOf(path, diff.before.stripped));
    if (now === undefined) continue;
    const pattern = patternFor(baseName(path), baseName(now));
    if (pattern === null) continue;
    const known = hints.get(pattern);
    const better = known === undefined || known.own < own ? { gone: path, added: now, pattern, own } : known;
    hints.set(pattern, { ...better, weight: (known?.weight ?? 0) + own });
  }
  const least = Math.max(1, diff.before.totals.content * leastShare);
  return [...hints.values()]
    .filter(({ weight, gone: old }) => weight >= (goneDirectories.has(old) ? 1 : least))
    .toSorted((a, b) => b.weight - a.weight || compareNames(a.pattern, b.pattern))
    .slice(0, most)
    .map(({ gone: old, added: now, pattern }) => ({ gone: old, added: now, pattern }));
}

/** Finds the directory among `known` that holds a directory which is gone, or is it. No level is looked at twice, however deep. */
function topmostIn(known: ReadonlyMap<Name, number>): (path: Name) => Name | null {
  const found = new Map<Name, Name | null>();
  return (path) => {
    const passed: Name[] = [];
    let up: Name | null = path;
    for (; up !== null && !known.has(up) && !found.has(up); up = parentPath(up)) passed.push(up);
    const top = up === null || known.has(up) ? up : (found.get(up) ?? null);
    for (const one of passed) found.set(one, top);
    return top;
  };
}

/** Equal for paths that differ in numbers only, or in eight digits of a hash as auditwheel and bundlers write them; wrappers aside. */
function shapeOf(path: Name, stripped: number): string {
  return path
    .split('/')
    .slice(stripped)
    .join('/')
    .replaceAll(/-[0-9a-f]{8}(?=[-.])/g, '-0')
    .replaceAll(/[0-9]+/g, '0');
}

/** What both begin with, up to the number that differs; null where that is nothing, or would need escapes. */
function patternFor(a: Name, b: Name): string | null {
  // Compiled Python modules all carry the version in one way, as bundled libraries a hash: one pattern is better than one for each.
  if (/\.cpython-[0-9]/.test(a)) return '*.cpython-*';
  const hashed = /^lib.+?-[0-9a-f]{8}/.exec(a)?.[0] ?? null;
  if (hashed !== null && a.includes('.so', hashed.length)) return 'lib*.so*';
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  const beginning = a.slice(0, shared).replace(/(?<![0-9])[0-9]+$/, '');
  return a === b || beginning === '' || /[*?[\]{}\\]/.test(beginning) ? null : `${beginning}*`;
}
