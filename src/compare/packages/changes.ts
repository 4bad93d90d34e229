// Which packages came, went, grew or got another version between two artifacts.
import type { PackageChange, PackageSide } from '../../model/diff.ts';
import { compareNames } from '../../model/name.ts';
import type { PackageRow, PackageTable } from '../../model/packages.ts';

interface Named {
  readonly name: string;
  readonly kind: PackageRow['kind'];
  readonly versions: Set<string>;
  content: number;
  stored: number | undefined;
}

/**
 * Packages whose content, version or compressed bytes differ, by name, and last what belongs to none; the deltas sum to that of the
 * content. What is installed under one name several times, as Node packages are, counts as one.
 * @param told whether to compare the compressed bytes that carry them, where both sides tell.
 */
export function packageChanges(before: PackageTable, after: PackageTable, told = false): PackageChange[] {
  const [old, now] = [byName(before, told), byName(after, told)];
  const changes: PackageChange[] = [];
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(key), now.get(key)];
    const known = is ?? was;
    if (known === undefined) continue;
    const change = changeOf(known.name, known.kind, sideOf(was), sideOf(is));
    const sameVersions = change.before?.versions.join('\0') === change.after?.versions.join('\0');
    const sameStored = change.before?.stored === change.after?.stored;
    if (change.delta !== 0 || !sameVersions || !sameStored) changes.push(change);
  }
  changes.sort((a, b) => compareNames(a.name ?? '', b.name ?? '') || compareNames(a.kind, b.kind));
  return [...changes, changeOf(null, 'unowned', inNone(before, told), inNone(after, told))];
}

function inNone({ unowned: { content, stored } }: PackageTable, told: boolean): PackageSide {
  return { versions: [], content, ...(told && stored !== undefined ? { stored } : {}) };
}

function byName({ packages }: PackageTable, told: boolean): Map<string, Named> {
  const named = new Map<string, Named>();
  for (const { name, kind, version, content, stored } of packages) {
    // To Python, `Flask-Cors` and `flask_cors` are one name.
    const key = `${kind}\0${kind === 'python' ? name.toLowerCase().replace(/[-_.]+/g, '-') : name}`;
    const known = named.get(key) ?? { name, kind, versions: new Set<string>(), content: 0, stored: undefined };
    if (version !== null) known.versions.add(version);
    known.content += content;
    if (told && stored !== undefined) known.stored = (known.stored ?? 0) + stored;
    named.set(key, known);
  }
  return named;
}

function sideOf(named: Named | undefined): PackageSide | null {
  if (named === undefined) return null;
  const { versions, content, stored } = named;
  return {
    versions: [...versions].toSorted(compareNames),
    content,
    ...(stored === undefined ? {} : { stored }),
  };
}

function changeOf(
  name: string | null,
  kind: PackageChange['kind'],
  before: PackageSide | null,
  after: PackageSide | null,
): PackageChange {
  return { name, kind, before, after, delta: (after?.content ?? 0) - (before?.content ?? 0) };
}
