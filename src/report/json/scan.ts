// `scan --json`, and the snapshot file, which adds the entries, one a line.
import type { PackageRollup, PackageRow, PackageSizes } from '../../compare/packages/index.ts';
import type { Claim, Finding } from '../../model/finding.ts';
import { nameToJson } from '../../model/json-name.ts';
import type { Entry } from '../../model/snapshot.ts';
import type { ScanReport } from '../reporter.ts';
import { list, member, noticeToJson, opening } from './text.ts';

export function* scanJson(report: ScanReport): Iterable<string> {
  yield* parts(report);
  yield '\n}\n';
}

/** The same with every entry; `sizecheck` reads it wherever it takes an artifact. */
export function* snapshotJson(report: ScanReport): Iterable<string> {
  yield* parts(report);
  yield* list('superseded', report.snapshot.superseded, ({ path, size }) => ({ ...nameToJson('path', path), size }));
  yield* list('entries', report.snapshot.entries, entryToJson);
  yield '\n}\n';
}

function* parts(report: ScanReport): Iterable<string> {
  const { tool, snapshot, tree, findings, removable, sections, packages, bytecode } = report;
  const { artifact, totals, notices } = snapshot;
  yield opening(tool);
  yield member('artifact', artifact);
  yield member('totals', totals);
  yield* list('tree', tree, ({ path, content, disk, files, own }) => ({
    ...nameToJson('path', path),
    content,
    disk,
    files,
    own,
  }));
  yield* list('findings', findings, scanFindingToJson);
  yield member('removable', { content: removable });
  if (sections !== undefined) yield member('sections', sections);
  if (packages !== undefined) yield* list('packages', [...packages.packages, unowned(packages)], packageToJson);
  if (bytecode !== undefined) yield member('bytecode', bytecode);
  yield* list('notices', notices, noticeToJson);
}

/** The row of what belongs to no package, so that the column sums to the content. */
function unowned(rollup: PackageRollup): PackageJson {
  return { name: null, version: null, kind: 'unowned', path: null, ...rollup.unowned };
}

function packageToJson({ name, version, kind, path, content, files, removable }: PackageRow | PackageJson): object {
  const place = path === null ? { path } : nameToJson('path', path);
  return { name, version, kind, ...place, content, files, removable };
}

interface PackageJson extends PackageSizes {
  readonly name: null;
  readonly version: null;
  readonly kind: 'unowned';
  readonly path: null;
}

/** Without fix and copies kept: the keys that scripts on schema 1 know. */
function scanFindingToJson({ rule, severity, title, bytes, claims, leftover }: Finding): object {
  return {
    rule,
    severity,
    title,
    bytes,
    ...(leftover === true ? { leftover } : {}),
    claims: claims.map(scanClaimToJson),
  };
}

function scanClaimToJson({ path, part, bytes }: Claim): object {
  return { ...nameToJson('path', path), part, bytes };
}

function entryToJson(entry: Entry): object {
  const { path, kind, size, disk, mode, uid, gid, mtime, digest, link, facts } = entry;
  return {
    ...nameToJson('path', path),
    kind,
    size,
    disk,
    mode,
    uid,
    gid,
    mtime,
    digest,
    ...(link === null ? {} : nameToJson('link', link)),
    ...(facts === null ? {} : { facts }),
  };
}
