// What changed in a budgets file: a gate that holds because its limits were raised in the same change should say so.
import { budgetEffects } from '../model/budget-change.ts';
import type { BudgetChange, BudgetEffect, BudgetUnit } from '../model/budget-change.ts';
import { canonicalText } from '../codecs/compress.ts';
import type { ArtifactBudget, Budgets, GroupBudget, Ignore, RuleSeverity } from './budgets.ts';
import type { DiveLimits, ImageBudget } from './image-limits.ts';
import type { Growth, Limit } from './limits.ts';
import type { PathBudget } from './path-budgets.ts';

/** One key of a budgets file that decides over what passes. */
interface Term {
  readonly key: string;
  readonly unit: BudgetUnit;
  readonly value: number | string | null;
  /** How much it lets pass, more the larger; the same for all values where that cannot be compared. */
  readonly slack: number;
  /** The same where the key is not there. */
  readonly slackWithout: number;
  /** Of what only qualifies limits, `paths[*.so]`: without them it says nothing. */
  readonly of?: string;
  /** A reason of its own; absent where it has that of its artifact. */
  readonly reason?: string | null;
}

/** An artifact, a group, or (null) the file. */
interface Owner {
  readonly name: string | null;
  /** What an artifact under another name is known by; null for all else. */
  readonly place: string | null;
  readonly reason: string | null;
  readonly terms: readonly Term[];
}

/**
 * What differs in `after`, the loosest first, else in the order of the file. Keys that decide nothing (`reason`, `warnAt`) are left out.
 * Artifacts and groups are told apart by name, or else by what they are on; limits on paths by their globs.
 */
export function changesOfBudgets(before: Budgets, after: Budgets): BudgetChange[] {
  const [old, now] = [ownersOf(before), ownersOf(after)];
  const kept = new Set(now.map(({ name }) => name));
  const named = new Map(old.map((owner) => [owner.name, owner]));
  const left = new Map(old.filter(({ name }) => !kept.has(name)).map((owner) => [owner.place ?? owner.name, owner]));
  const found = now.flatMap((owner) => {
    const same = named.get(owner.name);
    return same === undefined ? changesOfNew(owner, left) : changesOf(same, owner);
  });
  // That it is gone says it all.
  const gone = [...left.values()].flatMap((owner) =>
    owner.terms.slice(0, 1).map((term) => changeOf({ ...owner, reason: null }, term, term, null)),
  );
  return [...found, ...gone].toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** @param left owners that have no counterpart yet, by what they are on; the one that it turns out to be is taken out. */
function changesOfNew(owner: Owner, left: Map<string | null, Owner>): BudgetChange[] {
  const renamed = left.get(owner.place);
  if (renamed === undefined) {
    const terms = owner.terms.filter(({ value }) => value !== null);
    // Of what was not judged at all, nothing lets more pass.
    return terms.map((term) => changeOf(owner, term, null, term, 'tighter'));
  }
  left.delete(owner.place);
  const name = word('name', owner.name);
  return [changeOf(owner, name, word('name', renamed.name), name), ...changesOf(renamed, owner)];
}

function rankOf({ effect }: BudgetChange): number {
  return budgetEffects.indexOf(effect);
}

function changesOf(before: Owner, after: Owner): BudgetChange[] {
  // What was said before of other limits explains nothing.
  const owner = before.reason === after.reason ? { ...after, reason: null } : after;
  const was = new Map(before.terms.map((term) => [term.key, term]));
  const found = after.terms.flatMap((term) => {
    const one = was.get(term.key);
    return one === undefined || one.value === term.value ? [] : [changeOf(owner, term, one, term)];
  });
  const added = termsWithout(after.terms, before.terms).map((term) => changeOf(owner, term, null, term));
  const gone = termsWithout(before.terms, after.terms).map((term) => changeOf(owner, term, term, null));
  return [...found, ...added, ...gone];
}

/** Terms that `others` lack, unless the limits that they qualify are not there either. */
function termsWithout(terms: readonly Term[], others: readonly Term[]): Term[] {
  const keys = new Set(others.map(({ key }) => key));
  const qualified = new Set(others.map(({ key }) => ownerOf(key)));
  return terms.filter(({ key, of }) => !keys.has(key) && (of === undefined || qualified.has(of)));
}

/** `paths[*.so]` of `paths[*.so].max`. */
function ownerOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('.')));
}

/** @param term the one that is there, or either. */
function changeOf(
  { name, reason }: Owner,
  { key, unit, slackWithout }: Term,
  before: Term | null,
  after: Term | null,
  effect = effectOf(before?.slack ?? slackWithout, after?.slack ?? slackWithout),
): BudgetChange {
  return {
    artifact: name,
    key,
    unit,
    before: before?.value ?? null,
    after: after?.value ?? null,
    effect,
    reason: after?.reason ?? reason,
  };
}

function effectOf(before: number, after: number): BudgetEffect {
  if (after > before) return 'looser';
  return after < before ? 'tighter' : 'other';
}

function ownersOf({ artifacts, groups, rules, ignore }: Budgets): Owner[] {
  return [
    ...artifacts.map((one) => ({ name: one.name, place: placeOf(one), reason: one.reason, terms: artifactTerms(one) })),
    ...groups.map((one) => ({ name: one.name, place: null, reason: one.reason, terms: groupTerms(one) })),
    { name: null, place: null, reason: null, terms: unlike([...ruleTerms(rules), ...ignore.map(ignoreTerm)]) },
  ];
}

function placeOf({ path, choice }: ArtifactBudget): string {
  return JSON.stringify([path, choice?.name, choice?.platform]);
}

/** The first says that the artifact is judged at all. */
function artifactTerms(budget: ArtifactBudget): Term[] {
  const { path, baseline, compressed, uncompressed, growth, compressedGrowth, paths, choice, image } = budget;
  return unlike([
    { key: 'path', unit: 'word', value: path, slack: 0, slackWithout: Number.POSITIVE_INFINITY },
    { ...word('baseline', baseline), slack: baseline === null && passesWithout(budget) ? 1 : 0 },
    word('image', choice?.name ?? null),
    word('platform', choice?.platform ?? null),
    word('compressWith', budget.compressWith === null ? null : canonicalText(budget.compressWith)),
    ...flag('optional', budget.optional),
    ...most('compressed.max', 'bytes', compressed),
    ...most('uncompressed.max', 'bytes', uncompressed),
    ...growthTerms('growth', growth),
    ...growthTerms('compressedGrowth', compressedGrowth ?? null),
    ...paths.flatMap(pathTerms),
    ...(image === undefined ? [] : imageTerms(image)),
  ]);
}

/** Without a baseline limits on growth pass, so that one which is taken out lets more pass. */
function passesWithout({ growth, compressedGrowth }: ArtifactBudget): boolean {
  return growth?.missingBaseline === 'pass' || compressedGrowth?.missingBaseline === 'pass';
}

/** A sum of fewer is smaller. */
function groupTerms({ members, compressed, uncompressed }: GroupBudget): Term[] {
  return unlike([
    { key: 'members', unit: 'word', value: 'judged', slack: 0, slackWithout: Number.POSITIVE_INFINITY },
    ...members.map(({ pattern }) => counted(`members[${pattern}]`, 'word', 'counted', 0, 1)),
    ...most('compressed.max', 'bytes', compressed),
    ...most('uncompressed.max', 'bytes', uncompressed),
  ]);
}

function growthTerms(key: string, growth: Growth | null): Term[] {
  if (growth === null) return [];
  return [
    ...most(`${key}.max`, 'bytes', growth.max),
    ...most(`${key}.maxPercent`, 'percent', growth.maxPercent),
    ...flag(`${key}.missingBaseline`, growth.missingBaseline === 'pass', { value: 'pass', of: key }),
  ];
}

function pathTerms({ match, max, total, compressed, optional, reason }: PathBudget): Term[] {
  const key = `paths[${match.pattern}]${compressed ? '.compressed' : ''}`;
  return [
    ...most(`${key}.max`, 'bytes', max, reason),
    ...most(`${key}.total`, 'bytes', total, reason),
    ...flag(`${key}.optional`, optional, { of: key, reason }),
  ];
}

function imageTerms({ waste, wastePercent, layers, pull, fullPull, baseLayers, dive }: ImageBudget): Term[] {
  return [
    ...most('waste.max', 'bytes', waste),
    ...most('wastePercent.max', 'percent', wastePercent),
    ...most('layers.max', 'count', layers),
    ...most('pull.max', 'bytes', pull),
    ...most('fullPull.max', 'bytes', fullPull),
    // Layers of the base are not judged.
    ...(baseLayers === 0 ? [] : [counted('baseLayers', 'count', baseLayers, baseLayers, 0)]),
    ...(dive === null ? [] : diveTerms(dive)),
  ];
}

function diveTerms({ lowestEfficiency, highestWastedBytes, highestUserWastedPercent }: DiveLimits): Term[] {
  const least =
    lowestEfficiency === null
      ? []
      : [counted('dive.lowestEfficiency', 'share', lowestEfficiency.max, -lowestEfficiency.max)];
  return [
    ...least,
    ...most('dive.highestWastedBytes', 'bytes', highestWastedBytes),
    ...most('dive.highestUserWastedPercent', 'share', highestUserWastedPercent),
  ];
}

/** Of rules that judge nothing none is looser than another. */
const strictness: Readonly<Record<RuleSeverity, number>> = { off: 0, info: 0, warn: 1, error: 2 };

function ruleTerms(rules: Budgets['rules']): Term[] {
  return [...rules].map(([id, severity]) => ({
    key: `rules.${id}`,
    unit: 'word',
    value: severity,
    slack: -strictness[severity],
    slackWithout: 0,
  }));
}

function ignoreTerm({ rule, match, until, reason }: Ignore): Term {
  return {
    key: `ignore[${rule} ${match.pattern}]`,
    unit: 'word',
    value: until === null ? 'ignored' : `ignored until ${until}`,
    reason,
    slack: until === null ? Number.POSITIVE_INFINITY : Date.parse(until),
    slackWithout: Number.NEGATIVE_INFINITY,
  };
}

function most(key: string, unit: BudgetUnit, limit: Limit | null, reason: string | null = null): Term[] {
  return limit === null ? [] : [{ ...counted(key, unit, limit.max, limit.max), reason }];
}

function counted(
  key: string,
  unit: BudgetUnit,
  value: number | string,
  slack: number,
  slackWithout = Number.POSITIVE_INFINITY,
): Term {
  return { key, unit, value, slack, slackWithout };
}

/** Something that forgives, where it is set. */
function flag(
  key: string,
  isSet: boolean,
  more: { readonly value?: string; readonly of?: string; readonly reason?: string | null } = {},
): Term[] {
  return isSet ? [{ key, unit: 'word', value: 'true', slack: 1, slackWithout: 0, ...more }] : [];
}

function word(key: string, value: string | null): Term {
  return { key, unit: 'word', value, slack: 0, slackWithout: 0 };
}

/** Keys that stand twice (two limits on one glob) are counted, so that each has a counterpart. */
function unlike(terms: readonly Term[]): Term[] {
  const seen = new Map<string, number>();
  return terms.map((term) => {
    const number = (seen.get(term.key) ?? 0) + 1;
    seen.set(term.key, number);
    return number === 1 ? term : { ...term, key: `${term.key} (${number})` };
  });
}
