// `--by package`: the packages of a diff, and what they cannot be told of.
import { packageChanges } from '../../compare/packages/changes.ts';
import { packagesOf } from '../../compare/packages/index.ts';
import { UsageError } from '../../errors.ts';
import type { Diff } from '../../model/diff.ts';
import type { Snapshot } from '../../model/snapshot.ts';

/** Whether the snapshot tells its packages: a part of a snapshot file does not. */
export function hasPackages({ packageLists, packages }: Snapshot): boolean {
  return (packageLists ?? packages) !== undefined;
}

/** The diff of `before` and `after` with its packages; as it is where one of them does not tell. */
export function withPackages(diff: Diff, before: Snapshot, after: Snapshot): Diff {
  const [old, now] = [packagesOf(before), packagesOf(after)];
  if (old === null || now === null) return diff;
  return { ...diff, packages: packageChanges(old, now, diff.stored !== undefined) };
}

/** @throws UsageError for a snapshot file that was saved without packages, or of which a part is taken. */
export function requirePackages(snapshot: Snapshot): void {
  if (!hasPackages(snapshot)) throw withoutPackages();
}

export function withoutPackages(): UsageError {
  return new UsageError(
    '--by package needs the artifact itself, or the whole of a snapshot that was saved with packages',
  );
}
