// test-suite: tests of Python's standard library and of installed packages. A directory of such a name may be code that is used
// (`django/test`, plugins), so outside of the standard library it must look like tests.
import { nodePackageOf } from '../inspectors/packages/node-package.ts';
import { baseName, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { shellPath } from '../model/shell.ts';
import type { Entry } from '../model/snapshot.ts';
import { placesOf } from './places.ts';
import type { Places } from './places.ts';
import { count, entryClaims } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';
import { above, removeTrees, someBelow, treesOf } from './trees.ts';

export const testSuite: Rule = {
  id: 'test-suite',
  title: "test suites of Python's standard library and of installed packages",
  severity: 'info',
  leftover: true,
  check(context) {
    const places = placesOf(context);
    const suites = context.directories.filter((path) => isNamed(path) && isSuite(context, path, places));
    const trees = treesOf(context, suites);
    const modules = testModules(context, places);
    const claims = entryClaims(context, [...new Set([...trees.entries, ...modules])]);
    if (claims.length === 0) return [];
    const commands = removeTrees(trees);
    for (const folder of new Set(modules.map(({ path }) => parentPath(path) ?? '.'))) {
      commands.push(`rm -f ${testModuleNames.map((name) => `${shellPath(folder)}/${name}*`).join(' ')}`);
    }
    const title = `${count(claims.length, 'file')} of test suites`;
    const isStandard = modules.length > 0 || trees.directories.some((path) => isOfLibrary(path, places));
    const advice = `needed by ${isStandard ? 'python -m test and ' : ''}packages' own tests`;
    return [{ title, claims, fix: { commands, advice } }];
  },
};

/** Directories of these alone describe a module of that name: `node:test` in `@types/node/test`. */
const declarations = /\.d\.[cm]?ts(?:\.map)?$/;

/** Tests that the package imports as soon as it is imported itself: Debian's h5py, of which two builds lie side by side. */
const imported = /^h5py\/_debian_h5py_[a-z]+\/tests$/;

/** By its last letter first: this is asked of every directory. */
function isNamed(path: Name): boolean {
  const last = path.charCodeAt(path.length - 1);
  if (last !== 0x74 && last !== 0x73 && last !== 0x5f) return false;
  return /(?:^|\/)(?:tests?|idle_test|__tests__)$/.test(path);
}

function isSuite(context: RuleContext, path: Name, places: Places): boolean {
  const { folders } = places;
  const node = nodePackageOf(path);
  if (node !== null && above(node, folders) === null) {
    // Of deeper directories only one name is never code.
    if (baseName(path) !== '__tests__' && path.slice(node.length + 1).includes('/')) return false;
    return someBelow(context, path, (entry) => !declarations.test(entry.path));
  }
  if (isOfLibrary(path, places)) return true;
  const folder = above(path, folders);
  if (folder === null) return false;
  const inside = folder === '.' ? path : path.slice(folder.length + 1);
  return inside.includes('/') && !imported.test(inside) && someBelow(context, path, isTest);
}

/** Whether the nearest that is known above is a standard library. */
function isOfLibrary(path: Name, { libraries, folders }: Places): boolean {
  const library = above(path, libraries);
  const folder = above(path, folders);
  return library !== null && (folder === null || folder.length <= library.length);
}

function isTest({ path }: Entry): boolean {
  return /(?:^|\/)test_[^/]*\.pyc?$|_tests?(?:\.[^/.]+){0,2}\.pyc?$/.test(path);
}

/** Beginnings of the names of extension modules that only the standard library's tests import. */
const testModuleNames = ['_test', '_ctypes_test', '_xxtestfuzz', 'xxlimited', 'xxsubtype'];

function testModules(context: RuleContext, { libraries }: Places): readonly Entry[] {
  const folders = [...libraries].map((library) => (library === '.' ? 'lib-dynload' : `${library}/lib-dynload`));
  return treesOf(context, folders, (path) => testModuleNames.some((name) => baseName(path).startsWith(name))).entries;
}
