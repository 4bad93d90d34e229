// What a scan can be asked for, and what a program without types may hand to it by mistake: an option that is none, a limit that no number is beyond, or a word that
// would pass for the default. Nothing of it is taken silently, but for an option without a value, which is as good as not given.
import { UsageError, kindOf } from '../errors.ts';
import type { ImageChoice } from '../formats/image-choice.ts';
import { stripVersions } from '../inspectors/elf/strip-version.ts';
import type { StripVersion } from '../inspectors/elf/strip-version.ts';
import { defaultLimits } from './limits.ts';
import type { Outcome } from './inspection.ts';

/** What `scan` finds out, and how much of an artifact it takes; what is not asked for is absent from the snapshot. */
export interface ScanOptions {
  /**
   * `auto`: in a directory only files that another file may equal are hashed (archives: every file). `all`: every file. `compare`: as
   * `auto`, but digests may be codes that tell equal content within this process and mean nothing elsewhere, which is faster:
   * enough for findings, not for snapshots that are kept.
   */
  readonly digests: 'auto' | 'all' | 'compare';
  /** `needed`: facts that rules judge. `all`: also those that only a snapshot keeps (sizes after each mode of strip). */
  readonly facts: 'needed' | 'all';
  /**
   * @internal What scans share: content that one of them has inspected is not inspected again. Only for scans with equal `facts`; begin
   * with an empty map, each adds to it.
   */
  readonly knownFacts?: Map<string, Outcome> | undefined;
  /** Release of GNU strip (binutils) whose results are predicted: 2.35, 2.40 (the default) or 2.44. */
  readonly stripVersion?: StripVersion | undefined;
  /** Whether to tell how many bytes of the artifact file carry each entry. */
  readonly stored?: boolean | undefined;
  /** @internal Whether to try what compressing the debug data of ELF files would save; takes long. */
  readonly compressDebug?: boolean | undefined;
  /** Whether to read what package managers say of their files, for `packageRollup`; a snapshot file has none of it. */
  readonly packages?: boolean | undefined;
  /** Whether to read the code of pycs: what its parts take, and what `-OO` would leave. Takes reading all of each. */
  readonly bytecode?: boolean | undefined;
  /** Of an image: index of the layer to take alone; undefined for the merged tree. */
  readonly layer?: number | undefined;
  /** Which image of several, and whether to look for one. */
  readonly image?: ImageChoice | undefined;
  /** Whether to compress a sample of the stream another way, for the rule `recompress`; needs `stored`. */
  readonly sample?: boolean | undefined;
  /** Largest number of entries. */
  readonly maxEntries: number;
  /** Largest number of content bytes, unpacked. */
  readonly maxUnpacked: number;
  /** Largest window of a codec in bytes. */
  readonly maxWindow: number;
  /** Where to decode: in the thread that calls, or in one of its own; by default that depends on the length of the artifact. */
  readonly thread?: 'calling' | 'worker' | undefined;
  /** Called now and then with the bytes of the artifact read so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

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

const kinds: Readonly<Record<Exclude<keyof ScanOptions, Unlisted>, Kind>> = {
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
