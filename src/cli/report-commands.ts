// The commands that take a saved report. What they run is loaded only when asked for.
import { UsageError } from '../errors.ts';
import { parseArguments } from './options/arguments.ts';
import type { Command } from './registry.ts';
import { commentOptions, reportOptions } from './options/report.ts';

const reportCommand: Command = {
  name: 'report',
  describe: 'print a saved diff --json or check --json in another format',
  takes: 'FILE…',
  accepts:
    'FILE: what diff --json or check --json printed, or - for standard input; several checks are printed as one.',
  options: reportOptions,
  async run(argv, onArtifact) {
    const { values, positionals } = parseArguments(argv, reportOptions);
    if (positionals.length === 0) throw new UsageError('report takes a saved report: a file, or - for standard input');
    const { runReport } = await import('./commands/report.ts');
    return runReport(positionals, values, onArtifact);
  },
};

const commentCommand: Command = {
  name: 'comment',
  describe: 'create or update the comment on a pull request (GitHub) or merge request (GitLab)',
  takes: '--from FILE…',
  options: commentOptions,
  async run(argv, onArtifact) {
    const { values, positionals } = parseArguments(argv, commentOptions);
    const { from } = values;
    if (from.length === 0 && positionals.length > 0)
      throw new UsageError(`comment takes options only; is "${positionals[0]}" for --from?`);
    const { runComment } = await import('./commands/comment.ts');
    // As a shell spells reports/*/check.json out.
    return runComment([...from, ...positionals], values, onArtifact);
  },
};

export const reportCommands: readonly Command[] = [reportCommand, commentCommand];
