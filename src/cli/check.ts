// `check`: measures the artifacts that have budgets, compares them with their baselines, judges, prints.
import { readFileSync } from 'node:fs';
import { diffSnapshots } from '../compare/diff.ts';
import { ConfigError, InputError, SizecheckError, UsageError, systemCode } from '../errors.ts';
import { spellBytes } from '../model/json-name.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { CheckedArtifact, VerdictStatus } from '../model/verdict.ts';
import { parseCompression } from '../codecs/compress.ts';
import { isMember, readBudgets } from '../policy/budgets.ts';
import type { ArtifactBudget, Budgets } from '../policy/budgets.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { Baseline, Measured, Unmeasured } from '../policy/evaluate.ts';
import { judgeByPolicy } from '../policy/severities.ts';
import { inertLine, terminalText } from '../report/escape.ts';
import { reporterNamed } from '../report/index.ts';
import { judge } from '../rules/index.ts';
import { removableContent } from '../rules/removable.ts';
import type { CheckValues } from './policy-options.ts';
import { exitCodes } from './errors.ts';
import { measure } from './measure.ts';
import { toReportOptions } from './options.ts';
import { isSameFile, print } from './output.ts';
import { isDirectoryOnDisk, packedTotals } from './packing.ts';
import { budgetsFromOptions, targetsOf, withBaselines } from './targets.ts';
import type { Target, Targets } from './targets.ts';
import { tool } from './tool.ts';

/** What one run is made with. */
interface Run {
  readonly values: CheckValues;
  readonly budgets: Budgets;
  readonly today: string;
  readonly onArtifact: (name: string) => void;
}

/** Returns the exit code. */
export async function runCheck(
  artifacts: readonly string[],
  values: CheckValues,
  onArtifact: (name: string) => void,
): Promise<number> {
  const format = values.json ? 'json' : values.format;
  const loading = reporterNamed(format, 'check');
  const file = values.budgets ?? 'budgets.json';
  const { budgets, found } = plan(file, artifacts, values, onArtifact);
  refuseOverwriting(file, found, values);
  const run: Run = { values, budgets, onArtifact, today: new Date().toISOString().slice(0, 10) };
  const { measured, broken } = await measureAll(found.targets, run);
  const evidence = {
    measured,
    unmeasured: [...found.absent, ...broken],
    file,
    today: run.today,
    complete: found.complete,
  };
  const { gate, skippedGroups } = evaluate(budgets, evidence);
  const reporter = await loading;
  if (reporter === null) throw new UsageError(`there is no format "${format}" for check`);
  const report = { tool, gate, artifacts: measured.map(checked) };
  const options = { ...values, size: 'content', sort: 'size', depth: 99 } as const;
  await print(reporter(report, toReportOptions(options)), values.output);
  if (!values.quiet)
    for (const name of skippedGroups) warn(`group "${name}" is not judged: not all of its members are given`);
  return exitCodeOf(gate.status, values['exit-zero']);
}

/** The budgets, and what they are for. */
function plan(
  file: string,
  artifacts: readonly string[],
  values: CheckValues,
  onArtifact: (name: string) => void,
): { readonly budgets: Budgets; readonly found: Targets } {
  const given = budgetsFromOptions(values, artifacts);
  if (given !== null && values.budgets !== undefined) {
    throw new UsageError('limits come from --budgets or from --max-… options, not from both');
  }
  if (given === null) onArtifact(file);
  const budgets = withCompression(
    given ?? readBudgetsFile(file, values.budgets === undefined),
    values['compress-with'],
  );
  const found =
    given === null
      ? targetsOf(file, budgets, artifacts)
      : { targets: budgets.artifacts.map(targetByItself), absent: [], complete: true };
  return { budgets, found: withBaselines(found, values.baseline) };
}

function targetByItself(budget: ArtifactBudget): Target {
  return { name: budget.name, path: budget.path, budget, baseline: null };
}

function readBudgetsFile(file: string, isDefault: boolean): Budgets {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const code = systemCode(error);
    const hint =
      isDefault && code === 'ENOENT' ? '; make it with "sizecheck init", or give limits such as --max-compressed' : '';
    throw new ConfigError(`cannot be read (${code})${hint}`, { cause: error });
  }
  return readBudgets(bytes).budgets;
}

/** `--compress-with` stands before what the file says. */
function withCompression(budgets: Budgets, text: string | undefined): Budgets {
  if (text === undefined) return budgets;
  const compressWith = parseCompression(text);
  return { ...budgets, artifacts: budgets.artifacts.map((budget) => ({ ...budget, compressWith })) };
}

function refuseOverwriting(file: string, { targets }: Targets, { output }: CheckValues): void {
  if (output === undefined) return;
  const inputs = [file, ...targets.flatMap(({ path, baseline }) => [path, ...(baseline === null ? [] : [baseline])])];
  const hit = inputs.find((path) => isSameFile(output, path));
  if (hit !== undefined) throw new UsageError(`--output names "${hit}", which is read; it would be overwritten`);
}

/**
 * One broken artifact does not hide what is wrong with the others: its limits are unknown.
 * @throws what is wrong with the first, where none could be measured.
 */
async function measureAll(
  targets: readonly Target[],
  run: Run,
): Promise<{ readonly measured: Measured[]; readonly broken: Unmeasured[] }> {
  const measured: Measured[] = [];
  const broken: (Unmeasured & { readonly error: unknown; readonly path: string })[] = [];
  for (const target of targets) {
    run.onArtifact(target.path);
    try {
      measured.push(await measureTarget(target, run));
    } catch (error) {
      if (!(error instanceof SizecheckError) || error instanceof UsageError) throw error;
      const reason = `"${target.path}" ${describe(error)}`;
      broken.push({ budget: target.budget, kind: 'broken', reason, error, path: target.path });
    }
  }
  const [first] = broken;
  if (first !== undefined && measured.length === 0) {
    run.onArtifact(first.path);
    throw first.error;
  }
  return { measured, broken };
}

async function measureTarget(target: Target, run: Run): Promise<Measured> {
  const { name, path, budget } = target;
  const { values, budgets, today } = run;
  const digests = target.baseline === null ? 'auto' : 'all';
  const scanned = await measure(path, { ...values, include: [], exclude: [] }, { digests, facts: 'needed' });
  const snapshot = await packed(scanned, target, run);
  const judged = judgeByPolicy(judge(snapshot), budgets, today);
  const baseline = await compare(target, { snapshot, findings: judged.findings }, run);
  return { name, budget, snapshot, judged, baseline };
}

/** A directory gets the size that it has when it is packed; what cannot be read meanwhile is a notice like any other. */
async function packed(snapshot: Snapshot, { path, budget }: Target, { values, budgets }: Run): Promise<Snapshot> {
  const how = budget.compressWith;
  const wanted =
    budget.compressed !== null ||
    budgets.groups.some(
      (group) => group.compressed !== null && group.members.some((glob) => isMember(glob, budget.name)),
    );
  if (how === null || !wanted || !isDirectoryOnDisk(path)) return snapshot;
  try {
    return { ...snapshot, totals: await packedTotals(path, snapshot, how, values) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const notice = { code: error.code, path: error.path ?? null, message: error.message };
    return { ...snapshot, notices: [...snapshot.notices, notice] };
  }
}

async function compare(target: Target, after: Parameters<typeof diffSnapshots>[1], run: Run): Promise<Baseline> {
  const { baseline, budget } = target;
  const { values, budgets, today } = run;
  if (baseline === null) {
    return { kind: 'missing', reason: 'no baseline is named; give --baseline OLD, or "baseline" in the budgets file' };
  }
  try {
    const old = await measure(baseline, { ...values, include: [], exclude: [] }, { digests: 'all', facts: 'needed' });
    const before = { snapshot: old, findings: judgeByPolicy(judge(old), budgets, today).findings };
    const diff = diffSnapshots(before, after, { stripComponents: 'auto', maps: [], sections: false });
    return { kind: 'diff', diff, notices: old.notices };
  } catch (error) {
    if (!(error instanceof SizecheckError) || error instanceof UsageError) throw error;
    const missing = error instanceof InputError && error.code === 'not-found';
    const reason = missing
      ? `the baseline "${baseline}" does not exist`
      : `the baseline "${baseline}" ${describe(error)}`;
    if (budget.growth === null && !values.quiet) warn(`${reason}; there is nothing to compare with`);
    return { kind: missing ? 'missing' : 'unusable', reason };
  }
}

/** The message with its place, without the artifact. */
function describe({ message, path, offset }: SizecheckError): string {
  const where = path === undefined ? '' : `${spellBytes(path)}: `;
  return `${where}${message}${offset === undefined ? '' : ` (at byte ${offset})`}`;
}

function checked({ name, snapshot, judged, baseline }: Measured): CheckedArtifact {
  return {
    name,
    artifact: snapshot.artifact,
    totals: snapshot.totals,
    diff: baseline.kind === 'diff' ? baseline.diff : null,
    findings: judged.findings,
    removable: removableContent(snapshot, judged.findings),
    notices: snapshot.notices,
  };
}

function warn(message: string): void {
  process.stderr.write(`${inertLine(`sizecheck: warning: ${terminalText(message)}`)}\n`);
}

/** What is unknown could not be measured, which `--exit-zero` does not forgive. */
function exitCodeOf(status: VerdictStatus, exitZero: boolean): number {
  if (status === 'unknown') return exitCodes.failed;
  return status === 'fail' && !exitZero ? exitCodes.violated : exitCodes.fine;
}
