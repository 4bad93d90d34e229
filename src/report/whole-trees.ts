// Directories that are new or gone with all that is in them stand in one row: what grew is the package that came, not the largest of
// its hundred folders. So do those below the deepest level that is asked for.
import type { DirectoryChange } from '../model/diff.ts';
import { addTo } from '../model/grouping.ts';
import { isDeeper, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { hasLabel } from './stored-view.ts';

export interface ShownDirectory extends DirectoryChange {
  /** Directories below it that the row stands for, too; `before` and `after` are both null where not all of these differ. */
  readonly below: number;
}

/** Rows whose size of this kind differs; empty directories stand among the changes. */
export function shownDirectories(
  directories: readonly DirectoryChange[],
  { size, depth }: { readonly size: 'content' | 'disk'; readonly depth: number },
): ShownDirectory[] {
  return downTo(wholeTrees(directories), depth).filter(({ delta }) => delta[size] !== 0);
}

/** What is deeper counts for the directory above it; what that holds in all is not known from what differs. */
function downTo(rows: readonly ShownDirectory[], depth: number): ShownDirectory[] {
  const kept = new Map<Name, ShownDirectory[]>();
  for (const row of rows) {
    const isDeep = isDeeper(row.path, depth) && !hasLabel(row.path);
    const place = isDeep ? row.path.split('/').slice(0, depth).join('/') || '.' : row.path;
    addTo(kept, place, row);
  }
  return [...kept].flatMap(([path, group]) =>
    group.every((row) => row.path === path) ? group : [folded(path, group)],
  );
}

function folded(path: Name, group: readonly ShownDirectory[]): ShownDirectory {
  const sum = (size: 'content' | 'disk'): number => group.reduce((bytes, { delta }) => bytes + delta[size], 0);
  const own = group.find((row) => row.path === path);
  return {
    path,
    from: own?.from ?? null,
    before: null,
    after: null,
    delta: { content: sum('content'), disk: sum('disk') },
    below: directoriesIn(group) - (own === undefined ? 0 : 1),
  };
}

/** How many directories the rows stand for. */
export function directoriesIn(rows: readonly ShownDirectory[]): number {
  return rows.reduce((sum, { below }) => sum + 1 + below, 0);
}

/** The same sum in fewer rows; each stands where its directory stood. */
export function wholeTrees(directories: readonly DirectoryChange[]): ShownDirectory[] {
  const topOf = { new: topFinder(directories, 'before'), gone: topFinder(directories, 'after') };
  const rows: DirectoryChange[] = [];
  const below = new Map<DirectoryChange, DirectoryChange[]>();
  for (const row of directories) {
    const top = row.before === null ? topOf.new(row) : row.after === null ? topOf.gone(row) : row;
    if (top === row) rows.push(row);
    else addTo(below, top, row);
  }
  return rows.map((row) => joined(row, below.get(row) ?? []));
}

/** Finds the topmost directory above a row that is on one side alone, as all between are. */
function topFinder(directories: readonly DirectoryChange[], absent: 'before' | 'after') {
  const rows = new Map<Name, DirectoryChange>();
  for (const row of directories) if (row[absent] === null) rows.set(row.path, row);
  const tops = new Map<Name, DirectoryChange>();
  return (row: DirectoryChange): DirectoryChange => {
    const passed: Name[] = [];
    let top = row;
    for (let up: DirectoryChange | undefined = row; up !== undefined; up = rows.get(parentPath(up.path) ?? '')) {
      const known = tops.get(up.path);
      top = known ?? up;
      if (known !== undefined) break;
      passed.push(up.path);
    }
    for (const path of passed) tops.set(path, top);
    return top;
  };
}

function joined(top: DirectoryChange, below: readonly DirectoryChange[]): ShownDirectory {
  const all = [top, ...below];
  const sum = (side: 'before' | 'after' | 'delta') => ({
    content: all.reduce((bytes, row) => bytes + (row[side]?.content ?? 0), 0),
    disk: all.reduce((bytes, row) => bytes + (row[side]?.disk ?? 0), 0),
  });
  return {
    path: top.path,
    from: top.from,
    before: top.before === null ? null : sum('before'),
    after: top.after === null ? null : sum('after'),
    delta: sum('delta'),
    below: below.length,
  };
}
