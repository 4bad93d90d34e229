// Limits of a gate that stand on the command line, instead of a budgets file.
import { readFileSync } from 'node:fs';
import { parseSize, percentIn } from '../../bytes/size.ts';
import { ConfigError, UsageError, systemCode } from '../../errors.ts';
import { decodeText } from '../../policy/budgets.ts';
import type { ArtifactBudget, Budgets } from '../../policy/budgets.ts';
import { diveRules } from '../../policy/dive-ci.ts';
import type { DiveRules } from '../../policy/dive-ci.ts';
import type { DiveLimits } from '../../policy/image-limits.ts';
import type { Growth, Limit } from '../../policy/limits.ts';

export interface LimitOptions {
  readonly 'max-compressed': string | undefined;
  readonly 'max-uncompressed': string | undefined;
  readonly 'max-full-pull'?: string | undefined;
  readonly 'max-growth': readonly string[];
  readonly 'max-compressed-growth'?: readonly string[];
  readonly 'dive-ci'?: string | undefined;
}

/** Budgets from the command line alone, or null where it has none. @throws UsageError where it is no limit. */
export function budgetsFromOptions(options: LimitOptions, artifacts: readonly string[]): Budgets | null {
  const compressed = limitFrom('--max-compressed', options['max-compressed']);
  const uncompressed = limitFrom('--max-uncompressed', options['max-uncompressed']);
  const fullPull = limitFrom('--max-full-pull', options['max-full-pull']);
  const growth = growthFrom('--max-growth', options['max-growth']);
  const compressedGrowth = growthFrom('--max-compressed-growth', options['max-compressed-growth'] ?? []);
  const file = options['dive-ci'];
  const limits = [compressed, uncompressed, fullPull, growth, compressedGrowth];
  if (limits.every((limit) => limit === null) && file === undefined) return null;
  if (artifacts.length === 0) throw new UsageError('which artifact are the limits for? Give a path');
  const dive = file === undefined ? null : diveLimits(file);
  const budgetOf = (path: string): ArtifactBudget => ({
    at: '',
    name: path,
    path,
    baseline: null,
    compressed,
    uncompressed,
    growth,
    ...(compressedGrowth === null ? {} : { compressedGrowth }),
    paths: [],
    ...(dive === null && fullPull === null ? {} : { image: { ...noImageLimits, fullPull, dive } }),
    compressWith: null,
    optional: false,
    reason: null,
  });
  return { artifacts: [...new Set(artifacts)].map(budgetOf), groups: [], rules: new Map(), ignore: [] };
}

const noImageLimits = {
  waste: null,
  wastePercent: null,
  layers: null,
  pull: null,
  baseLayers: 0,
} as const;

/** The limits of a `.dive-ci` file, each at its own name. @throws ConfigError. */
function diveLimits(file: string): DiveLimits {
  let rules: DiveRules;
  try {
    rules = diveRules(decodeText(readFileSync(file)));
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`--dive-ci "${file}": ${error.message}`);
    throw new ConfigError(`--dive-ci "${file}" cannot be read (${systemCode(error)})`, { cause: error });
  }
  const limit = (at: keyof DiveLimits): Limit | null => {
    const max = rules[at];
    return max === null ? null : { at, max, warnAt: null };
  };
  return {
    lowestEfficiency: limit('lowestEfficiency'),
    highestWastedBytes: limit('highestWastedBytes'),
    highestUserWastedPercent: limit('highestUserWastedPercent'),
  };
}

function limitFrom(option: string, text: string | undefined): Limit | null {
  return text === undefined ? null : { at: option, max: parseSize(text, option), warnAt: null };
}

/** One size, one percentage, or both. */
function growthFrom(option: string, words: readonly string[]): Growth | null {
  if (words.length === 0) return null;
  const percents = words.map(percentIn).filter((percent) => percent !== null);
  const sizes = words.filter((word) => !word.includes('%')).map((each) => parseSize(each, option));
  if (percents.length > 1 || sizes.length > 1 || percents.length + sizes.length < words.length) {
    throw new UsageError(`${option} takes a size such as 200KiB, a percentage such as 2%, or one of each`);
  }
  const [max] = sizes;
  const [percent] = percents;
  return {
    max: max === undefined ? null : { at: option, max, warnAt: null },
    maxPercent: percent === undefined ? null : { at: option, max: percent, warnAt: null },
    missingBaseline: 'unknown',
  };
}
