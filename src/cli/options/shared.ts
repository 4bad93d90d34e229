// The options that commands share, and what they mean.
import { parseSize, roundSize } from '../../bytes/size.ts';
import { UsageError } from '../../errors.ts';
import { defaultStripVersion, stripVersions } from '../../inspectors/elf/strip-version.ts';
import { didYouMean } from '../../policy/nearest.ts';
import { formatNames } from '../../report/index.ts';
import type { ReportOptions } from '../../report/reporter.ts';
import { ruleIds, rules } from '../../rules/index.ts';
import type { Rule } from '../../rules/rule.ts';
import { defaultLimits } from '../../scan/limits.ts';
import type { ScanOptions } from '../../scan/scan.ts';
import type { Values } from './arguments.ts';
import { summaryOption } from '../output/summary.ts';

/** What most commands read, in the words of their help. */
export const anyArtifact = 'ARTIFACT: a directory, archive, package, library, snapshot file, or - for standard input.';

/** What governs how an artifact is read. */
export const inputOptions = {
  output: { kind: 'text', short: 'o', describe: 'write to this file instead of standard output' },
  include: { kind: 'list', describe: 'count only what this glob matches (may be repeated)' },
  exclude: { kind: 'list', describe: 'do not count what this glob matches (may be repeated)' },
  'max-window': { kind: 'text', default: sizeText(defaultLimits.maxWindow), describe: 'largest decoder window' },
  'max-entries': { kind: 'number', default: defaultLimits.maxEntries, least: 1, describe: 'most entries' },
  'max-unpacked': { kind: 'text', default: sizeText(defaultLimits.maxUnpacked), describe: 'most unpacked bytes' },
  image: { kind: 'text', describe: 'which image of an archive of several: its tag, or its number from 1' },
  platform: { kind: 'text', describe: 'which image of an index of several: os/architecture[/variant]' },
  as: {
    kind: 'choice',
    choices: ['auto', 'image', 'files'],
    default: 'auto',
    describe: 'files: read an image archive as a plain tar, or a layout as a plain directory',
  },
  'strip-version': {
    kind: 'choice',
    choices: stripVersions,
    describe: `GNU strip whose result is predicted (${defaultStripVersion} without it)`,
  },
  progress: { kind: 'flag', default: true, describe: 'progress on standard error, if it is a terminal' },
  quiet: { kind: 'flag', short: 'q', default: false, describe: 'no progress and no warnings' },
  verbose: { kind: 'flag', short: 'v', default: false, describe: 'the largest claims, whole commands, all notices' },
} as const;

function sizeText(bytes: number): string {
  return roundSize(bytes) ?? String(bytes);
}

export const scanOptions = {
  format: { kind: 'choice', choices: formatNames('scan'), default: 'table', describe: 'how to print the result' },
  json: { kind: 'flag', default: false, describe: 'short for --format json' },
  size: {
    kind: 'choice',
    choices: ['content', 'disk', 'compressed'],
    default: 'content',
    describe: 'size that tables show',
  },
  units: { kind: 'choice', choices: ['iec', 'si', 'bytes'], default: 'iec', describe: 'KiB, kB or bytes' },
  depth: { kind: 'number', default: 99, least: 0, describe: 'deepest directory level in tables' },
  top: { kind: 'number', default: 12, least: 1, describe: 'most rows in a table' },
  sort: { kind: 'choice', choices: ['size', 'path'], default: 'size', describe: 'order of directories' },
  by: { kind: 'choice', choices: ['directory', 'package'], default: 'directory', describe: 'sizes by what' },
  layers: {
    kind: 'flag',
    default: false,
    describe: 'of an image: all layers, with what each adds, changes and deletes',
  },
  layer: { kind: 'text', describe: 'of an image: this layer alone, counted from 0' },
  'compress-with': {
    kind: 'text',
    describe: 'pack a directory, or an image as one layer, so compressed: zstd:19, gzip:9, …',
  },
  sections: { kind: 'flag', default: false, describe: 'where the bytes of ELF files are, by section' },
  leftovers: { kind: 'flag', default: false, describe: 'count what only some need: tests, headers, manuals, maps' },
  bytecode: { kind: 'flag', default: false, describe: 'what Python bytecode takes, and what it could take' },
  rules: { kind: 'text', describe: `only these rules, separated by commas, of: ${ruleIds.join(', ')}` },
  ignore: { kind: 'list', describe: 'leave claims out: RULE:GLOB, or *:GLOB (may be repeated)' },
  'fail-on': {
    kind: 'choice',
    choices: ['none', 'info', 'warn', 'error'],
    default: 'none',
    describe: 'exit 1 on findings this grave or graver; rules give warn and info',
  },
  'exit-zero': { kind: 'flag', default: false, describe: 'report only: never exit 1' },
  digests: {
    kind: 'choice',
    choices: ['auto', 'all'],
    default: 'auto',
    describe: 'which files of a directory to hash',
  },
  summary: summaryOption,
  color: {
    kind: 'choice',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    describe: 'colours (see also NO_COLOR)',
  },
  ...inputOptions,
} as const;

const packWith = { kind: 'text', describe: 'pack directories, so compressed: zstd:19, gzip:9, …' } as const;

export const diffOptions = {
  format: { kind: 'choice', choices: formatNames('diff'), default: 'table', describe: 'how to print the result' },
  json: scanOptions.json,
  size: {
    kind: 'choice',
    choices: ['content', 'disk', 'compressed'],
    default: 'content',
    describe: 'size that tables show',
  },
  by: scanOptions.by,
  units: scanOptions.units,
  depth: scanOptions.depth,
  top: scanOptions.top,
  sort: { kind: 'choice', choices: ['delta', 'size', 'path'], default: 'delta', describe: 'order of rows' },
  'min-change': { kind: 'text', default: '0', describe: 'show only what changed by this size or more' },
  'strip-components': {
    kind: 'text',
    default: 'auto',
    describe: 'leading directories of paths to leave out, or auto: wrappers such as python-3.12.1/',
  },
  map: { kind: 'list', describe: "names that match are taken for equal, e.g. 'python3.*' (may be repeated)" },
  sections: { kind: 'flag', default: false, describe: 'which sections of changed ELF files grew' },
  leftovers: scanOptions.leftovers,
  rules: scanOptions.rules,
  ignore: scanOptions.ignore,
  'exit-code': { kind: 'flag', default: false, describe: 'exit 1 where anything differs' },
  summary: summaryOption,
  color: scanOptions.color,
  'compress-with': packWith,
  ...inputOptions,
} as const;

export const snapshotOptions = { 'compress-with': packWith, ...inputOptions } as const;

export type InputValues = Values<typeof inputOptions>;
export type ScanValues = Values<typeof scanOptions>;
export type SnapshotValues = Values<typeof snapshotOptions>;
export type DiffValues = Values<typeof diffOptions>;

export type Thoroughness = Pick<
  ScanOptions,
  'digests' | 'facts' | 'stripVersion' | 'compressDebug' | 'packages' | 'bytecode' | 'layer' | 'stored' | 'sample'
>;

export function toScanOptions(values: InputValues, thoroughness: Thoroughness): ScanOptions {
  return {
    stripVersion: values['strip-version'],
    ...thoroughness,
    maxWindow: parseSize(values['max-window'], '--max-window'),
    maxEntries: values['max-entries'],
    maxUnpacked: parseSize(values['max-unpacked'], '--max-unpacked'),
    image: { name: values.image, platform: values.platform, as: values.as },
  };
}

/** The index that `--layer` names. @throws UsageError for what is no index. */
export function parseLayer(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,5}$/.test(text))
    throw new UsageError(`--layer takes the index of a layer, counted from 0, not "${text}"`);
  return Number(text);
}

/** Options of a command that decide how its report looks. */
export type LayoutValues = Pick<DiffValues, 'units' | 'sort' | 'depth' | 'top' | 'verbose' | 'color' | 'output'> & {
  readonly size: ScanValues['size'];
  readonly 'min-change'?: string;
};

export function toReportOptions(values: LayoutValues): ReportOptions {
  const { units, size, sort, depth, top, verbose, color, output } = values;
  const terminal = output === undefined && process.stdout.isTTY;
  return {
    units,
    size: size === 'compressed' ? 'content' : size,
    ...(size === 'compressed' ? { stored: true } : {}),
    sort,
    depth,
    top,
    minChange: parseSize(values['min-change'] ?? '0', '--min-change'),
    // Text that is piped or kept is read at the width that everybody has.
    width: terminal ? Math.min(Math.max(process.stdout.columns, 60), 140) : 80,
    color: color === 'always' || (color === 'auto' && terminal && colorsWanted()),
    verbose,
  };
}

/** The rules named by `--rules a,b`, `others` without it. @throws UsageError for an unknown one. */
export function selectRules(names: string | undefined, others: readonly Rule[] = rules): readonly Rule[] {
  if (names === undefined) return others;
  const wanted = new Set(names.split(',').map((name) => name.trim()));
  for (const name of wanted) {
    if (!ruleIds.includes(name))
      throw new UsageError(
        `there is no rule "${name}"${didYouMean(name, ruleIds) || '; "sizecheck explain" lists the rules'}`,
      );
  }
  return rules.filter(({ id }) => wanted.has(id));
}

function colorsWanted(): boolean {
  return (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
}
