// Options of `check`.
import { formatNames } from '../report/index.ts';
import type { Values } from './arguments.ts';
import { inputOptions, scanOptions } from './options.ts';

const { include: _include, exclude: _exclude, ...reading } = inputOptions;
const { json, units, top, color } = scanOptions;

export const checkOptions = {
  budgets: { kind: 'text', describe: 'the budgets file (budgets.json of the current folder without it)' },
  baseline: { kind: 'list', describe: 'artifact or snapshot to compare with: OLD, or NAME=OLD (may be repeated)' },
  'compress-with': { kind: 'text', describe: 'how directories are compressed: gzip:9, zstd:19, zstd:22:long, …' },
  'max-compressed': { kind: 'text', describe: 'limit without a budgets file, such as "5 MiB"' },
  'max-uncompressed': { kind: 'text', describe: 'limit on the unpacked content, without a budgets file' },
  'max-growth': { kind: 'list', describe: 'limit on growth without a budgets file: a size, a percentage, or both' },
  format: { kind: 'choice', choices: formatNames('check'), default: 'table', describe: 'how to print the result' },
  json,
  units,
  top,
  color,
  'exit-zero': { kind: 'flag', default: false, describe: 'report only: never exit 1' },
  ...reading,
} as const;

export type CheckValues = Values<typeof checkOptions>;
