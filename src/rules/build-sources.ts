// build-sources: C, C++, Fortran and Cython sources and type stubs that packages ship beside the modules compiled from them. Sources of
// a Python package that lie apart from its modules are left alone: they may be templates that it reads (Cython/Utility, numpy/f2py/src).
import { nodePackageOf } from '../inspectors/packages/node-package.ts';
import { compareNames, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { endingIn, exceptInside } from '../model/shell.ts';
import type { Entry } from '../model/snapshot.ts';
import { packageOf, placesOf } from './places.ts';
import { count, entryClaims } from './rule.ts';
import type { Rule } from './rule.ts';
import { above, treeCommands } from './trees.ts';

const suffixes = 'c cc cpp cxx h hh hpp hxx pyx pxd pxi pyi f f90'.split(' ');
const stub = '.pyi';
const source = new RegExp(`\\.(?:${suffixes.join('|')})$`);
const compiled = /\.(?:so|pyd|node)$/;

/** Packages and files that a command leaves out one by one. */
const mostSpared = 8;

/** Directories without a module of their own that a command leaves out one by one. */
const mostApart = 32;

/** What the last letter of a source or of a compiled module can be. */
const lastLetters = Uint8Array.from({ length: 256 }, (_, code) =>
  'chpxdif0oe'.includes(String.fromCharCode(code)) ? 1 : 0,
);

export const buildSources: Rule = {
  id: 'build-sources',
  title: 'sources and type stubs shipped beside the modules compiled from them',
  severity: 'info',
  leftover: true,
  check(context) {
    const { folders } = placesOf(context);
    const packages = new Map<Name, Package>();
    const outside: Name[] = [];
    for (const entry of context.snapshot.entries) {
      const { path, kind } = entry;
      if (lastLetters[path.charCodeAt(path.length - 1)] !== 1 || path.endsWith('.pyc')) continue;
      const isCompiled = kind !== 'directory' && compiled.test(path);
      if (!isCompiled && (!source.test(path) || (kind !== 'file' && kind !== 'hardlink'))) continue;
      const home = packageOf(path, folders);
      if (home === null) {
        if (!isCompiled) outside.push(path);
        continue;
      }
      let known = packages.get(home);
      if (known === undefined) packages.set(home, (known = { home, modules: new Set(), bytes: 0, sources: [] }));
      if (isCompiled) addUpTo(home, path, known.modules);
      // Headers in directories of that name have a rule of their own.
      else if (!path.includes('/include/')) {
        known.bytes += entry.size;
        known.sources.push(entry);
      }
    }
    const bare = new Set<Name>();
    const found = [...packages.values()]
      .map((one) => (one.modules.size > 0 ? withoutApart(one, bare) : one))
      .filter(({ modules, sources }) => modules.size > 0 && sources.length > 0)
      .toSorted((a, b) => b.bytes - a.bytes || compareNames(a.home, b.home));
    const claims = entryClaims(
      context,
      found.flatMap(({ sources }) => sources),
    );
    if (claims.length === 0) return [];
    const homes = new Set(found.map(({ home }) => home));
    // What lies inside of such a package may be another one, without a compiled module, or a module of its own.
    const isInside = (path: Name): boolean => above(path, homes) !== null;
    const files = outside.filter(isInside);
    const others = [...packages.values()].filter(({ modules, sources }) => modules.size === 0 && sources.length > 0);
    const folded = others.map(({ home }) => home).filter(isInside);
    const except = `${exceptInside(files, '')}${exceptInside(folded, '/*')}`;
    const directories = found.map(({ home }) => home);
    const apart = [...bare].filter(isInside);
    const tests = testsOf(apart);
    const command = (words: string): string => `find ${words} -type f ${tests} ! -path '*/include/*'${except} -delete`;
    const spared = new Set(folded);
    const isTangled = found.some(({ home }) => above(home, spared) !== null);
    const commands =
      isTangled || files.length + folded.length > mostSpared || apart.length > mostApart
        ? []
        : treeCommands({ directories }, command);
    const title = `${count(claims.length, 'source and stub', 'sources and stubs')} beside compiled modules`;
    return [{ title, claims, fix: { commands, advice: 'needed for building, type checks, triton, f2py' } }];
  },
};

interface Package {
  readonly home: Name;
  /** Directories with a compiled module in or below them; none where it holds none. */
  readonly modules: Set<Name>;
  bytes: number;
  readonly sources: Entry[];
}

/** Adds the directories that `path` lies in, up to `home`. */
function addUpTo(home: Name, path: Name, folders: Set<Name>): void {
  for (let up = parentPath(path); up !== null && !folders.has(up); up = parentPath(up)) {
    folders.add(up);
    if (up === home) return;
  }
}

/**
 * The package without the sources that lie in directories with no compiled module in or below them, whose uppermost are added to `bare`.
 * Stubs lie beside modules of all kinds, and sources of Node packages in a directory of their own.
 */
function withoutApart(one: Package, bare: Set<Name>): Package {
  if (nodePackageOf(`${one.home}/x`) === one.home) return one;
  let { bytes } = one;
  const sources = one.sources.filter(({ path, size }) => {
    if (path.endsWith(stub)) return true;
    let top: Name | null = null;
    for (let up = parentPath(path); up !== null && !one.modules.has(up); up = parentPath(up)) top = up;
    if (top === null) return true;
    bare.add(top);
    bytes -= size;
    return false;
  });
  return { ...one, bytes, sources };
}

/** Words of `find` for sources and stubs. @param apart directories in which only stubs are meant. */
function testsOf(apart: readonly Name[]): string {
  const all = suffixes.map((suffix) => `.${suffix}`);
  if (apart.length === 0) return endingIn(all);
  const code = endingIn(all.filter((suffix) => suffix !== stub));
  return String.raw`\( ${endingIn([stub])} -o ${code}${exceptInside(apart, '/*')} \)`;
}
