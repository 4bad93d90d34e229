// Findings that are new and findings that are fixed, claim by claim: a claim is the same on both sides if it is of the same rule,
// on the same part of the same file, wherever that file went.
import { groupDigits } from '../bytes/size.ts';
import type { FindingChanges, RuleChange } from '../model/diff.ts';
import { hiddenPart } from '../model/finding.ts';
import type { Claim, Finding } from '../model/finding.ts';
import { addTo } from '../model/grouping.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { carrierOf } from './links.ts';
import type { Tree } from './tree.ts';

export interface JudgedTree {
  readonly tree: Tree;
  readonly findings: readonly Finding[];
}

/** Leftovers that nobody asked for are no news: they would fill every comparison of two releases. */
export function findingChanges(old: JudgedTree, now: JudgedTree): Omit<FindingChanges, 'removable'> {
  const [before, after] = [counted(old), counted(now)];
  const olds = sideOf(before, 'old');
  const news = sideOf(after, 'new');
  pairClaims(olds, news);
  return {
    new: [...unpaired(after.findings, news, 'new'), ...onlyAmong(after.findings, before.findings)],
    fixed: [...unpaired(before.findings, olds, 'fixed'), ...onlyAmong(before.findings, after.findings)],
    rules: ruleTotals(before.findings, after.findings),
  };
}

function counted({ tree, findings }: JudgedTree): JudgedTree {
  return { tree, findings: findings.filter(({ leftover }) => leftover !== true) };
}

/** Findings that claim nothing, as those on the archive itself: they are the same if they are of one rule. */
function onlyAmong(findings: readonly Finding[], others: readonly Finding[]): Finding[] {
  const known = new Set(others.map(({ rule }) => rule));
  return findings.filter(({ rule, claims }) => claims.length === 0 && !known.has(rule));
}

/** The claims of one side in order, in lists instead of an object for each: there may be a million of them. */
interface Side {
  readonly claims: Claim[];
  /** The file that each is on; equal on both sides for one file. */
  readonly places: Name[];
  readonly paired: boolean[];
  /** Indexes of the claims of one rule on one kind of part. */
  readonly kinds: Map<string, number[]>;
}

function sideOf({ tree, findings }: JudgedTree, side: 'old' | 'new'): Side {
  const made: Side = { claims: [], places: [], paired: [], kinds: new Map() };
  for (const { rule, claims } of findings) {
    for (const claim of claims) {
      const kind = `${rule}\0${claim.part ?? ''}`;
      addTo(made.kinds, kind, made.claims.length);
      made.claims.push(claim);
      made.places.push(placeOf(tree, claim, side));
      made.paired.push(false);
    }
  }
  return made;
}

/** Files are known by their name on the new side, and there by the name that carries their content. */
function placeOf(tree: Tree, { path, part }: Claim, side: 'old' | 'new'): Name {
  const name = tree.find(path);
  const carrier = name === null ? null : carrierOf(name);
  // What layers of an image hide may be in the tree of neither side, or of one: then it is known by its path alone.
  if (carrier === null || (part === hiddenPart && carrier.partner === null)) return `/hidden/${path}`;
  const now = side === 'new' ? carrier : carrier.partner;
  // No path begins with a slash, so that a file cannot be called like this.
  return now === null ? `/gone/${path}` : carrierOf(now).path;
}

/** Claims of one kind on one file, by index. */
interface Same {
  readonly olds: number[];
  readonly news: number[];
}

function pairClaims(olds: Side, news: Side): void {
  // Index of the only new claim beside the only old one; -1 for none.
  const partners = new Int32Array(olds.claims.length).fill(-1);
  for (const [kind, ofOlds] of olds.kinds) {
    const places = byPlace(olds, ofOlds);
    for (const now of news.kinds.get(kind) ?? []) addNew(places, news.places[now] ?? '', now, partners);
    for (const same of places.values()) {
      if (typeof same === 'object') pairSame(olds, news, same);
      else pair(olds, news, same, partners[same] ?? -1);
    }
  }
}

/** Nearly always a file has one claim of a kind on either side: then its index stands for it, and no list is made. */
type Places = Map<Name, number | Same>;

function byPlace(olds: Side, indexes: readonly number[]): Places {
  const places: Places = new Map();
  for (const old of indexes) {
    const place = olds.places[old] ?? '';
    const before = places.get(place);
    if (before === undefined) places.set(place, old);
    else if (typeof before === 'object') before.olds.push(old);
    else places.set(place, { olds: [before, old], news: [] });
  }
  return places;
}

/** What is on a file without a claim on the old side has nothing to pair with. */
function addNew(places: Places, place: Name, now: number, partners: Int32Array): void {
  const same = places.get(place);
  if (typeof same === 'object') same.news.push(now);
  if (typeof same !== 'number') return;
  const other = partners[same] ?? -1;
  if (other < 0) partners[same] = now;
  else places.set(place, { olds: [same], news: [other, now] });
}

function pair(olds: Side, news: Side, old: number, now: number): void {
  if (now >= 0) olds.paired[old] = news.paired[now] = true;
}

/** A file may have many claims (each earlier copy of an archive member): those of equal bytes pair first, the last ones first. */
function pairSame(olds: Side, news: Side, same: Same): void {
  pairBy(olds, news, same, ({ bytes }) => bytes);
  pairBy(olds, news, same, () => 0);
}

function pairBy(olds: Side, news: Side, same: Same, keyOf: (claim: Claim) => number): void {
  const waiting = new Map<number, number[]>();
  for (const old of same.olds) {
    const claim = olds.claims[old];
    if (claim === undefined || olds.paired[old] === true) continue;
    addTo(waiting, keyOf(claim), old);
  }
  for (const now of same.news) {
    const claim = news.claims[now];
    const old = claim === undefined || news.paired[now] === true ? undefined : waiting.get(keyOf(claim))?.pop();
    if (old !== undefined) pair(olds, news, old, now);
  }
}

/** The findings with only those claims that the other side has not, most bytes first; titles, which are of all claims, say so. */
function unpaired(findings: readonly Finding[], { paired }: Side, how: 'new' | 'fixed'): Finding[] {
  const kept: Finding[] = [];
  let before = 0;
  for (const found of findings) {
    const start = before;
    const claims = found.claims.filter((_, at) => paired[start + at] !== true);
    before += found.claims.length;
    if (claims.length === 0) continue;
    const [left, all] = [claims.length, found.claims.length];
    const part = left === all ? '' : ` (${groupDigits(left)} of ${groupDigits(all)} ${how})`;
    const bytes = claims.reduce((sum, claim) => sum + claim.bytes, 0);
    kept.push({ ...found, title: `${found.title}${part}`, bytes, claims });
  }
  return kept.toSorted((a, b) => b.bytes - a.bytes || compareNames(a.rule, b.rule));
}

function ruleTotals(before: readonly Finding[], after: readonly Finding[]): RuleChange[] {
  const totals = new Map<string, { before: number; after: number }>();
  for (const [side, findings] of [['before', before] as const, ['after', after] as const]) {
    for (const { rule, bytes } of findings) {
      const total = totals.get(rule) ?? { before: 0, after: 0 };
      totals.set(rule, total);
      total[side] += bytes;
    }
  }
  return [...totals]
    .map(([rule, total]) => ({ rule, before: total.before, after: total.after }))
    .toSorted((a, b) => compareNames(a.rule, b.rule));
}
