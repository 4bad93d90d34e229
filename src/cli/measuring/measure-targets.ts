// Measures what a gate judges: each artifact beside its baseline. What is wrong with one of them does not hide the others.
import { lstatSync } from 'node:fs';
import { diffSnapshots } from '../../compare/diff.ts';
import type { DiffOptions, Judged } from '../../compare/diff.ts';
import { FormatError, InputError, SizecheckError, UsageError } from '../../errors.ts';
import type { Diff } from '../../model/diff.ts';
import { spellBytes } from '../../model/json-name.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { isMember } from '../../policy/budgets.ts';
import type { Budgets } from '../../policy/budgets.ts';
import type { Baseline, Measured } from '../../policy/evidence.ts';
import { claimsAboveBase, withoutHiddenBase } from '../../policy/image-verdicts.ts';
import { ofPart } from '../../policy/part.ts';
import { judgeByPolicy, namedRules, rulesOf } from '../../policy/severities.ts';
import type { JudgedByPolicy } from '../../policy/severities.ts';
import { judge, needsOf } from '../../rules/index.ts';
import type { CheckValues } from '../options/policy.ts';
import { warnLine } from '../errors.ts';
import { checkImageChoice, chosenImage, measure, withoutCharges } from './measure.ts';
import { hasPackages, withPackages } from './packages.ts';
import { isDirectoryOnDisk, packedSnapshot } from './packing.ts';
import { identityOf } from './targets.ts';
import type { Broken, Target } from './targets.ts';

/** What one run is made with. */
export interface Run {
  readonly values: CheckValues;
  readonly budgets: Budgets;
  /** How paths pair up with those of the baseline. */
  readonly pairing: Pick<DiffOptions, 'stripComponents' | 'maps'>;
  /** ISO date, UTC. */
  readonly today: string;
  readonly onArtifact: (name: string) => void;
}

/** One broken artifact does not hide what is wrong with the others: its limits are unknown. */
export async function measureTargets(
  targets: readonly Target[],
  run: Run,
): Promise<{ readonly measured: Measured[]; readonly broken: Broken[] }> {
  const measured: Measured[] = [];
  const broken: Broken[] = [];
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
  if (measured.length > 0 && broken.length === 0)
    checkImageChoice(
      measured.map(({ snapshot }) => snapshot),
      run.values,
    );
  return { measured, broken };
}

async function measureTarget(target: Target, run: Run): Promise<Measured> {
  const { name, path, budget, baseline } = target;
  const { values } = run;
  const options = { ...values, ...chosenImage(budget, values), include: [], exclude: [] };
  // What is large may compress to nothing, so what a limit on the file itself names goes by the bytes of that, and so does what changed.
  const stored =
    budget.compressed !== null ||
    budget.compressedGrowth !== undefined ||
    budget.paths.some(({ compressed }) => compressed);
  const packages = values.by === 'package' && baseline !== null;
  const needs = needsOf(namedRules(run.budgets));
  const thoroughness = { facts: 'needed', stored: stored || needs.stored, sample: needs.sample, packages } as const;
  const told = (one: Snapshot): Snapshot => (stored ? one : withoutCharges(one));
  // Both are read side by side; only one draws its progress.
  const [after, before] = await Promise.allSettled([
    measure(path, options, { digests: baseline === null ? 'compare' : 'all', ...thoroughness }, 'some').then(told),
    baseline === null
      ? null
      : measure(baseline, { ...options, progress: false }, { digests: 'all', ...thoroughness }, 'some')
          .then(told)
          .then((one) => packedBaseline(baseline, one, target, run)),
  ]);
  if (after.status === 'rejected') throw after.reason;
  if (budget.choice !== undefined && after.value.image === undefined)
    throw new FormatError('no-image', 'is no image, and "image" and "platform" of its budget choose one');
  const snapshot = await packed(path, after.value, target, run);
  const judged = judgedOf(snapshot, target, run);
  return {
    name,
    budget,
    identity: identityOf(path),
    snapshot,
    judged,
    baseline: compared(target, before, { snapshot, findings: judged.findings }, run),
  };
}

/** Old and new alike: what only one of them leaves out would be told as fixed, or hide what is new. */
function judgedOf(snapshot: Snapshot, { budget }: Target, { budgets, today }: Run): JudgedByPolicy {
  const base = budget.image?.baseLayers ?? 0;
  const found = judge(withoutHiddenBase(snapshot, base), rulesOf(budgets), 'counted');
  const findings = claimsAboveBase(snapshot.isPart === true ? ofPart(found) : found, snapshot, base);
  return judgeByPolicy(findings, budgets, today);
}

/** A directory gets the size that it has when it is packed; what cannot be read meanwhile is a notice like any other. */
async function packed(
  path: string,
  snapshot: Snapshot,
  { budget }: Target,
  { values, budgets }: Run,
): Promise<Snapshot> {
  const how = budget.compressWith;
  const wanted =
    budget.compressed !== null ||
    budget.compressedGrowth !== undefined ||
    budgets.groups.some(
      (group) => group.compressed !== null && group.members.some((glob) => isMember(glob, budget.name)),
    );
  // An OCI layout is a directory, too, but what would be packed is not what it weighs.
  if (how === null || !wanted || snapshot.image !== undefined || !isDirectoryOnDisk(path)) return snapshot;
  return packedSnapshot(path, snapshot, how, values);
}

/** Packed alike, where what the file grew by is limited. */
async function packedBaseline(path: string, snapshot: Snapshot, target: Target, run: Run): Promise<Snapshot> {
  if (target.budget.compressedGrowth === undefined) return snapshot;
  return packed(path, snapshot, target, { ...run, values: { ...run.values, progress: false } });
}

/** @throws what is no fault of the baseline. */
function compared(target: Target, old: PromiseSettledResult<Snapshot | null>, after: Judged, run: Run): Baseline {
  const { baseline, budget } = target;
  const { values, pairing, onArtifact } = run;
  if (old.status === 'rejected') {
    const error: unknown = old.reason;
    if (error instanceof UsageError) onArtifact(baseline ?? '');
    if (!(error instanceof SizecheckError) || error instanceof UsageError) throw error;
    const absent = error instanceof InputError && error.code === 'not-found';
    // What a symlink leads to may be missing for other reasons than a first run.
    const dangling = absent && isSymlink(baseline ?? '');
    const missing = absent && !dangling;
    const what = dangling ? 'is a symlink that leads nowhere' : missing ? 'does not exist' : describe(error);
    const reason = `the baseline "${baseline ?? ''}" ${what}`;
    if (!limitsGrowth(budget) && !values.quiet) warnLine(`${reason}; there is nothing to compare with`);
    return { kind: missing ? 'missing' : 'unusable', reason };
  }
  if (old.value === null) {
    return { kind: 'missing', reason: 'no baseline is named; give --baseline OLD, or "baseline" in the budgets file' };
  }
  if (old.value.isPart === true && after.snapshot.isPart !== true) {
    const reason = `the baseline "${baseline ?? ''}" is a snapshot of a part (--include, --exclude or --layer)`;
    if (!limitsGrowth(budget) && !values.quiet) warnLine(`${reason}; it is not compared`);
    return { kind: 'unusable', reason };
  }
  const before = { snapshot: old.value, findings: judgedOf(old.value, target, run).findings };
  const diff = diffSnapshots(before, after, { ...pairing, sections: false });
  return { kind: 'diff', diff: detailed(diff, target, old.value, after.snapshot, values), notices: old.value.notices };
}

/** With its packages where these are asked for; a gate does not fail for how its comment looks. */
function detailed(
  diff: Diff,
  { path, baseline }: Target,
  before: Snapshot,
  after: Snapshot,
  { by, quiet }: Run['values'],
): Diff {
  if (by !== 'package') return diff;
  const without = hasPackages(before) ? (hasPackages(after) ? null : path) : baseline;
  if (!quiet && without !== null)
    warnLine(`"${without}" was saved without packages: what changed is shown by directory`);
  return withPackages(diff, before, after);
}

/** Then a verdict says what is wrong with the baseline. */
function limitsGrowth({ growth, compressedGrowth }: Target['budget']): boolean {
  return growth !== null || compressedGrowth !== undefined;
}

function isSymlink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** The message with its place, without the artifact. */
function describe({ message, path, offset }: SizecheckError): string {
  const where = path === undefined ? '' : `${spellBytes(path)}: `;
  return `${where}${message}${offset === undefined ? '' : ` (at byte ${offset})`}`;
}
