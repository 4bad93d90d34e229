// duplicate-static-library: the same .a at several paths. All but one can go.
import type { Claim } from '../model/finding.ts';
import { removeCommand } from '../model/shell.ts';
import { copiesByDigest, keeperOf } from './copies.ts';
import { commands, count, namesOf } from './rule.ts';
import type { Rule } from './rule.ts';

export const duplicateStaticLibrary: Rule = {
  id: 'duplicate-static-library',
  title: 'static libraries shipped more than once',
  severity: 'warn',
  check(context) {
    const claims: Claim[] = [];
    // Debian packages are ar archives, too.
    const libraries = context.staticLibraries.filter(({ entry }) => entry.path.endsWith('.a'));
    for (const copies of copiesByDigest(libraries.map(({ entry }) => entry))) {
      // Not one that lies in a test suite that goes: then the last copy would go with it.
      const keeper = keeperOf(copies, context.claimed);
      if (keeper === undefined) continue;
      for (const copy of copies) {
        if (copy !== keeper) claims.push({ path: copy.path, part: null, bytes: copy.size, keeps: keeper.path });
      }
    }
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'static library is a copy', 'static libraries are copies')} of another one`;
    // The bytes of a hard-linked file are freed only when all of its names go.
    const paths = claims.flatMap(({ path }) => namesOf(context, path));
    return [{ title, claims, fix: commands(removeCommand(paths)) }];
  },
};
