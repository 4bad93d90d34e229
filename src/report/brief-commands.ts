// Commands as people read them: of many operands the first few, of many commands the first few, and a remark on how many more there are.
// What is printed is a command all the same; all of it stands in the JSON of a gate and where --verbose asks for it.
import { shellWords } from './shell-words.ts';

const mostOperands = 8;
const mostCommands = 4;

/** @param where all of them can be seen: `--verbose`. */
export function briefCommands(commands: readonly string[], where: string): string[] {
  const shown = commands.length > mostCommands + 1 ? commands.slice(0, mostCommands) : commands;
  const left = commands.length - shown.length;
  return shown.map((command, at) => {
    const { text, cut } = cutOperands(command);
    const last = at === shown.length - 1 && left > 0;
    const more = [...(cut > 0 ? [`${cut} more`] : []), ...(last ? [`${left} more like this`] : [])];
    return more.length === 0 ? command : `${text} # and ${more.join(', ')}: ${where}`;
  });
}

/** The command with the first of its operands and of what it looks for, and how many were left out; of `find` and `rm` only. */
function cutOperands(command: string): { readonly text: string; readonly cut: number } {
  // A few more words are no reason to leave any out, and looking takes longer than most of what is printed.
  if (command.length < 200 || !/^(?:find|rm) /.test(command)) return { text: command, cut: 0 };
  const words = shellWords(command);
  let from = 1;
  while (words[from]?.startsWith('-') === true) from++;
  let to = from;
  while (to < words.length && !/^(?:-|!$|\\\()/.test(words[to] ?? '')) to++;
  const cut = Math.max(0, to - from - mostOperands);
  const rest = cutChoice(words.slice(to));
  if (cut + rest.cut === 0) return { text: command, cut: 0 };
  return { text: [...words.slice(0, Math.min(to, from + mostOperands)), ...rest.words].join(' '), cut: cut + rest.cut };
}

/** With the first of the paths that one pair of brackets chooses from; names are kinds of files. What is left out (`!`) stays whole. */
function cutChoice(words: readonly string[]): { readonly words: readonly string[]; readonly cut: number } {
  const start = words.indexOf(String.raw`\(`) + 1;
  if (start === 0) return { words, cut: 0 };
  const kept: string[] = [];
  let paths = 0;
  let end = start;
  // Each is `-path PATTERN`, and `-o` between two.
  const isChoice = (at: number): boolean =>
    /^-i?(?:name|path)$/.test(words[at] ?? '') && /^(?:-o|\\\))$/.test(words[at + 2] ?? '');
  for (; isChoice(end); end += 3) {
    if (words[end]?.endsWith('path') === true && ++paths > mostOperands) continue;
    kept.push(words.slice(end, end + 2).join(' '));
  }
  if (paths <= mostOperands || words[end - 1] !== String.raw`\)`) return { words, cut: 0 };
  const cut = paths - mostOperands;
  return { words: [...words.slice(0, start), kept.join(' -o '), ...words.slice(end - 1)], cut };
}
