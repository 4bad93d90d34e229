// Sizes by package of a snapshot file. What can be computed again has to come out the same.
import { nameFromJson } from '../model/json-name.ts';
import { longestPackageName, packageKinds } from '../model/packages.ts';
import type { PackageRow, PackageSizes, PackageTable } from '../model/packages.ts';
import type { Totals } from '../model/snapshot.ts';
import { bad, list, object, oneOf, sizeOf, spell } from './snapshot-values.ts';
import type { Json } from './snapshot-values.ts';

const isKind = oneOf(packageKinds);

/**
 * @param carried compressed bytes that carry entries; null where they do not tell.
 * @throws FormatError `bad-snapshot` naming the JSON path that is wrong.
 */
export function packagesFrom(value: unknown, totals: Totals, carried: number | null): PackageTable {
  const rows = list(value, 'packages').map((row, index) => object(row, `packages[${index}]`));
  const last = rows.at(-1);
  if (last?.['kind'] !== 'unowned') throw bad('has packages without a last row of what is in none');
  const packages = rows.slice(0, -1).map((row, index) => packageAt(row, `packages[${index}]`, carried !== null));
  const unowned = sizesOf(last, `packages[${packages.length}]`, carried !== null);
  const all = [...packages, unowned];
  for (const size of ['content', 'files'] as const) {
    const sum = all.reduce((bytes, row) => bytes + row[size], 0);
    if (sum !== totals[size]) throw bad(`has packages with ${size} of ${sum}, but totals.${size} ${totals[size]}`);
  }
  const stored = all.reduce((bytes, row) => bytes + (row.stored ?? 0), 0);
  if (carried !== null && stored !== carried)
    throw bad(`has packages with ${stored} stored bytes, but its entries have ${carried}`);
  return { packages, unowned };
}

function packageAt(row: Json, at: string, tells: boolean): PackageRow {
  const { name, version, kind } = row;
  const path = nameFromJson(row, 'path');
  if (typeof name !== 'string' || path === null) throw bad(`has no ${at}.${path === null ? 'path' : 'name'}`);
  if (version !== null && typeof version !== 'string') throw bad(`has a bad ${at}.version ${spell(version)}`);
  if (Math.max(name.length, version?.length ?? 0) > longestPackageName)
    throw bad(`has a ${at}.name or version of more than ${longestPackageName} characters`);
  if (!isKind(kind)) throw bad(`has an unknown ${at}.kind`);
  return { name, version, kind, path, ...sizesOf(row, at, tells) };
}

function sizesOf(row: Json, at: string, tells: boolean): PackageSizes {
  const [content, removable] = [sizeOf(row, 'content', at), sizeOf(row, 'removable', at)];
  if (removable > content) throw bad(`has ${at}.removable ${removable}, which is more than its content`);
  return {
    content,
    files: sizeOf(row, 'files', at),
    removable,
    ...(tells ? { stored: sizeOf(row, 'stored', at) } : {}),
  };
}
