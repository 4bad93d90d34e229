// Files that are known by their names, as `find -name` takes them, so that what a rule claims and what its command removes are said once.
import { baseName } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { removeCommands } from '../model/shell.ts';
import type { Entry } from '../model/snapshot.ts';
import { isOddGlob } from './context.ts';
import type { RuleContext } from './rule.ts';
import { above } from './trees.ts';

export interface FileKind {
  /** What they are of, for titles. */
  readonly label: string;
  /** Their names: hidden, or with an ending that `context.ts` looks for. Nothing in it is special but `*`. */
  readonly glob: string;
  /** What else must be so, where the name does not say it all. */
  readonly accept?: (context: RuleContext, entry: Entry) => boolean;
}

interface Sought extends FileKind {
  readonly pattern: RegExp;
}

export interface SoughtFiles {
  readonly kinds: readonly Sought[];
  /** Of all kinds: most names are of none. */
  readonly pattern: RegExp;
}

export interface OddFiles {
  /** Files and further names of files. */
  readonly entries: readonly Entry[];
  readonly labels: ReadonlySet<string>;
  /** Remove exactly these, given that what lies below `gone` is removed. */
  readonly commands: readonly string[];
}

/** To be called once for a rule, where it is defined. @throws Error for a glob of names that no rule is shown. */
export function seek(kinds: readonly FileKind[]): SoughtFiles {
  const lost = kinds.find(({ glob }) => !isOddGlob(glob));
  if (lost !== undefined)
    throw new Error(`no file is looked at for "${lost.glob}": add its ending to oddEnds in context.ts`);
  return {
    kinds: kinds.map((kind) => ({ ...kind, pattern: new RegExp(`^${source(kind.glob)}$`, 's') })),
    pattern: new RegExp(`^(?:${kinds.map(({ glob }) => source(glob)).join('|')})$`, 's'),
  };
}

function source(glob: string): string {
  return glob.replace(/[.#$^+()[\]{}|\\?]/g, String.raw`\$&`).replaceAll('*', '.*');
}

/**
 * Files of these kinds but those that a symlink leads to, which something asks for by another name.
 * @param gone directories that are claimed with all that is in them.
 */
export function oddFilesOf(context: RuleContext, { kinds, pattern }: SoughtFiles, gone: ReadonlySet<Name>): OddFiles {
  const found = new Map<Name, { readonly entry: Entry; readonly kind: Sought }>();
  /** Kinds of which a file stays. */
  const partial = new Set<Sought>();
  for (const entry of context.oddlyNamed) {
    const name = baseName(entry.path);
    if (!pattern.test(name) || above(entry.path, gone) !== null) continue;
    const matching = kinds.filter((kind) => kind.pattern.test(name));
    const kind = matching.find(({ accept }) => accept?.(context, entry) ?? true);
    if (kind !== undefined) found.set(entry.path, { entry, kind });
    for (const other of matching) if (other !== kind) partial.add(other);
  }
  for (const { target } of context.symlinks) {
    const linked = found.get(target);
    if (linked !== undefined) partial.add(linked.kind);
    found.delete(target);
  }
  const files = [...found.values()];
  const globs = kinds.filter((kind) => !partial.has(kind) && files.some((file) => file.kind === kind));
  const listed = files.filter(({ kind }) => partial.has(kind)).map(({ entry }) => entry.path);
  const tests = globs.map(({ glob }) => `-name '${glob}'`).join(' -o ');
  return {
    entries: files.map(({ entry }) => entry),
    labels: new Set(files.map(({ kind }) => kind.label)),
    commands: [
      ...(globs.length > 0 ? [`find . -type f ${globs.length > 1 ? `\\( ${tests} \\)` : tests} -delete`] : []),
      ...removeCommands(listed),
    ],
  };
}
