// What a gate judges by: the artifacts of one run, measured or not, each with its budget.
import type { Diff } from '../model/diff.ts';
import type { Notice, Snapshot } from '../model/snapshot.ts';
import type { ArtifactBudget } from './budgets.ts';
import type { JudgedByPolicy } from './severities.ts';

/** What an artifact is compared with: a diff, or why there is none. */
export type Baseline =
  | { readonly kind: 'diff'; readonly diff: Diff; readonly notices: readonly Notice[] }
  /** None is named, or it does not exist. */
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'unusable'; readonly reason: string };

/** An artifact with its budget, what it is, and what it is compared with. */
export interface Measured {
  /** Name of the budget, with the path behind it where the budget has several files. */
  readonly name: string;
  readonly budget: ArtifactBudget;
  /** Which file it is, whatever the path that a budget found it by: the same for those of one file. */
  readonly identity: string;
  /** `totals.compressed` of a directory holds what it was packed into. */
  readonly snapshot: Snapshot;
  readonly judged: JudgedByPolicy;
  /** Absent where nothing is compared. */
  readonly baseline?: Baseline;
}

/** An artifact that could not be measured, or one that is optional and not there. */
export interface Unmeasured {
  readonly budget: ArtifactBudget;
  readonly kind: 'broken' | 'absent';
  readonly reason: string;
}

/** All that `evaluate` judges by; it reads no file and no clock itself. */
export interface Evidence {
  readonly measured: readonly Measured[];
  readonly unmeasured: readonly Unmeasured[];
  /** The budgets file, as verdicts on its own entries name it. */
  readonly file: string;
  /** ISO date, UTC. */
  readonly today: string;
  /** Whether every artifact of the budgets file was asked for. */
  readonly complete: boolean;
  /** Budgets of which only some files were asked for. */
  readonly partial?: readonly ArtifactBudget[] | undefined;
}
