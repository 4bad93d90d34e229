// What a program without types may hand to `scan` by mistake: an option that is none, a limit that no number is beyond, or a word that
// would pass for the default. Nothing of it is taken silently, but for an option without a value, which is as good as not given.
import { UsageError, kindOf } from '../errors.ts';
import type { ImageChoice } from '../formats/format.ts';
import { stripVersions } from '../inspectors/elf/strip-version.ts';
import { defaultLimits } from './limits.ts';
import type { ScanOptions } from './scan.ts';

const defaultOptions = { ...defaultLimits, digests: 'auto', facts: 'needed' } as const satisfies ScanOptions;

/** What is right for an option, and how to say so. */
interface Kind {
  readonly right: string;
  accepts(value: unknown): boolean;
}

const limit: Kind = {
  right: 'a number, 0 or more (see defaultLimits)',
  accepts: (value) => typeof value === 'number' && value >= 0,
};
const index: Kind = { right: 'an index from 0', accepts: (value) => Number.isInteger(value) && Number(value) >= 0 };
const flag: Kind = { right: 'true or false', accepts: (value) => typeof value === 'boolean' };
const text: Kind = { right: 'a text', accepts: (value) => typeof value === 'string' };

/** Options of an option. */
const choice: Kind = { right: 'an object with name, platform or as', accepts: isRecord };

function oneOf(...words: readonly string[]): Kind {
  return { right: `one of ${words.join(', ')}`, accepts: (value) => words.some((word) => word === value) };
}

const imageKinds: Readonly<Record<keyof ImageChoice, Kind>> = {
  name: text,
  platform: text,
  as: oneOf('auto', 'image', 'files'),
};

/** What only the command line asks for. */
type Unlisted = 'knownFacts' | 'compressDebug';

const kinds: Readonly<Record<Exclude<keyof ScanOptions, Unlisted | 'ledger'>, Kind>> = {
  digests: oneOf('auto', 'all', 'compare'),
  facts: oneOf('needed', 'all'),
  stored: flag,
  sample: flag,
  packages: flag,
  bytecode: flag,
  image: choice,
  layer: index,
  stripVersion: oneOf(...stripVersions),
  maxEntries: limit,
  maxUnpacked: limit,
  maxWindow: limit,
  thread: oneOf('calling', 'worker'),
  onProgress: { right: 'a function', accepts: (value) => typeof value === 'function' },
};

const unlistedKinds: Readonly<Record<Unlisted, Kind>> = {
  knownFacts: { right: 'a Map', accepts: (value) => value instanceof Map },
  compressDebug: flag,
};

/** The options with defaults for those that are not given. @throws UsageError naming the option that is none, or is wrong. */
export function completeOptions(given: Partial<ScanOptions>): ScanOptions {
  if (!isRecord(given)) throw new UsageError(`scan takes an object of options, not ${kindOf(given)}`);
  const options: ScanOptions = { ...defaultOptions, ...checked(given, kinds, '', unlistedKinds) };
  if (options.image === undefined) return options;
  return { ...options, image: checked(options.image, imageKinds, 'image.') };
}

/** Those that have a value. */
function checked<Options extends object>(
  given: Options,
  known: Readonly<Record<string, Kind>>,
  prefix: string,
  unlisted: Readonly<Record<string, Kind>> = {},
): Options {
  const all = { ...known, ...unlisted };
  const there = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [name, value] of there) {
    const kind = Object.hasOwn(all, name) ? all[name] : undefined;
    if (kind === undefined) {
      const names = Object.keys(known).map((one) => prefix + one);
      throw new UsageError(`there is no option ${prefix}${name}; there are ${names.join(', ')}`);
    }
    if (!kind.accepts(value))
      throw new UsageError(`the option ${prefix}${name} should be ${kind.right}, not ${shown(value)}`);
  }
  // Only what has no value is left out, which is the same to every reader of these.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(there) as Options;
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value);
}
