// What made a layer, as a Dockerfile has it: `created_by` of the history without what builders wrap around it.

/** A shell that runs an instruction: `/bin/sh -c`, `/bin/bash -o pipefail -c`; before it the build arguments, `|1 VERSION=3`. */
const shell = /^(?:\|\d+ .*? )?\/(?:\S+\/)?(?:ba|da|a|z|k)?sh(?: -[a-z]+| pipefail)*? -[a-z]*c /s;

/** What Docker's classic builder writes for all but RUN. */
const noOperation = /^#\(nop\)\s*/;

/** `createdBy` as text that a person recognises; null for nothing. */
export function cleanInstruction(createdBy: string | null): string | null {
  if (createdBy === null) return null;
  const text = createdBy.replace(/\s+# buildkit\s*$/, '').trim();
  const run = text.startsWith('RUN ');
  const inner = run ? text.slice(4).trimStart() : text;
  const command = inner.replace(shell, '').trimStart();
  if (command === inner) return text === '' ? null : squeezed(text);
  if (noOperation.test(command)) return squeezed(command.replace(noOperation, ''));
  return `RUN ${squeezed(command)}`;
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
