// Limits of a budgets file: how much is allowed, and from where on a warning is due. Limits are inclusive.
import { percentIn } from '../bytes/size.ts';
import { failAt, objectOf, percentOf, sizeOf, choiceOf } from './fields.ts';
import type { Field, Fields } from './fields.ts';

/** What is allowed at most (at least, for `lowestEfficiency`); what equals it passes. */
export interface Limit {
  /** JSON path of the limit, `artifacts[0].compressed.max`, or the option that gave it. */
  readonly at: string;
  /** Bytes, or percent. */
  readonly max: number;
  /** What is above this (and not above `max`) is a warning; null for none. */
  readonly warnAt: number | null;
}

/** Limits on what the content, or the compressed file, grew by since the baseline. */
export interface Growth {
  /** Bytes that it may grow by; null for no such limit. */
  readonly max: Limit | null;
  /** Percent of the baseline's that it may grow by; null for no such limit. */
  readonly maxPercent: Limit | null;
  /** What a baseline that does not exist (yet) makes of the verdicts. */
  readonly missingBaseline: 'unknown' | 'pass';
}

/** `{ "max": …, "warnAt": … }`. */
export function readLimit(field: Field | undefined): Limit | null {
  if (field === undefined) return null;
  const members = objectOf(field, ['max', 'warnAt']);
  const max = limitAt(members.get('max'), sizeOf);
  if (max === null) failAt(field, 'the key "max" is missing');
  return withWarning(members.get('warnAt'), [max])[0] ?? null;
}

/** The same of what is no size; then `warnAt` is a percentage. */
export function readPlainLimit(field: Field | undefined, read: (field: Field) => number): Limit | null {
  if (field === undefined) return null;
  const members = objectOf(field, ['max', 'warnAt']);
  const max = limitAt(members.get('max'), read);
  if (max === null) failAt(field, 'the key "max" is missing');
  const warnAt = members.get('warnAt');
  if (warnAt !== undefined && percentText(warnAt) === null) failAt(warnAt, 'should be a percentage such as "95%"');
  return withWarning(warnAt, [max])[0] ?? null;
}

const growthModes = ['absolute', 'percent', 'both'] as const;

export function readGrowth(field: Field | undefined): Growth | null {
  if (field === undefined) return null;
  const members = objectOf(field, ['max', 'maxPercent', 'mode', 'warnAt', 'missingBaseline']);
  const max = limitAt(members.get('max'), sizeOf);
  const maxPercent = limitAt(members.get('maxPercent'), percentOf);
  checkMode(field, members);
  const [first, second] = withWarning(members.get('warnAt'), [max, maxPercent]);
  const missing = members.get('missingBaseline');
  return {
    max: first ?? null,
    maxPercent: second ?? null,
    missingBaseline: missing === undefined ? 'unknown' : choiceOf(missing, ['unknown', 'pass']),
  };
}

/** `mode` only says what is there: a limit that it leaves out would be one that someone believes in. */
function checkMode(field: Field, members: Fields): void {
  const given = members.get('mode');
  const mode = given === undefined ? null : choiceOf(given, growthModes);
  const needs = { absolute: ['max'], percent: ['maxPercent'], both: ['max', 'maxPercent'] };
  for (const key of ['max', 'maxPercent']) {
    const there = members.get(key);
    if (mode === null) continue;
    if (there === undefined && needs[mode].includes(key)) failAt(field, `mode "${mode}" needs the key "${key}"`);
    if (there !== undefined && !needs[mode].includes(key)) {
      failAt(there, `has no meaning in mode "${mode}"; leave it or the mode out`);
    }
  }
  if (!members.has('max') && !members.has('maxPercent')) failAt(field, 'needs "max", "maxPercent" or both');
}

/** Limits of one path budget, for each file and for all of them together. */
export function readPathLimits(field: Field, members: Fields): { max: Limit | null; total: Limit | null } {
  const limits = [limitAt(members.get('max'), sizeOf), limitAt(members.get('total'), sizeOf)];
  if (limits.every((limit) => limit === null)) failAt(field, 'needs "max" (of each file), "total" (of all) or both');
  const [max, total] = withWarning(members.get('warnAt'), limits);
  return { max: max ?? null, total: total ?? null };
}

function limitAt(field: Field | undefined, read: (field: Field) => number): Limit | null {
  return field === undefined ? null : { at: field.path, max: read(field), warnAt: null };
}

/** A percentage is one of each limit; a size is meant for a single limit of bytes. */
function withWarning(field: Field | undefined, limits: readonly (Limit | null)[]): (Limit | null)[] {
  if (field === undefined) return [...limits];
  const given = limits.filter((limit) => limit !== null);
  const percent = percentText(field);
  if (percent !== null) {
    return limits.map((limit) => limit && { ...limit, warnAt: shareOf(limit.max, percent) });
  }
  const [only, second] = given;
  if (only === undefined || second !== undefined || only.at.endsWith('maxPercent')) {
    failAt(field, 'should be a percentage such as "95%", since it is for limits of different kinds');
  }
  const warnAt = sizeOf(field);
  if (warnAt > only.max) failAt(field, `${warnAt} bytes are above the limit itself, ${only.max}`);
  return limits.map((limit) => limit && { ...limit, warnAt });
}

/** Without the noise of binary fractions: what is exactly at 4.1 % of a limit does not warn. */
function shareOf(max: number, percent: number): number {
  return Number(((max * percent) / 100).toPrecision(15));
}

/** The number of `95%`, null where it is no percentage. */
function percentText(field: Field): number | null {
  const { node } = field;
  if (node.type !== 'string' || !node.value.includes('%')) return null;
  const percent = percentIn(node.value);
  if (percent === null || percent === 0 || percent > 100)
    failAt(field, 'should be above 0% and at most 100%, such as "95%"');
  return percent;
}
