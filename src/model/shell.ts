// Names inside shell commands that people paste: quoted so that the command means exactly that file and shows no control
// character.
import { nameToText } from './name.ts';
import type { Name } from './name.ts';

/**
 * Characters that need no quotes in a POSIX shell. A word that begins with "::" gets some: at the beginning of a line, CI would obey it; so
 * does one that begins with "=": zsh takes `=ls` for `/bin/ls`.
 */
const plain = /^(?!::|=)[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * Letters of scripts that are written from left to right and need no marks: what is pasted is what was shown. Fillers of Hangul are letters,
 * too, but nobody sees them, and reports spell them out.
 */
const legible =
  /^(?:[\x20-\x7e]|(?=\p{L})(?!\p{DI})[\p{scx=Latn}\p{scx=Grek}\p{scx=Cyrl}\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}])*$/u;

/** `name` as one word of a POSIX shell; `$'…'` (bash, zsh, ksh, POSIX 2024) where bytes must be spelled out. */
export function shellWord(name: Name): string {
  if (plain.test(name)) return name;
  const text = nameToText(name);
  // What a program on the way may compose in another manner is spelled out.
  if (text !== null && legible.test(text) && text === text.normalize('NFC'))
    return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  let spelled = '';
  let isBehind = false;
  for (const unit of name) {
    const code = unit.charCodeAt(0);
    // A third digit would mean another byte in mksh; POSIX leaves it open.
    if (isBehind && /[0-9A-Fa-f]/.test(unit)) spelled += `'$'`;
    isBehind = code < 0x20 || code > 0x7e;
    if (isBehind) spelled += `\\x${code.toString(16).padStart(2, '0')}`;
    else spelled += unit === "'" || unit === '\\' ? `\\${unit}` : unit;
  }
  return `$'${spelled}'`;
}

/** A path of the artifact as a word that no option parser takes for an option, nor `find` for one of its operators. */
export function shellPath(path: Name): string {
  return shellWord(`${startOf(path)}${path}`);
}

function startOf(path: Name): '' | './' {
  return /^[-!(),]/.test(path) ? './' : '';
}

/** Makes `path` a symlink to the file of that name in its own directory. */
export function symlinkCommand(target: Name, path: Name): string {
  return `ln -sf -- ${shellWord(target)} ${shellPath(path)}`;
}

/** Makes `path` a further name of `target`. */
export function hardLinkCommand(target: Name, path: Name): string {
  return `ln -f -- ${shellPath(target)} ${shellPath(path)}`;
}

/** Characters of words for one command: a system takes 2 MiB of them with the environment, and some take less. */
const mostCharacters = 100_000;

/** The words, joined, in as few pieces as commands may be long; none of no words. */
export function forCommands(words: readonly string[]): string[] {
  const pieces: string[][] = [];
  let left = 0;
  for (const word of words) {
    left -= word.length + 1;
    const piece = pieces.at(-1);
    if (piece !== undefined && left >= 0) {
      piece.push(word);
      continue;
    }
    left = mostCharacters - word.length - 1;
    pieces.push([word]);
  }
  return pieces.map((piece) => piece.join(' '));
}

/**
 * The path as `find -path` takes it, or with no `start` a name as `find -name` does: a pattern that only it matches, or with the `end` `/*`
 * what lies below it.
 */
export function findPattern(path: Name, start = './', end: '' | '/*' = ''): string {
  return shellWord(`${start}${path.replace(/[*?[\\]/g, String.raw`\$&`)}${end}`);
}

/** Words of `find` for names that end in any of these, which hold nothing that a pattern or a shell means otherwise. */
export function endingIn(endings: readonly string[]): string {
  const tests = endings.map((ending) => `-name '*${ending}'`).join(' -o ');
  return endings.length > 1 ? `\\( ${tests} \\)` : tests;
}

/** Words of `find` that leave these paths out. */
export function exceptPaths(paths: Iterable<Name>): string {
  return [...paths].map((path) => ` ! -path ${findPattern(path)}`).join('');
}

/**
 * Words of `find` that leave these paths out, or with the `end` `/*` what lies below them, where it was given directories above them as
 * `shellPath` writes those. `.` is such a directory only if `fromRoot` says so.
 */
export function exceptInside(paths: Iterable<Name>, end: '' | '/*', fromRoot = false): string {
  return [...paths].map((path) => ` ! -path ${findPattern(path, fromRoot ? './' : startOf(path), end)}`).join('');
}

/**
 * `rm` for some paths, one command unless they are very many. What the command of another finding has removed already is no error, so that
 * all commands of a scan can be run one after another.
 */
export function removeCommands(paths: readonly Name[]): string[] {
  return forCommands(paths.map(shellPath)).map((words) => `rm -f -- ${words}`);
}
