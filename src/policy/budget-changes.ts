// What changed in a budgets file: a gate that holds because its limits were raised in the same change should say so.
import { budgetEffects } from '../model/budget-change.ts';
import type { BudgetChange, BudgetEffect, BudgetUnit } from '../model/budget-change.ts';
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
}

/** An artifact, a group, or (null) the file. */
interface Owner {
  readonly name: string | null;
  readonly reason: string | null;
  readonly terms: readonly Term[];
}

/**
 * What differs in `after`, the loosest first, else in the order of the file. Keys that decide nothing (`reason`, `warnAt`) are left out.
 * Artifacts and groups are told apart by name, limits on paths by their globs.
 */
export function changesOfBudgets(before: Budgets, after: Budgets): BudgetChange[] {
  const [old, now] = [ownersOf(before), ownersOf(after)];
  const was = new Map(old.map((owner) => [owner.name, owner]));
  const kept = new Set(now.map(({ name }) => name));
  const gone = old.filter(({ name }) => !kept.has(name));
  const changes = [
    ...now.flatMap((owner) => changesOf(was.get(owner.name), owner)),
    ...gone.flatMap(({ name, terms }) =>
      terms.slice(0, 1).map((term) => changeOf({ name, reason: null, terms }, term, term, null)),
    ),
  ];
  return changes.toSorted((a, b) => rankOf(a) - rankOf(b));
}

function rankOf({ effect }: BudgetChange): number {
  return budgetEffects.indexOf(effect);
}

/** Of an artifact that is not there on one side, the first term says so, and the others would repeat it. */
function changesOf(before: Owner | undefined, after: Owner): BudgetChange[] {
  if (before === undefined) return after.terms.slice(0, 1).map((term) => changeOf(after, term, null, term));
  const was = new Map(before.terms.map((term) => [term.key, term]));
  const found = after.terms.flatMap((term) => {
    const one = was.get(term.key);
    return one === undefined || one.value === term.value ? [] : [changeOf(after, term, one, term)];
  });
  const added = termsWithout(after.terms, before.terms).map((term) => changeOf(after, term, null, term));
  const gone = termsWithout(before.terms, after.terms).map((term) => changeOf(after, term, term, null));
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
function changeOf({ name, reason }: Owner, term: Term, before: Term | null, after: Term | null): BudgetChange {
  const { key, unit, slackWithout } = term;
  return {
    artifact: name,
    key,
    unit,
    before: before?.value ?? null,
    after: after?.value ?? null,
    effect: effectOf(before?.slack ?? slackWithout, after?.slack ?? slackWithout),
    reason,
  };
}

function effectOf(before: number, after: number): BudgetEffect {
  if (after > before) return 'looser';
  return after < before ? 'tighter' : 'other';
}

function ownersOf({ artifacts, groups, rules, ignore }: Budgets): Owner[] {
  return [
    ...artifacts.map((one) => ({ name: one.name, reason: one.reason, terms: artifactTerms(one) })),
    ...groups.map((one) => ({ name: one.name, reason: one.reason, terms: groupTerms(one) })),
    { name: null, reason: null, terms: unlike([...ruleTerms(rules), ...ignore.map(ignoreTerm)]) },
  ];
}

/** The first says that the artifact is judged at all. */
function artifactTerms(budget: ArtifactBudget): Term[] {
  const { path, baseline, compressed, uncompressed, growth, compressedGrowth, paths, choice, image } = budget;
  return unlike([
    { key: 'path', unit: 'word', value: path, slack: 0, slackWithout: Number.POSITIVE_INFINITY },
    word('baseline', baseline),
    word('image', choice?.name ?? null),
    word('platform', choice?.platform ?? null),
    word('compressWith', budget.compressWith?.text ?? null),
    ...flag('optional', budget.optional),
    ...most('compressed.max', 'bytes', compressed),
    ...most('uncompressed.max', 'bytes', uncompressed),
    ...growthTerms('growth', growth),
    ...growthTerms('compressedGrowth', compressedGrowth ?? null),
    ...paths.flatMap(pathTerms),
    ...(image === undefined ? [] : imageTerms(image)),
  ]);
}

function groupTerms({ members, compressed, uncompressed }: GroupBudget): Term[] {
  const names = members.map(({ pattern }) => pattern).join(', ');
  return [
    { key: 'members', unit: 'word', value: names, slack: 0, slackWithout: Number.POSITIVE_INFINITY },
    ...most('compressed.max', 'bytes', compressed),
    ...most('uncompressed.max', 'bytes', uncompressed),
  ];
}

function growthTerms(key: string, growth: Growth | null): Term[] {
  if (growth === null) return [];
  return [
    ...most(`${key}.max`, 'bytes', growth.max),
    ...most(`${key}.maxPercent`, 'percent', growth.maxPercent),
    ...flag(`${key}.missingBaseline`, growth.missingBaseline === 'pass', { value: 'pass', of: key }),
  ];
}

function pathTerms({ match, max, total, compressed, optional }: PathBudget): Term[] {
  const key = `paths[${match.pattern}${compressed ? ', compressed' : ''}]`;
  return [
    ...most(`${key}.max`, 'bytes', max),
    ...most(`${key}.total`, 'bytes', total),
    ...flag(`${key}.optional`, optional, { of: key }),
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

function ignoreTerm({ rule, match, until }: Ignore): Term {
  return {
    key: `ignore[${rule} ${match.pattern}]`,
    unit: 'word',
    value: until === null ? 'for good' : `until ${until}`,
    slack: until === null ? Number.POSITIVE_INFINITY : Date.parse(until),
    slackWithout: Number.NEGATIVE_INFINITY,
  };
}

function most(key: string, unit: BudgetUnit, limit: Limit | null): Term[] {
  return limit === null ? [] : [counted(key, unit, limit.max, limit.max)];
}

function counted(
  key: string,
  unit: BudgetUnit,
  value: number,
  slack: number,
  slackWithout = Number.POSITIVE_INFINITY,
): Term {
  return { key, unit, value, slack, slackWithout };
}

/** Something that forgives, where it is set. */
function flag(key: string, isSet: boolean, more: { readonly value?: string; readonly of?: string } = {}): Term[] {
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
