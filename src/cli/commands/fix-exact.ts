// `fix --exact`: what each rule and all of them save of the compressed archive, by really making each archive and compressing it. The
// base is the archive itself, compressed in the same way: so only what is removed makes the difference. The program of the codec
// compresses where it is installed, so that sizes are its own.
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../bytes/temporary.ts';
import type { Compression } from '../../codecs/compress.ts';
import { UsageError } from '../../errors.ts';
import { weighFix } from '../../fix/run.ts';
import type { FixRun } from '../../fix/run.ts';
import type { ExactSavings, FixPlan } from '../../model/fix.ts';
import type { Finding } from '../../model/finding.ts';
import { hasProgram } from './programs.ts';
import { runTrial, stopTrials } from './trials.ts';

const nothing: FixPlan = { actions: [], rules: [], promised: 0, leftAlone: [] };

/** @throws UsageError for a directory, which is not compressed. */
export async function exactSavings(
  run: Omit<FixRun, 'out'>,
  planOf: (findings: readonly Finding[]) => FixPlan,
): Promise<ExactSavings> {
  const { format } = run.before.artifact;
  if (format === 'directory') throw new UsageError('--exact needs an archive: a directory is not compressed yet');
  const directory = temporaryDirectory('exact');
  run.onTemporary(directory);
  const out = join(directory, 'archive');
  const { compression } = run;
  const byProgram =
    compression === null || !hasProgram(compression.codec) ? null : weigher(compression, directory, run);
  const weigh = (plan: FixPlan): Promise<number> =>
    byProgram === null
      ? weighFix({ ...run, plan, out })
      : weighFix({ ...run, plan, out, compression: null }, byProgram);
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

/** Bytes that the program of the codec makes of a file. */
function weigher(how: Compression, directory: string, run: Omit<FixRun, 'out'>): (path: string) => Promise<number> {
  const children = new Set<ChildProcess>();
  run.onTemporary(() => stopTrials(children));
  return async (input) => {
    const output = join(directory, 'compressed');
    try {
      return (await runTrial({ kind: 'compress', how, input, output, program: true }, children)).bytes;
    } finally {
      rmSync(output, { force: true });
    }
  };
}
