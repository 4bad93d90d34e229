// `scan --json`, and the snapshot file, which adds the entries, one a line.
import type { Claim, Finding } from '../../model/finding.ts';
import { nameToJson } from '../../model/json-name.ts';
import type { PackageRow, PackageSizes, PackageTable } from '../../model/packages.ts';
import type { Entry, HiddenFile, Image } from '../../model/snapshot.ts';
import { storedSavings } from '../../rules/stored-savings.ts';
import type { ScanReport } from '../reporter.ts';
import { arrayText, claimToJson, list, member, noticeToJson, objectText, opening } from './text.ts';

export function* scanJson(report: ScanReport): Iterable<string> {
  yield* parts(report, true);
  yield '\n}\n';
}

/** The same with every entry, and without what a later version judges anew; `sizecheck` reads it wherever it takes an artifact. */
export function* snapshotJson(report: ScanReport): Iterable<string> {
  yield* parts(report, false);
  if (report.snapshot.stripVersion !== undefined) yield member('stripVersion', report.snapshot.stripVersion);
  if (report.snapshot.hidden !== undefined) yield* list('hidden', report.snapshot.hidden, hiddenToJson);
  yield* list('superseded', report.snapshot.superseded, ({ path, size }) => ({ ...nameToJson('path', path), size }));
  const tells = report.snapshot.overhead !== undefined;
  yield* list('entries', report.snapshot.entries, (entry) => entryToJson(entry, tells));
  yield '\n}\n';
}

/** @param fixes whether findings say how to fix them, and which copies stay. */
function* parts(report: ScanReport, fixes: boolean): Iterable<string> {
  const { tool, snapshot, tree, findings, removable, sections, packages, bytecode, flattened } = report;
  const { artifact, totals, notices } = snapshot;
  yield opening(tool);
  yield member('artifact', artifact);
  yield member('totals', totals);
  if (snapshot.isPart === true) yield member('part', true);
  if (snapshot.image !== undefined) yield* imageJson(snapshot.image);
  if (flattened !== undefined) yield member('flattened', flattened);
  if (snapshot.overhead !== undefined) yield member('overhead', snapshot.overhead);
  if (snapshot.made !== undefined) yield member('made', snapshot.made);
  yield* list('tree', tree, ({ path, content, disk, stored, files, own }) => ({
    ...nameToJson('path', path),
    content,
    disk,
    stored,
    files,
    own,
  }));
  const savings = storedSavings(snapshot, findings);
  const tells = snapshot.overhead !== undefined;
  const withSavings = findings.map((found, index) => ({ found, stored: savings[index] ?? null }));
  yield* list('findings', withSavings, ({ found, stored }) => scanFindingText(found, tells ? { stored } : {}, fixes));
  yield member('removable', { content: removable });
  if (sections !== undefined) yield member('sections', sections);
  if (packages !== undefined) yield* list('packages', [...packages.packages, unowned(packages)], packageToJson);
  if (bytecode !== undefined) yield member('bytecode', bytecode);
  yield* list('notices', notices, noticeToJson);
}

/** The row of what belongs to no package, so that the column sums to the content. */
function unowned(rollup: PackageTable): PackageJson {
  return { name: null, version: null, kind: 'unowned', path: null, ...rollup.unowned };
}

function packageToJson({
  name,
  version,
  kind,
  path,
  content,
  files,
  removable,
  stored,
}: PackageRow | PackageJson): object {
  const place = path === null ? { path } : nameToJson('path', path);
  return { name, version, kind, ...place, content, files, removable, stored };
}

interface PackageJson extends PackageSizes {
  readonly name: null;
  readonly version: null;
  readonly kind: 'unowned';
  readonly path: null;
}

function scanFindingText(
  { rule, severity, title, bytes, claims, leftover, fix }: Finding,
  savings: object,
  fixes: boolean,
): Iterable<string> {
  return objectText({
    rule,
    severity,
    title,
    bytes,
    ...(leftover === true ? { leftover } : {}),
    ...savings,
    claims: arrayText(claims, fixes ? claimToJson : bareClaimToJson),
    ...(fixes ? { fix } : {}),
  });
}

function bareClaimToJson({ path, part, bytes, layer }: Claim): object {
  return { ...nameToJson('path', path), part, bytes, layer };
}

function* imageJson({ platform, layers, layerBytes, visibleBytes, hiddenBytes, dive }: Image): Iterable<string> {
  const inefficientFiles = dive.inefficientFiles.map(({ path, count, bytes }) => ({
    ...nameToJson('path', path),
    count,
    bytes,
  }));
  const ordered = layers.map(({ index, digest, diffId, instruction, ...sizes }) => {
    const { compressed, content, added, changed, deleted, waste } = sizes;
    return { index, digest, diffId, instruction, compressed, content, added, changed, deleted, waste };
  });
  yield member('image', {
    platform,
    layers: ordered,
    layerBytes,
    visibleBytes,
    hiddenBytes,
    dive: { ...dive, inefficientFiles },
  });
}

function hiddenToJson({ path, size, stored, layer, cause, differs, compressed }: HiddenFile): object {
  return { ...nameToJson('path', path), size, stored, layer, cause, differs, compressed };
}

function entryToJson(entry: Entry, tells: boolean): object {
  const { path, kind, size, disk, stored = 0, mode, uid, gid, mtime, digest, link, layer, facts } = entry;
  return {
    ...nameToJson('path', path),
    kind,
    size,
    disk,
    ...(tells ? { stored } : {}),
    mode,
    uid,
    gid,
    mtime,
    digest,
    ...(link === null ? {} : nameToJson('link', link)),
    layer,
    ...(facts === null ? {} : { facts }),
  };
}
