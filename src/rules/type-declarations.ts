// type-declarations: what compilers and editors read of installed Node packages. The compiler's own are part of a program.
import { modulesMarks } from '../inspectors/packages/node-package.ts';
import { baseName, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { endingIn, exceptInside } from '../model/shell.ts';
import { count, entryClaims } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';
import { above, keepLicences, treesOf, treeCommands } from './trees.ts';

const suffixes = ['.d.ts', '.d.mts', '.d.cts', '.js.flow', '.mjs.flow', '.cjs.flow'];
/** A compiler reads all declarations beside those of the language's own library. */
const ofCompiler = '/lib.es5.d.ts';

/** Directories of compilers that a command leaves out one by one. */
const mostSpared = 8;

export const typeDeclarations: Rule = {
  id: 'type-declarations',
  title: 'type declarations of installed Node packages',
  severity: 'info',
  leftover: true,
  check(context) {
    const folders = packageFolders(context);
    if (folders.length === 0) return [];
    const compilers = treesOf(context, folders, (path) => path.endsWith(ofCompiler)).entries;
    const libraries = new Set(compilers.map(({ path }) => parentPath(path) ?? '.'));
    const used = new Set<string>();
    const trees = treesOf(context, folders, (path) => {
      const suffix = suffixOf(path);
      if (suffix === undefined || above(path, libraries) !== null) return false;
      used.add(suffix);
      return true;
    });
    const claims = entryClaims(context, trees.entries);
    if (claims.length === 0) return [];
    const tests = endingIn(suffixes.filter((suffix) => used.has(suffix)));
    const keep = `${exceptInside(libraries, '/*', folders[0] === '.')}${keepLicences(trees)}`;
    const command = (words: string): string => `find ${words} -type f ${tests}${keep} -delete`;
    const commands = libraries.size > mostSpared ? [] : treeCommands(trees, command);
    const title = `${count(claims.length, 'type declaration')} of Node packages`;
    return [{ title, claims, fix: { commands, advice: 'needed to compile against these packages, and by editors' } }];
  },
};

/** Where Node packages are installed; the artifact may itself be such a directory. */
function packageFolders({ directories, paths }: RuleContext): readonly Name[] {
  if (modulesMarks.some((name) => paths.has(name))) return ['.'];
  return directories.filter((path) => path.endsWith('node_modules') && baseName(path) === 'node_modules');
}

function suffixOf(path: Name): string | undefined {
  const last = path.charCodeAt(path.length - 1);
  return last === 0x73 || last === 0x77 ? suffixes.find((suffix) => path.endsWith(suffix)) : undefined;
}
