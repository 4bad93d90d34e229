// A gate's report read back from `check --json`.
import { budgetEffects, budgetUnits } from '../../../model/budget-change.ts';
import type { BudgetChange } from '../../../model/budget-change.ts';
import { measures, verdictStatuses } from '../../../model/verdict.ts';
import type { CheckedArtifact, Contributor, Gate, Verdict } from '../../../model/verdict.ts';
import { diffOf } from './diff.ts';
import { worst } from '../../../policy/verdicts.ts';
import * as read from './fields.ts';
import type { CheckReport } from '../../reporter.ts';
import type { Node } from './fields.ts';
import { artifactOf, findingOf, noticeOf, totalsOf } from './values.ts';

export function gateOf(node: Node): Gate {
  const verdicts = read.list(node, 'verdicts', verdictOf);
  const status = read.word(node, 'status', verdictStatuses);
  const gravest = worst(verdicts.map((verdict) => verdict.status));
  if (verdicts.length > 0 && status !== gravest)
    throw read.bad(`has gate.status ${status}, but a verdict of ${gravest}`);
  return { status, verdicts };
}

function verdictOf(node: Node): Verdict {
  return {
    artifact: read.text(node, 'artifact'),
    budget: read.text(node, 'budget'),
    measure: read.word(node, 'measure', measures),
    path: read.optionalText(node, 'path'),
    actual: read.nullableNumber(node, 'actual'),
    limit: read.nullableNumber(node, 'limit'),
    over: read.nullableNumber(node, 'over'),
    status: read.word(node, 'status', verdictStatuses),
    reason: read.optionalText(node, 'reason'),
    top: read.list(node, 'top', contributorOf),
  };
}

function contributorOf(node: Node): Contributor {
  return {
    path: read.name(node, 'path'),
    bytes: read.integer(node, 'bytes'),
    ...(node.json['layer'] === undefined ? {} : { layer: read.size(node, 'layer') }),
  };
}

/** Absent where it was not asked for. */
export function budgetChangesOf(root: Node): Pick<CheckReport, 'budgetChanges'> {
  const value = root.json['budgetChanges'];
  if (value === undefined) return {};
  return { budgetChanges: value === null ? null : read.list(root, 'budgetChanges', budgetChangeOf) };
}

function budgetChangeOf(node: Node): BudgetChange {
  const unit = read.word(node, 'unit', budgetUnits);
  const valueOf = (key: string): number | string | null =>
    unit === 'word' ? read.nullableText(node, key) : read.nullableNumber(node, key);
  return {
    artifact: read.nullableText(node, 'artifact'),
    key: read.text(node, 'key'),
    unit,
    before: valueOf('before'),
    after: valueOf('after'),
    effect: read.word(node, 'effect', budgetEffects),
    reason: read.nullableText(node, 'reason'),
  };
}

export function checkedOf(node: Node): CheckedArtifact {
  const diff = read.nullableObject(node, 'diff');
  return {
    name: read.text(node, 'name'),
    artifact: artifactOf(read.object(node, 'artifact')),
    totals: totalsOf(read.object(node, 'totals')),
    diff: diff === null ? null : diffOf(diff),
    findings: read.list(node, 'findings', findingOf),
    removable: read.size(read.object(node, 'removable'), 'content'),
    notices: read.list(node, 'notices', noticeOf),
  };
}
