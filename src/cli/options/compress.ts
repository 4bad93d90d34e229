// The options of `compress`.
import { formatNames } from '../../report/index.ts';
import type { Values } from './arguments.ts';
import { inputOptions, scanOptions } from './shared.ts';

export const compressOptions = {
  with: {
    kind: 'list',
    describe: 'try these only: gzip:9, zstd:19, zstd:22:long, xz:9, brotli:11 (may be repeated, or with commas)',
  },
  jobs: { kind: 'number', default: 2, least: 1, describe: 'how many to try at once' },
  memory: { kind: 'text', describe: 'most memory of all at once (default: half of what the machine has)' },
  format: {
    kind: 'choice',
    choices: formatNames('compress'),
    default: 'table',
    describe: 'how to print the result',
  },
  json: scanOptions.json,
  output: inputOptions.output,
  units: scanOptions.units,
  color: scanOptions.color,
  'max-window': inputOptions['max-window'],
  'max-unpacked': inputOptions['max-unpacked'],
  progress: inputOptions.progress,
  quiet: inputOptions.quiet,
} as const;

export type CompressValues = Values<typeof compressOptions>;
