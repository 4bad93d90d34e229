// Limits on files inside an artifact, as the budgets file has them, and the patterns in it.
import { flagOf, inPlace, objectOf, optionalText, required, textOf } from './fields.ts';
import type { Field } from './fields.ts';
import { globMatcher } from './glob.ts';
import type { Matcher } from './glob.ts';
import { readPathLimits } from './limits.ts';
import type { Limit } from './limits.ts';

/** A pattern as the budgets file has it, with the function that tells which names it matches. */
export interface Glob {
  readonly pattern: string;
  readonly matches: Matcher;
}

/** Limits on files inside an artifact; null for none. */
export interface PathBudget {
  /** JSON path of the budget. */
  readonly at: string;
  readonly match: Glob;
  /** Limit of each matching file. */
  readonly max: Limit | null;
  /** Limit of all matching files together. */
  readonly total: Limit | null;
  /** Whether the limits are on bytes of the compressed artifact instead of content. */
  readonly compressed: boolean;
  /** Whether it is fine that nothing matches. */
  readonly optional: boolean;
  readonly reason: string | null;
}

export function readPathBudget(field: Field): PathBudget {
  const members = objectOf(field, ['match', 'max', 'total', 'compressed', 'warnAt', 'optional', 'reason']);
  const match = readGlob(required(members, 'match', field));
  return {
    at: field.path,
    match,
    ...readPathLimits(field, members),
    compressed: flagOf(members.get('compressed')),
    optional: flagOf(members.get('optional')),
    reason: optionalText(members, 'reason'),
  };
}

/** @throws ConfigError where the pattern is not one. */
export function readGlob(field: Field, matcher = globMatcher): Glob {
  const pattern = textOf(field);
  return inPlace(field, () => ({ pattern, matches: matcher(pattern) }));
}
