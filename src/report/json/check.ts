// `check --json`: the verdicts, and of each artifact who it is, its sizes and findings, and its diff as `diff --json` has it.
import { nameToJson } from '../../model/json-name.ts';
import type { CheckedArtifact, Verdict } from '../../model/verdict.ts';
import type { CheckReport } from '../reporter.ts';
import { diffText } from './diff.ts';
import { arrayText, findingText, list, member, noticeToJson, objectText, opening } from './text.ts';

export function* checkJson({ tool, key, gate, artifacts, budgetChanges }: CheckReport): Iterable<string> {
  yield opening(tool);
  if (key !== undefined) yield member('key', key);
  yield member('gate', { status: gate.status, verdicts: gate.verdicts.map(verdictToJson) });
  if (budgetChanges !== undefined) yield member('budgetChanges', budgetChanges);
  yield* list('artifacts', artifacts, artifactText);
  yield '\n}\n';
}

function verdictToJson({ path, reason, top, ...verdict }: Verdict): object {
  const { artifact, budget, measure, actual, limit, over, status } = verdict;
  return {
    artifact,
    budget,
    measure,
    ...(path === null ? {} : { path }),
    actual,
    limit,
    over,
    status,
    ...(reason === null ? {} : { reason }),
    top: top.map(({ path: name, ...rest }) => ({ ...nameToJson('path', name), ...rest })),
  };
}

function artifactText({
  name,
  artifact,
  totals,
  diff,
  findings,
  removable,
  notices,
}: CheckedArtifact): Iterable<string> {
  return objectText({
    name,
    artifact,
    totals,
    findings: arrayText(findings, findingText),
    removable: { content: removable },
    notices: arrayText(notices, noticeToJson),
    diff: diff === null ? null : diffText(diff),
  });
}
