// Contract of a reporter: pure functions from values to text, one for each kind of report it can print. The text comes in
// pieces, since the report of a large artifact does not fit into one string.
import type { Units } from '../bytes/size.ts';
import type { PackageTable } from '../model/packages.ts';
import type { BudgetChange } from '../model/budget-change.ts';
import type { BytecodeRollup } from '../compare/bytecode.ts';
import type { TreeNode } from '../compare/rollup.ts';
import type { SectionRollup } from '../compare/section-rollup.ts';
import type { Compressions } from '../model/compression.ts';
import type { Diff } from '../model/diff.ts';
import type { Finding } from '../model/finding.ts';
import type { Fix } from '../model/fix.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { CheckedArtifact, Gate } from '../model/verdict.ts';

/** The program that made a report, as it is named in it. */
export interface Tool {
  readonly name: string;
  readonly version: string;
}

/** What a scan says: the snapshot and all that was computed from it. */
export interface ScanReport {
  readonly tool: Tool;
  readonly snapshot: Snapshot;
  readonly tree: readonly TreeNode[];
  readonly findings: readonly Finding[];
  /** Bytes of content that at least one finding claims. */
  readonly removable: number;
  /** Where the bytes of ELF files are; absent where it was not asked for. */
  readonly sections?: SectionRollup;
  /** Sizes by package instead of by directory; absent where it was not asked for. */
  readonly packages?: PackageTable;
  /** How much of it is Python bytecode, and what that could be; absent where it was not asked for. */
  readonly bytecode?: BytecodeRollup;
  /** Index of the layer of an image that was taken alone; absent for the merged tree. */
  readonly layer?: number;
  /** Whether tables list all layers of an image in full. */
  readonly allLayers?: boolean;
  /** What an image would weigh as one layer; absent where it was not asked for. */
  readonly flattened?: Flattened;
}

export interface Flattened {
  /** Bytes of its files, of its tar, and of that compressed. */
  readonly content: number;
  readonly archive: number;
  readonly compressed: number;
  /** How it was compressed, as it was asked for. */
  readonly how: string;
}

/** What a diff says. */
export interface DiffReport {
  readonly tool: Tool;
  readonly diff: Diff;
}

/** What `fix` plans, and what came of it. */
export interface FixReport {
  readonly tool: Tool;
  readonly fix: Fix;
}

/** What a gate says, and of what. */
export interface CheckReport {
  readonly tool: Tool;
  /** Key of its comment, where reports were joined; absent where the names of the artifacts make it. */
  readonly key?: string;
  readonly gate: Gate;
  /** In the order of the budgets file. */
  readonly artifacts: readonly CheckedArtifact[];
  /** What changed in the budgets file; null where what it was cannot be read, absent where it was not asked for. */
  readonly budgetChanges?: readonly BudgetChange[] | null;
}

/** What other ways to compress an artifact would give. */
export interface CompressReport {
  readonly tool: Tool;
  readonly compressions: Compressions;
}

/** What each kind of report is made of; the keys are the commands that print them. */
export interface Reports {
  readonly scan: ScanReport;
  readonly diff: DiffReport;
  readonly check: CheckReport;
  readonly fix: FixReport;
  readonly compress: CompressReport;
}

/** The command that a report is of. */
export type ReportKind = keyof Reports;

export type SizeName = 'content' | 'disk';

/** How a report is laid out; forms that a machine reads leave most of it aside. */
export interface ReportOptions {
  readonly units: Units;
  /** Which size tables show and sort by. */
  readonly size: SizeName;
  /** Whether tables of a scan show the bytes of the artifact file that carry the content (`--size compressed`) instead. */
  readonly stored?: boolean;
  /** Deepest directory level shown; the root is 0. */
  readonly depth: number;
  /** Most rows of a table. */
  readonly top: number;
  /** `delta` is for diffs, where it is the default: the largest change first. */
  readonly sort: 'size' | 'path' | 'delta';
  /** Bytes that a directory or file must have changed by to be shown in a diff's tables; totals are of all. */
  readonly minChange: number;
  /** Columns to fit into. */
  readonly width: number;
  readonly color: boolean;
  readonly verbose: boolean;
}

/** Prints reports of these kinds; the text comes in pieces. */
export type ReporterOf<Kinds extends ReportKind> = {
  readonly [Kind in Kinds]: (report: Reports[Kind], options: ReportOptions) => Iterable<string>;
};

/** Prints one or more kinds of reports, of which it is not known which. */
export type Reporter = Partial<ReporterOf<ReportKind>>;
