// Values of a configuration file together with where they stand, so that each error names JSON path, line and column. Objects
// take only keys that are known: a misspelt key must not switch a gate off.
import { parseSize } from '../bytes/size.ts';
import { ConfigError, UsageError } from '../errors.ts';
import { placeIn, quoted } from './json.ts';
import type { JsonDocument, JsonNode } from './json.ts';
import { didYouMean } from './nearest.ts';

export interface Field {
  /** `artifacts[0].compressed.max`; empty for the document itself. */
  readonly path: string;
  readonly node: JsonNode;
  readonly text: string;
}

export type Fields = ReadonlyMap<string, Field>;

export function rootField({ root, text }: JsonDocument): Field {
  return { path: '', node: root, text };
}

/** @throws ConfigError with path, message and place. */
export function failAt({ path, node, text }: Field, message: string, offset = node.start): never {
  throw new ConfigError(`${path === '' ? '' : `${path}: `}${message} ${placeIn(text, offset)}`);
}

/** The members of an object, by key. @throws ConfigError for another value or a key that is not among `known`. */
export function objectOf(field: Field, known: readonly string[]): Fields {
  const members = anyObjectOf(field);
  for (const [key, member] of members) {
    if (!known.includes(key)) {
      const hint = didYouMean(key, known);
      failAt(member, `there is no such key${hint === '' ? `; known here: ${known.join(', ')}` : hint}`);
    }
  }
  return members;
}

/** The members of an object whose keys are names. */
export function anyObjectOf(field: Field): Fields {
  const { node, path, text } = field;
  if (node.type !== 'object') failAt(field, `should be an object, not ${kindOf(node)}`);
  return new Map(node.members.map(({ key, value }) => [key, { path: memberPath(path, key), node: value, text }]));
}

function memberPath(path: string, key: string): string {
  const plain = /^[A-Za-z_$][\w$-]{0,59}$/.test(key);
  if (!plain) return `${path}[${quoted(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** The items of a list; none where there is no list. */
export function listOf(field: Field | undefined): readonly Field[] {
  if (field === undefined) return [];
  const { node, path, text } = field;
  if (node.type !== 'array') failAt(field, `should be a list in [ ], not ${kindOf(node)}`);
  return node.items.map((item, index) => ({ path: `${path}[${index}]`, node: item, text }));
}

/** @throws ConfigError naming the key that is missing. */
export function required(members: Fields, key: string, owner: Field): Field {
  return members.get(key) ?? failAt(owner, `the key "${key}" is missing`);
}

/** Text that is not empty, nor more than `longest` characters. */
export function textOf(field: Field, longest = 1024): string {
  const { node } = field;
  if (node.type !== 'string') failAt(field, `should be text in double quotes, not ${kindOf(node)}`);
  if (node.value.trim() === '') failAt(field, 'should not be empty');
  // Characters as JSON Schema counts them, not the two units that some take.
  if (Array.from(node.value).length > longest) failAt(field, `is longer than ${longest} characters`);
  return node.value;
}

export function flagOf(field: Field | undefined): boolean {
  if (field === undefined) return false;
  if (field.node.type !== 'boolean') failAt(field, `should be true or false, not ${kindOf(field.node)}`);
  return field.node.value;
}

export function choiceOf<Choice extends string>(field: Field, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => field.node.type === 'string' && field.node.value === choice);
  if (found !== undefined) return found;
  const given = field.node.type === 'string' ? quoted(field.node.value) : kindOf(field.node);
  return failAt(field, `should be one of ${choices.map((choice) => `"${choice}"`).join(', ')}, not ${given}`);
}

/** Bytes: a whole number, or text with a unit. */
export function sizeOf(field: Field): number {
  const { node } = field;
  if (node.type === 'number') {
    if (Number.isSafeInteger(node.value) && node.value >= 0) return node.value + 0;
    // Of what a number cannot hold, its nearest one is not what was written.
    const said = Math.abs(node.value) > Number.MAX_SAFE_INTEGER ? 'it' : String(node.value);
    failAt(field, `${said} is not a whole number of bytes from 0 to 2^53 - 1`);
  }
  if (node.type !== 'string') failAt(field, `should be a size such as "12 MiB" or 1048576, not ${kindOf(node)}`);
  if (/^\s*-/.test(node.value)) failAt(field, `${quoted(node.value)} is negative`);
  if (/^\s*[0-9.]+\s*$/.test(node.value)) {
    failAt(field, `${quoted(node.value)} has no unit; write "KiB", "MB" and so on behind it, or bytes without quotes`);
  }
  return inPlace(field, () => parseSize(node.value));
}

/** Runs `parse` on the value of a field; what it says of the value is told with the place. */
export function inPlace<Value>(field: Field, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    if (error instanceof UsageError) failAt(field, error.message);
    throw error;
  }
}

/** A number of percent, 0 or more. */
export function percentOf(field: Field): number {
  const { node } = field;
  if (node.type !== 'number') failAt(field, `should be a number of percent such as 2.5, not ${kindOf(node)}`);
  if (!Number.isFinite(node.value) || node.value < 0) failAt(field, `${node.value} is not a percentage of 0 or more`);
  return node.value + 0;
}

export function kindOf(node: JsonNode): string {
  switch (node.type) {
    case 'object':
      return 'an object';
    case 'array':
      return 'a list';
    case 'string':
      return `the text ${quoted(node.value)}`;
    case 'number':
    case 'boolean':
      return String(node.value);
    case 'null':
      return 'null';
  }
  return '';
}

export function optionalText(members: Fields, key: string): string | null {
  const field = members.get(key);
  return field === undefined ? null : textOf(field, 4096);
}
