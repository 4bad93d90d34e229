// What names and free text become in Markdown: inert in every renderer. A name is one code span, in which GitHub and GitLab resolve
// no mention, reference, commit, link, emoji or formula; the two characters that could end it or its table cell are spelled out.
import type { Name } from '../model/name.ts';
import { terminalName, terminalText } from './escape.ts';
import { cutMiddle } from './table/style.ts';

/** Most characters of a name or a text; the middle of a longer one is left out. */
const longest = { name: 100, text: 240 } as const;

/** A name as a code span. */
export function markdownName(name: Name): string {
  return codeSpan(terminalName(name), longest.name);
}

/** Free text (a title, a reason) as prose where it can mean nothing but itself, else as a code span. */
export function markdownText(text: string): string {
  return isProse(text) ? cutMiddle(text, longest.text) : codeSpan(terminalText(text), longest.text);
}

/** A word that a person chose, such as the name of an artifact: always a code span. */
export function markdownWord(text: string): string {
  return codeSpan(terminalText(text), longest.name);
}

/** Lines of a fenced block; nothing in it can close it. */
export function codeBlock(language: string, lines: readonly string[]): string[] {
  const inert = lines.map((line) => terminalText(line));
  const runs = inert.join('\n').match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return [`${fence}${language}`, ...inert, fence];
}

/**
 * Without a backtick nothing ends the span, without a pipe nothing ends the cell (renderers disagree about `\\|`), and spaces that
 * renderers would strip or fold are spelled.
 */
function codeSpan(inert: string, most: number): string {
  const safe = cutMiddle(inert === '' ? '""' : inert, most)
    .replaceAll('`', String.raw`\x60`)
    .replaceAll('|', String.raw`\x7c`)
    .replace(/[\p{Zs}](?=\p{Zs})|^\p{Zs}|\p{Zs}$/gu, (space) => {
      const code = (space.codePointAt(0) ?? 0).toString(16);
      return space === ' ' ? String.raw`\x20` : String.raw`\u{${code}}`;
    });
  return `\`${safe}\``;
}

/** Letters, digits and punctuation that no renderer and no filter behind it gives a meaning. */
function isProse(text: string): boolean {
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ,.;:()'"/=%+-]*$/u.test(text)) return false;
  // www.x, scheme:x, :emoji:, 1%23 (milestones), GH-1 and other trackers, commit hashes, folded spaces, dashes, list items.
  return (
    !/www\.|:(?! )|%(?![ ,.;:)]|$)|[A-Za-z]-\d|[0-9a-f]{7}| {2}|--|^\d+[.)]/iu.test(text) &&
    !/\p{M}{2}|\p{Default_Ignorable_Code_Point}/u.test(text)
  );
}
