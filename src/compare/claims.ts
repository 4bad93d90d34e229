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

export function findingChanges(before: JudgedTree, after: JudgedTree): FindingChanges {
  const oldKey = keyOf(before.tree, 'old');
  const newKey = keyOf(after.tree, 'new');
  return {
    new: without(after.findings, newKey, before.findings, oldKey),
    fixed: without(before.findings, oldKey, after.findings, newKey),
    rules: ruleTotals(before.findings, after.findings),
  };
}

type KeyOf = (rule: string, claim: Claim) => string;

/** Claims are known by the file's name on the new side, and there by the name that carries its content. */
function keyOf(tree: Tree, side: 'old' | 'new'): KeyOf {
  return (rule, { path, part }) => {
    const name = tree.byPath.get(path);
    const own = name === undefined ? null : carrierOf(name);
    const now = side === 'new' ? own : (own?.partner ?? null);
    const place = now === null ? `${side}:${path}` : `both:${carrierOf(now).path}`;
    return `${rule}\0${part ?? ''}\0${place}`;
  };
}

/** `findings` less the claims that `others` have too. Claims of equal key pair by equal bytes first. */
function without(findings: readonly Finding[], key: KeyOf, others: readonly Finding[], otherKey: KeyOf): Finding[] {
  const exact = new Map<string, number>();
  const any = new Map<string, number>();
  for (const { rule, claims } of others) {
    for (const claim of claims) {
      const base = otherKey(rule, claim);
      count(any, base, 1);
      count(exact, `${base}\0${claim.bytes}`, 1);
    }
  }
  const kept = findings.map((found) => found.claims.filter((claim) => !takeExact(found.rule, claim)));
  return findings
    .map((found, index) => {
      const claims = (kept[index] ?? []).filter((claim) => !take(any, key(found.rule, claim)));
      return { ...found, bytes: claims.reduce((sum, { bytes }) => sum + bytes, 0), claims };
    })
    .filter(({ claims }) => claims.length > 0)
    .toSorted((a, b) => b.bytes - a.bytes || compareNames(a.rule, b.rule));

  function takeExact(rule: string, claim: Claim): boolean {
    const base = key(rule, claim);
    if (!take(exact, `${base}\0${claim.bytes}`)) return false;
    return take(any, base);
  }
}

function count(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function take(counts: Map<string, number>, key: string): boolean {
  const left = counts.get(key) ?? 0;
  if (left > 0) counts.set(key, left - 1);
  return left > 0;
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
