// What made a layer, as a Dockerfile has it: `created_by` of the history without what builders wrap around it. Texts are made up by
// others and may be megabytes long, so each is looked through once.

/** Shells that run instructions, `/bin/sh -c` above all. */
const shells = ['sh', 'bash', 'ash', 'dash', 'zsh'].flatMap((name) => [
  `/bin/${name}`,
  `/usr/bin/${name}`,
  `/busybox/${name}`,
]);

/** Most options before a shell's command, as in `/bin/bash -o pipefail -e -c`. */
const mostOptions = 8;

/** `createdBy` as text that a person recognises; null for nothing. */
export function cleanInstruction(createdBy: string | null): string | null {
  if (createdBy === null) return null;
  const text = createdBy.trimEnd();
  const instruction = oneLine(text.endsWith('# buildkit') ? text.slice(0, -'# buildkit'.length) : text);
  const inner = instruction.startsWith('RUN ') ? instruction.slice(4) : instruction;
  const command = commandOf(withoutArguments(inner));
  if (command === null) return instruction === '' ? null : instruction;
  // What Docker's classic builder writes for all but RUN.
  if (command.startsWith('#(nop)')) return command.slice('#(nop)'.length).trimStart();
  return `RUN ${command}`;
}

/** Build arguments, `|2 A=1 B=two words`, come before the shell. */
function withoutArguments(text: string): string {
  if (!/^\|\d{1,6} /.test(text)) return text;
  const starts = shells.map((shell) => text.indexOf(` ${shell} -`)).filter((at) => at >= 0);
  return starts.length === 0 ? text : text.slice(Math.min(...starts) + 1);
}

/** What a shell is told to run; null where there is no shell. */
function commandOf(text: string): string | null {
  const shell = shells.find((one) => text.startsWith(`${one} -`));
  if (shell === undefined) return null;
  let at = shell.length + 1;
  for (let count = 0; count < mostOptions; count++) {
    const end = text.indexOf(' ', at);
    if (end < 0) return null;
    const word = text.slice(at, end);
    if (/^-[a-z]{0,20}c$/.test(word)) return text.slice(end + 1);
    if (!word.startsWith('-') && word !== 'pipefail') return null;
    at = end + 1;
  }
  return null;
}

/** Lines of a script (a heredoc, mostly) as commands behind each other, as a shell takes them. */
function oneLine(text: string): string {
  const parts: string[] = [];
  let last = '';
  for (const line of text.split('\n')) {
    const words = line.replaceAll(/\s+/g, ' ').trim();
    if (words === '') continue;
    if (last !== '') parts.push(continues.test(last) || continued.test(words) ? ' ' : '; ');
    // The backslash said what the space says now.
    parts.push(words.endsWith(' \\') ? words.slice(0, -2) : words);
    last = words.slice(-8);
  }
  return parts.join('');
}

/** Ends of lines, and beginnings, which belong to one command with what is beside them. */
const continues = /(?:[;&|\\({]|\b(?:then|do|else)|(?:^| )-[a-z]*c)$/;
const continued = /^(?:&&|\|\|?|\))/;
