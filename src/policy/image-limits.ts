// Limits on the layers of an image: those of a budgets file, and those of dive with dive's names and comparisons.
import { failAt, kindOf, objectOf, optionalText, percentOf, sizeOf } from './fields.ts';
import type { Field, Fields } from './fields.ts';
import { parseDiveBytes } from './dive-ci.ts';
import { quoted } from './json.ts';
import { readLimit, readPlainLimit } from './limits.ts';
import type { Limit } from './limits.ts';

/** One image of an archive or index of several, as `--image` and `--platform` choose it; null for what does not matter. */
export interface ImageChoice {
  readonly name: string | null;
  /** `os/architecture[/variant]`. */
  readonly platform: string | null;
}

export interface DiveLimits {
  /** A share of 1 that is the least; the others are the most. */
  readonly lowestEfficiency: Limit | null;
  /** Bytes. */
  readonly highestWastedBytes: Limit | null;
  /** A share of 1, as dive has it. */
  readonly highestUserWastedPercent: Limit | null;
}

export interface ImageBudget {
  /** Bytes that layers store and the merged tree does not show. */
  readonly waste: Limit | null;
  /** The same in percent of what the layers store. */
  readonly wastePercent: Limit | null;
  /** Number of layers. */
  readonly layers: Limit | null;
  /** Compressed bytes of layers that the baseline lacks. */
  readonly pull: Limit | null;
  /** Compressed bytes of all layers, for a host that has none of them. */
  readonly fullPull: Limit | null;
  /** Lowest layers that are not judged: the base image. */
  readonly baseLayers: number;
  readonly dive: DiveLimits | null;
}

export const imageKeys = ['waste', 'wastePercent', 'layers', 'pull', 'fullPull', 'baseLayers', 'dive'] as const;

export const choiceKeys = ['image', 'platform'] as const;

/** null where nothing is chosen. */
export function readImageChoice(members: Fields): ImageChoice | null {
  const choice = { name: optionalText(members, 'image'), platform: optionalText(members, 'platform') };
  return choice.name === null && choice.platform === null ? null : choice;
}

/** null where there is no limit on layers. */
export function readImageBudget(members: Fields): ImageBudget | null {
  const base = members.get('baseLayers');
  const budget: ImageBudget = {
    waste: readLimit(members.get('waste')),
    wastePercent: readPlainLimit(members.get('wastePercent'), percentOf),
    layers: readPlainLimit(members.get('layers'), countOf),
    pull: readLimit(members.get('pull')),
    fullPull: readLimit(members.get('fullPull')),
    baseLayers: base === undefined ? 0 : countOf(base),
    dive: readDive(members.get('dive')),
  };
  return hasLimit(budget) || budget.baseLayers > 0 ? budget : null;
}

export function hasLimit({ waste, wastePercent, layers, pull, fullPull, dive }: ImageBudget): boolean {
  return [waste, wastePercent, layers, pull, fullPull, dive].some((limit) => limit !== null);
}

/** A whole number of things. */
function countOf(field: Field): number {
  const { node } = field;
  if (node.type !== 'number') failAt(field, `should be a number of layers, not ${kindOf(node)}`);
  if (!Number.isSafeInteger(node.value) || node.value < 0)
    failAt(field, `${node.value} is not a whole number of layers`);
  return node.value + 0;
}

function readDive(field: Field | undefined): DiveLimits | null {
  if (field === undefined) return null;
  const members = objectOf(field, ['lowestEfficiency', 'highestWastedBytes', 'highestUserWastedPercent']);
  const limit = (key: string, read: (given: Field) => number): Limit | null => {
    const given = members.get(key);
    return given === undefined ? null : { at: given.path, max: read(given), warnAt: null };
  };
  const limits = {
    lowestEfficiency: limit('lowestEfficiency', shareOf),
    highestWastedBytes: limit('highestWastedBytes', diveBytesOf),
    highestUserWastedPercent: limit('highestUserWastedPercent', shareOf),
  };
  if (members.size === 0) failAt(field, 'should hold at least one of the limits of dive');
  return limits;
}

function shareOf(field: Field): number {
  const { node } = field;
  if (node.type !== 'number') failAt(field, `should be a number from 0 to 1, not ${kindOf(node)}`);
  if (!(node.value >= 0 && node.value <= 1)) failAt(field, `${node.value} is not from 0 to 1`);
  return node.value + 0;
}

/** In dive's spelling, where `20M` is 20,000,000. */
function diveBytesOf(field: Field): number {
  const { node } = field;
  if (node.type !== 'string' || /^\s*-/.test(node.value)) return sizeOf(field);
  const bytes = parseDiveBytes(node.value);
  if (bytes !== null) return bytes;
  return failAt(
    field,
    `${quoted(node.value)} is no size that dive takes, such as "20MB" or "20MiB", of at most 2^53 - 1 bytes`,
  );
}
