// Rules as limits: a rule of severity `warn` or `error` allows no findings. Ignores that no longer hold, or that hold nothing,
// are told as well, so that the file does not fill with exceptions that nobody needs.
import type { Finding } from '../model/finding.ts';
import type { VerdictStatus } from '../model/verdict.ts';
import type { Ignore, RuleSeverity } from './budgets.ts';
import { contributorsToRule } from './contributors.ts';
import type { Evidence } from './evidence.ts';
import { isAside, isExpired } from './severities.ts';
import type { Ranked } from './verdicts.ts';

export function ruleVerdicts(
  artifact: string,
  rules: ReadonlyMap<string, RuleSeverity>,
  findings: readonly Finding[],
  doubtOfRule: (rule: string) => string | null,
): Ranked[] {
  return gatedRules(rules).map(({ rule, severity }) => {
    const doubt = doubtOfRule(rule);
    const found = findings.filter((one) => one.rule === rule && !isAside(one));
    const bytes = found.reduce((sum, one) => sum + one.bytes, 0);
    const violated = found.length > 0;
    const status: VerdictStatus =
      violated && severity === 'error' ? 'fail' : doubt !== null ? 'unknown' : violated ? 'warn' : 'pass';
    const known = status !== 'unknown';
    const verdict = {
      ...ruleBudget(artifact, rule),
      actual: known ? bytes : null,
      over: known ? bytes : null,
      status,
      reason: status === 'unknown' ? doubt : violated ? found.map(({ title }) => title).join('; ') : null,
      top: known ? contributorsToRule(found) : [],
    };
    return { verdict, overBytes: known ? bytes : 0 };
  });
}

/** Verdicts on an artifact that could not be measured. */
export function unknownRuleVerdicts(
  artifact: string,
  rules: ReadonlyMap<string, RuleSeverity>,
  reason: string,
): Ranked[] {
  return gatedRules(rules).map(({ rule }) => ({
    verdict: { ...ruleBudget(artifact, rule), actual: null, over: null, status: 'unknown', reason, top: [] },
    overBytes: 0,
  }));
}

function ruleBudget(artifact: string, rule: string) {
  return { artifact, budget: rule, measure: 'rule', path: null, limit: 0 } as const;
}

function gatedRules(rules: ReadonlyMap<string, RuleSeverity>): { rule: string; severity: 'warn' | 'error' }[] {
  return [...rules].flatMap(([rule, severity]) =>
    severity === 'warn' || severity === 'error' ? [{ rule, severity }] : [],
  );
}

/** Warnings about entries of `ignore`; whether one matches nothing is known only where all artifacts were measured, and whole. */
export function ignoreVerdicts(
  ignores: readonly Ignore[],
  { measured, unmeasured, ...run }: Evidence,
  seenWhole: boolean,
): Ranked[] {
  const sure = seenWhole && run.complete && unmeasured.length === 0;
  return ignores.flatMap((ignore): Ranked[] => {
    const expired = isExpired(ignore, run.today);
    const matters = measured.some(({ judged }) => (expired ? judged.expired : judged.used).has(ignore.at));
    const since = `expired on ${ignore.until ?? ''} (${ignore.reason})`;
    if (expired && matters) return [remark(ignore, run.file, `${since}; what it covered counts again`)];
    if (matters || !sure) return [];
    return [remark(ignore, run.file, `${expired ? `${since} and ` : ''}covers nothing; take it out`)];
  });
}

function remark({ at, match }: Ignore, file: string, reason: string): Ranked {
  const verdict = {
    artifact: file,
    budget: at,
    measure: 'rule',
    path: match.pattern,
    actual: null,
    limit: null,
    over: 0,
    status: 'warn',
    reason,
    top: [],
  } as const;
  return { verdict, overBytes: 0 };
}
