// The library: measure an artifact, judge the snapshot, print it. What the command line does, as functions.

export { formatSize, formatSizes, parseSize } from './bytes/size.ts';
export type { Units } from './bytes/size.ts';
export { rollup } from './compare/rollup.ts';
export type { Sizes, TreeNode } from './compare/rollup.ts';
export { ConfigError, FormatError, InputError, SizecheckError, UsageError } from './errors.ts';
export type { ArFacts, ElfFacts, Facts, PycFacts, PycMode, StripSizes, Unsafe } from './model/facts.ts';
export type {
  Aspect,
  Change,
  ChangeKind,
  Diff,
  DirectoryChange,
  FindingChanges,
  RuleChange,
  SectionChange,
  Side,
  TotalsDelta,
} from './model/diff.ts';
export type { Claim, Finding, Fix, Severity } from './model/finding.ts';
export { nameFromText, nameToText } from './model/name.ts';
export type { Name } from './model/name.ts';
export type {
  ArtifactIdentity,
  CodecName,
  Entry,
  EntryKind,
  FormatName,
  Notice,
  Snapshot,
  Superseded,
  Totals,
} from './model/snapshot.ts';
export type { CheckedArtifact, Contributor, Gate, Measure, Verdict, VerdictStatus } from './model/verdict.ts';
export { duReporter } from './report/du.ts';
export { jsonReporter, snapshotReporter } from './report/json/index.ts';
export type {
  CheckReport,
  DiffReport,
  Reporter,
  ReportKind,
  ReportOptions,
  Reports,
  ScanReport,
  Tool,
} from './report/reporter.ts';
export { judge, rules } from './rules/index.ts';
export { removableContent } from './rules/removable.ts';
export type { StripVersion } from './inspectors/elf/strip-version.ts';
export type { Rule } from './rules/rule.ts';
export { defaultLimits } from './scan/limits.ts';
export { scan } from './scan/scan.ts';
export type { ScanOptions } from './scan/scan.ts';
export { parseSnapshot } from './scan/snapshot-file.ts';
