// What a budgets file makes of findings: rules that are off, severities that it sets, claims that it ignores with a reason and
// perhaps until a day. From that day on an ignore no longer holds, and the gate says so.
import type { Claim, Finding } from '../model/finding.ts';
import { parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { apartPart } from '../rules/duplicate-file.ts';
import { rank, rules } from '../rules/index.ts';
import type { Rule } from '../rules/rule.ts';
import type { Budgets, Ignore } from './budgets.ts';
import { ignored, withoutOthers, withoutSweeps } from './part.ts';

/** Findings as a budgets file wants them; made by `judgeByPolicy`. */
export interface JudgedByPolicy {
  /** Without ignored claims, with the severities of the budgets file. */
  readonly findings: readonly Finding[];
  /** Ignores (by JSON path) that took claims out. */
  readonly used: ReadonlySet<string>;
  /** Ignores that would have taken claims out, had they not expired. */
  readonly expired: ReadonlySet<string>;
}

/** The rules of a gate: all that judge anyway, and those on leftovers that its budgets file names and does not switch off. */
export function rulesOf({ rules: severities }: Pick<Budgets, 'rules'>): readonly Rule[] {
  return rules.filter(({ id, leftover }) => leftover !== true || (severities.get(id) ?? 'off') !== 'off');
}

/** Rules that its budgets file names and does not switch off: what they need is taken down. */
export function namedRules({ rules: severities }: Pick<Budgets, 'rules'>): readonly Rule[] {
  return rules.filter(({ id }) => (severities.get(id) ?? 'off') !== 'off');
}

/** @param today ISO date, UTC. */
export function judgeByPolicy(
  findings: readonly Finding[],
  { rules: severities, ignore }: Pick<Budgets, 'rules' | 'ignore'>,
  today: string,
): JudgedByPolicy {
  const used = new Set<string>();
  const expired = new Set<string>();
  const covering = coveringIgnores(ignore);
  const isIgnored = (rule: string, { path }: Claim): boolean => {
    let result = false;
    for (const entry of covering(path)) {
      if (entry.rule !== '*' && entry.rule !== rule) continue;
      if (isExpired(entry, today)) expired.add(entry.at);
      else {
        used.add(entry.at);
        result = true;
      }
    }
    return result;
  };
  const taken: Claim[] = [];
  const kept = findings.flatMap((found) => {
    const severity = severities.get(found.rule);
    // Leftovers count in a gate only where its budgets file names them.
    if (severity === 'off' || (severity === undefined && found.leftover === true)) return [];
    const claims: Claim[] = [];
    for (const claim of found.claims) (isIgnored(found.rule, claim) ? taken : claims).push(claim);
    // What claims nothing at all cannot be ignored by a path.
    if (claims.length === 0 && found.claims.length > 0) return [];
    const { leftover: _named, ...rest } = withoutOthers(found, claims, ignored);
    return [{ ...rest, severity: severity === undefined || isAside(found) ? found.severity : severity }];
  });
  return { findings: withoutSweeps(kept, taken), used, expired };
}

/** The ignores that match a path or a directory above it, remembered by path: claims share most of their directories. */
function coveringIgnores(ignore: readonly Ignore[]): (path: Name) => readonly Ignore[] {
  const known = new Map<Name, readonly Ignore[]>();
  const find = (path: Name): readonly Ignore[] => {
    const remembered = known.get(path);
    if (remembered !== undefined) return remembered;
    const up = parentPath(path);
    const above = up === null || up === '.' ? [] : find(up);
    const own = ignore.filter(({ match }) => match.matches(path));
    const all = own.length === 0 ? above : [...new Set([...above, ...own])];
    known.set(path, all);
    return all;
  };
  return find;
}

/** From its day on an ignore no longer holds. */
export function isExpired({ until }: Ignore, today: string): boolean {
  return until !== null && today >= until;
}

/**
 * Whether a rule says something by the way, with less weight than is its own: what it leaves alone, or what is fine as long as
 * nothing else changes. A gate does not count it.
 */
export function isAside({ rule, severity, claims }: Finding): boolean {
  const own = rules.find(({ id }) => id === rule)?.severity ?? severity;
  return rank(severity) > rank(own) || (claims.length > 0 && claims.every(({ part }) => part === apartPart));
}
