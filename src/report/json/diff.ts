// `diff --json`: all of a diff but the entries that are the same. `directories[].before` and `after` are own content bytes, null
// where the directory is not there; disk usage stands beside.
import type { Change, Diff, DirectoryChange, Side, StoredChange, StoredChanges } from '../../model/diff.ts';
import { nameToJson } from '../../model/json-name.ts';
import type { Name } from '../../model/name.ts';
import type { DiffReport } from '../reporter.ts';
import { arrayText, findingText, list, member, noticeToJson, objectText, opening } from './text.ts';

export function* diffJson({ tool, diff }: DiffReport): Iterable<string> {
  yield opening(tool);
  yield member('before', sideToJson(diff.before));
  yield member('after', sideToJson(diff.after));
  yield member('delta', diff.delta);
  if (diff.image !== undefined) yield member('image', diff.image);
  yield* list('directories', diff.directories, directoryToJson);
  yield* list('changes', diff.changes, changeToJson);
  if (diff.packages !== undefined) yield* list('packages', diff.packages, (one) => one);
  yield ',\n  "findings": {';
  yield* list('new', diff.findings.new, findingText, '\n    ');
  yield* list('fixed', diff.findings.fixed, findingText, ',\n    ');
  yield* list('rules', diff.findings.rules, (rule) => rule, ',\n    ');
  yield `,\n    "removable": ${JSON.stringify(diff.findings.removable)}\n  }`;
  yield* list('notices', diff.notices, noticeToJson);
  if (diff.stored !== undefined) {
    yield member('overhead', diff.stored.overhead);
    yield* list('stored', diff.stored.directories, storedToJson);
  }
  yield '\n}\n';
}

/** The same as the text of one value, for reports that hold diffs of several artifacts. */
export function diffText(diff: Diff): Iterable<string> {
  return objectText({
    before: sideToJson(diff.before),
    after: sideToJson(diff.after),
    delta: diff.delta,
    ...(diff.image === undefined ? {} : { image: diff.image }),
    directories: arrayText(diff.directories, directoryToJson),
    changes: arrayText(diff.changes, changeToJson),
    ...(diff.packages === undefined ? {} : { packages: diff.packages }),
    findings: findingsText(diff),
    notices: arrayText(diff.notices, noticeToJson),
    ...(diff.stored === undefined ? {} : storedText(diff.stored)),
  });
}

function storedText({ overhead, directories }: StoredChanges): object {
  return { overhead, stored: arrayText(directories, storedToJson) };
}

function storedToJson({ path, from, before, after, delta }: StoredChange): object {
  return { ...nameToJson('path', path), ...fromToJson(from), before, after, delta };
}

function findingsText({ findings }: Diff): Iterable<string> {
  return objectText({
    new: arrayText(findings.new, findingText),
    fixed: arrayText(findings.fixed, findingText),
    rules: findings.rules,
    removable: findings.removable,
  });
}

function sideToJson({ artifact, stripped, totals }: Side): object {
  return { artifact, stripped, ...totals };
}

function directoryToJson({ path, from, before, after, delta }: DirectoryChange): object {
  return {
    ...nameToJson('path', path),
    ...fromToJson(from),
    before: before?.content ?? null,
    after: after?.content ?? null,
    delta: delta.content,
    disk: { before: before?.disk ?? null, after: after?.disk ?? null, delta: delta.disk },
  };
}

function changeToJson({
  path,
  kind,
  entryKind,
  before,
  after,
  delta,
  from,
  aspects,
  sections,
  stored,
}: Change): object {
  return {
    ...nameToJson('path', path),
    kind,
    entryKind,
    before,
    after,
    delta,
    ...fromToJson(from),
    ...(aspects.length === 0 ? {} : { aspects }),
    ...(sections === null ? {} : { sections }),
    ...(stored === null ? {} : { stored }),
  };
}

function fromToJson(from: Name | null): Record<string, string> {
  return from === null ? {} : nameToJson('from', from);
}
