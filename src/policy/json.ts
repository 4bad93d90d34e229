// A strict reader for JSON that people write by hand: every value knows where it stands, a key may stand only once, and what
// JSON.parse would say in general terms is said with line, column and the fix. Values are the same as those of JSON.parse.
import { ConfigError } from '../errors.ts';

interface Located {
  /** Offsets in the text, end exclusive. */
  readonly start: number;
  readonly end: number;
}

export type JsonNode = Located &
  (
    | { readonly type: 'object'; readonly members: readonly JsonMember[] }
    | { readonly type: 'array'; readonly items: readonly JsonNode[] }
    | { readonly type: 'string'; readonly value: string }
    | { readonly type: 'number'; readonly value: number }
    | { readonly type: 'boolean'; readonly value: boolean }
    | { readonly type: 'null' }
  );

export type JsonArray = Extract<JsonNode, { readonly type: 'array' }>;
export type JsonObject = Extract<JsonNode, { readonly type: 'object' }>;

export interface JsonMember {
  readonly key: string;
  /** Offset of the key's opening quote. */
  readonly start: number;
  readonly value: JsonNode;
}

export interface JsonDocument {
  readonly text: string;
  readonly root: JsonNode;
}

/** Deepest nesting of objects and lists. */
const maxDepth = 100;

/** @throws ConfigError with line and column. */
export function parseJson(text: string): JsonDocument {
  return { text, root: createParser(text).document() };
}

/** `(line 3, column 14)`, both counted from 1. */
export function placeIn(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  return `(line ${line}, column ${offset - lineStart + 1})`;
}

/** The plain value, as JSON.parse gives it; a key `__proto__` is a key like any other. */
export function jsonValue(node: JsonNode): unknown {
  switch (node.type) {
    case 'object':
      return Object.fromEntries(node.members.map(({ key, value }) => [key, jsonValue(value)]));
    case 'array':
      return node.items.map(jsonValue);
    case 'null':
      return null;
    case 'string':
    case 'number':
    case 'boolean':
      return node.value;
  }
  return null;
}

/** A key or text of the document for a message: quoted, and cut where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** What may stand where a value is wanted but is none; as long as a person would read it as one word. */
const wordPattern = /[^\s,:{}[\]"']+/y;

function createParser(text: string): { document(): JsonNode } {
  // A byte order mark is what some editors put before any text.
  let at = text.startsWith('\ufeff') ? 1 : 0;

  function fail(message: string, offset = at): never {
    throw new ConfigError(`${message} ${placeIn(text, offset)}`);
  }

  function skipSpace(): void {
    while (/[ \t\r\n]/.test(text.charAt(at))) at++;
    if (text[at] === '/' && /[/*]/.test(text[at + 1] ?? '')) fail('a comment, which JSON does not have');
    if (text[at] === '#') fail('a comment, which JSON does not have');
  }

  function value(depth: number): JsonNode {
    const start = at;
    const char = text[at];
    if (char === '{') return object(depth + 1);
    if (char === '[') return array(depth + 1);
    if (char === '"') {
      const content = string();
      return { type: 'string', value: content, start, end: at };
    }
    return scalar();
  }

  function scalar(): JsonNode {
    const start = at;
    numberPattern.lastIndex = at;
    wordPattern.lastIndex = at;
    const word = wordPattern.exec(text)?.[0] ?? '';
    if (numberPattern.exec(text)?.[0] === word && word !== '') {
      at += word.length;
      return { type: 'number', value: Number(word), start, end: at };
    }
    at += word.length;
    if (word === 'true' || word === 'false') return { type: 'boolean', value: word === 'true', start, end: at };
    if (word === 'null') return { type: 'null', start, end: at };
    at = start;
    return noValue(word);
  }

  function noValue(word: string): never {
    const shown = word.length > 40 ? `${word.slice(0, 40)}…` : word;
    if (text[at] === undefined) fail('the text ends where a value should stand');
    if (text[at] === "'") fail("strings stand in double quotes, not in '…'");
    if (word === '') fail(`"${text.charAt(at)}" stands where a value should`);
    if (/^[+.\d-]/.test(word))
      fail(`${shown} is not a number of JSON: digits, without leading zeros, signs or letters`);
    fail(`${shown} is not a value of JSON; text stands in double quotes`);
  }

  function object(depth: number): JsonNode {
    const start = at;
    const members: JsonMember[] = [];
    const keys = new Set<string>();
    open('{', depth);
    while (text[at] !== '}') {
      const keyStart = at;
      if (text[at] !== '"') noKey(start);
      const key = string();
      if (keys.has(key)) fail(`the key ${quoted(key)} stands twice in one object`, keyStart);
      keys.add(key);
      skipSpace();
      if (text[at] !== ':') fail(`a colon is missing after the key ${quoted(key)}`);
      at++;
      skipSpace();
      members.push({ key, start: keyStart, value: value(depth) });
      separator('}', start);
    }
    at++;
    return { type: 'object', members, start, end: at };
  }

  function array(depth: number): JsonNode {
    const start = at;
    const items: JsonNode[] = [];
    open('[', depth);
    while (text[at] !== ']') {
      if (text[at] === undefined) unclosed(start);
      items.push(value(depth));
      separator(']', start);
    }
    at++;
    return { type: 'array', items, start, end: at };
  }

  function open(bracket: string, depth: number): void {
    if (depth > maxDepth) fail(`"${bracket}" nests more than ${maxDepth} levels deep`);
    at++;
    skipSpace();
  }

  /** Leaves `at` on the next item or on the closing bracket. */
  function separator(close: '}' | ']', start: number): void {
    skipSpace();
    if (text[at] === close) return;
    if (text[at] === undefined) unclosed(start);
    if (text[at] !== ',') fail(`a comma or "${close}" is missing`);
    const comma = at++;
    skipSpace();
    if (text[at] === close) fail('a comma after the last item, which JSON does not have; take it away', comma);
  }

  function unclosed(start: number): never {
    fail(`the text ends, but the "${text.charAt(start)}" is not closed`, start);
  }

  function noKey(start: number): never {
    if (text[at] === undefined) unclosed(start);
    fail('keys stand in double quotes');
  }

  function string(): string {
    const start = at++;
    let content = '';
    for (;;) {
      const from = at;
      while (at < text.length && !/["\\\p{Cc}]/u.test(text.charAt(at))) at++;
      content += text.slice(from, at);
      const char = text[at];
      if (char === undefined) fail('a string is not closed', start);
      at++;
      if (char === '"') return content;
      if (char === '\\') content += escape();
      // DEL and C1 controls are no beauty, but JSON takes them.
      else if (char < ' ') noControl(char, start);
      else content += char;
    }
  }

  function noControl(char: string, start: number): never {
    if (char === '\n' || char === '\r') fail('a string is not closed on its line', start);
    const code = char.charCodeAt(0).toString(16).padStart(4, '0');
    fail(`a control character inside a string; write it as ${char === '\t' ? String.raw`\t` : `\\u${code}`}`, at - 1);
  }

  function escape(): string {
    const char = text.charAt(at++);
    const simple = escapes.get(char);
    if (simple !== undefined) return simple;
    const hex = /^[0-9a-fA-F]{4}$/.exec(text.slice(at, at + 4))?.[0];
    if (char !== 'u' || hex === undefined)
      fail(`"\\${char}" is no escape of JSON; a backslash itself is written \\\\`, at - 2);
    at += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  return {
    document() {
      skipSpace();
      if (at >= text.length) fail('there is nothing but white space');
      const root = value(0);
      skipSpace();
      if (at < text.length) fail('there is more after the end of the JSON document');
      return root;
    },
  };
}
