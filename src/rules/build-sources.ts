// build-sources: C, C++, Fortran and Cython sources and type stubs that packages ship beside the modules compiled from them.
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { endingIn, exceptInside } from '../model/shell.ts';
import type { Entry } from '../model/snapshot.ts';
import { packageOf, placesOf } from './places.ts';
import { count, entryClaims } from './rule.ts';
import type { Rule } from './rule.ts';
import { above, treeCommands } from './trees.ts';

const suffixes = 'c cc cpp cxx h hh hpp hxx pyx pxd pxi pyi f f90'.split(' ');
const source = new RegExp(`\\.(?:${suffixes.join('|')})$`);
const compiled = /\.(?:so|pyd|node)$/;

/** Packages and files that a command leaves out one by one. */
const mostSpared = 8;

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
      if (known === undefined) packages.set(home, (known = { home, isCompiled: false, bytes: 0, sources: [] }));
      if (isCompiled) known.isCompiled = true;
      // Headers in directories of that name have a rule of their own.
      else if (!path.includes('/include/')) {
        known.bytes += entry.size;
        known.sources.push(entry);
      }
    }
    const found = [...packages.values()]
      .filter(({ isCompiled, sources }) => isCompiled && sources.length > 0)
      .toSorted((a, b) => b.bytes - a.bytes || compareNames(a.home, b.home));
    const claims = entryClaims(
      context,
      found.flatMap(({ sources }) => sources),
    );
    if (claims.length === 0) return [];
    const tests = endingIn(suffixes.map((suffix) => `.${suffix}`));
    const homes = new Set(found.map(({ home }) => home));
    // What lies inside of such a package may be another one, without a compiled module, or a module of its own.
    const isInside = (path: Name): boolean => above(path, homes) !== null;
    const files = outside.filter(isInside);
    const others = [...packages.values()].filter(({ isCompiled, sources }) => !isCompiled && sources.length > 0);
    const folded = others.map(({ home }) => home).filter(isInside);
    const except = `${exceptInside(files, '')}${exceptInside(folded, '/*')}`;
    const directories = found.map(({ home }) => home);
    const command = (words: string): string => `find ${words} -type f ${tests} ! -path '*/include/*'${except} -delete`;
    const spared = new Set(folded);
    const isTangled = found.some(({ home }) => above(home, spared) !== null);
    const commands =
      isTangled || files.length + folded.length > mostSpared ? [] : treeCommands({ directories }, command);
    const title = `${count(claims.length, 'source and stub', 'sources and stubs')} beside compiled modules`;
    return [{ title, claims, fix: { commands, advice: 'needed for building, type checks, triton, f2py' } }];
  },
};

interface Package {
  readonly home: Name;
  isCompiled: boolean;
  bytes: number;
  readonly sources: Entry[];
}
