// A plan as shell commands that a person can read and run: what `fix --apply` does, said in rm, ln and strip.
import { addTo } from '../model/grouping.ts';
import { baseName } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Fix, FixAction } from '../model/fix.ts';
import { hardLinkCommand, shellPath, symlinkCommand } from '../model/shell.ts';

/** Commands that belong together. */
export interface CommandGroup {
  /** What they do, as a comment. */
  readonly title: string;
  readonly commands: readonly string[];
}

/** Characters of one command; systems take 128 KiB and more. */
const longest = 60_000;

/** Commands in the unpacked tree, in the order of the plan. */
export function fixCommands(actions: readonly FixAction[]): CommandGroup[] {
  const paths = (kind: FixAction['kind']): Name[] =>
    actions.filter((action) => action.kind === kind).map(({ path }) => path);
  const groups: CommandGroup[] = [
    { title: 'files that can go', commands: joined('rm -f --', paths('remove').map(shellPath)) },
    { title: 'directories that are empty now', commands: joined('rmdir --', paths('remove-directory').map(shellPath)) },
    { title: 'copies become names of the file that stays', commands: linkCommands(actions) },
    { title: 'symbols and debug data', commands: stripCommands(actions) },
  ];
  return groups.filter(({ commands }) => commands.length > 0);
}

/** How to unpack the artifact into OUT, or copy it there. */
export function unpackCommands({ artifact, out }: Fix): string[] {
  const [from, to] = [shellText(artifact.name), shellText(out)];
  if (artifact.format === 'directory') return [`cp -a -- ${from} ${to}`];
  return [
    ...(artifact.format === 'zip' ? [startsAsZip(from)] : []),
    'temporary=$(mktemp -d)',
    `trap 'chmod -R u+rwx -- "$temporary"; rm -rf -- "$temporary"' EXIT`,
    // The result of zip stands beside it, where nobody else can put anything.
    'tree=$temporary/tree',
    'mkdir -- "$tree"',
    artifact.format === 'zip' ? unzipCommand(artifact.name) : untarCommand(artifact.name),
  ];
}

/** zip would write a new file without the program that some zips begin with (`python -m zipapp`). */
function startsAsZip(file: string): string {
  return `head -c 2 < ${file} | grep -q PK || { echo 'what stands before the zip would be lost; fix --apply keeps it' >&2; exit 1; }`;
}

/**
 * The last one of members of one name, without a question; control characters as they are. unzip takes the name of an archive for a
 * pattern, which may match another one.
 */
function unzipCommand(name: string): string {
  const [file, input] = /[*?[]/.test(name) ? ['/dev/stdin', ` < ${shellText(name)}`] : [shellText(name), ''];
  return `unzip -q -o -^ ${file} -d "$tree"${input}`;
}

/** GNU tar takes what stands before a colon for a host. */
function untarCommand(name: string): string {
  return `tar -xpf ${shellText(/^[^/]*:/.test(name) ? `./${name}` : name)} -C "$tree"`;
}

function linkCommands(actions: readonly FixAction[]): string[] {
  const commands: string[] = [];
  for (const action of actions) {
    if (action.kind === 'hard-link') commands.push(hardLinkCommand(action.target, action.path));
    if (action.kind === 'symlink') commands.push(symlinkCommand(baseName(action.target), action.path));
  }
  return commands;
}

/** One command a program and mode. `-p` keeps times, by which bytecode is judged. */
function stripCommands(actions: readonly FixAction[]): string[] {
  const groups = new Map<string, string[]>();
  for (const action of actions) {
    if (action.kind !== 'strip') continue;
    const command = `${action.program} -p ${action.mode} --`;
    addTo(groups, command, shellPath(action.path));
  }
  return [...groups].flatMap(([command, words]) => joined(command, words));
}

/** As few commands as keep below what a system takes. */
function joined(command: string, words: readonly string[]): string[] {
  const commands: string[] = [];
  let line = '';
  for (const word of words) {
    if (line === '' || line.length + word.length > longest) {
      if (line !== '') commands.push(line);
      line = command;
    }
    line += ` ${word}`;
  }
  return line === '' ? commands : [...commands, line];
}

/** A word of text that the user gave. */
export function shellText(text: string): string {
  return shellPath(Buffer.from(text).toString('latin1'));
}
