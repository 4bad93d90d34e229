// Names are hostile. One function an output form makes them inert; this one is for terminals, logs and plain text.
import { spellBytes } from '../model/json-name.ts';
import type { Name } from '../model/name.ts';

/**
 * What acts on a terminal or on the eye instead of standing for a character: controls, format characters (bidi, zero-width, BOM,
 * tags), line and paragraph separators, fillers and variation selectors, and piles of combining marks.
 */
const acting = /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}|\p{M}{3,}/gu;

const named: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

/** A name as visible text on one line; reversible: a backslash is doubled, all that is escaped begins with one. */
export function terminalName(name: Name): string {
  if (/^[\x20-\x5b\x5d-\x7e]+$/.test(name)) return name;
  if (name === '') return '""';
  // Bytes that are no UTF-8 are spelled with the same backslash, so they are set apart before backslashes are doubled.
  const pieces = spellBytes(name.replaceAll('\\', '\\\\'));
  return pieces.replace(acting, visible);
}

/** Free text (a message that may quote a name) as one inert line. */
export function terminalText(text: string): string {
  return text.replace(acting, visible);
}

/** A line of a log that CI systems read: one that would start as a workflow command gets a leading character. */
export function inertLine(line: string): string {
  return /^\s*(?:::|##)/.test(line) ? `| ${line}` : line;
}

function visible(match: string): string {
  return named[match] ?? Array.from(match, (char) => escapeCodePoint(char.codePointAt(0) ?? 0)).join('');
}

function escapeCodePoint(code: number): string {
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return `\\u{${code.toString(16)}}`;
}
