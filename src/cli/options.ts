// The options that commands share, and what they mean; the only place that knows argv's spelling.
import type { Argv } from 'yargs';
import { parseSize } from '../bytes/size.ts';
import type { Units } from '../bytes/size.ts';
import { UsageError } from '../errors.ts';
import type { Severity } from '../model/finding.ts';
import { formatNames } from '../report/index.ts';
import type { ReportOptions, SizeName } from '../report/reporter.ts';
import { rules } from '../rules/index.ts';
import type { Rule } from '../rules/rule.ts';
import { defaultLimits } from '../scan/scan.ts';
import type { ScanOptions } from '../scan/scan.ts';

export interface ScanArgs {
  readonly artifact: string;
  readonly format: string;
  readonly output: string | undefined;
  readonly units: Units;
  readonly size: SizeName;
  readonly sort: 'size' | 'path';
  readonly depth: number;
  readonly top: number;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly rules: string | undefined;
  readonly ignore: readonly string[];
  readonly failOn: 'none' | Severity;
  readonly exitZero: boolean;
  readonly digests: 'auto' | 'all';
  readonly maxWindow: string;
  readonly maxEntries: number;
  readonly maxUnpacked: string;
  readonly color: 'auto' | 'always' | 'never';
  readonly progress: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Adds the options of `scan`; the ones of `snapshot` are some of these. */
export function scanOptions<T>(yargs: Argv<T>) {
  return inputOptions(yargs)
    .option('format', { choices: formatNames, default: 'table', describe: 'how to print the result' })
    .option('json', { type: 'boolean', default: false, describe: 'short for --format json' })
    .option('output', { alias: 'o', type: 'string', describe: 'write to this file instead of standard output' })
    .option('size', {
      choices: ['content', 'disk'] as const,
      default: 'content' as const,
      describe: 'size that tables show',
    })
    .option('units', {
      choices: ['iec', 'si', 'bytes'] as const,
      default: 'iec' as const,
      describe: 'KiB, kB or bytes',
    })
    .option('depth', { type: 'number', default: 3, describe: 'deepest directory level in tables' })
    .option('top', { type: 'number', default: 12, describe: 'most rows in a table' })
    .option('sort', { choices: ['size', 'path'] as const, default: 'size' as const, describe: 'order of directories' })
    .option('rules', { type: 'string', describe: `only these rules, of: ${rules.map(({ id }) => id).join(', ')}` })
    .option('ignore', { type: 'string', array: true, nargs: 1, default: [], describe: 'leave claims out: RULE:GLOB' })
    .option('fail-on', {
      choices: ['none', 'info', 'warn', 'error'] as const,
      default: 'none' as const,
      describe: 'exit 1 on findings this grave',
    })
    .option('exit-zero', { type: 'boolean', default: false, describe: 'report only: never exit 1' })
    .option('color', {
      choices: ['auto', 'always', 'never'] as const,
      default: 'auto' as const,
      describe: 'colours (or NO_COLOR)',
    });
}

/** What governs how an artifact is read. */
export function inputOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('include', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [],
      describe: 'count only what this glob matches',
    })
    .option('exclude', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [],
      describe: 'do not count what this glob matches',
    })
    .option('digests', {
      choices: ['auto', 'all'] as const,
      default: 'auto' as const,
      describe: 'files of a directory to hash',
    })
    .option('max-window', { type: 'string', default: '128 MiB', describe: 'largest decoder window' })
    .option('max-entries', { type: 'number', default: defaultLimits.maxEntries, describe: 'most entries' })
    .option('max-unpacked', { type: 'string', default: '128 GiB', describe: 'most unpacked bytes' })
    .option('progress', { type: 'boolean', default: true, describe: 'progress on standard error, if a terminal' })
    .option('quiet', { alias: 'q', type: 'boolean', default: false, describe: 'no progress and no warnings' })
    .option('verbose', {
      alias: 'v',
      type: 'boolean',
      default: false,
      describe: 'list the largest claims and all notices',
    });
}

export function toScanOptions(
  args: Pick<ScanArgs, 'digests' | 'maxWindow' | 'maxEntries' | 'maxUnpacked'>,
): ScanOptions {
  return {
    digests: args.digests,
    maxWindow: parseSize(args.maxWindow),
    maxEntries: wholeNumber('--max-entries', args.maxEntries, 1),
    maxUnpacked: parseSize(args.maxUnpacked),
  };
}

export function toReportOptions(args: ScanArgs): ReportOptions {
  const terminal = args.output === undefined && process.stdout.isTTY;
  return {
    units: args.units,
    size: args.size,
    sort: args.sort,
    depth: wholeNumber('--depth', args.depth, 0),
    top: wholeNumber('--top', args.top, 1),
    // Text that is piped or kept is read at the width that everybody has.
    width: terminal ? Math.min(Math.max(process.stdout.columns, 60), 140) : 80,
    color: args.color === 'always' || (args.color === 'auto' && terminal && colorsWanted()),
    verbose: args.verbose,
  };
}

/** The rules named by `--rules a,b`, all without it. @throws UsageError for an unknown one. */
export function selectRules(names: string | undefined): readonly Rule[] {
  if (names === undefined) return rules;
  const wanted = new Set(names.split(',').map((name) => name.trim()));
  for (const name of wanted) {
    if (!rules.some(({ id }) => id === name)) {
      throw new UsageError(`there is no rule "${name}"; the rules are ${rules.map(({ id }) => id).join(', ')}`);
    }
  }
  return rules.filter(({ id }) => wanted.has(id));
}

function colorsWanted(): boolean {
  return (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
}

function wholeNumber(option: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least)
    throw new UsageError(`${option} takes a whole number of ${least} or more`);
  return value;
}
