// From what was measured to the gate. Pure: the same figures, budgets and day give the same verdicts.
import { nameFromText } from '../model/name.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Gate } from '../model/verdict.ts';
import { canonicalText } from '../codecs/compress.ts';
import { doubtOfRule } from '../rules/index.ts';
import { isMember } from './budgets.ts';
import type { ArtifactBudget, Budgets, GroupBudget } from './budgets.ts';
import type { Baseline, Evidence, Measured, Unmeasured } from './evidence.ts';
import { doubtOfContent, doubtOfLength, doubtOfSizes } from './doubts.ts';
import { contributorsToCompressed, contributorsToContent, largest } from './contributors.ts';
import { growthLimits, growthVerdicts } from './growth-verdicts.ts';
import { doubtOfBase, imageLimits, imageVerdicts } from './image-verdicts.ts';
import type { Limit } from './limits.ts';
import { pathVerdicts } from './path-verdicts.ts';
import { ignoreVerdicts, ruleVerdicts, unknownRuleVerdicts } from './rule-verdicts.ts';
import { judgeLimit, notKnown, notThere, rankVerdicts, worst } from './verdicts.ts';
import type { Figure, Ranked, Subject } from './verdicts.ts';

/** What `evaluate` makes of a run, and what of the budgets file it had to leave out. */
export interface Evaluation {
  readonly gate: Gate;
  /** Groups with members that were not asked for: they are not judged. */
  readonly skippedGroups: readonly string[];
}

/** Judges what was measured: one verdict a limit. What could not be measured is `unknown` and never passes. */
export function evaluate(budgets: Budgets, evidence: Evidence): Evaluation {
  const { measured, unmeasured, partial = [] } = evidence;
  const asked = new Set([...measured, ...unmeasured].map(({ budget }) => budget));
  const judgeable = new Set(
    budgets.groups.filter((group) =>
      membersOf(group, budgets.artifacts).every((one) => asked.has(one) && !partial.includes(one)),
    ),
  );
  const ranked = [
    ...budgets.artifacts.flatMap((budget) => [
      ...measured.filter((one) => one.budget === budget).flatMap((one) => artifactVerdicts(one, budgets)),
      ...unmeasured.filter((one) => one.budget === budget).flatMap((one) => unmeasuredVerdicts(one, budgets)),
    ]),
    ...budgets.groups.flatMap((group) =>
      judgeable.has(group) ? groupVerdicts(group, evidence) : skippedVerdicts(group),
    ),
    // What was not seen may hold what an ignore is for.
    ...ignoreVerdicts(
      budgets.ignore,
      evidence,
      measured.every((one) => doubtOfRules(one) === null),
    ),
  ];
  const verdicts = rankVerdicts(ranked);
  return {
    gate: { status: worst(verdicts.map(({ status }) => status)), verdicts },
    skippedGroups: budgets.groups.filter((group) => !judgeable.has(group)).map(({ name }) => name),
  };
}

const noBaseline: Baseline = { kind: 'missing', reason: 'no baseline was given' };

function artifactVerdicts(one: Measured, budgets: Budgets): Ranked[] {
  const { name, budget, snapshot, judged, baseline = noBaseline } = one;
  const doubt = doubtOfWhole(snapshot);
  const subject = { artifact: name, why: budget.reason };
  const { compressed, uncompressed, growth, compressedGrowth } = budget;
  return [
    ...limited({ ...subject, measure: 'compressed' }, compressed, () => ({
      ...compressedFigure(one),
      // Of a part, too, it is that of the whole file.
      doubt: doubtOfLength(snapshot),
      top: contributorsToCompressed(snapshot),
    })),
    ...limited({ ...subject, measure: 'uncompressed' }, uncompressed, () => ({
      actual: snapshot.totals.content,
      remark: null,
      doubt,
      top: contributorsToContent(snapshot),
    })),
    ...growthVerdicts(subject, 'content', growth, baseline, doubt),
    ...growthVerdicts(subject, 'compressed', compressedGrowth, baseline, doubtOfCompressed(one)),
    ...pathVerdicts(subject, budget.paths, snapshot, doubt),
    ...(budget.image === undefined
      ? []
      : imageVerdicts(subject, budget.image, snapshot, baseline, doubtAboveBase(one))),
    ...ruleVerdicts(name, budgets.rules, judged.findings, (rule) => doubtOfRules(one) ?? doubtOfRule(rule, snapshot)),
  ];
}

function limited(subject: Subject, limit: Limit | null, figure: () => Figure): Ranked[] {
  return limit === null ? [] : [judgeLimit(subject, limit, figure())];
}

/** The compressed size that a budget is on, or why there is none; a snapshot of a directory may have been packed otherwise. */
export function compressedFigure({ snapshot, budget }: Pick<Measured, 'snapshot' | 'budget'>): {
  readonly actual: number | null;
  readonly remark: string | null;
} {
  const actual = snapshot.totals.compressed;
  const how = budget.compressWith?.text ?? null;
  const { packedWith } = snapshot.artifact;
  const wanted = budget.compressWith === null ? packedWith : canonicalText(budget.compressWith);
  if (packedWith !== undefined && wanted !== packedWith) {
    return { actual: null, remark: `its snapshot was packed with ${packedWith}, and the limit is on ${wanted}` };
  }
  if (actual !== null) {
    return {
      actual,
      remark: packedWith === undefined ? null : `packed as tar, ${packedWith}`,
    };
  }
  const remark =
    snapshot.image !== undefined
      ? 'a directory with an image has no compressed size: limit "fullPull" (--max-full-pull), the compressed bytes of its layers, or "pull", those of new ones'
      : how === null
        ? 'a directory has no compressed size; say how to compress it with --compress-with, as in --compress-with zstd:19'
        : `a snapshot of a directory cannot be compressed; save it with --compress-with ${how}, or measure the directory itself`;
  return { actual, remark };
}

/** Why the length of the artifact's file is not known, or not certain; null where it is. */
function doubtOfCompressed(one: Measured): string | null {
  const { actual, remark } = compressedFigure(one);
  return actual === null ? remark : doubtOfLength(one.snapshot);
}

function unmeasuredVerdicts({ budget, kind, reason }: Unmeasured, budgets: Budgets): Ranked[] {
  const subject = { artifact: budget.name, why: budget.reason };
  const { compressed, uncompressed, growth, compressedGrowth, paths } = budget;
  const limits: (readonly [Subject, Limit | null])[] = [
    [{ ...subject, measure: 'compressed' }, compressed],
    [{ ...subject, measure: 'uncompressed' }, uncompressed],
    ...[...growthLimits('content', growth), ...growthLimits('compressed', compressedGrowth)].map(
      ([measure, limit]) => [{ ...subject, measure }, limit] as const,
    ),
    ...imageLimitsOf(budget).map(([measure, limit]) => [{ ...subject, measure }, limit] as const),
    ...paths.flatMap(({ match, max, total }) =>
      [max, total].map((limit) => [{ ...subject, measure: 'path', path: match.pattern }, limit] as const),
    ),
  ];
  const verdict = kind === 'absent' ? notThere : notKnown;
  const ranked = limits.flatMap(([about, limit]) => (limit === null ? [] : [verdict(about, limit, reason)]));
  return kind === 'absent' ? ranked : [...ranked, ...unknownRuleVerdicts(budget.name, budgets.rules, reason)];
}

function imageLimitsOf({ image }: ArtifactBudget): ReturnType<typeof imageLimits> {
  return image === undefined ? [] : imageLimits(image);
}

function membersOf(group: GroupBudget, artifacts: readonly ArtifactBudget[]): ArtifactBudget[] {
  return artifacts.filter(({ name }) => group.members.some((glob) => isMember(glob, name)));
}

/** Limits on the sum over artifacts, each once however many budgets cover it; what is optional and not there counts 0. */
function groupVerdicts(group: GroupBudget, { measured, unmeasured }: Evidence): Ranked[] {
  const isIn = ({ budget }: { readonly budget: ArtifactBudget }): boolean =>
    group.members.some((glob) => isMember(glob, budget.name));
  const members = measured.filter(isIn);
  const broken = unmeasured.find((one) => one.kind === 'broken' && isIn(one));
  return (['compressed', 'uncompressed'] as const).flatMap((measure) => {
    const limit = group[measure];
    const subject: Subject = { artifact: group.name, measure, why: group.reason };
    if (limit === null) return [];
    const parts = eachOnce(members, measure).map((one) => ({
      one,
      bytes: measure === 'compressed' ? compressedFigure(one).actual : one.snapshot.totals.content,
    }));
    const doubts = parts.flatMap(({ one, bytes }) => {
      const doubt = measure === 'compressed' ? doubtOfLength(one.snapshot) : doubtOfWhole(one.snapshot);
      const why = bytes === null ? compressedFigure(one).remark : doubt;
      return why === null ? [] : [`"${one.name}": ${why}`];
    });
    if (broken !== undefined) doubts.unshift(`"${broken.budget.name}" was not measured: ${broken.reason}`);
    const doubt = doubts[0] ?? null;
    const actual = parts.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
    const top = largest(parts.map(({ one, bytes }) => ({ path: nameFromText(one.name), bytes: bytes ?? 0 })));
    const remark = members.length === 0 ? 'none of its members is there' : null;
    return [judgeLimit(subject, limit, { actual, remark, doubt, top })];
  });
}

/** They hold of what was asked for, and say that they do not hold of more. */
function skippedVerdicts({ name, reason: why, compressed, uncompressed }: GroupBudget): Ranked[] {
  const reason = 'it is not judged: not all of its members are given';
  const limits = [
    ['compressed', compressed],
    ['uncompressed', uncompressed],
  ] as const;
  return limits.flatMap(([measure, limit]) =>
    limit === null ? [] : [notThere({ artifact: name, measure, why }, limit, reason)],
  );
}

/** Of those that are one file the first. A directory packed in two ways is two downloads. */
function eachOnce(members: readonly Measured[], measure: 'compressed' | 'uncompressed'): Measured[] {
  const seen = new Set<string>();
  return members.filter(({ identity, budget, snapshot }) => {
    const isPacked = measure === 'compressed' && snapshot.artifact.format === 'directory';
    const how = isPacked ? (budget.compressWith?.text ?? '') : '';
    // The images of one file are different contents, and one download.
    const { name, platform } = (measure === 'uncompressed' ? budget.choice : undefined) ?? {
      name: null,
      platform: null,
    };
    const key = JSON.stringify([how, identity, name, platform]);
    return !seen.has(key) && seen.add(key);
  });
}

/** Why it is not certain what the artifact holds: a limit on a part would hold on what was not selected. Null where it is. */
function doubtOfWhole(snapshot: Snapshot): string | null {
  return (
    doubtOfSizes(snapshot) ??
    (snapshot.isPart === true ? 'it is a snapshot of a part (--include, --exclude or --layer)' : null)
  );
}

function doubtAboveBase({ budget: { image }, snapshot }: Measured): string | null {
  return doubtOfWhole(snapshot) ?? (image === undefined ? null : doubtOfBase(image, snapshot));
}

/** Why it is not certain what rules find. */
function doubtOfRules(one: Measured): string | null {
  return doubtAboveBase(one) ?? doubtOfContent(one.snapshot);
}
