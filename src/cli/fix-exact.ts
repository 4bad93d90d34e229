// `fix --exact`: what each rule and all of them save of the compressed archive, by really making each archive and compressing it. The
// base is the archive itself, compressed in the same way: so only what is removed makes the difference.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { weighFix } from '../fix/run.ts';
import type { FixRun } from '../fix/run.ts';
import type { ExactSavings, FixPlan } from '../model/fix.ts';
import type { Finding } from '../model/finding.ts';

const nothing: FixPlan = { actions: [], rules: [], promised: 0, leftAlone: [] };

/** @throws UsageError for a directory, which is not compressed. */
export async function exactSavings(
  run: Omit<FixRun, 'out'>,
  planOf: (findings: readonly Finding[]) => FixPlan,
): Promise<ExactSavings> {
  const { format } = run.before.artifact;
  if (format === 'directory') throw new UsageError('--exact needs an archive: a directory is not compressed yet');
  const directory = mkdtempSync(join(tmpdir(), 'sizecheck-exact-'));
  run.onTemporary(directory);
  const weigh = (plan: FixPlan): Promise<number> => weighFix({ ...run, plan, out: join(directory, 'archive') });
  try {
    const base = await weigh(nothing);
    const rules: number[] = [];
    for (const { rule } of run.plan.rules) {
      rules.push(base - (await weigh(planOf(run.findings.filter((found) => found.rule === rule)))));
    }
    return { base, rules, union: base - (await weigh(run.plan)) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
