// `fix ARTIFACT`: judge, plan, and with --apply carry the plan out on a copy. The artifact stays as it is unless --in-place is given,
// and even then it is replaced in one step by a copy that was proven.
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseSize } from '../bytes/size.ts';
import { parseCompression } from '../codecs/compress.ts';
import type { Compression } from '../codecs/compress.ts';
import { UsageError } from '../errors.ts';
import { planFix } from '../fix/plan.ts';
import { runFix } from '../fix/run.ts';
import type { FixRun } from '../fix/run.ts';
import { findStrip } from '../fix/strip-tool.ts';
import { findTangles } from '../fix/tangles.ts';
import { defaultStripVersion } from '../inspectors/elf/strip-version.ts';
import type { Finding } from '../model/finding.ts';
import type { Fix, FixPlan } from '../model/fix.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { ignoreClaims } from '../policy/select.ts';
import { reporterNamed } from '../report/index.ts';
import { countedRules, judge, ruleIds, rules } from '../rules/index.ts';
import { exitCodes } from './errors.ts';
import { exactSavings } from './fix-exact.ts';
import type { FixValues } from './fix-options.ts';
import { measure } from './measure.ts';
import { selectRules, toReportOptions, toScanOptions } from './options.ts';
import type { InputValues } from './options.ts';
import { print, trackUnfinished } from './output.ts';
import { createProgress } from './progress.ts';
import { tool } from './tool.ts';

/** Ways to compress by suffix, as strong as is usual for what is shipped. */
const bySuffix: readonly (readonly [pattern: RegExp, compression: string | null])[] = [
  [/\.(?:tar\.gz|tgz)$/, 'gzip:9'],
  [/\.(?:tar\.zst|tzst)$/, 'zstd:19'],
  [/\.tar$/, null],
];

const fixable = new Set(['directory', 'tar', 'zip']);

/** Returns the exit code: 1 where the result is not what was promised. */
export async function runFixCommand(artifact: string, values: FixValues): Promise<number> {
  const selected = selectRules(values.rules, values.leftovers ? rules : countedRules);
  const out = outOf(artifact, values);
  const loading = reporterNamed(values.json ? 'json' : values.format, 'fix');
  const strip = findStrip();
  const input: InputValues = {
    ...values,
    include: [],
    exclude: [],
    'strip-version': strip?.version ?? defaultStripVersion,
  };
  const before = await measure(artifact, input, { digests: 'all', facts: 'needed' });
  const { format } = before.artifact;
  if (!fixable.has(format)) throw new UsageError(`fix takes directories, tar and zip archives; this is ${format}`);
  const findings = ignoreClaims(judge(before, selected, 'counted'), values.ignore, new Set(ruleIds));
  const remedies = new Map(rules.map(({ id, remedy }) => [id, remedy]));
  const tangles = await findTangles(artifact, before, { maxWindow: parseSize(input['max-window']) });
  const planOf = (some: readonly Finding[]): FixPlan =>
    planFix(before, some, { links: format !== 'zip', strip, remedyOf: (rule) => remedies.get(rule), tangles });
  const plan = planOf(findings);
  const compression = format === 'tar' ? compressionFor(before, out, values) : null;
  const job = { artifact, input, before, findings, plan, out, replaces: values['in-place'], compression };
  const exact = values.exact ? await withProgress(job, (run) => exactSavings(run, planOf)) : undefined;
  const planned: Fix = {
    artifact: before.artifact,
    before: before.totals,
    plan,
    out,
    compression: compression?.text ?? null,
    ...(exact === undefined ? {} : { exact }),
    outcome: null,
  };
  const fix = values.apply ? await apply(job, planned) : planned;
  const reporter = await loading;
  if (reporter === null) throw new UsageError(`there is no format "${values.format}"`);
  const layout = { ...values, size: 'content', sort: 'size', depth: 0, top: 12 } as const;
  await print(reporter({ tool, fix }, toReportOptions(layout)), values.output);
  return isKept(fix) ? exitCodes.fine : exitCodes.violated;
}

function isKept({ plan, outcome }: Fix): boolean {
  if (outcome === null) return true;
  return outcome.achieved === plan.promised && plan.rules.every(({ promised, achieved }) => promised === achieved);
}

interface Job extends Omit<FixRun, 'scan' | 'onTemporary' | 'onProgress'> {
  readonly input: InputValues;
}

async function apply(job: Job, planned: Fix): Promise<Fix> {
  const { outcome, rules: kept } = await withProgress(job, runFix);
  return { ...planned, plan: { ...planned.plan, rules: kept }, outcome };
}

async function withProgress<Result>({ input, ...job }: Job, work: (run: FixRun) => Promise<Result>): Promise<Result> {
  const shown = input.progress && !input.quiet && process.stderr.isTTY;
  const progress = createProgress('fixing', null, shown);
  try {
    return await work({
      ...job,
      scan: toScanOptions(input, { digests: 'all', facts: 'needed' }),
      onTemporary: trackUnfinished,
      onProgress: (_phase, bytes) => progress.update(bytes),
    });
  } finally {
    progress.done();
  }
}

/** Where the result goes. @throws UsageError where something is there already that was not said to be replaced. */
function outOf(artifact: string, values: FixValues): string {
  if (artifact === '-') throw new UsageError('fix reads the artifact more than once: give a path, not standard input');
  if (values['in-place']) {
    if (values.out !== undefined) throw new UsageError('--out and --in-place exclude each other');
    // The target of a symlink is replaced, not the link.
    return existsSync(artifact) ? realpathSync(artifact) : artifact;
  }
  if (values.out === undefined && values.apply)
    throw new UsageError('--apply needs --out PATH for the result, or --in-place');
  const out = values.out ?? proposedOut(artifact);
  if (values.out !== undefined && lstatSync(out, { throwIfNoEntry: false }) !== undefined) {
    throw new UsageError(`--out ${out} exists already; fix never overwrites`);
  }
  if (!existsSync(dirname(out))) throw new UsageError(`--out ${out}: there is no directory ${dirname(out)}`);
  if (isInside(dirname(out), artifact)) throw new UsageError(`--out ${out} lies inside the artifact`);
  return out;
}

/** `dist/app.tar.gz` becomes `dist/app-fixed.tar.gz`. */
function proposedOut(artifact: string): string {
  const path = artifact.replace(/\/+$/, '');
  const match = /^(.+?)((?:\.tar)?\.[A-Za-z0-9]+)?$/.exec(basename(path));
  const isDirectory = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const [stem, suffix] = isDirectory || match === null ? [basename(path), ''] : [match[1] ?? '', match[2] ?? ''];
  return join(dirname(path), `${stem}-fixed${suffix}`);
}

function isInside(directory: string, artifact: string): boolean {
  if (!existsSync(artifact)) return false;
  return `${realpathSync(directory)}/`.startsWith(`${realpathSync(artifact)}/`);
}

/** @throws UsageError where the archive's codec has no encoder here and no other is named. */
function compressionFor({ artifact }: Snapshot, out: string, values: FixValues): Compression | null {
  const given = values['compress-with'];
  if (given !== undefined) return parseCompression(given);
  for (const [pattern, text] of bySuffix) if (pattern.test(out)) return text === null ? null : parseCompression(text);
  const [codec] = artifact.codecs;
  if (codec === undefined) return null;
  if (codec === 'gzip') return parseCompression('gzip:9');
  if (codec === 'zstd') return parseCompression('zstd:19');
  throw new UsageError(
    `no encoder for ${codec} is there: name the result .tar.gz or .tar.zst, or give --compress-with`,
  );
}
