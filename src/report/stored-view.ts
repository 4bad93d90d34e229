// A diff with its compressed bytes in the place of content, for tables that show one size by directory and by file
// (`--size compressed`).
import type { Change, Diff, StoredChange } from '../model/diff.ts';
import { parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { withoutFilled } from './told-changes.ts';

/** What carries no content has a row of its own, as have directories in which nothing changed: rows still add up to the difference. */
const overheadRow = '(headers, padding, framing)';
const overheadOfImages = '(hidden by layers, headers, framing)';

/** Equal content in another place of a compressed stream takes more or less. */
export const unchangedRow = '(unchanged, compressed differently)';

/** The diff itself where it does not tell. */
export function storedView(diff: Diff): Diff {
  const { stored, before, after, delta } = diff;
  if (stored === undefined) return diff;
  const { overhead } = stored;
  const rows = [
    ...withoutUnchanged(stored.directories, diff.changes),
    {
      path: overheadPath,
      from: null,
      before: overhead.before,
      after: overhead.after,
      delta: overhead.after - overhead.before,
    },
  ];
  return {
    ...diff,
    before: { ...before, totals: { ...before.totals, content: before.totals.compressed ?? 0 } },
    after: { ...after, totals: { ...after.totals, content: after.totals.compressed ?? 0 } },
    delta: { ...delta, content: delta.compressed ?? 0 },
    directories: rows.map((row) => ({
      path: row.path,
      from: row.from,
      before: sized(row.before),
      after: sized(row.after),
      delta: { content: row.delta, disk: 0 },
    })),
  };
}

/** Directories that hold no change take more or less by where they lie in a compressed stream: one row for all of them. */
function withoutUnchanged(rows: readonly StoredChange[], changes: readonly Change[]): StoredChange[] {
  const holders = new Set(changes.flatMap(({ path, from }) => [parentPath(path), parentPath(from ?? path)]));
  const isUnchanged = ({ path, from, before, after }: StoredChange): boolean =>
    before !== null && after !== null && !holders.has(path) && !holders.has(from ?? path);
  const others = rows.filter(isUnchanged);
  if (others.length === 0) return [...rows];
  const before = others.reduce((sum, row) => sum + (row.before ?? 0), 0);
  const delta = others.reduce((sum, row) => sum + row.delta, 0);
  const folded = { path: unchangedPath, from: null, before, after: before + delta, delta };
  return [...rows.filter((row) => !isUnchanged(row)), folded];
}

/** Of the row of what carries no content. */
export function overheadLabel({ image }: Pick<Diff, 'image'>): string {
  return image === undefined ? overheadRow : overheadOfImages;
}

/** No directory is called so: paths begin with no slash. */
const overheadPath = '/';
const unchangedPath = '/unchanged';

/** What stands in the place of a path in a row that is of no single directory; null in others. */
export function rowLabel(diff: Pick<Diff, 'image'>, path: Name): string | null {
  if (path === unchangedPath) return unchangedRow;
  return path === overheadPath ? overheadLabel(diff) : null;
}

/** Whether a row is of no single directory. */
export function hasLabel(path: Name): boolean {
  return path === overheadPath || path === unchangedPath;
}

/** Files by the bytes that a report shows of them. */
export interface ShownFiles {
  readonly changes: readonly Change[];
  /** What these sizes are, where it is not the size of the directories above them or not content; else empty. */
  readonly unit: '' | 'compressed' | 'content';
  /** Compressed bytes that files of the same content take more or less than before: all deltas are then those of the directories. */
  readonly unchanged: number;
}

export function shownFiles(
  diff: Diff,
  { stored, size }: { readonly stored?: boolean; readonly size: string },
): ShownFiles {
  const told = withoutFilled(diff.changes);
  if (stored !== true || diff.stored === undefined)
    return { changes: told, unit: size === 'content' ? '' : 'content', unchanged: 0 };
  const { before, after } = diff.stored.overhead;
  const changed = diff.changes.reduce((sum, change) => sum + (change.stored?.delta ?? 0), after - before);
  return { changes: told.map(byStored), unit: 'compressed', unchanged: (diff.delta.compressed ?? 0) - changed };
}

function byStored(change: Change): Change {
  return { ...change, ...change.stored };
}

function sized(bytes: number | null): { content: number; disk: number } | null {
  return bytes === null ? null : { content: bytes, disk: 0 };
}
