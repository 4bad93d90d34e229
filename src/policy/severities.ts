// What a budgets file makes of findings: rules that are off, severities that it sets, claims that it ignores with a reason and
// perhaps until a day. From that day on an ignore no longer holds, and the gate says so.
import type { Claim, Finding } from '../model/finding.ts';
import { rank, rules } from '../rules/index.ts';
import type { Budgets, Ignore } from './budgets.ts';
import { orAbove } from './select.ts';

export interface JudgedByPolicy {
  /** Without ignored claims, with the severities of the budgets file. */
  readonly findings: readonly Finding[];
  /** Ignores (by JSON path) that took claims out. */
  readonly used: ReadonlySet<string>;
  /** Ignores that would have taken claims out, had they not expired. */
  readonly expired: ReadonlySet<string>;
}

/** @param today ISO date, UTC. */
export function judgeByPolicy(
  findings: readonly Finding[],
  { rules: severities, ignore }: Pick<Budgets, 'rules' | 'ignore'>,
  today: string,
): JudgedByPolicy {
  const used = new Set<string>();
  const expired = new Set<string>();
  const ignores = ignore.map((entry) => ({ entry, covers: orAbove([entry.match.matches]) }));
  const isIgnored = (rule: string, { path }: Claim): boolean => {
    let result = false;
    for (const { entry, covers } of ignores) {
      if ((entry.rule !== '*' && entry.rule !== rule) || !covers(path)) continue;
      if (isExpired(entry, today)) expired.add(entry.at);
      else {
        used.add(entry.at);
        result = true;
      }
    }
    return result;
  };
  const kept = findings.flatMap((found) => {
    const severity = severities.get(found.rule);
    if (severity === 'off') return [];
    const claims = found.claims.filter((claim) => !isIgnored(found.rule, claim));
    if (claims.length === 0) return [];
    const bytes = claims.reduce((sum, claim) => sum + claim.bytes, 0);
    return [
      { ...found, bytes, claims, severity: severity === undefined || isAside(found) ? found.severity : severity },
    ];
  });
  return { findings: kept, used, expired };
}

/** From its day on an ignore no longer holds. */
export function isExpired({ until }: Ignore, today: string): boolean {
  return until !== null && today >= until;
}

/**
 * Whether a rule says something by the way, with less weight than is its own: what it leaves alone, or what is fine as long as
 * nothing else changes. A gate does not count it.
 */
export function isAside({ rule, severity }: Finding): boolean {
  const own = rules.find(({ id }) => id === rule)?.severity ?? severity;
  return rank(severity) > rank(own);
}
