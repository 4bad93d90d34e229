// What a change of the budgets file makes of a gate. Plain readonly values.
import type { Unit } from './verdict.ts';

/** The loosest first. */
export const budgetEffects = ['looser', 'other', 'tighter'] as const;

/** What a change does to what may pass: `other` where that cannot be said, as of a glob. */
export type BudgetEffect = (typeof budgetEffects)[number];

export const budgetUnits = ['bytes', 'percent', 'count', 'share', 'word'] as const;

/** What a key of the budgets file counts; `word` where it does not count. */
export type BudgetUnit = Unit | 'word';

/** One key of the budgets file that differs from what it was. */
export interface BudgetChange {
  /** Name of the artifact or group in the budgets file; null for what holds of all of them. */
  readonly artifact: string | null;
  /** The key, `compressed.max`; of lists with what tells their members apart, `paths[*.so].total`, `rules.debug-symbols`. */
  readonly key: string;
  readonly unit: BudgetUnit;
  /** In that unit; null where it was not there. */
  readonly before: number | string | null;
  /** In that unit; null where it is not there any more. */
  readonly after: number | string | null;
  readonly effect: BudgetEffect;
  /** Why the limits are what they are, as the file says now; null where it does not. */
  readonly reason: string | null;
}
