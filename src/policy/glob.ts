// Path patterns. `*` and `?` stay inside one component, `**` crosses them, `[a-z]` and `{a,b}` as in a shell; a pattern without a
// slash matches the last component at any depth. Matching walks all alternatives at once, so no pattern is slow.
import { UsageError } from '../errors.ts';
import { baseName, nameToText } from '../model/name.ts';
import type { Name } from '../model/name.ts';

/** Most alternatives that braces may expand to. */
const maxAlternatives = 1000;

type Token =
  | { readonly type: 'char'; readonly char: string }
  | { readonly type: 'any' | 'star' | 'globstar' }
  | { readonly type: 'set'; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] };

export type Matcher = (path: Name) => boolean;

/** @throws UsageError for an unclosed bracket or brace, or for braces with too many alternatives. */
export function globMatcher(pattern: string): Matcher {
  const alternatives = expandBraces(pattern).map((text) => tokenize(text.replace(/^\.?\/+/, ''), pattern));
  const wholePath = pattern.replace(/\/$/, '').includes('/');
  return (path) => {
    const name = wholePath ? path : baseName(path);
    // By characters where the name is text: `?` is one character, as in a shell.
    const subject = nameToText(name) ?? name;
    return alternatives.some((tokens) => matches(tokens, subject));
  };
}

function expandBraces(pattern: string): string[] {
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

function innermostBraces(text: string, pattern: string): { before: string; choices: string[]; after: string } | null {
  const close = text.indexOf('}');
  const open = close < 0 ? text.indexOf('{') : text.lastIndexOf('{', close);
  if (close < 0 && open < 0) return null;
  if (close < 0 || open < 0) throw new UsageError(`the pattern "${pattern}" has a brace without its partner`);
  return { before: text.slice(0, open), choices: text.slice(open + 1, close).split(','), after: text.slice(close + 1) };
}

function tokenize(text: string, pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '*') {
      const run = /^\*+/.exec(text.slice(at))?.[0].length ?? 1;
      at += run - 1;
      // `**/` also matches nothing at all: `**/x` is `x` in every directory, the root included.
      if (run > 1 && text[at + 1] === '/') at++;
      tokens.push({ type: run > 1 ? 'globstar' : 'star' });
    } else if (char === '?') {
      tokens.push({ type: 'any' });
    } else if (char === '[') {
      const end = text.indexOf(']', at + 2);
      if (end < 0) throw new UsageError(`the pattern "${pattern}" has a bracket without its partner`);
      tokens.push(setOf(text.slice(at + 1, end)));
      at = end;
    } else {
      tokens.push({ type: 'char', char: char === '\\' && at + 1 < text.length ? text.charAt(++at) : char });
    }
  }
  return tokens;
}

function setOf(body: string): Token {
  const negated = /^[!^]/.test(body);
  const ranges: (readonly [string, string])[] = [];
  for (const match of body.slice(negated ? 1 : 0).matchAll(/(.)-(.)|(.)/gs)) {
    ranges.push([match[1] ?? match[3] ?? '', match[2] ?? match[3] ?? '']);
  }
  return { type: 'set', negated, ranges };
}

/** Simulates the pattern as an automaton: `states` holds every token position that the text so far can be at. */
function matches(tokens: readonly Token[], text: string): boolean {
  let states = closure(tokens, new Set([0]));
  for (const char of text) {
    const next = new Set<number>();
    for (const state of states) {
      const token = tokens[state];
      if (token === undefined || !accepts(token, char)) continue;
      next.add(token.type === 'star' || token.type === 'globstar' ? state : state + 1);
    }
    if (next.size === 0) return false;
    states = closure(tokens, next);
  }
  return states.has(tokens.length);
}

function accepts(token: Token, char: string): boolean {
  switch (token.type) {
    case 'char':
      return token.char === char;
    case 'any':
    case 'star':
      return char !== '/';
    case 'globstar':
      return true;
    case 'set':
      return char !== '/' && token.negated !== token.ranges.some(([from, to]) => from <= char && char <= to);
  }
  return false;
}

/** Stars match nothing too. */
function closure(tokens: readonly Token[], states: Set<number>): Set<number> {
  for (const state of states) {
    const type = tokens[state]?.type;
    if (type === 'star' || type === 'globstar') states.add(state + 1);
  }
  return states;
}
