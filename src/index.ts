// The library: measure an artifact, judge the snapshot, print it. What the command line does, as functions.

export { formatSize, formatSizes, parseSize } from './bytes/size.ts';
export type { Units } from './bytes/size.ts';
export { parseCompression } from './codecs/compress.ts';
export type { Compression } from './codecs/compress.ts';
export { bytecodeRollup } from './compare/bytecode.ts';
export type { BytecodeParts, BytecodeRollup, BytecodeTree, OptimizedTree, PythonBytecode } from './compare/bytecode.ts';
export { diffSnapshots } from './compare/diff.ts';
export type { DiffOptions, Judged } from './compare/diff.ts';
export type { ComponentMatcher } from './compare/pair.ts';
export { packageChanges } from './compare/packages/changes.ts';
export { packageRollup, packagesOf } from './compare/packages/index.ts';
export type { PackageOptions, PackageRollup } from './compare/packages/index.ts';
export { rollup } from './compare/rollup.ts';
export type { Sizes, TreeNode } from './compare/rollup.ts';
export { sectionRollup } from './compare/section-rollup.ts';
export type { SectionRollup, SectionTotal } from './compare/section-rollup.ts';
export { ConfigError, FormatError, InputError, SizecheckError, UsageError } from './errors.ts';
export type { ImageChoice } from './formats/image-choice.ts';
export type {
  ArFacts,
  ElfFacts,
  ElfTarget,
  Facts,
  PackageFacts,
  PycCode,
  PycFacts,
  PycLevel,
  PycMode,
  SectionGroup,
  SectionSize,
  StripSizes,
  UnreadCode,
  Unsafe,
} from './model/facts.ts';
export type {
  Aspect,
  Change,
  ChangeKind,
  Diff,
  DirectoryChange,
  FindingChanges,
  RuleChange,
  PackageChange,
  PackageSide,
  SectionChange,
  Side,
  StoredChange,
  StoredChanges,
  StoredSizes,
  TotalsDelta,
} from './model/diff.ts';
export type { Claim, Finding, Fix, Remedy, Severity } from './model/finding.ts';
export { nameFromText, nameToText } from './model/name.ts';
export type { Name } from './model/name.ts';
export type { PackageKind, PackageRow, PackageSizes, PackageTable } from './model/packages.ts';
export type {
  ArtifactIdentity,
  CodecName,
  DiveFigures,
  DiveFile,
  Entry,
  EntryKind,
  FormatName,
  HiddenFile,
  Image,
  ImageLayer,
  Made,
  MadeFacts,
  Notice,
  Overhead,
  OverheadName,
  Snapshot,
  Superseded,
  Totals,
} from './model/snapshot.ts';
export type { BudgetChange, BudgetEffect, BudgetUnit } from './model/budget-change.ts';
export type { CheckedArtifact, Contributor, Gate, Measure, Verdict, VerdictStatus } from './model/verdict.ts';
export { readBudgets } from './policy/budgets.ts';
export type { ArtifactBudget, Budgets, GroupBudget, Ignore, RuleSeverity } from './policy/budgets.ts';
export type { Glob, PathBudget } from './policy/path-budgets.ts';
export { changesOfBudgets } from './policy/budget-changes.ts';
export { evaluate } from './policy/evaluate.ts';
export type { Evaluation } from './policy/evaluate.ts';
export type { Baseline, Evidence, Measured, Unmeasured } from './policy/evidence.ts';
export type { Growth, Limit } from './policy/limits.ts';
export { parseSelection, selectEntries } from './policy/select.ts';
export type { Selection } from './policy/select.ts';
export { judgeByPolicy } from './policy/severities.ts';
export type { JudgedByPolicy } from './policy/severities.ts';
export { csvReporter } from './report/csv.ts';
export { duReporter } from './report/du.ts';
export { githubReporter } from './report/github.ts';
export { jsonReporter, snapshotReporter } from './report/json/index.ts';
export { joinReports } from './report/joined.ts';
export type { LabelledReport } from './report/joined.ts';
export { parseReport } from './report/json/read/index.ts';
export type { SavedReport } from './report/json/read/index.ts';
export { junitReporter } from './report/junit.ts';
export { htmlReporter } from './report/html/index.ts';
export { markdownOf, markdownReporter } from './report/markdown/index.ts';
export type { Origin } from './report/markdown/origin.ts';
export type {
  CheckReport,
  DiffReport,
  Reporter,
  ReporterOf,
  ReportKind,
  ReportOptions,
  Reports,
  ScanReport,
  Tool,
} from './report/reporter.ts';
export { tableReporter } from './report/table/index.ts';
export { doubtOf, judge, rules } from './rules/index.ts';
export { removableByPath, removableContent } from './compare/removable.ts';
export type { StripVersion } from './inspectors/elf/strip-version.ts';
export type { FileWith, FindingDraft, Pyc, Rule, RuleContext } from './rules/rule.ts';
export { defaultLimits } from './scan/limits.ts';
export { packDirectory } from './scan/pack.ts';
export type { Packed, PackOptions } from './scan/pack.ts';
export { scan } from './scan/scan.ts';
export type { ScanOptions } from './scan/options.ts';
export { parseSnapshot } from './scan/snapshot-file.ts';
