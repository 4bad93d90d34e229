// Which changes a reader is told of, so that each report counts the same.
import type { Change } from '../model/diff.ts';
import { parentPath } from '../model/name.ts';

/** All but directories that came or went with something in them: what was in them tells of them. */
export function withoutFilled(changes: readonly Change[]): readonly Change[] {
  const holders = new Set(changes.flatMap(({ path, from }) => [parentPath(path), parentPath(from ?? path)]));
  return changes.filter(({ path, entryKind, kind }) => {
    return entryKind !== 'directory' || kind === 'changed' || !holders.has(path);
  });
}
