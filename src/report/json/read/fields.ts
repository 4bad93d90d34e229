// Fields of JSON that others wrote: each is checked where it is taken, and an error names the path that is wrong.
import { FormatError } from '../../../errors.ts';
import { nameFromJson } from '../../../model/json-name.ts';
import type { Name } from '../../../model/name.ts';

/** An object and where it stands, `artifacts[0].totals`; '' for the whole document. */
export interface Node {
  readonly at: string;
  readonly json: Readonly<Record<string, unknown>>;
}

export function bad(what: string): FormatError {
  return new FormatError('bad-report', what);
}

export function asNode(value: unknown, at: string): Node {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`has no object at ${at || '$'}`);
  return { at, json: { ...value } };
}

export function object(node: Node, key: string): Node {
  return asNode(node.json[key], place(node, key));
}

export function nullableObject(node: Node, key: string): Node | null {
  return node.json[key] === null ? null : object(node, key);
}

/** Each item of a list, read as an object. */
export function list<Item>(node: Node, key: string, read: (item: Node) => Item): Item[] {
  return values(node, key).map((value, index) => read(asNode(value, `${place(node, key)}[${index}]`)));
}

export function words<Word extends string>(node: Node, key: string, known: readonly Word[]): Word[] {
  return values(node, key).map((value, index) => oneOf(value, known, `${place(node, key)}[${index}]`));
}

/** None where the key is absent. */
export function optionalWords<Word extends string>(node: Node, key: string, known: readonly Word[]): Word[] {
  return node.json[key] === undefined ? [] : words(node, key, known);
}

export function texts(node: Node, key: string): string[] {
  return values(node, key).map((value, index) => {
    if (typeof value !== 'string') throw bad(`has no text at ${place(node, key)}[${index}]`);
    return value;
  });
}

function values(node: Node, key: string): readonly unknown[] {
  const value = node.json[key];
  if (!Array.isArray(value)) throw bad(`has no list at ${place(node, key)}`);
  return value;
}

export function text(node: Node, key: string): string {
  const value = node.json[key];
  if (typeof value !== 'string') throw bad(`has no text at ${place(node, key)}`);
  return value;
}

export function nullableText(node: Node, key: string): string | null {
  return node.json[key] === null ? null : text(node, key);
}

/** null where the key is null or absent. */
export function optionalText(node: Node, key: string): string | null {
  return node.json[key] === undefined ? null : nullableText(node, key);
}

export function name(node: Node, key: string): Name {
  const found = nameFromJson(node.json, key);
  if (found === null) throw bad(`has no name at ${place(node, key)}`);
  return found;
}

/** null where the key is null or absent. */
export function optionalName(node: Node, key: string): Name | null {
  const value = node.json[key];
  return value === undefined || value === null ? null : name(node, key);
}

export function word<Word extends string>(node: Node, key: string, known: readonly Word[]): Word {
  return oneOf(node.json[key], known, place(node, key));
}

function oneOf<Word extends string>(value: unknown, known: readonly Word[], at: string): Word {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) throw bad(`has ${spell(value)} at ${at}, which is none of ${known.join(', ')}`);
  return found;
}

/** A whole number of bytes or things, 0 or more. */
export function size(node: Node, key: string): number {
  const value = integer(node, key);
  if (value < 0) throw bad(`has ${spell(value)} at ${place(node, key)}, which is less than 0`);
  return value;
}

export function nullableSize(node: Node, key: string): number | null {
  return node.json[key] === null ? null : size(node, key);
}

/** A whole number of either sign. */
export function integer(node: Node, key: string): number {
  const value = node.json[key];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw bad(`has ${spell(value)} at ${place(node, key)}, which is not a whole number`);
}

export function nullableInteger(node: Node, key: string): number | null {
  return node.json[key] === null ? null : integer(node, key);
}

export function nullableNumber(node: Node, key: string): number | null {
  const value = node.json[key];
  if (value === null || (typeof value === 'number' && Number.isFinite(value))) return value;
  throw bad(`has ${spell(value)} at ${place(node, key)}, which is not a number`);
}

export function place({ at }: Node, key: string): string {
  return at === '' ? key : `${at}.${key}`;
}

/** A value for a message; one that is long or deep is only described. */
function spell(value: unknown): string {
  if (typeof value === 'object' && value !== null) return 'an object or list';
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
