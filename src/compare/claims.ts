// Findings that are new and findings that are fixed, claim by claim: a claim is the same on both sides if it is of the same rule,
// on the same part of the same file, wherever that file went.
import type { FindingChanges, RuleChange } from '../model/diff.ts';
import type { Claim, Finding } from '../model/finding.ts';
import { compareNames } from '../model/name.ts';
import { carrierOf } from './links.ts';
import type { Tree } from './tree.ts';

export interface JudgedTree {
  readonly tree: Tree;
  readonly findings: readonly Finding[];
}

/** Leftovers that nobody asked for are no news: they would fill every comparison of two releases. */
export function findingChanges(old: JudgedTree, now: JudgedTree): FindingChanges {
  const [before, after] = [counted(old), counted(now)];
  const olds = claimsOf(before, 'old');
  const news = claimsOf(after, 'new');
  pairClaims(olds, news);
  return {
    new: unpaired(after.findings, news),
    fixed: unpaired(before.findings, olds),
    rules: ruleTotals(before.findings, after.findings),
  };
}

function counted({ tree, findings }: JudgedTree): JudgedTree {
  return { tree, findings: findings.filter(({ leftover }) => leftover !== true) };
}

interface Known {
  readonly claim: Claim;
  /** Index of its finding. */
  readonly of: number;
  readonly rule: string;
  /** The file that it is on; equal on both sides for one file. */
  readonly place: string;
  paired: boolean;
}

/** Files are known by their name on the new side, and there by the name that carries their content. */
function claimsOf({ tree, findings }: JudgedTree, side: 'old' | 'new'): Known[] {
  const claims: Known[] = [];
  for (const [of, { rule, claims: own }] of findings.entries()) {
    for (const claim of own) {
      const name = tree.byPath.get(claim.path);
      const carrier = name === undefined ? null : carrierOf(name);
      const now = side === 'new' ? carrier : (carrier?.partner ?? null);
      // What layers of an image hide is in the tree of neither side; it is known by its path alone.
      const gone = name === undefined ? `hidden:${claim.path}` : `${side}:${claim.path}`;
      const place = now === null ? gone : carrierOf(now).path;
      claims.push({ claim, of, rule, place, paired: false });
    }
  }
  return claims;
}

/** Claims of one rule on one part of one file. */
interface Same {
  readonly olds: Known[];
  readonly news: Known[];
}

/** Nearly always there is one on each side. */
function pairClaims(olds: readonly Known[], news: readonly Known[]): void {
  const groups = new Map<string, Map<string, Same>>();
  const sameAs = ({ rule, claim, place }: Known): Same => {
    // Two maps: places are strings that exist already, and a joined key would be one more for every claim.
    const kind = `${rule}\0${claim.part ?? ''}`;
    let places = groups.get(kind);
    if (places === undefined) groups.set(kind, (places = new Map()));
    let same = places.get(place);
    if (same === undefined) places.set(place, (same = { olds: [], news: [] }));
    return same;
  };
  for (const old of olds) sameAs(old).olds.push(old);
  for (const now of news) sameAs(now).news.push(now);
  for (const places of groups.values()) for (const same of places.values()) pairSame(same);
}

/** A file may have many claims (each earlier copy of an archive member): those of equal bytes pair first, the last ones first. */
function pairSame({ olds, news }: Same): void {
  const [old, now] = [olds[0], news[0]];
  if (old === undefined || now === undefined) return;
  if (olds.length === 1 && news.length === 1) {
    old.paired = now.paired = true;
    return;
  }
  pairBy(olds, news, ({ claim }) => claim.bytes);
  pairBy(olds, news, () => 0);
}

function pairBy(olds: readonly Known[], news: readonly Known[], keyOf: (known: Known) => number): void {
  const waiting = new Map<number, Known[]>();
  for (const old of olds) {
    if (old.paired) continue;
    const same = waiting.get(keyOf(old));
    if (same === undefined) waiting.set(keyOf(old), [old]);
    else same.push(old);
  }
  for (const now of news) {
    const old = now.paired ? undefined : waiting.get(keyOf(now))?.pop();
    if (old !== undefined) old.paired = now.paired = true;
  }
}

/** The findings with only those claims that the other side has not, most bytes first. */
function unpaired(findings: readonly Finding[], claims: readonly Known[]): Finding[] {
  const left = findings.map((): Claim[] => []);
  for (const { claim, of, paired } of claims) if (!paired) left[of]?.push(claim);
  const kept: Finding[] = [];
  for (const [index, own] of left.entries()) {
    const found = findings[index];
    if (found === undefined || own.length === 0) continue;
    kept.push({ ...found, bytes: own.reduce((sum, { bytes }) => sum + bytes, 0), claims: own });
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
