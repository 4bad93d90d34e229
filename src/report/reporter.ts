// Contract of a reporter: a pure function from values to text. The text comes in pieces, since the report of a large artifact
// does not fit into one string.
import type { Units } from '../bytes/size.ts';
import type { TreeNode } from '../compare/rollup.ts';
import type { Finding } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** What a scan says: the snapshot and all that was computed from it. */
export interface ScanReport {
  readonly tool: { readonly name: string; readonly version: string };
  readonly snapshot: Snapshot;
  readonly tree: readonly TreeNode[];
  readonly findings: readonly Finding[];
  /** Bytes of content that at least one finding claims. */
  readonly removable: number;
}

export type SizeName = 'content' | 'disk';

export interface ReportOptions {
  readonly units: Units;
  /** Which size tables show and sort by. */
  readonly size: SizeName;
  /** Deepest directory level shown; the root is 0. */
  readonly depth: number;
  /** Most rows of a table. */
  readonly top: number;
  readonly sort: 'size' | 'path';
  /** Columns to fit into. */
  readonly width: number;
  readonly color: boolean;
  readonly verbose: boolean;
}

export interface Reporter {
  /** The word for `--format`. */
  readonly name: string;
  /** One line for help texts. */
  readonly description: string;
  report(report: ScanReport, options: ReportOptions): Iterable<string>;
}
