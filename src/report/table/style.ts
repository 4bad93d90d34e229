// Terminal styles and text that fits: colour only where asked for, cut and wrapped by columns.
import type { Severity } from '../../model/finding.ts';
import { shellWords } from '../shell-words.ts';

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  severity(severity: Severity, text: string): string;
  /** Growth red, shrinkage green, plain where nothing changed. */
  change(delta: number, text: string): string;
}

/** Styles for a terminal, or none at all. */
export function styleFor(color: boolean): Style {
  const sgr = (on: number, off: number) => (text: string) =>
    color && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  const bySeverity = { error: sgr(31, 39), warn: sgr(33, 39), info: sgr(36, 39) };
  const [grown, shrunk] = [sgr(31, 39), sgr(32, 39)];
  return {
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    severity: (severity, text) => bySeverity[severity](text),
    change: (delta, text) => (delta > 0 ? grown(text) : delta < 0 ? shrunk(text) : text),
  };
}

/** Characters that terminals show in two columns (UAX #11), by blocks: scripts leave out what several of them share, as `ー`. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2fb}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;

function charColumns(char: string): number {
  return char <= '\x7f' ? 1 : /\p{M}/u.test(char) ? 0 : wide.test(char) ? 2 : 1;
}

/** Columns that a text takes on a terminal. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const char of text) columns += charColumns(char);
  return columns;
}

/** Columns of the longest text, at least `least`. */
export function widest(texts: readonly string[], least: number): number {
  return texts.reduce((width, text) => Math.max(width, columnsOf(text)), least);
}

/** `text` in at most `width` columns, its middle left out where it is longer: the end of a path tells most. */
export function cutMiddle(text: string, width: number, share = 0.65): string {
  if (columnsOf(text) <= width) return text;
  const tail = Math.ceil((width - 1) * share);
  const chars = Array.from(text);
  // No mark may stand on the dots.
  const end = fitting(chars.toReversed(), tail)
    .toReversed()
    .join('')
    .replace(/^\p{M}+/u, '');
  return `${fitting(chars, width - 1 - tail).join('')}…${end}`;
}

/** `text` in at most `width` columns, its end left out where it is longer: an instruction tells most at its beginning. */
export function cutEnd(text: string, width: number): string {
  return columnsOf(text) <= width ? text : `${fitting(Array.from(text), width - 1).join('')}…`;
}

/** As many of the first characters as take no more than `width` columns. */
function fitting(chars: readonly string[], width: number): readonly string[] {
  let columns = 0;
  const end = chars.findIndex((char) => (columns += charColumns(char)) > width);
  return chars.slice(0, end < 0 ? chars.length : end);
}

/** A union of claims, and what it is; on two lines where one does not hold both. */
export function sumLine(sum: string, width: number, style: Style): string {
  const how = 'each byte counted once';
  return `  ${style.bold(sum)},${sum.length + how.length + 4 > width ? '\n  ' : ' '}${how}\n`;
}

/** Breaks at spaces into lines of at most `width` columns; a longer word stands alone on its line. */
export function wrap(text: string, width: number): string[] {
  return fill(text.split(' '), width);
}

/**
 * Breaks a shell command where it may be broken: at spaces outside of quotes, with a backslash at the end of the line. No backslash
 * continues a comment, so one that has no room stands on lines of its own.
 */
export function wrapCommand(command: string, width: number): string[] {
  const words = breakable(shellWords(command), width - 2);
  const hash = words.findIndex((word) => word.startsWith('#'));
  const lines = fill(hash < 0 ? words : words.slice(0, hash), width - 2);
  const broken = lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line));
  if (hash < 0) return broken;
  const comment = words.slice(hash + 1);
  const last = `${broken.at(-1)} ${words.slice(hash).join(' ')}`.trimStart();
  if (columnsOf(last) <= width) return [...broken.slice(0, -1), last];
  return [...broken, ...fill(comment, width - 2).map((line) => `# ${line}`)];
}

/** A script of `sh -c` without room is broken like other words: the shell that reads it drops a backslash and the line's end, too. */
function breakable(words: readonly string[], width: number): string[] {
  return words.flatMap((word, index) => {
    const isScript = words[index - 1] === '-c' && words[index - 2] === 'sh' && /^'[^']*'$/.test(word);
    return isScript && columnsOf(word) > width
      ? shellWords(word.slice(1, -1)).map((part, at, all) => quotedPart(part, at, all.length))
      : [word];
  });
}

function quotedPart(part: string, at: number, count: number): string {
  return `${at === 0 ? "'" : ''}${part}${at === count - 1 ? "'" : ''}`;
}

function fill(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
