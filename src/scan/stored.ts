// Brings what a ledger took down to the entries: content is charged to the entry that has it, all else is named overhead.
import type { Charges } from '../formats/ledger.ts';
import { overheadNames } from '../model/snapshot.ts';
import type { Entry, Overhead } from '../model/snapshot.ts';
import type { Draft } from './draft.ts';

/**
 * Call before links are settled, as content may then move to another name.
 * @param first number of the first of these members in the ledger.
 */
export function chargeMembers(members: readonly Draft[], charges: Charges, first = 0): void {
  for (const [index, draft] of members.entries()) {
    draft.stored = (draft.stored ?? 0) + (charges.members[first + index] ?? 0);
  }
}

/** The overhead with what was charged to members that no entry is left of. */
export function overheadOf(
  entries: readonly Entry[],
  charges: Charges,
  lost: 'superseded' | 'hidden' | 'excluded' = 'superseded',
): Overhead {
  const charged = charges.members.reduce((sum, bytes) => sum + bytes, 0);
  const rest = charged - storedOf(entries);
  if (rest === 0) return charges.overhead;
  const overhead: Overhead = { ...charges.overhead, [lost]: rest };
  // In the order in which a snapshot file is read back.
  return Object.fromEntries(overheadNames.flatMap((name) => (name in overhead ? [[name, overhead[name]]] : [])));
}

export function storedOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { stored = 0 }) => sum + stored, 0);
}
