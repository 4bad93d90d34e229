// The options of `fix`.
import { formatNames } from '../../report/index.ts';
import type { Values } from './arguments.ts';
import { inputOptions, scanOptions } from './shared.ts';

const { include: _include, exclude: _exclude, 'strip-version': _version, output, ...input } = inputOptions;

export const fixOptions = {
  out: { kind: 'text', describe: 'where the result goes; it must not be there yet' },
  apply: { kind: 'flag', default: false, describe: 'carry the plan out on a copy, and scan the result' },
  exact: {
    kind: 'flag',
    default: false,
    describe: 'measure what each rule saves of the compressed archive; takes long',
  },
  'in-place': { kind: 'flag', default: false, describe: 'put the result in the place of the artifact' },
  'compress-with': {
    kind: 'text',
    describe: 'how to compress a new tar archive: gzip:9, zstd:19, zstd:22:long (default: by the name of --out)',
  },
  rules: scanOptions.rules,
  ignore: scanOptions.ignore,
  leftovers: { ...scanOptions.leftovers, describe: 'also remove what only some need: tests, headers, manuals, maps' },
  format: { kind: 'choice', choices: formatNames('fix'), default: 'table', describe: 'how to print plan and result' },
  json: scanOptions.json,
  output,
  units: scanOptions.units,
  color: scanOptions.color,
  ...input,
} as const;

export type FixValues = Values<typeof fixOptions>;
