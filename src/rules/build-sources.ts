// build-sources: C, C++, Fortran and Cython sources and type stubs that packages ship beside the modules compiled from them.
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { packageOf, placesOf } from './places.ts';
import { count, entryClaims } from './rule.ts';
import type { Rule } from './rule.ts';
import { treeWords } from './trees.ts';

const suffixes = 'c cc cpp cxx h hh hpp hxx pyx pxd pxi pyi f f90'.split(' ');
const source = new RegExp(`\\.(?:${suffixes.join('|')})$`);
const compiled = /\.(?:so|pyd|node)$/;

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
    for (const entry of context.snapshot.entries) {
      const { path, kind } = entry;
      if (lastLetters[path.charCodeAt(path.length - 1)] !== 1 || path.endsWith('.pyc')) continue;
      const isCompiled = kind !== 'directory' && compiled.test(path);
      if (!isCompiled && (!source.test(path) || (kind !== 'file' && kind !== 'hardlink'))) continue;
      const home = packageOf(path, folders);
      if (home === null) continue;
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
    const { words, more } = treeWords({ directories: found.map(({ home }) => home) });
    const names = suffixes.map((suffix) => `-name '*.${suffix}'`).join(' -o ');
    const commands = [`find ${words} -type f \\( ${names} \\) ! -path '*/include/*' -delete${more}`];
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
