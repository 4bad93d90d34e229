// The commands around budgets. What they run is loaded only when asked for.
import { parseArguments } from './arguments.ts';
import { checkOptions } from './check-options.ts';
import type { Command } from './commands.ts';

const checkCommand: Command = {
  name: 'check',
  describe: 'judge artifacts by their budgets; exits 1 where one is over',
  takes: '[ARTIFACT…]',
  options: checkOptions,
  async run(argv, onArtifact) {
    const { values, positionals } = parseArguments(argv, checkOptions);
    const { runCheck } = await import('./check.ts');
    return runCheck(positionals, values, onArtifact);
  },
};

export const policyCommands: readonly Command[] = [checkCommand];
