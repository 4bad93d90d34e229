// Where a shell command may be broken.

/** Words of a shell command with their quoted stretches; `$'…'` may hold an escaped quote. What ends `find -exec` is one word. */
export function shellWords(command: string): readonly string[] {
  return command.match(/(?:\{\} \+|\\.|\$'(?:\\.|[^'])*'|'[^']*'|"(?:\\.|[^"])*"|[^\s])+/g) ?? [command];
}
