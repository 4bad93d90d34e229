// Values of a snapshot file, checked one by one: errors name the JSON path.
import { FormatError } from '../errors.ts';

export type Json = Readonly<Record<string, unknown>>;

export function object(value: unknown, at: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`has no object at ${at}`);
  return { ...value };
}

export function list(value: unknown, at: string): unknown[] {
  if (!Array.isArray(value)) throw bad(`has no list at ${at}`);
  return value;
}

export function sizeOf(json: Json, key: string, at: string): number;
export function sizeOf(json: Json, key: string, at: string, nullable: true): number | null;
export function sizeOf(json: Json, key: string, at: string, nullable = false): number | null {
  const value = json[key];
  if (nullable && value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw bad(`has ${at}.${key} ${spell(value)}, which is not a whole number of bytes`);
}

export function integer(json: Json, key: string, at: string): number | null {
  const value = json[key];
  if (value === null || (typeof value === 'number' && Number.isSafeInteger(value))) return value;
  throw bad(`has ${at}.${key} ${spell(value)}, which is not a whole number`);
}

/** A value of JSON for a message; one that is long or deep is only described. */
export function spell(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? 'an object or list'
    : (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}

export function bad(what: string): FormatError {
  return new FormatError('bad-snapshot', what);
}

/** Whether a value is one of the words. */
export function oneOf<Word extends string>(words: readonly Word[]): (value: unknown) => value is Word {
  const known: ReadonlySet<unknown> = new Set(words);
  return (value): value is Word => known.has(value);
}
