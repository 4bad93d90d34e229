// A diff with its compressed bytes in the place of content, for tables that show one size by directory (`--size compressed`).
import type { Diff } from '../model/diff.ts';

/** What carries no content has a row of its own, so that rows still add up to the difference of the files. */
const overheadRow = '(headers, padding, framing)';
const overheadOfImages = '(hidden by layers, headers, framing)';

/** The diff itself where it does not tell. */
export function storedView(diff: Diff): Diff {
  const { stored, before, after, delta } = diff;
  if (stored === undefined) return diff;
  const { overhead } = stored;
  const rows = [
    ...stored.directories,
    {
      path: diff.image === undefined ? overheadRow : overheadOfImages,
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

function sized(bytes: number | null): { content: number; disk: number } | null {
  return bytes === null ? null : { content: bytes, disk: 0 };
}
