// Options of the commands around budgets: check, init, budget, explain.
import { formatNames } from '../../report/index.ts';
import type { Elsewhere, Values } from './arguments.ts';
import { diffOptions, inputOptions, scanOptions } from './shared.ts';
import { summaryOption } from '../output/summary.ts';

const { include: _include, exclude: _exclude, ...reading } = inputOptions;
const { output, ...readingOnly } = reading;
const { json, units, top, color } = scanOptions;

export const checkOptions = {
  budgets: { kind: 'text', describe: 'the budgets file (budgets.json of the current folder without it)' },
  'base-budgets': {
    kind: 'text',
    describe: 'the budgets file before the change: the report says which limits changed',
  },
  baseline: { kind: 'list', describe: 'artifact or snapshot to compare with: OLD, or NAME=OLD (may be repeated)' },
  'compress-with': { kind: 'text', describe: 'how directories are compressed: gzip:9, zstd:19, zstd:22:long, …' },
  'max-compressed': { kind: 'text', describe: 'limit without a budgets file, such as "5 MiB"' },
  'max-uncompressed': { kind: 'text', describe: 'limit on the unpacked content, without a budgets file' },
  'max-full-pull': { kind: 'text', describe: 'limit on the compressed layers of an image, without a budgets file' },
  'max-growth': { kind: 'list', describe: 'limit on growth without a budgets file: a size, a percentage, or both' },
  'max-compressed-growth': { kind: 'list', describe: 'the same of the compressed file: a size, a percentage, or both' },
  'dive-ci': { kind: 'text', describe: 'judge images by the limits of this .dive-ci file, as dive does' },
  'strip-components': diffOptions['strip-components'],
  map: diffOptions.map,
  format: { kind: 'choice', choices: formatNames('check'), default: 'table', describe: 'how to print the result' },
  json,
  by: { ...diffOptions.by, describe: 'group the changes in a comment by directory or by package' },
  units,
  top,
  color,
  'exit-zero': { kind: 'flag', default: false, describe: 'report only: never exit 1' },
  summary: summaryOption,
  ...reading,
} as const;

/** What judges findings in other commands stands in the budgets file of a gate. */
export const inBudgetsFile: Elsewhere = {
  rules: 'the rules of a gate stand in its budgets file, in "rules"',
  'fail-on': 'the rules of a gate stand in its budgets file with their severities, in "rules"',
  leftovers: 'a gate judges the leftovers that its budgets file names, in "rules"',
  ignore: 'what a gate ignores stands in its budgets file, in "ignore"',
  ci: '--dive-ci FILE judges as "dive --ci" does',
  'ci-config': '--dive-ci FILE judges as "dive --ci-config FILE" does',
  include: 'limits on a part of an artifact stand in the budgets file, in "paths"',
  exclude: 'limits on a part of an artifact stand in the budgets file, in "paths"',
};

export type CheckValues = Values<typeof checkOptions>;

const budgets = { kind: 'text', default: 'budgets.json', describe: 'the budgets file' } as const;

export const initOptions = {
  budgets,
  headroom: { kind: 'text', default: '5%', describe: "room on top of today's sizes" },
  add: { kind: 'flag', default: false, describe: 'add to a budgets file that is there, and change nothing else of it' },
  force: { kind: 'flag', default: false, describe: 'overwrite a budgets file that is there' },
  'compress-with': checkOptions['compress-with'],
  'max-compressed-kib': { kind: 'text', describe: 'this limit in KiB instead' },
  'max-uncompressed-kib': { kind: 'text', describe: 'this limit in KiB instead, on the unpacked content' },
  'from-dive-ci': { kind: 'text', describe: 'import the limits of a .dive-ci file' },
  ...readingOnly,
} as const;

export const budgetOptions = {
  budgets,
  reason: { kind: 'text', describe: 'why more room is needed; it is kept in the file' },
  to: { kind: 'text', describe: 'the new limit' },
  headroom: { kind: 'text', describe: "room on top of today's size (5% without --to)" },
  of: { kind: 'choice', choices: ['all', 'compressed', 'uncompressed'], default: 'all', describe: 'which limit' },
  ...readingOnly,
} as const;

export const explainOptions = { output, color } as const;

export type InitValues = Values<typeof initOptions>;
export type BudgetValues = Values<typeof budgetOptions>;
export type ExplainValues = Values<typeof explainOptions>;
