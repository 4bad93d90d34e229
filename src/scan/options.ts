// What a program without types may hand to `scan` by mistake: a limit that no number is beyond, or a word that would pass for the
// default. Nothing of it is taken silently.
import { UsageError } from '../errors.ts';
import { stripVersions } from '../inspectors/elf/strip-version.ts';
import { defaultLimits } from './limits.ts';
import type { ScanOptions } from './scan.ts';

export const defaultOptions = { ...defaultLimits, digests: 'auto', facts: 'needed' } as const satisfies ScanOptions;

const limits = ['maxEntries', 'maxUnpacked', 'maxWindow'] as const;

const choices = {
  digests: ['auto', 'all', 'compare'],
  facts: ['needed', 'all'],
  stripVersion: [...stripVersions, undefined],
  thread: ['calling', 'worker', undefined],
} satisfies { readonly [Key in 'digests' | 'facts' | 'stripVersion' | 'thread']: readonly ScanOptions[Key][] };

/** @throws UsageError naming the option. */
export function checkOptions(options: ScanOptions): void {
  for (const name of limits) {
    const limit: unknown = options[name];
    if (typeof limit !== 'number' || !(limit >= 0)) wrong(name, limit, 'a number, 0 or more (see defaultLimits)');
  }
  for (const [name, known] of Object.entries(choices)) {
    const value: unknown = Reflect.get(options, name);
    if (!known.some((choice) => choice === value)) wrong(name, value, `one of ${known.join(', ').replace(/, $/, '')}`);
  }
  const layer: unknown = options.layer;
  if (layer !== undefined && !(Number.isInteger(layer) && Number(layer) >= 0)) wrong('layer', layer, 'an index from 0');
}

function wrong(name: string, value: unknown, right: string): never {
  throw new UsageError(
    `the option ${name} should be ${right}, not ${typeof value === 'string' ? `"${value}"` : String(value)}`,
  );
}
