// `scan --json`, and the snapshot file, which adds the entries, one a line.
import type { Claim, Finding } from '../../model/finding.ts';
import { nameToJson } from '../../model/json-name.ts';
import type { Entry } from '../../model/snapshot.ts';
import { storedSavings } from '../../rules/stored-savings.ts';
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
  const tells = report.snapshot.overhead !== undefined;
  yield* list('entries', report.snapshot.entries, (entry) => entryToJson(entry, tells));
  yield '\n}\n';
}

function* parts({ tool, snapshot, tree, findings, removable, sections }: ScanReport): Iterable<string> {
  const { artifact, totals, notices } = snapshot;
  yield opening(tool);
  yield member('artifact', artifact);
  yield member('totals', totals);
  if (snapshot.overhead !== undefined) yield member('overhead', snapshot.overhead);
  if (snapshot.made !== undefined) yield member('made', snapshot.made);
  yield* list('tree', tree, ({ path, content, disk, stored, files, own }) => ({
    ...nameToJson('path', path),
    content,
    disk,
    ...(stored === undefined ? {} : { stored }),
    files,
    own,
  }));
  const savings = storedSavings(snapshot, findings);
  const tells = snapshot.overhead !== undefined;
  const withSavings = findings.map((found, index) => ({ found, stored: savings[index] ?? null }));
  yield* list('findings', withSavings, ({ found, stored }) => scanFindingToJson(found, tells ? { stored } : {}));
  yield member('removable', { content: removable });
  if (sections !== undefined) yield member('sections', sections);
  yield* list('notices', notices, noticeToJson);
}

/** Without fix and copies kept: the keys that scripts on schema 1 know. */
function scanFindingToJson({ rule, severity, title, bytes, claims }: Finding, savings: object): object {
  return { rule, severity, title, bytes, ...savings, claims: claims.map(scanClaimToJson) };
}

function scanClaimToJson({ path, part, bytes }: Claim): object {
  return { ...nameToJson('path', path), part, bytes };
}

function entryToJson(entry: Entry, tells: boolean): object {
  const { path, kind, size, disk, stored = 0, mode, uid, gid, mtime, digest, link, facts } = entry;
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
    ...(facts === null ? {} : { facts }),
  };
}
