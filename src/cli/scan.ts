// `scan` and `snapshot`: measure, judge, print.
import { rollup } from '../compare/rollup.ts';
import type { Finding } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { ignoreClaims, selectEntries } from '../policy/select.ts';
import { inertLine, terminalName, terminalText } from '../report/escape.ts';
import { snapshotReporter } from '../report/json.ts';
import { reporterNamed } from '../report/index.ts';
import type { ScanReport } from '../report/reporter.ts';
import { judge, rank, rules } from '../rules/index.ts';
import { removableContent } from '../rules/removable.ts';
import type { Rule } from '../rules/rule.ts';
import { scan } from '../scan/scan.ts';
import { UsageError } from '../errors.ts';
import { exitCodes } from './errors.ts';
import { selectRules, toReportOptions, toScanOptions } from './options.ts';
import type { ScanArgs } from './options.ts';
import { writeFile, writeStdout } from './output.ts';
import { createProgress } from './progress.ts';
import { tool } from './tool.ts';

/** Returns the exit code. */
export async function runScan(args: ScanArgs): Promise<number> {
  const selected = selectRules(args.rules);
  const reporter = await reporterNamed(args.format);
  if (reporter === undefined) throw new UsageError(`there is no format "${args.format}"`);
  const options = toReportOptions(args);
  const report = judged(await measure(args), selected, args.ignore);
  await print(reporter.report(report, options), args.output);
  // Tables and JSON carry the notices themselves.
  if (reporter.name === 'du' && !args.quiet) warn(report.snapshot);
  return args.exitZero ? exitCodes.fine : exitCodeOf(report.findings, args.failOn);
}

export type SnapshotArgs = Pick<
  ScanArgs,
  'artifact' | 'output' | 'include' | 'exclude' | 'maxWindow' | 'maxEntries' | 'maxUnpacked' | 'progress' | 'quiet'
>;

/** Returns the exit code. */
export async function runSnapshot(args: SnapshotArgs): Promise<number> {
  const snapshot = await measure({ ...args, digests: 'all' });
  await print(snapshotReporter.report(judged(snapshot, rules, []), noOptions), args.output);
  if (!args.quiet && args.output !== undefined) warn(snapshot);
  return exitCodes.fine;
}

/** JSON takes no options. */
const noOptions = {
  units: 'bytes',
  size: 'content',
  sort: 'size',
  depth: 0,
  top: 0,
  width: 80,
  color: false,
  verbose: false,
} as const;

async function measure(args: SnapshotArgs & Pick<ScanArgs, 'digests'>): Promise<Snapshot> {
  const shown = args.progress && !args.quiet && process.stderr.isTTY;
  const progress = createProgress('reading', null, shown);
  try {
    const options = { ...toScanOptions(args), onProgress: (bytes: number) => progress.update(bytes) };
    return selectEntries(await scan(args.artifact, options), args.include, args.exclude);
  } finally {
    progress.done();
  }
}

function judged(snapshot: Snapshot, selected: readonly Rule[], ignores: readonly string[]): ScanReport {
  const ids = new Set(rules.map(({ id }) => id));
  const findings = ignoreClaims(judge(snapshot, selected), ignores, ids);
  return { tool, snapshot, tree: rollup(snapshot), findings, removable: removableContent(snapshot, findings) };
}

async function print(pieces: Iterable<string>, output: string | undefined): Promise<void> {
  if (output === undefined || output === '-') await writeStdout(pieces);
  else writeFile(output, pieces);
}

function warn(snapshot: Snapshot): void {
  for (const { path, message } of snapshot.notices) {
    const where = path === null ? '' : `${terminalName(path)}: `;
    process.stderr.write(`${inertLine(`sizecheck: warning: ${where}${terminalText(message)}`)}\n`);
  }
}

function exitCodeOf(findings: readonly Finding[], failOn: ScanArgs['failOn']): number {
  if (failOn === 'none') return exitCodes.fine;
  const limit = rank(failOn);
  return findings.some(({ severity }) => rank(severity) <= limit) ? exitCodes.violated : exitCodes.fine;
}
