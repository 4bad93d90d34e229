// `--by package`: the packages of a diff, and what they cannot be told of.
import { packageChanges } from '../compare/packages/changes.ts';
import { packageRollup } from '../compare/packages/index.ts';
import { UsageError } from '../errors.ts';
import type { Diff } from '../model/diff.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** @throws UsageError for a snapshot file, which does not hold what packages are told by. */
export function requirePackages({ packageLists }: Snapshot): void {
  if (packageLists === undefined)
    throw new UsageError('--by package needs the artifact itself: a snapshot file holds no lists of packages');
}

/** The diff of `before` and `after`, which have their lists. */
export function withPackages(diff: Diff, before: Snapshot, after: Snapshot): Diff {
  return { ...diff, packages: packageChanges(packageRollup(before), packageRollup(after)) };
}
