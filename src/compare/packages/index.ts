// Which package brings which bytes: every file belongs to one package or to none, so the rows sum to the content. Lists stand before
// directories, dpkg before Python, because dpkg installs Python packages too; docs/packages.md states the order.
import { UsageError } from '../../errors.ts';
import { addTo } from '../../model/grouping.ts';
import { compareNames } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import type { PackageRow, PackageSizes, PackageTable } from '../../model/packages.ts';
import type { Entry, Notice, Snapshot } from '../../model/snapshot.ts';
import { claimInstalled, claimPackageFile } from './debian.ts';
import { claimNodePackages } from './node.ts';
import { createOwners } from './owners.ts';
import type { Owners } from './owners.ts';
import { claimPythonPackages } from './python.ts';
import { createTally } from './tally.ts';
import { viewOf } from './view.ts';
import type { View } from './view.ts';

type Sum = { -readonly [Key in keyof PackageSizes]: PackageSizes[Key] };

/** Made by `packageRollup`: every file of the snapshot in one row, or in `unowned`. */
export interface PackageRollup extends PackageTable {
  /** What lists of files say that is not so. */
  readonly notices: readonly Notice[];
}

/** What the snapshot itself does not tell. */
export interface PackageOptions {
  /** Bytes that findings claim, by path of the file. */
  readonly removable?: ReadonlyMap<Name, number>;
  /** Whether the snapshot is all of the artifact; of a part nothing can be said to be missing. */
  readonly isWhole?: boolean;
}

/**
 * Sizes by package, of a snapshot that was made with `packages`.
 * @throws UsageError for any other, a snapshot file among them: without lists some files would belong to nobody, and none have versions.
 */
export function packageRollup(
  snapshot: Snapshot,
  { removable = new Map(), isWhole = true }: PackageOptions = {},
): PackageRollup {
  const { packageLists } = snapshot;
  if (packageLists === undefined)
    throw new UsageError('packageRollup needs a snapshot of a scan with the option packages: this one holds no lists');
  const view = viewOf(snapshot, packageLists);
  const owners = createOwners();
  const notices = claimPackageFile(view, owners) ? [] : claimAll(view, owners, isWhole);
  const names = furtherNames(snapshot.entries);
  const nothing = { content: 0, files: 0, removable: 0, ...(snapshot.overhead === undefined ? {} : { stored: 0 }) };
  const sums = owners.found.map((): Sum => ({ ...nothing }));
  const unowned: Sum = { ...nothing };
  const tally = createTally();
  for (const { path, kind, size, stored = 0 } of snapshot.entries) {
    // A zip stores the targets of symlinks as it does content.
    if (kind !== 'file' && stored === 0) continue;
    const owner = ownerOf(owners, path, names.get(path));
    const sum = sums[owner ?? -1] ?? unowned;
    if (sum.stored !== undefined) sum.stored += stored;
    if (kind !== 'file') continue;
    sum.content += size;
    sum.files++;
    sum.removable += removable.get(path) ?? 0;
    if (owners.listedBy(path) === null && !/\.pyc$|\.dist-info\/RECORD(?:\.jws|\.p7s)?$/.test(path))
      tally.count('', 'that is there', path);
  }
  const missed = isWhole && isWheel(view) ? tally.text() : null;
  return {
    packages: owners.found
      .map((found, index): PackageRow => Object.assign({ ...found }, sums[index]))
      // What dpkg installed has Python's data too, of which no file is left.
      .filter(({ kind, files, stored = 0 }) => kind === 'debian' || files > 0 || stored > 0)
      .toSorted((a, b) => b.content - a.content || compareNames(a.name, b.name) || compareNames(a.path, b.path)),
    unowned,
    notices:
      missed === null
        ? notices
        : [...notices, { code: 'record-mismatch', path: null, message: `no RECORD lists ${missed}` }],
  };
}

/** Packages of an artifact, or those that a snapshot file was saved with; null where neither is known. */
export function packagesOf(snapshot: Snapshot): PackageTable | null {
  return snapshot.packageLists === undefined ? (snapshot.packages ?? null) : packageRollup(snapshot);
}

/** @returns what lists say that is not so. */
function claimAll(view: View, owners: Owners, isWhole: boolean): Notice[] {
  claimInstalled(view, owners);
  const notices = claimPythonPackages(view, owners, isWhole);
  claimNodePackages(view, owners);
  return notices;
}

/** A file with several names belongs to the owner of the first that has one. */
function ownerOf(owners: Owners, path: Name, further: readonly Name[] | undefined): number | null {
  const own = owners.ownerOf(path);
  if (own !== null || further === undefined) return own;
  for (const name of further) {
    const owner = owners.ownerOf(name);
    if (owner !== null) return owner;
  }
  return null;
}

function furtherNames(entries: readonly Entry[]): Map<Name, Name[]> {
  const names = new Map<Name, Name[]>();
  for (const { path, kind, link } of entries) {
    if (kind !== 'hardlink' || link === null) continue;
    addTo(names, link, path);
  }
  return names;
}

/** A zip with the data of one package at its root lists all its files. */
function isWheel({ snapshot, lists }: View): boolean {
  const records = [...lists.keys()].filter((path) => /^[^/]+\.dist-info\/RECORD$/.test(path));
  return snapshot.artifact.format === 'zip' && records.length === 1;
}
