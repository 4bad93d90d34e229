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

/** The command with the first of its operands, and how many were left out; of `find` and `rm` only. */
function cutOperands(command: string): { readonly text: string; readonly cut: number } {
  // A few more words are no reason to leave any out, and looking takes longer than most of what is printed.
  if (command.length < 200 || !/^(?:find|rm) /.test(command)) return { text: command, cut: 0 };
  const words = shellWords(command);
  let from = 1;
  while (words[from]?.startsWith('-') === true) from++;
  let to = from;
  while (to < words.length && !/^(?:-|!$|\\\()/.test(words[to] ?? '')) to++;
  const cut = to - from - mostOperands;
  return { text: [...words.slice(0, from + mostOperands), ...words.slice(to)].join(' '), cut };
}
