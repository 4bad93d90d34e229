// duplicate-across-layers: the same content at another path in a later layer of an image. Before duplicate-file, which then looks at
// copies inside of one layer.
import type { Claim } from '../model/finding.ts';
import { addTo } from '../model/grouping.ts';
import type { Entry } from '../model/snapshot.ts';
import { copiesByDigest, layerOf, lowestKeeperOf } from './copies.ts';
import { nameOf } from './hidden.ts';
import { advice, count } from './rule.ts';
import type { FindingDraft, Rule, RuleContext } from './rule.ts';

/** Layers with a finding of their own. */
const mostApart = 5;

export const duplicateAcrossLayers: Rule = {
  id: 'duplicate-across-layers',
  title: 'files of an image with the same content as one in a lower layer',
  severity: 'info',
  check(context) {
    const { image } = context.snapshot;
    if (image === undefined) return [];
    const byLayer = new Map<number, Claim[]>();
    for (const copies of copiesByDigest(context.files)) {
      for (const claim of claimsOf(copies, context.claimed)) {
        const layer = claim.layer ?? 0;
        addTo(byLayer, layer, claim);
      }
    }
    const groups = [...byLayer].toSorted(([a, left], [b, right]) => bytesOf(right) - bytesOf(left) || a - b);
    const apart = groups.length > mostApart + 1 ? mostApart : groups.length;
    const fix = advice('store the content once, and link to it from the other path: ln -s costs no bytes');
    const drafts = groups.slice(0, apart).map(([layer, claims]): FindingDraft => {
      return { title: `${numbered(claims)}: ${nameOf(image, layer)}`, claims, fix };
    });
    const others = groups.slice(apart).flatMap(([, claims]) => claims);
    if (others.length === 0) return drafts;
    return [
      ...drafts,
      { title: `${numbered(others)}: ${count(groups.length - apart, 'other layer')}`, claims: others, fix },
    ];
  },
};

/** Copies in layers above that of the copy to keep, which is the lowest. */
function claimsOf(copies: readonly Entry[], claimed: RuleContext['claimed']): Claim[] {
  const keeper = lowestKeeperOf(copies, claimed);
  if (keeper === undefined) return [];
  return copies
    .filter((copy) => layerOf(copy) > layerOf(keeper))
    .map((copy) => ({ path: copy.path, part: null, bytes: copy.size, keeps: keeper.path, layer: layerOf(copy) }));
}

function numbered(claims: readonly Claim[]): string {
  return count(
    claims.length,
    'file has the content of one in a lower layer',
    'files have the content of one in a lower layer',
  );
}

function bytesOf(claims: readonly Claim[]): number {
  return claims.reduce((sum, { bytes }) => sum + bytes, 0);
}
