// static-library: a .a beside a shared library of the same name is dead weight at run time; one alone may be the product. Nothing is said
// of what there are compilers and linkers for.
import type { ArFacts, ElfTarget } from '../model/facts.ts';
import { baseName, compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { removeCommands } from '../model/shell.ts';
import type { Entry } from '../model/snapshot.ts';
import { resolveSymlink } from '../model/symlink.ts';
import { linkingNeeds } from './linking.ts';
import { commands, count, fileOf, namesOf, wholeFileClaims } from './rule.ts';
import type { FindingDraft, Rule, RuleContext } from './rule.ts';

export const staticLibrary: Rule = {
  id: 'static-library',
  title: 'static libraries, needed only to link',
  severity: 'warn',
  check(context) {
    if (context.staticLibraries.length === 0) return [];
    const isNeeded = linkingNeeds(context);
    if (isNeeded === null) return [];
    const shared = sharedLibraries(context);
    const beside: Name[] = [];
    const alone: Name[] = [];
    for (const { entry, facts } of context.staticLibraries) {
      const names = namesOf(context, entry.path).filter((path) => path.endsWith('.a'));
      if (names.some(isNeeded)) continue;
      // Where one of its names is there to be linked, the file is: no name alone frees anything.
      const isBeside = names.every((path) => isAmong(facts, shared.get(baseName(path).slice(0, -2))));
      for (const path of names) (isBeside ? beside : alone).push(path);
    }
    return [
      ...draft(context, beside, 'warn', 'shipped beside a shared library of the same name'),
      ...draft(context, alone, 'info', 'needed only to link against'),
    ];
  },
};

/** Whether there are any, and not only for another processor as far as that is known of the static library. */
function isAmong({ target }: ArFacts, targets: ReadonlySet<string> | undefined): boolean {
  return targets !== undefined && (target === undefined || targets.has(spell(target)));
}

/** What shared libraries are for by their names without `.so` and version: `libz` for `libz.so.1.2`, wherever they lie. */
function sharedLibraries(context: RuleContext): Map<Name, Set<string>> {
  const found = new Map<Name, Set<string>>();
  for (const entry of context.snapshot.entries) {
    const { path } = entry;
    // Most paths are no libraries, and searching for a string is several times faster than a pattern.
    if (!path.includes('.so') && !path.endsWith('.dylib')) continue;
    const name = /^(.+?)\.(?:so(?:\.[0-9][^/]*)?|dylib)$/.exec(baseName(path))?.[1];
    const target = name === undefined ? null : targetOf(context, entry);
    if (name === undefined || target === null) continue;
    const known = found.get(name);
    if (known === undefined) found.set(name, new Set([target]));
    else known.add(target);
  }
  return found;
}

/** What the shared library is for that is at a path; null where none is: a symlink that leads nowhere, a linker script. */
function targetOf(context: RuleContext, entry: Entry): string | null {
  const target = entry.kind === 'symlink' ? resolveSymlink(entry, context.paths)?.target : entry.path;
  const file = fileOf(context, context.paths.get(target ?? ''));
  if (file?.facts?.type === 'elf') return file.facts.elfType === 'DYN' ? spell(file.facts) : null;
  // Nothing is known of these but their name.
  return file !== null && entry.path.endsWith('.dylib') ? 'Mach-O' : null;
}

function spell({ class: bits, endian, machine }: ElfTarget): string {
  return `${bits} ${endian} ${machine}`;
}

function draft(
  context: RuleContext,
  libraries: readonly Name[],
  severity: 'warn' | 'info',
  what: string,
): FindingDraft[] {
  const paths = new Set(libraries.toSorted(compareNames));
  const claims = wholeFileClaims(context, paths);
  if (claims.length === 0) return [];
  const title = `${count(claims.length, 'static library is', 'static libraries are')} ${what}`;
  // A name whose file stays under other names is left alone: nothing is freed with it.
  const claimed = new Set(claims.map(({ path }) => path));
  const names = [...paths].filter((path) => claimed.has(fileOf(context, context.paths.get(path))?.path ?? path));
  return [{ severity, title, claims, fix: commands(removeCommands(names)) }];
}
