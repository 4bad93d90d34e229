// JSON, schema 1, as text: integers are bytes, what is unknown is null, key order is fixed, so that equal artifacts give equal text.
// Members that are undefined are left out, as JSON has none.
import type { Claim, Finding } from '../../model/finding.ts';
import { nameToJson } from '../../model/json-name.ts';
import type { Notice } from '../../model/snapshot.ts';
import type { Tool } from '../reporter.ts';

export const schemaVersion = 1;

/** The beginning of every document; `member` and `list` go on, `\n}\n` ends it. */
export function opening(tool: Tool): string {
  return `{\n  "schema": ${schemaVersion}${member('tool', tool)}`;
}

/** A finding of a diff or gate, with all that a report of it needs. */
export function findingText({ rule, severity, title, bytes, claims, fix }: Finding): Iterable<string> {
  return objectText({ rule, severity, title, bytes, claims: arrayText(claims, claimToJson), fix });
}

export function claimToJson({ path, part, bytes, keeps, layer }: Claim): object {
  const kept = keeps === undefined ? {} : nameToJson('keeps', keeps);
  return { ...nameToJson('path', path), part, bytes, ...kept, layer };
}

export function noticeToJson({ code, path, message }: Notice): object {
  return { code, ...(path === null ? { path } : nameToJson('path', path)), message };
}

/** A member of the outermost object, after the first. */
export function member(key: string, value: unknown): string {
  return `,\n  "${key}": ${stringify(value)}`;
}

/**
 * An object whose members are values, or text that is made piece by piece while it is written: a finding may claim a million files,
 * and as one string that takes more memory than reading them, or is longer than a string can be.
 */
export function* objectText(members: Readonly<Record<string, unknown>>): Iterable<string> {
  let separator = '{';
  for (const [key, value] of Object.entries(members)) {
    yield `${separator}"${key}":`;
    yield* valueText(value);
    separator = ',';
  }
  yield '}';
}

/** An array, made piece by piece. */
export function* arrayText<Item>(items: readonly Item[], toJson: (item: Item) => object): Iterable<string> {
  let separator = '[';
  for (const item of items) {
    yield separator;
    yield* valueText(toJson(item));
    separator = ',';
  }
  yield items.length === 0 ? '[]' : ']';
}

function valueText(value: unknown): Iterable<string> {
  return isText(value) ? value : [stringify(value)];
}

/** What is iterated but is no array is text in pieces. */
function isText(value: unknown): value is Iterable<string> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && !Array.isArray(value);
}

/** A member that is an array, one item a line. @param place what comes before the key: deeper down, it is indented more. */
export function* list<Item>(
  key: string,
  items: readonly Item[],
  toJson: (item: Item) => object,
  place = ',\n  ',
): Iterable<string> {
  yield `${place}"${key}": [`;
  const line = place.replace(/^,/, '');
  let separator = `${line}  `;
  for (const item of items) {
    yield separator;
    yield* valueText(toJson(item));
    separator = `,${line}  `;
  }
  yield items.length === 0 ? ']' : `${line}]`;
}

/** JSON that stays harmless on a terminal, inside HTML and JavaScript: no raw controls, format characters, separators or `<`. */
export function stringify(value: unknown): string {
  return JSON.stringify(value).replace(/[<\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) =>
    // Above U+FFFF by code units, as JSON has it.
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}
