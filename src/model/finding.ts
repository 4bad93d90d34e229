// What rules say: a finding claims bytes of entries that can go away, and states how.
import type { Name } from './name.ts';

/** How grave a finding is, the last most. In a gate whose budgets file names the rule, `error` fails and `warn` warns. */
export type Severity = 'info' | 'warn' | 'error';

/** Part of claims on what an archive stores of members that a later one of the same path replaces. */
export const supersededPart = 'superseded';

/** Part of claims on what layers of an image store and the merged tree does not show. */
export const hiddenPart = 'hidden';

/** How `fix` follows claims on copies of a file where it does not remove them: by a link to the copy that stays. */
export type Remedy = 'hard-link' | 'symlink';

/** Bytes of one entry, or of one part of it, that a finding says can go. */
export interface Claim {
  readonly path: Name;
  /** null for the whole file; else the part of it (`debug`, `superseded`, `hidden`). */
  readonly part: string | null;
  /** Bytes of content; for parts `superseded` and `hidden`, bytes that an archive or a layer stores and that are not in the content. */
  readonly bytes: number;
  /** Path of the copy that stays, for claims on duplicates. */
  readonly keeps?: Name;
  /** In an image: index of the layer that is charged. */
  readonly layer?: number;
}

/** What a rule says can go away; made by `judge`. Bytes may be claimed by several findings: `removableContent` counts each once. */
export interface Finding {
  /** Id of the rule. */
  readonly rule: string;
  readonly severity: Severity;
  /** One line: what was found. */
  readonly title: string;
  /** Sum of the claims' bytes. */
  readonly bytes: number;
  /** Largest first, then by path. */
  readonly claims: readonly Claim[];
  readonly fix: Fix;
  /** Where it is not what the rule says of all its findings. */
  readonly remedy?: Remedy;
  /** True of what is removable only where nobody needs it, and that nobody asked to count: it enters no total and fails nothing. */
  readonly leftover?: true;
}

/** How to remove the waste. */
export interface Fix {
  /** Shell commands to run in the unpacked tree, one after another. */
  readonly commands: readonly string[];
  /** What to do where no command does it, or what to know before running them; null where the commands say all. */
  readonly advice: string | null;
}
