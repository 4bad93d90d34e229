// same-build: an executable or shared library shipped with and without its symbols. Strip leaves the same of both, so they differ in
// symbols and debug data only.
import type { ElfFacts } from '../model/facts.ts';
import type { Claim } from '../model/finding.ts';
import { addTo } from '../model/grouping.ts';
import type { Entry } from '../model/snapshot.ts';
import { advice, count } from './rule.ts';
import type { Rule } from './rule.ts';

export const sameBuild: Rule = {
  id: 'same-build',
  title: 'the same build of a file once more, with symbols or debug data',
  severity: 'info',
  remedy: 'hard-link',
  check({ elfFiles, claimed }) {
    const builds = new Map<string, Entry[]>();
    for (const { entry, facts } of elfFiles) {
      const key = buildOf(facts);
      if (key === null) continue;
      addTo(builds, key, entry);
    }
    const claims: Claim[] = [];
    for (const build of builds.values()) {
      // The first of the smallest stays, of those that no other rule removes; its copies are the business of other rules.
      const staying = build.filter(({ path }) => !claimed.has(path));
      const keeper = (staying.length === 0 ? build : staying).reduce((a, b) => (b.size < a.size ? b : a));
      for (const { path, size } of build) {
        if (size > keeper.size) claims.push({ path, part: null, bytes: size, keeps: keeper.path });
      }
    }
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'file is', 'files are')} also shipped without symbols, from the same build`;
    return [{ title, claims, fix: advice('ship each of these files once, stripped; keep the one with symbols apart') }];
  },
};

/** Equal for files that strip makes equal; null where that is not known. */
function buildOf({ buildId, kept }: ElfFacts): string | null {
  return buildId === null || kept === undefined ? null : `${buildId} ${kept}`;
}
