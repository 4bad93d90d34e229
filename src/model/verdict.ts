// What a gate says: one verdict a limit, and their union. Plain readonly values.
import type { Diff } from './diff.ts';
import type { Finding } from './finding.ts';
import type { Name } from './name.ts';
import type { ArtifactIdentity, Notice, Totals } from './snapshot.ts';

export const verdictStatuses = ['pass', 'warn', 'fail', 'unknown'] as const;

/** `unknown`: what the limit is on could not be measured; it never passes. */
export type VerdictStatus = (typeof verdictStatuses)[number];

export const measures = [
  'compressed',
  'uncompressed',
  'growth',
  'growth-percent',
  'compressed-growth',
  'compressed-growth-percent',
  'path',
  'rule',
  'waste',
  'waste-percent',
  'layers',
  'pull',
  'full-pull',
  'lowestEfficiency',
  'highestWastedBytes',
  'highestUserWastedPercent',
] as const;

/** What a budget limits. The last three are dive's. `rule`: bytes that a rule of severity `warn` or `error` finds; its limit is 0. */
export type Measure = (typeof measures)[number];

/** What a measure counts; `share` is one of 1. */
export type Unit = 'bytes' | 'percent' | 'count' | 'share';

export function unitOf(measure: Measure): Unit {
  switch (measure) {
    case 'growth-percent':
    case 'compressed-growth-percent':
    case 'waste-percent':
      return 'percent';
    case 'layers':
      return 'count';
    case 'lowestEfficiency':
    case 'highestUserWastedPercent':
      return 'share';
    case 'compressed':
    case 'uncompressed':
    case 'growth':
    case 'compressed-growth':
    case 'path':
    case 'rule':
    case 'waste':
    case 'pull':
    case 'full-pull':
    case 'highestWastedBytes':
  }
  return 'bytes';
}

/** How the reason of a verdict on a path begins whose bytes are compressed ones. */
export const compressedPaths = 'compressed bytes';

/** Bytes of one path, as evidence. */
export interface Contributor {
  readonly path: Name;
  /** Bytes; for growth, bytes that it grew by. */
  readonly bytes: number;
  /** In an image, of what the merged tree does not show: index of the layer that stores it; of rules, of the one that is charged. */
  readonly layer?: number;
}

/** What a gate says of one limit; made by `evaluate`. */
export interface Verdict {
  /** Name of the artifact (or group) in the budgets file. */
  readonly artifact: string;
  /** Where the limit stands in the budgets file, `artifacts[0].compressed.max`; for rules, the rule's id. */
  readonly budget: string;
  readonly measure: Measure;
  /** The glob of a path budget; else null. */
  readonly path: string | null;
  /** In the unit of the measure; null where it could not be measured. */
  readonly actual: number | null;
  /** In the same unit; inclusive: `actual == limit` passes. The least for `lowestEfficiency`, the most for all others. */
  readonly limit: number | null;
  /** How far `actual` is beyond `limit`, else 0; null where unknown. */
  readonly over: number | null;
  readonly status: VerdictStatus;
  /** Why it is unknown, or what else has to be said; null where the figures say all. */
  readonly reason: string | null;
  /** The largest contributors, at most three, most bytes first. */
  readonly top: readonly Contributor[];
}

/** All verdicts of a run. */
export interface Gate {
  /** The worst of all verdicts: fail, then unknown, then warn, then pass. */
  readonly status: VerdictStatus;
  /** Worst first; within a status by bytes over, then in the order of the budgets file. */
  readonly verdicts: readonly Verdict[];
}

/** One artifact that a gate measured. */
export interface CheckedArtifact {
  /** Name in the budgets file. */
  readonly name: string;
  readonly artifact: ArtifactIdentity;
  readonly totals: Totals;
  /** Against the baseline; null where there is none. */
  readonly diff: Diff | null;
  readonly findings: readonly Finding[];
  /** Bytes of content that at least one finding claims. */
  readonly removable: number;
  readonly notices: readonly Notice[];
}
