// `fix ARTIFACT`: judge, plan, and with --apply carry the plan out on a copy. The artifact stays as it is unless --in-place is given,
// and even then it is replaced in one step by a copy that was proven.
import { parseSize } from '../../bytes/size.ts';
import { OutputError, UsageError } from '../../errors.ts';
import { openArtifact } from '../../formats/open.ts';
import { planFix } from '../../fix/plan.ts';
import { runFix } from '../../fix/run.ts';
import type { FixRun } from '../../fix/run.ts';
import { findStrip } from '../../fix/strip-tool.ts';
import { findTangles } from '../../fix/tangles.ts';
import type { Tangles } from '../../fix/tangles.ts';
import type { Finding } from '../../model/finding.ts';
import type { Fix, FixPlan } from '../../model/fix.ts';
import { linkLossOf, packedDirectory } from '../../model/link-loss.ts';
import type { Name } from '../../model/name.ts';
import { idleIgnores, ignoreClaims, parseIgnores } from '../../policy/select.ts';
import { reporterNamed } from '../../report/index.ts';
import { countedRules, judge, ruleIds, rules } from '../../rules/index.ts';
import { looksLikeSnapshot } from '../../scan/snapshot-file.ts';
import { exitCodes, warnLine } from '../errors.ts';
import { formatOf } from '../options/format.ts';
import { exactSavings } from './fix-exact.ts';
import type { FixValues } from '../options/fix.ts';
import { compressionOf, outOf } from './fix-result.ts';
import { measure, warnOfIdle } from '../measuring/measure.ts';
import { selectRules, toReportOptions, toScanOptions } from '../options/shared.ts';
import type { InputValues, Thoroughness } from '../options/shared.ts';
import { print, trackUnfinished } from '../output/streams.ts';
import { createProgress } from '../output/progress.ts';
import { tool } from '../tool.ts';

const fixable = new Set(['directory', 'tar', 'zip']);

/** Returns the exit code: 1 where the result is not what was promised. */
export async function runFixCommand(artifact: string, values: FixValues): Promise<number> {
  const selected = selectRules(values.rules, values.leftovers ? rules : countedRules);
  const ignores = parseIgnores(values.ignore, ruleIds);
  const out = outOf(artifact, values);
  if (values.apply || values.exact) await requireContent(artifact);
  const loading = reporterNamed(formatOf(values), 'fix');
  const strip = findStrip();
  const input: InputValues = { ...values, include: [], exclude: [], 'strip-version': undefined };
  const thoroughness = { digests: 'all', facts: 'needed', stripVersion: strip?.version } as const;
  const before = await measure(artifact, input, thoroughness);
  const { format } = before.artifact;
  if (!fixable.has(format)) throw new UsageError(`fix takes directories, tar and zip archives; this is ${format}`);
  const compression = compressionOf(before.artifact, out, values);
  const judged = judge(before, selected, 'counted');
  const findings = ignoreClaims(judged, ignores);
  const remedies = new Map(rules.map(({ id, remedy }) => [id, remedy]));
  const found = await findTangles(artifact, before, { maxWindow: parseSize(input['max-window']) });
  const tangles: Tangles = (path) => spared.get(path) ?? found(path);
  const spared = values['in-place'] && values.rules === undefined ? sparedFiles(findings) : new Map<Name, string>();
  const planOf = (some: readonly Finding[]): FixPlan =>
    planFix(before, some, { strip, remedyOf: (rule) => remedies.get(rule), tangles });
  const plan = planOf(findings);
  const job = { artifact, input, thoroughness, before, findings, plan, out, replaces: values['in-place'], compression };
  const exact = values.exact ? await withProgress(job, (run) => exactSavings(run, planOf)) : undefined;
  const planned: Fix = {
    artifact: before.artifact,
    before: before.totals,
    plan,
    out,
    inPlace: values['in-place'],
    compression: compression?.text ?? null,
    ...(linkLossOf(before) === 'npm' ? { root: packedDirectory } : {}),
    ...(exact === undefined ? {} : { exact }),
    outcome: null,
  };
  if (!values.quiet)
    warnOfIdle(
      idleIgnores(
        ignores,
        judged,
        selected.map(({ id }) => id),
      ),
    );
  const fix = values.apply ? await apply(job, planned) : planned;
  warnOfRest(fix);
  const reporter = await loading;
  if (reporter === null) throw new UsageError(`there is no format "${values.format}"`);
  const layout = { ...values, size: 'content', sort: 'size', depth: 0, top: 12 } as const;
  try {
    await print(reporter({ tool, fix }, toReportOptions(layout)), values.output);
  } catch (error) {
    // Else it would read as if nothing had been done.
    if (fix.outcome !== null && error instanceof OutputError) error.message += `; the result is in ${out} all the same`;
    throw error;
  }
  return isKept(fix) ? exitCodes.fine : exitCodes.violated;
}

/** Files that nothing touches in place, not even for another rule, with the reason. */
function sparedFiles(findings: readonly Finding[]): Map<Name, string> {
  const reasons = new Map(rules.map(({ id, sparedInPlace }) => [id, sparedInPlace]));
  return new Map(
    findings.flatMap(({ rule, claims }) => {
      const reason = reasons.get(rule);
      return reason === undefined ? [] : claims.map(({ path }) => [path, reason] as const);
    }),
  );
}

function isKept({ plan, outcome }: Fix): boolean {
  if (outcome === null) return true;
  // A rule may achieve more than it promised, where another one does what it could not. Single files must be as planned all the same.
  const isDone = plan.rules.every(({ promised, achieved }) => (achieved ?? 0) >= promised);
  const isWhole = outcome.broken.length === 0 && outcome.leftBehind === null;
  return outcome.achieved === plan.promised && isDone && isWhole;
}

function warnOfRest({ artifact, outcome }: Fix): void {
  const left = outcome?.leftBehind ?? null;
  if (left !== null)
    warnLine(`${artifact.name} is replaced by the result, but what it was cannot be removed and is left in ${left}`);
}

interface Job extends Omit<FixRun, 'scan' | 'onTemporary' | 'onProgress'> {
  readonly input: InputValues;
  readonly thoroughness: Thoroughness;
}

async function apply(job: Job, planned: Fix): Promise<Fix> {
  const { outcome, rules: kept } = await withProgress(job, runFix);
  return { ...planned, plan: { ...planned.plan, rules: kept }, outcome };
}

async function withProgress<Result>(
  { input, thoroughness, ...job }: Job,
  work: (run: FixRun) => Promise<Result>,
): Promise<Result> {
  const shown = input.progress && !input.quiet && process.stderr.isTTY;
  const progress = createProgress('fixing', null, shown);
  try {
    return await work({
      ...job,
      scan: toScanOptions(input, thoroughness),
      onTemporary: trackUnfinished,
      onProgress: (_phase, bytes) => progress.update(bytes),
    });
  } finally {
    progress.done();
  }
}

/** @throws UsageError for a saved snapshot, of which only a plan can be made. */
async function requireContent(artifact: string): Promise<void> {
  const opened = await openArtifact(artifact);
  if (opened.kind === 'directory') return;
  opened.close();
  if (looksLikeSnapshot(opened.input.head)) throw new UsageError('a snapshot holds no content to fix');
}
