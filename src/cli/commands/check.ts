// `check`: measures the artifacts that have budgets, compares them with their baselines, judges, prints.
import { readFileSync } from 'node:fs';
import { parseCompression } from '../../codecs/compress.ts';
import { ConfigError, UsageError, systemCode } from '../../errors.ts';
import type { BudgetChange } from '../../model/budget-change.ts';
import type { CheckedArtifact, Gate } from '../../model/verdict.ts';
import { changesOfBudgets } from '../../policy/budget-changes.ts';
import { readBudgets } from '../../policy/budgets.ts';
import type { ArtifactBudget, Budgets } from '../../policy/budgets.ts';
import { evaluate } from '../../policy/evaluate.ts';
import type { Measured } from '../../policy/evidence.ts';
import { reporterNamed, tellsNotices } from '../../report/index.ts';
import type { Detail } from '../../report/index.ts';
import type { CheckReport } from '../../report/reporter.ts';
import { removableContent } from '../../compare/removable.ts';
import { toPairing } from './diff.ts';
import { exitCodes, warnLine } from '../errors.ts';
import { formatOf, requireShown } from '../options/format.ts';
import { warnOf } from '../measuring/measure.ts';
import { measureTargets } from '../measuring/measure-targets.ts';
import { requireDirectory } from '../measuring/packing.ts';
import type { Run } from '../measuring/measure-targets.ts';
import { toReportOptions } from '../options/shared.ts';
import { print, checkOutput } from '../output/streams.ts';
import type { CheckValues } from '../options/policy.ts';
import { budgetsFromOptions } from '../measuring/limit-options.ts';
import { targetsOf, withBaselines } from '../measuring/targets.ts';
import type { Target, Targets } from '../measuring/targets.ts';
import { appendReport } from '../output/summary.ts';
import { tool } from '../tool.ts';

/** Returns the exit code. */
export async function runCheck(
  artifacts: readonly string[],
  values: CheckValues,
  onArtifact: (name: string) => void,
): Promise<number> {
  const format = formatOf(values);
  // A summary is Markdown, whatever the format.
  if (!values.summary) requireShown('check', format, detailsOf(values));
  const loading = reporterNamed(format, 'check');
  const file = values.budgets ?? 'budgets.json';
  const { budgets, found, changes } = plan(file, artifacts, values, onArtifact);
  const inputs = found.targets.flatMap(({ path, baseline }) => [path, baseline]);
  checkOutput(values.output, [file, values['base-budgets'], values['dive-ci'], ...inputs]);
  const today = new Date().toISOString().slice(0, 10);
  const run: Run = { values, budgets, onArtifact, today, pairing: toPairing(values) };
  const { measured, broken: unread } = await measureTargets(found.targets, run);
  const broken = [...(found.missing ?? []), ...unread];
  // Of nothing that was measured a table would say no more than the error does; a report that is kept still says what is not known.
  const fault = measured.length > 0 ? undefined : broken[0];
  if (fault !== undefined) onArtifact(fault.path);
  if (fault !== undefined && format === 'table' && !values.summary) throw fault.error;
  // Known of what could be read.
  if (values['compress-with'] !== undefined && broken.length === 0 && measured.length > 0)
    requireDirectory(found.targets.flatMap(packable));
  const evidence = {
    measured,
    unmeasured: [...found.absent, ...broken],
    file,
    today,
    complete: found.complete,
    partial: found.partial,
  };
  const { gate, skippedGroups } = evaluate(budgets, evidence);
  const reporter = await loading;
  if (reporter === null) throw new UsageError(`there is no format "${format}" for check`);
  const report = { tool, gate, artifacts: measured.map(checked), ...changes };
  const options = toReportOptions({ ...values, size: 'content', sort: 'size', depth: 99 });
  await print(reporter(report, options), values.output);
  if (values.summary) await appendReport(report, options);
  if (!values.quiet) {
    if (!tellsNotices(format)) for (const { name, notices } of report.artifacts) warnOf(name, notices);
    for (const name of skippedGroups) warnLine(`group "${name}" is not judged: not all of its members are given`);
  }
  if (fault !== undefined) throw fault.error;
  return exitCodeOf(gate, values['exit-zero']);
}

/** The budgets, and what they are for. */
function plan(
  file: string,
  artifacts: readonly string[],
  values: CheckValues,
  onArtifact: (name: string) => void,
): { readonly budgets: Budgets; readonly found: Targets; readonly changes: Pick<CheckReport, 'budgetChanges'> } {
  const given = budgetsFromOptions(values, artifacts);
  if (given !== null && values.budgets !== undefined) {
    throw new UsageError('limits come from --budgets or from --max-… options, not from both');
  }
  const base = values['base-budgets'];
  if (given !== null && base !== undefined)
    throw new UsageError('--base-budgets is for limits of a budgets file, not for --max-… options');
  if (given === null) onArtifact(file);
  const own = given ?? readBudgetsFile(file, values.budgets === undefined);
  const changes = base === undefined ? {} : { budgetChanges: changesSince(base, own, values.quiet, onArtifact) };
  if (given === null) onArtifact(file);
  const budgets = withCompression(own, values['compress-with']);
  const found =
    given === null
      ? targetsOf(file, budgets, artifacts)
      : { targets: budgets.artifacts.map(targetByItself), absent: [], complete: true };
  return { budgets, found: withBaselines(found, values.baseline), changes };
}

function detailsOf(values: CheckValues): Partial<Record<Detail, boolean>> {
  return { '--by package': values.by === 'package', '--base-budgets': values['base-budgets'] !== undefined };
}

const noBudgets: Budgets = { artifacts: [], groups: [], rules: new Map(), ignore: [] };

/** null, and a warning, where it is no budgets file: the change may be the one that mends it. */
function changesSince(
  base: string,
  budgets: Budgets,
  isQuiet: boolean,
  onArtifact: (name: string) => void,
): BudgetChange[] | null {
  onArtifact(base);
  const bytes = readConfig(base, '');
  // Empty where there was none.
  if (bytes.length === 0) return changesOfBudgets(noBudgets, budgets);
  try {
    return changesOfBudgets(readBudgets(bytes).budgets, budgets);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (!isQuiet) warnLine(`${base}: ${error.message}`);
    return null;
  }
}

/** What is packed where it is a directory: the baseline, too, where its compressed size counts. */
function packable({ path, baseline, budget }: Target): string[] {
  return baseline === null || budget.compressedGrowth === undefined ? [path] : [path, baseline];
}

function targetByItself(budget: ArtifactBudget): Target {
  return { name: budget.name, path: budget.path, budget, baseline: null };
}

function readBudgetsFile(file: string, isDefault: boolean): Budgets {
  const hint = isDefault ? '; make it with "sizecheck init", or give limits such as --max-compressed' : '';
  return readBudgets(readConfig(file, hint)).budgets;
}

/** @param hint for a file that is not there. @throws ConfigError */
function readConfig(file: string, hint: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = systemCode(error);
    throw new ConfigError(`cannot be read (${code})${code === 'ENOENT' ? hint : ''}`, { cause: error });
  }
}

/** `--compress-with` stands before what the file says. */
function withCompression(budgets: Budgets, text: string | undefined): Budgets {
  if (text === undefined) return budgets;
  const compressWith = parseCompression(text);
  return { ...budgets, artifacts: budgets.artifacts.map((budget) => ({ ...budget, compressWith })) };
}

function checked({ name, snapshot, judged, baseline }: Measured): CheckedArtifact {
  return {
    name,
    artifact: snapshot.artifact,
    totals: snapshot.totals,
    diff: baseline?.kind === 'diff' ? baseline.diff : null,
    findings: judged.findings,
    removable: removableContent(snapshot, judged.findings),
    notices: snapshot.notices,
  };
}

/** What is unknown could not be measured, which `--exit-zero` does not forgive, not even beside what it forgives. */
function exitCodeOf({ status, verdicts }: Gate, exitZero: boolean): number {
  if (status === 'fail' && !exitZero) return exitCodes.violated;
  return verdicts.some((verdict) => verdict.status === 'unknown') ? exitCodes.failed : exitCodes.fine;
}
