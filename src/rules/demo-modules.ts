// demo-modules: the editor IDLE, the turtle demos and the converter 2to3 of Python's standard library, with their start scripts.
// Distributions ship these apart from the interpreter.
import { baseName, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { removeCommands } from '../model/shell.ts';
import { placesOf } from './places.ts';
import { count, entryClaims } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';
import { removeTrees, treesOf } from './trees.ts';

const names: ReadonlySet<string> = new Set(['idlelib', 'turtledemo', 'lib2to3']);

export const demoModules: Rule = {
  id: 'demo-modules',
  title: "IDLE, turtledemo and lib2to3 of Python's standard library",
  severity: 'info',
  leftover: true,
  check(context) {
    const { libraries } = placesOf(context);
    const modules = context.directories.filter(
      (path) => names.has(baseName(path)) && libraries.has(parentPath(path) ?? '.'),
    );
    if (modules.length === 0) return [];
    const scripts = startScripts(context, libraries);
    const trees = treesOf(context, modules);
    const starts = scripts.flatMap((path) => context.paths.get(path) ?? []);
    const claims = entryClaims(context, [...trees.entries, ...starts]);
    if (claims.length === 0) return [];
    const commands = [...removeTrees(trees), ...removeCommands(scripts)];
    const found = [...new Set(modules.map(baseName))].join(', ');
    const advice = 'needed by idle, turtledemo, 2to3, lib2to3 users';
    return [{ title: `${count(claims.length, 'file')} of ${found}`, claims, fix: { commands, advice } }];
  },
};

/** `bin/idle3.9`, `bin/2to3` and the like in the prefix of a library: they do nothing but start these modules. */
function startScripts({ paths }: RuleContext, libraries: ReadonlySet<Name>): Name[] {
  // Libraries of several versions stand in one prefix.
  const found = new Set<Name>();
  for (const library of libraries) {
    const version = /(?:^|\/)python([0-9]\.[0-9]+)$/.exec(library)?.[1];
    const prefix = parentPath(parentPath(library) ?? '.') ?? '.';
    if (version === undefined) continue;
    const bin = prefix === '.' ? 'bin' : `${prefix}/bin`;
    for (const name of ['idle', '2to3']) {
      const dash = name === 'idle' ? '' : '-';
      const all = [name, `${name}${dash}${version.slice(0, 1)}`, `${name}${dash}${version}`];
      for (const path of all.map((script) => `${bin}/${script}`)) if (paths.has(path)) found.add(path);
    }
  }
  return [...found];
}
