// Does in this process what `fix --apply` does, for tests that choose what is claimed.
import { planFix } from '../../src/fix/plan.ts';
import { runFix } from '../../src/fix/run.ts';
import type { FixResult } from '../../src/fix/run.ts';
import { findStrip } from '../../src/fix/strip-tool.ts';
import { findTangles } from '../../src/fix/tangles.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { FixPlan } from '../../src/model/fix.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { judge, rules } from '../../src/rules/index.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';

const strip = findStrip();
const options = { ...defaultLimits, digests: 'all', facts: 'needed', stripVersion: strip?.version } as const;

export const allRules = (before: Snapshot): readonly Finding[] => judge(before, rules, 'counted');

/** Findings that claim these files as a whole. */
export function claiming(before: Snapshot, wanted: (path: string) => boolean): Finding[] {
  const files = before.entries.filter(({ path, kind }) => kind === 'file' && wanted(path));
  const claims = files.map(({ path, size }) => ({ path, part: null, bytes: size }));
  const bytes = claims.reduce((sum, claim) => sum + claim.bytes, 0);
  return [{ rule: 'any', severity: 'warn', title: '', bytes, claims, fix: { commands: [], advice: null } }];
}

export interface Fixed extends FixResult {
  readonly before: Snapshot;
  readonly plan: FixPlan;
}

/** @param out where nothing is yet. */
export async function applyFix(
  artifact: string,
  out: string,
  find: (before: Snapshot) => readonly Finding[] = allRules,
): Promise<Fixed> {
  const before = await scan(artifact, options);
  const findings = find(before);
  const plan = planFix(before, findings, {
    strip,
    remedyOf: (rule) => rules.find(({ id }) => id === rule)?.remedy,
    tangles: await findTangles(artifact, before, options),
  });
  const run = { artifact, before, findings, plan, out, replaces: false, compression: null, scan: options };
  return { before, plan, ...(await runFix({ ...run, onTemporary: () => {} })) };
}
