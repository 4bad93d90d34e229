// What changed in the budgets file itself, in words that stand in every report: a limit that holds since it was raised says so.
import { exactBytes, groupDigits, roundSize } from '../bytes/size.ts';
import type { BudgetChange, BudgetUnit } from '../model/budget-change.ts';

/** The heading, where anything changed. */
export function changesTitle(changes: readonly BudgetChange[]): string {
  return changes.some(({ effect }) => effect === 'looser')
    ? 'The budgets file allows more than before'
    : 'The budgets file changed';
}

/** Where what it was before is asked for, and not known. */
export const changesUnknown = 'What the budgets file was before cannot be read: its limits may have changed';

/** One change as cells; all but `effect` are data. */
export interface ChangeTexts {
  readonly effect: BudgetChange['effect'] | 'changed';
  /** Artifact or group; empty for the whole file. */
  readonly artifact: string;
  readonly key: string;
  readonly before: string;
  readonly after: string;
  /** Whether both are figures, in our own words. */
  readonly isCount: boolean;
}

export function changeTexts({ effect, artifact, key, unit, before, after }: BudgetChange): ChangeTexts {
  // These stand for the artifact or the group as a whole.
  const without = key === 'path' || key === 'members' ? 'not judged' : 'none';
  return {
    effect: effect === 'other' ? 'changed' : effect,
    artifact: artifact ?? '',
    key,
    before: valueText(before, unit, without),
    after: valueText(after, unit, without),
    // By what they are, not by what a stranger's report says they were.
    isCount: typeof (before ?? 0) === 'number' && typeof (after ?? 0) === 'number',
  };
}

/** Limits in bytes as they may be written in the file, where they are found again. */
function valueText(value: number | string | null, unit: BudgetUnit, without: string): string {
  if (value === null) return without;
  if (typeof value === 'string') return value;
  switch (unit) {
    case 'bytes':
      return roundSize(value) ?? exactBytes(value);
    case 'percent':
      return `${value}%`;
    case 'count':
      return groupDigits(value);
    case 'share':
    case 'word':
  }
  return String(value);
}

/** Reasons of what became looser, each once, with whose they are: an artifact's, or that of the entry itself. */
export function reasonsOf(changes: readonly BudgetChange[]): { readonly of: string; readonly reason: string }[] {
  const reasons = new Map<string, { readonly of: string; readonly reason: string }>();
  for (const { effect, artifact, key, reason } of changes) {
    const of = artifact ?? key;
    if (effect === 'looser' && reason !== null) reasons.set(JSON.stringify([of, reason]), { of, reason });
  }
  return [...reasons.values()];
}
