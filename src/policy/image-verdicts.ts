// The layers of an image against their limits. What base layers store is left out, but for files that a layer above stores again with
// the same content: those bytes its own instruction could save.
import { wholePulled } from '../compare/image.ts';
import type { Finding } from '../model/finding.ts';
import type { Contributor, Measure } from '../model/verdict.ts';
import type { HiddenFile, ImageLayer, Snapshot } from '../model/snapshot.ts';
import { largest } from './contributors.ts';
import type { Baseline } from './evidence.ts';
import type { DiveLimits, ImageBudget } from './image-limits.ts';
import type { Limit } from './limits.ts';
import { inBaseLayers, withoutOthers } from './part.ts';
import { judgeLeast, judgeLimit, notKnown } from './verdicts.ts';
import type { Figure, Ranked, Subject } from './verdicts.ts';

type About = Omit<Subject, 'measure'>;

/** @param doubt why it is not certain what the layers hold above their base; null where it is. */
export function imageVerdicts(
  about: About,
  budget: ImageBudget,
  snapshot: Snapshot,
  baseline: Baseline,
  doubt: string | null,
): Ranked[] {
  const { image, hidden = [] } = snapshot;
  if (image === undefined)
    return unknownImageVerdicts(about, budget, 'the artifact is no image, or a snapshot without its layers');
  const { baseLayers } = budget;
  const own = image.layers.slice(baseLayers);
  const judged = hidden.filter((file) => isJudged(file, baseLayers));
  const waste = judged.reduce((sum, { size }) => sum + size, 0);
  const content = own.reduce((sum, layer) => sum + layer.content, 0);
  const top = largest(byPath(judged));
  const remark = baseLayers === 0 ? null : `without ${baseLayers} base ${baseLayers === 1 ? 'layer' : 'layers'}`;
  const percent = content > 0 ? (100 * waste) / content : waste === 0 ? 0 : null;
  // Verdicts are ranked by bytes, whatever their limits count.
  const overBytes = Math.max(0, waste - Math.floor((content * (budget.wastePercent?.max ?? 0)) / 100));
  const none = 'the layers hold 0 bytes, of which there is no percentage';
  const limited = (measure: Measure, limit: Limit | null, figure: Figure): Ranked[] =>
    limit === null ? [] : [judgeLimit({ ...about, measure }, limit, { ...figure, doubt })];
  return [
    ...limited('waste', budget.waste, { actual: waste, remark, top }),
    ...limited('waste-percent', budget.wastePercent, {
      actual: percent,
      remark: percent === null ? none : remark,
      top,
      overBytes,
    }),
    ...limited('layers', budget.layers, { actual: own.length, remark, top: [], overBytes: 0 }),
    ...(budget.pull === null ? [] : [pullVerdict(about, budget.pull, baseline, baseLayers, doubt)]),
    ...limited('full-pull', budget.fullPull, pulledFigure(wholePulled(image), baseLayers, remark)),
    ...(budget.dive === null ? [] : diveVerdicts(about, budget.dive, snapshot)),
  ];
}

/** Why it is not certain what of an image is its base; then nothing that leaves the base out can be judged. Null where it is. */
export function doubtOfBase({ baseLayers }: ImageBudget, { image }: Snapshot): string | null {
  const count = image?.layers.length;
  if (count === undefined || count >= baseLayers) return null;
  return `"baseLayers" is ${baseLayers}, and the image has ${count} ${count === 1 ? 'layer' : 'layers'}: not all of them are its base`;
}

/** What rules are to see of an image whose base is left out. */
export function withoutHiddenBase(snapshot: Snapshot, baseLayers: number): Snapshot {
  if (baseLayers === 0 || snapshot.hidden === undefined) return snapshot;
  return { ...snapshot, hidden: snapshot.hidden.filter((file) => isJudged(file, baseLayers)) };
}

/** Findings without the claims on files of base layers. */
export function claimsAboveBase(
  findings: readonly Finding[],
  { entries }: Snapshot,
  baseLayers: number,
): readonly Finding[] {
  if (baseLayers === 0) return findings;
  const base = new Set(
    entries.filter(({ layer }) => layer !== undefined && layer < baseLayers).map(({ path }) => path),
  );
  return findings.flatMap((found) => {
    const claims = found.claims.filter(({ path, layer }) =>
      layer === undefined ? !base.has(path) : layer >= baseLayers,
    );
    return claims.length === 0 && found.claims.length > 0 ? [] : [withoutOthers(found, claims, inBaseLayers)];
  });
}

function isJudged({ stored, layer, cause }: HiddenFile, baseLayers: number): boolean {
  return layer >= baseLayers && (stored >= baseLayers || cause === 'metadata');
}

function byPath(files: readonly HiddenFile[]): Contributor[] {
  const bytes = new Map<string, number>();
  for (const { path, size } of files) bytes.set(path, (bytes.get(path) ?? 0) + size);
  return [...bytes].map(([path, sum]) => ({ path, bytes: sum }));
}

function pullVerdict(about: About, limit: Limit, baseline: Baseline, baseLayers: number, doubt: string | null): Ranked {
  const subject: Subject = { ...about, measure: 'pull' };
  if (baseline.kind !== 'diff') return notKnown(subject, limit, baseline.reason);
  const { image } = baseline.diff;
  if (image === undefined)
    return notKnown(subject, limit, 'the baseline is no image, or a snapshot without its layers');
  return judgeLimit(subject, limit, { ...pulledFigure(image.pulled, baseLayers, null), doubt });
}

/** Compressed bytes of layers above the base, each of them a blob of its own. */
function pulledFigure(
  pulled: readonly Pick<ImageLayer, 'index' | 'compressed'>[],
  baseLayers: number,
  remark: string | null,
): Figure {
  const own = pulled.filter(({ index }) => index >= baseLayers);
  if (own.some(({ compressed }) => compressed === null)) {
    const reason =
      'layers are stored uncompressed, so what a registry would hold is not known; copy the image to an OCI layout';
    return { actual: null, remark: reason, top: [] };
  }
  const top = largest(own.map(({ index, compressed }) => ({ path: `layer ${index}`, bytes: compressed ?? 0 })));
  return { actual: own.reduce((sum, { compressed }) => sum + (compressed ?? 0), 0), remark, top };
}

/** With dive's figures and comparisons; base layers count, as in dive. */
function diveVerdicts(about: About, limits: DiveLimits, { image }: Snapshot): Ranked[] {
  if (image === undefined) return [];
  const { efficiency, wastedBytes, userWastedPercent, inefficientFiles } = image.dive;
  const top = largest(inefficientFiles.map(({ path, bytes }) => ({ path, bytes })));
  const { lowestEfficiency, highestWastedBytes, highestUserWastedPercent } = limits;
  const subject = (measure: Measure): Subject => ({ ...about, measure });
  const share: Figure =
    userWastedPercent === null && wastedBytes > 0
      ? { actual: null, remark: 'no layer but the lowest holds bytes, of which there is no share', top }
      : { actual: userWastedPercent ?? 0, remark: null, top, overBytes: 0 };
  return [
    ...(lowestEfficiency === null
      ? []
      : [judgeLeast(subject('lowestEfficiency'), lowestEfficiency, { actual: efficiency, remark: null, top })]),
    ...(highestWastedBytes === null
      ? []
      : [judgeLimit(subject('highestWastedBytes'), highestWastedBytes, { actual: wastedBytes, remark: null, top })]),
    ...(highestUserWastedPercent === null
      ? []
      : [judgeLimit(subject('highestUserWastedPercent'), highestUserWastedPercent, share)]),
  ];
}

/** Every limit on layers, where there are none to judge. */
function unknownImageVerdicts(about: About, budget: ImageBudget, reason: string): Ranked[] {
  return imageLimits(budget).map(([measure, limit]) => notKnown({ ...about, measure }, limit, reason));
}

export function imageLimits({
  waste,
  wastePercent,
  layers,
  pull,
  fullPull,
  dive,
}: ImageBudget): (readonly [Measure, Limit])[] {
  const limits: readonly (readonly [Measure, Limit | null | undefined])[] = [
    ['waste', waste],
    ['waste-percent', wastePercent],
    ['layers', layers],
    ['pull', pull],
    ['full-pull', fullPull],
    ['lowestEfficiency', dive?.lowestEfficiency],
    ['highestWastedBytes', dive?.highestWastedBytes],
    ['highestUserWastedPercent', dive?.highestUserWastedPercent],
  ];
  return limits.flatMap(([measure, limit]) =>
    limit === null || limit === undefined ? [] : [[measure, limit] as const],
  );
}
