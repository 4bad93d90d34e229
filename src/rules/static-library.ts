// static-library: a .a beside a shared library of the same name is dead weight at run time; one alone may be the product.
import { baseName, compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { removeCommand } from '../model/shell.ts';
import { commands, count, namesOf, wholeFileClaims } from './rule.ts';
import type { FindingDraft, Rule, RuleContext } from './rule.ts';

export const staticLibrary: Rule = {
  id: 'static-library',
  title: 'static libraries, needed only to link',
  severity: 'warn',
  check(context) {
    if (context.staticLibraries.length === 0) return [];
    const shared = sharedNames(context);
    const beside = new Set<Name>();
    const alone = new Set<Name>();
    const all = context.staticLibraries.flatMap(({ entry: { path } }) => namesOf(context, path));
    for (const path of all.toSorted(compareNames)) {
      if (path.endsWith('.a')) (shared.has(baseName(path).slice(0, -2)) ? beside : alone).add(path);
    }
    return [
      ...draft(context, beside, 'warn', 'shipped beside a shared library of the same name'),
      ...draft(context, alone, 'info', 'needed only to link against'),
    ];
  },
};

/** Names of shared libraries without `.so` and version: `libz` for `libz.so.1.2`; symlinks count, wherever they lie. */
function sharedNames(context: RuleContext): Set<Name> {
  const names = new Set<Name>();
  for (const { path } of context.snapshot.entries) {
    // Most paths are no libraries, and searching for a string is several times faster than a pattern.
    if (!path.includes('.so') && !path.endsWith('.dylib')) continue;
    const match = /^(.+?)\.(?:so(?:\.[0-9][^/]*)?|dylib)$/.exec(baseName(path));
    if (match?.[1] !== undefined) names.add(match[1]);
  }
  return names;
}

function draft(
  context: RuleContext,
  paths: ReadonlySet<Name>,
  severity: 'warn' | 'info',
  what: string,
): FindingDraft[] {
  const claims = wholeFileClaims(context, paths);
  if (claims.length === 0) return [];
  const title = `${count(claims.length, 'static library is', 'static libraries are')} ${what}`;
  return [{ severity, title, claims, fix: commands(removeCommand([...paths])) }];
}
