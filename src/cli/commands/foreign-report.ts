// A report that another run left may be forged: its figures are shown, but what it tells people to do is not repeated under the name of
// whoever posts the comment. Only a run that measured by itself, or a person who says so, vouches for commands and free text on findings.
import type { Diff } from '../../model/diff.ts';
import type { Finding } from '../../model/finding.ts';
import type { CheckedArtifact, Verdict } from '../../model/verdict.ts';
import type { SavedReport } from '../../report/json/read/index.ts';
import { rules } from '../../rules/index.ts';
import { tool } from '../tool.ts';
import type { Environment } from './comment-target.ts';

/** Events whose runs measure what they comment on; all others (`workflow_run`, `pull_request_target`, …) take over what others left. */
const ownEvents: ReadonlySet<string | undefined> = new Set(['pull_request', 'push']);
const ownSources: ReadonlySet<string | undefined> = new Set(['merge_request_event', 'push', 'parent_pipeline']);

/** Whether the CI system says that this run is one of the change itself; false where there is none that would say so. */
export function isOwnRun(env: Environment): boolean {
  if (env['GITLAB_CI'] === 'true') return ownSources.has(env['CI_PIPELINE_SOURCE']);
  return ownEvents.has(env['GITHUB_EVENT_NAME']);
}

/**
 * The report without commands and advice; titles are those of the rules, and findings of rules that this version does not know are left
 * out. Names, reasons of limits and notices stay: reporters make them inert.
 */
export function withoutInstructions(saved: SavedReport): SavedReport {
  const version = saved.report.tool.version;
  const measuredBy = { name: tool.name, version: /^\d{1,5}(?:\.\d{1,5}){2}$/.test(version) ? version : tool.version };
  if (saved.kind === 'diff')
    return { kind: 'diff', report: { ...saved.report, tool: measuredBy, diff: plainDiff(saved.report.diff) } };
  const { gate, artifacts } = saved.report;
  const report = {
    ...saved.report,
    tool: measuredBy,
    gate: { ...gate, verdicts: gate.verdicts.map(plainVerdict) },
    artifacts: artifacts.map(plainArtifact),
  };
  return { kind: 'check', report };
}

function plainArtifact(one: CheckedArtifact): CheckedArtifact {
  return { ...one, findings: one.findings.flatMap(plainFinding), diff: one.diff === null ? null : plainDiff(one.diff) };
}

function plainDiff(diff: Diff): Diff {
  const { findings } = diff;
  return {
    ...diff,
    findings: {
      ...findings,
      new: findings.new.flatMap(plainFinding),
      fixed: findings.fixed.flatMap(plainFinding),
      rules: findings.rules.filter(({ rule }) => titleOf(rule) !== null),
    },
  };
}

function plainFinding(found: Finding): Finding[] {
  const title = titleOf(found.rule);
  if (title === null) return [];
  const advice = `${tool.name} explain ${found.rule} tells how to remove it`;
  return [{ ...found, title, fix: { commands: [], advice } }];
}

/** What a rule finds stands in its verdict, too. */
function plainVerdict(verdict: Verdict): Verdict {
  const { measure, budget, actual, reason } = verdict;
  if (measure !== 'rule' || actual === null || reason === null) return verdict;
  return { ...verdict, reason: titleOf(budget) };
}

function titleOf(id: string): string | null {
  return rules.find((rule) => rule.id === id)?.title ?? null;
}
