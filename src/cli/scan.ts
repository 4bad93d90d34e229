// `scan` and `snapshot`: measure, judge, print.
import { rollup } from '../compare/rollup.ts';
import type { Finding } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { ignoreClaims, selectEntries } from '../policy/select.ts';
import { inertLine, terminalName, terminalText } from '../report/escape.ts';
import { snapshotReporter } from '../report/json.ts';
import { reporterNamed } from '../report/index.ts';
import type { ScanReport } from '../report/reporter.ts';
import { judge, rank, ruleIds, rules } from '../rules/index.ts';
import { removableContent } from '../rules/removable.ts';
import type { Rule } from '../rules/rule.ts';
import { scan } from '../scan/scan.ts';
import type { ScanOptions } from '../scan/scan.ts';
import { UsageError } from '../errors.ts';
import { exitCodes } from './errors.ts';
import { selectRules, toReportOptions, toScanOptions } from './options.ts';
import type { InputValues, ScanValues } from './options.ts';
import { isSameFile, writeFile, writeStdout } from './output.ts';
import { createProgress } from './progress.ts';
import { tool } from './tool.ts';

/** Returns the exit code. */
export async function runScan(artifact: string, values: ScanValues): Promise<number> {
  const selected = selectRules(values.rules);
  const name = values.json ? 'json' : values.format;
  const options = toReportOptions(values);
  // Loaded while the decoder starts up.
  const loading = reporterNamed(name);
  const thoroughness = { digests: values.digests, facts: name === 'snapshot' ? 'all' : 'needed' } as const;
  const snapshot = await measure(artifact, values, thoroughness);
  const reporter = await loading;
  if (reporter === undefined) throw new UsageError(`there is no format "${name}"`);
  const report = judged(snapshot, selected, values.ignore);
  await print(reporter.report(report, options), values.output);
  // Tables and JSON carry the notices themselves.
  if (name === 'du' && !values.quiet) warn(snapshot);
  return values['exit-zero'] ? exitCodes.fine : exitCodeOf(report.findings, values['fail-on']);
}

/** Returns the exit code. */
export async function runSnapshot(artifact: string, values: InputValues): Promise<number> {
  const snapshot = await measure(artifact, values, { digests: 'all', facts: 'all' });
  await print(snapshotReporter.report(judged(snapshot, rules, []), noOptions), values.output);
  if (!values.quiet && values.output !== undefined) warn(snapshot);
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

async function measure(
  artifact: string,
  values: InputValues,
  thoroughness: Pick<ScanOptions, 'digests' | 'facts'>,
): Promise<Snapshot> {
  if (values.output !== undefined && isSameFile(values.output, artifact)) {
    throw new UsageError(`--output names the artifact itself; it would be overwritten`);
  }
  const shown = values.progress && !values.quiet && process.stderr.isTTY;
  const progress = createProgress('reading', null, shown);
  try {
    const options = { ...toScanOptions(values, thoroughness), onProgress: (bytes: number) => progress.update(bytes) };
    return selectEntries(await scan(artifact, options), values.include, values.exclude);
  } finally {
    progress.done();
  }
}

function judged(snapshot: Snapshot, selected: readonly Rule[], ignores: readonly string[]): ScanReport {
  const findings = ignoreClaims(judge(snapshot, selected), ignores, new Set(ruleIds));
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

function exitCodeOf(findings: readonly Finding[], failOn: ScanValues['fail-on']): number {
  if (failOn === 'none') return exitCodes.fine;
  const limit = rank(failOn);
  return findings.some(({ severity }) => rank(severity) <= limit) ? exitCodes.violated : exitCodes.fine;
}
