// `scan` and `snapshot`: measure, judge, print.
import { sectionRollup } from '../compare/section-rollup.ts';
import { rollup } from '../compare/rollup.ts';
import type { Finding } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { ignoreClaims } from '../policy/select.ts';
import { snapshotJson } from '../report/json/scan.ts';
import { reporterNamed } from '../report/index.ts';
import type { ScanReport } from '../report/reporter.ts';
import { judge, rank, ruleIds, rules } from '../rules/index.ts';
import { removableContent } from '../rules/removable.ts';
import type { Rule } from '../rules/rule.ts';
import { UsageError } from '../errors.ts';
import { exitCodes } from './errors.ts';
import { measure, warn } from './measure.ts';
import { selectRules, toReportOptions } from './options.ts';
import type { InputValues, ScanValues } from './options.ts';
import { print } from './output.ts';
import { tool } from './tool.ts';

/** Returns the exit code. */
export async function runScan(artifact: string, values: ScanValues): Promise<number> {
  const selected = selectRules(values.rules);
  const name = values.json ? 'json' : values.format;
  const options = toReportOptions(values);
  // Loaded while the decoder starts up.
  const loading = reporterNamed(name, 'scan');
  const thoroughness = {
    digests: values.digests,
    compressDebug: values.sections,
    stored: values.size === 'compressed' || values.verbose || name === 'snapshot',
    facts: name === 'snapshot' || values.sections ? 'all' : 'needed',
  } as const;
  const snapshot = await measure(artifact, values, thoroughness);
  if (values.size === 'compressed' && snapshot.overhead === undefined) throw untold(snapshot);
  const reporter = await loading;
  if (reporter === null) throw new UsageError(`there is no format "${name}"`);
  const judgement = judged(snapshot, selected, values.ignore);
  const report = values.sections ? { ...judgement, sections: sectionRollup(snapshot) } : judgement;
  await print(reporter(report, options), values.output);
  // Tables and JSON carry the notices themselves.
  if (name === 'du' && !values.quiet) warn(snapshot);
  return values['exit-zero'] ? exitCodes.fine : exitCodeOf(report.findings, values['fail-on']);
}

/** Returns the exit code. */
export async function runSnapshot(artifact: string, values: InputValues): Promise<number> {
  const snapshot = await measure(artifact, values, { digests: 'all', facts: 'all', stored: true });
  await print(snapshotJson(judged(snapshot, rules, [])), values.output);
  if (!values.quiet && values.output !== undefined) warn(snapshot);
  return exitCodes.fine;
}

function untold({ artifact: { format, codecs }, totals }: Snapshot): UsageError {
  if (totals.compressed === null) {
    return new UsageError('--size compressed needs an archive: the files of a directory are not compressed yet');
  }
  const nested = codecs.length > 0 && format !== 'tar' ? ` of a ${format} in ${codecs.join(' in ')}` : '';
  const hint = nested === '' ? ': the snapshot was saved without them; save it again' : '';
  return new UsageError(
    `--size compressed needs the compressed bytes of each file, which are not known${nested}${hint}`,
  );
}

function judged(snapshot: Snapshot, selected: readonly Rule[], ignores: readonly string[]): ScanReport {
  const findings = ignoreClaims(judge(snapshot, selected), ignores, new Set(ruleIds));
  return { tool, snapshot, tree: rollup(snapshot), findings, removable: removableContent(snapshot, findings) };
}

function exitCodeOf(findings: readonly Finding[], failOn: ScanValues['fail-on']): number {
  if (failOn === 'none') return exitCodes.fine;
  const limit = rank(failOn);
  return findings.some(({ severity }) => rank(severity) <= limit) ? exitCodes.violated : exitCodes.fine;
}
