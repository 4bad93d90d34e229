// Path patterns. `*` and `?` stay inside one component, `**` crosses them, `[a-z]` and `{a,b}` as in a shell; a pattern without a
// slash matches the last component at any depth. Matching walks all alternatives at once, so no pattern is slow.
import { UsageError } from '../errors.ts';
import { baseName, nameToText } from '../model/name.ts';
import type { Name } from '../model/name.ts';

/** Most alternatives that braces may expand to. */
const maxAlternatives = 1000;

type Token =
  | { readonly type: 'char'; readonly char: string }
  | { readonly type: 'any' | 'star' | 'globstar' | 'directories' }
  | { readonly type: 'set'; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] };

export type Matcher = (path: Name) => boolean;

/** @throws UsageError for an unclosed bracket or brace, or for braces with too many alternatives. */
export function globMatcher(pattern: string): Matcher {
  const alternatives = expandBraces(pattern).map((text) => alternative(tokenize(text.replace(/^\.?\/+/, ''), pattern)));
  const wholePath = pattern.replace(/\/$/, '').includes('/');
  return (path) => {
    const name = wholePath ? path : baseName(path);
    // By characters where the name is text: `?` is one character, as in a shell.
    let subject: string | null = null;
    for (const one of alternatives) {
      const likely = quickly(one, name);
      if (likely === true) return true;
      if (likely === false) continue;
      subject ??= nameToText(name) ?? name;
      if (matches(one.tokens, subject)) return true;
    }
    return false;
  };
}

/** Of a pattern for directories, of which many write `lib/`: the slash at the end is in no path. */
export function treeMatcher(pattern: string): Matcher {
  return globMatcher(pattern.replace(/(?<=.)\/+$/, ''));
}

/**
 * An alternative with the plain text that every match has: most names are told apart by that alone, so that thousands of
 * patterns stay cheap.
 */
interface Alternative {
  readonly tokens: readonly Token[];
  /** ASCII only, which is the same as bytes and as text. */
  readonly prefix: string;
  readonly suffix: string;
  /** Somewhere between both. */
  readonly needle: string;
  /** What is all that stands between prefix and suffix: nothing, anything without a slash, anything; null for more than that. */
  readonly between: 'nothing' | 'component' | 'anything' | null;
}

function alternative(tokens: readonly Token[]): Alternative {
  const prefix = leading(tokens);
  const suffix = leading(tokens.toReversed()).split('').toReversed().join('');
  const middle = tokens.slice(prefix.length, tokens.length - suffix.length);
  const runs = tokens.map((_, at) => leading(tokens.slice(at, at + 64)));
  const needle = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  return { tokens, prefix, suffix, needle, between: betweenOf(middle, prefix, suffix) };
}

function betweenOf(middle: readonly Token[], prefix: string, suffix: string): Alternative['between'] {
  const types = middle.map(({ type }) => type).join(' ');
  if (types === '') return 'nothing';
  if (types === 'star') return 'component';
  if (types === 'globstar') return 'anything';
  // `lib/**/*.so` is whatever lies below lib/ and ends so.
  const whole = types === 'directories star' && (prefix === '' || prefix.endsWith('/')) && !suffix.includes('/');
  return whole ? 'anything' : null;
}

/** Whether the name matches, where its plain text tells; null where it does not. */
function quickly({ prefix, suffix, needle, between }: Alternative, name: Name): boolean | null {
  if (between === 'nothing') return name === prefix;
  if (!name.startsWith(prefix) || !name.endsWith(suffix)) return false;
  if (name.length < prefix.length + suffix.length) return false;
  if (between === null) return name.includes(needle) ? null : false;
  return between === 'anything' || !name.slice(prefix.length, name.length - suffix.length).includes('/');
}

/** The plain characters up to the first that is none. */
function leading(tokens: readonly Token[]): string {
  const end = tokens.findIndex((token) => token.type !== 'char' || token.char > '\x7f');
  return tokens
    .slice(0, end < 0 ? tokens.length : end)
    .map((token) => (token.type === 'char' ? token.char : ''))
    .join('');
}

/** The patterns without braces that a pattern with braces stands for. */
export function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const pending = [pattern];
  for (let text = pending.pop(); text !== undefined; text = pending.pop()) {
    const group = innermostBraces(text, pattern);
    if (group === null) {
      done.push(text);
    } else {
      const { before, choices, after } = group;
      for (const choice of choices) pending.push(before + choice + after);
    }
    if (done.length + pending.length > maxAlternatives) {
      throw new UsageError(`the pattern "${pattern}" has more than ${maxAlternatives} alternatives`);
    }
  }
  return done;
}

interface Group {
  readonly before: string;
  readonly choices: readonly string[];
  readonly after: string;
}

/** The first group that closes, which holds no other; a backslash takes a brace or comma as it is. */
function innermostBraces(text: string, pattern: string): Group | null {
  const unpaired = (): never => {
    throw new UsageError(`the pattern "${pattern}" has a brace without its partner`);
  };
  let open = -1;
  let choices: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '{') {
      open = at;
      choices = [];
      from = at + 1;
    } else if (char === ',' && open >= 0) {
      choices.push(text.slice(from, at));
      from = at + 1;
    } else if (char === '}') {
      if (open < 0) unpaired();
      return { before: text.slice(0, open), choices: [...choices, text.slice(from, at)], after: text.slice(at + 1) };
    }
  }
  return open < 0 ? null : unpaired();
}

function tokenize(text: string, pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '*') {
      const run = /^\*+/.exec(text.slice(at))?.[0].length ?? 1;
      at += run - 1;
      if (run > 1 && text[at + 1] === '/') {
        // `**/` is any number of whole directories, none included: `**/x` is `x` in every directory, and never `ax`.
        at++;
        tokens.push({ type: 'directories' });
      } else tokens.push({ type: run > 1 ? 'globstar' : 'star' });
    } else if (char === '?') {
      tokens.push({ type: 'any' });
    } else if (char === '[') {
      brackets.lastIndex = at;
      const found = brackets.exec(text);
      if (found === null) throw new UsageError(`the pattern "${pattern}" has a bracket without its partner`);
      tokens.push(setOf(found[1] !== '', found[2] ?? ''));
      at = brackets.lastIndex - 1;
    } else {
      if (char === '\\' && at + 1 < text.length) at++;
      // Of two code units beyond U+FFFF.
      const whole = String.fromCodePoint(text.codePointAt(at) ?? 0);
      at += whole.length - 1;
      tokens.push({ type: 'char', char: whole });
    }
  }
  return tokens;
}

/** As in a shell: right behind the opening one a closing bracket is a character as any other, and so is what a backslash stands before. */
const brackets = /\[([!^]|(?![!^]))((?:\]|\\.|[^\\\]])(?:\\.|[^\\\]])*)\]/suy;

function setOf(negated: boolean, body: string): Token {
  const ranges = [...body.matchAll(/(\\?.)(?:-(\\?.))?/gsu)].map(
    ([, from = '', to = from]) => [unescaped(from), unescaped(to)] as const,
  );
  return { type: 'set', negated, ranges };
}

function unescaped(char: string): string {
  return char.replace(/^\\(?=.)/s, '');
}

/** Simulates the pattern as an automaton: `states` holds every token position that the text so far can be at. */
function matches(tokens: readonly Token[], text: string): boolean {
  let states = closure(tokens, new Set([0]), true);
  for (const char of text) {
    const next = new Set<number>();
    for (const state of states) {
      const token = tokens[state];
      if (token === undefined || !accepts(token, char)) continue;
      next.add(stays(token) ? state : state + 1);
    }
    if (next.size === 0) return false;
    states = closure(tokens, next, char === '/');
  }
  return states.has(tokens.length);
}

/** Whether a token takes any number of characters. */
function stays({ type }: Token): boolean {
  return type === 'star' || type === 'globstar' || type === 'directories';
}

function accepts(token: Token, char: string): boolean {
  switch (token.type) {
    case 'char':
      return token.char === char;
    case 'any':
    case 'star':
      return char !== '/';
    case 'globstar':
    case 'directories':
      return true;
    case 'set':
      return char !== '/' && token.negated !== token.ranges.some(([from, to]) => from <= char && char <= to);
  }
  return false;
}

/** Stars match nothing too; directories end where a component may begin. */
function closure(tokens: readonly Token[], states: Set<number>, atStart: boolean): Set<number> {
  for (const state of states) {
    const type = tokens[state]?.type;
    if (type === 'star' || type === 'globstar' || (type === 'directories' && atStart)) states.add(state + 1);
  }
  return states;
}
