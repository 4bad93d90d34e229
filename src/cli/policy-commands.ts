// The commands around budgets. What they run is loaded only when asked for.
import { parseArguments } from './options/arguments.ts';
import { anyArtifact } from './options/shared.ts';
import type { Command } from './registry.ts';
import { budgetOptions, checkOptions, explainOptions, inBudgetsFile, initOptions } from './options/policy.ts';

const checkCommand: Command = {
  name: 'check',
  describe: 'judge artifacts by their budgets; exits 1 where one is over',
  takes: '[ARTIFACT…]',
  accepts: anyArtifact,
  violated: 'a limit is broken',
  options: checkOptions,
  async run(argv, onArtifact) {
    const { values, positionals } = parseArguments(argv, checkOptions, inBudgetsFile);
    const { runCheck } = await import('./commands/check.ts');
    return runCheck(positionals, values, onArtifact);
  },
};

const initCommand: Command = {
  name: 'init',
  describe: "write budgets.json from today's sizes",
  takes: 'ARTIFACT…',
  accepts: 'ARTIFACT: a directory, archive, package, library or snapshot file.',
  options: initOptions,
  async run(argv, onArtifact) {
    const { values, positionals } = parseArguments(argv, initOptions);
    const { runInit } = await import('./commands/init.ts');
    return runInit(positionals, values, onArtifact);
  },
};

const budgetCommand: Command = {
  name: 'budget',
  describe: 'raise a limit of budgets.json, with a reason',
  takes: 'raise NAME',
  options: budgetOptions,
  async run(argv, onArtifact) {
    const { values, positionals } = parseArguments(argv, budgetOptions);
    const { runBudget } = await import('./commands/budget.ts');
    return runBudget(positionals, values, onArtifact);
  },
};

const explainCommand: Command = {
  name: 'explain',
  describe: 'what a rule finds, why, and how to remove it',
  takes: '[RULE]',
  options: explainOptions,
  async run(argv) {
    const { values, positionals } = parseArguments(argv, explainOptions);
    const { runExplain } = await import('./commands/explain.ts');
    return runExplain(positionals, values);
  },
};

export const policyCommands: readonly Command[] = [checkCommand, initCommand, budgetCommand, explainCommand];
