// What `fix` does and says: a plan of actions on paths, what it promises, and what came of it. Plain readonly values.
import type { Name } from './name.ts';
import type { ArtifactIdentity, Totals } from './snapshot.ts';

/** Modes of GNU strip that are safe for what they are used on: the first for linked files, the second for objects and archives. */
export type StripMode = '--strip-unneeded' | '-g';

/** What is done to one path. */
export type FixAction =
  | { readonly kind: 'remove'; readonly path: Name }
  /** Comes after the removals that empty it; deepest first. */
  | { readonly kind: 'remove-directory'; readonly path: Name }
  /** `after` is the length in bytes that strip is predicted to leave of `before`. */
  | {
      readonly kind: 'strip';
      readonly path: Name;
      readonly mode: StripMode;
      readonly program: string;
      readonly before: number;
      readonly after: number;
    }
  /** `path` becomes a further name of `target`. */
  | { readonly kind: 'hard-link'; readonly path: Name; readonly target: Name }
  /** `path` becomes a symlink to `target`, which lies in the same directory. */
  | { readonly kind: 'symlink'; readonly path: Name; readonly target: Name }
  /** Earlier members of the path, which later ones replace, are left out of the new archive. */
  | { readonly kind: 'drop-superseded'; readonly path: Name; readonly bytes: number };

/** What one rule's findings come to. */
export interface RulePromise {
  readonly rule: string;
  /** Files concerned. */
  readonly files: number;
  /** Bytes that go; those of rules overlap. Bytes of content but for `duplicate-entry`, whose bytes are the archive's. */
  readonly promised: number;
  /** Bytes that went; null where nothing was done yet. */
  readonly achieved: number | null;
}

/** Findings that are not acted on. */
export interface LeftAlone {
  readonly rule: string;
  readonly reason: string;
  readonly files: number;
  /** Bytes that its claims sum to. */
  readonly bytes: number;
  /** The largest of them. */
  readonly example: Name;
}

export interface FixPlan {
  /** In the order of execution. */
  readonly actions: readonly FixAction[];
  readonly rules: readonly RulePromise[];
  /** Bytes of content that all actions together remove, each counted once. */
  readonly promised: number;
  readonly leftAlone: readonly LeftAlone[];
}

/** Bytes of the compressed archive: each plan was really carried out, and its result compressed in the same way. */
export interface ExactSavings {
  /** Length of the archive with nothing removed, compressed so. */
  readonly base: number;
  /** What is saved by each rule alone; in the order of the plan's rules. */
  readonly rules: readonly number[];
  /** What is saved by all of them. */
  readonly union: number;
}

/** What was really done. */
export interface FixOutcome {
  /** Where the result is. */
  readonly out: string;
  readonly totals: Totals;
  /** Bytes of content that are gone, but for those of `updated`. */
  readonly achieved: number;
  /** Lists of the artifact's files (a wheel's `RECORD`) that were brought up to date, in bytes; no part of what was promised. */
  readonly updated: readonly { readonly path: Name; readonly before: number; readonly after: number }[];
  /** Actions that did not do what was promised, each in one sentence. */
  readonly broken: readonly { readonly path: Name; readonly message: string }[];
  /** Where what is left of the artifact that the result replaced is, which could not be removed; null where nothing is left. */
  readonly leftBehind: string | null;
}

export interface Fix {
  readonly artifact: ArtifactIdentity;
  readonly before: Totals;
  readonly plan: FixPlan;
  /** Where the result is to be, as the user named it. */
  readonly out: string;
  /** Whether the result takes the place of the artifact. */
  readonly inPlace: boolean;
  /** How a new archive is compressed, `zstd:19`; null for directories and archives that are not. */
  readonly compression: string | null;
  /** The directory that all members lie in, where names must begin with it and not with `./`; absent where that does not matter. */
  readonly root?: Name;
  /** What the compressed archive would save, measured (`--exact`); absent where it was not asked for. */
  readonly exact?: ExactSavings;
  /** Null where only the plan was asked for. */
  readonly outcome: FixOutcome | null;
}
