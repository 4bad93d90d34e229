// duplicate-static-library: the same .a at several paths. All but the first can go.
import type { Claim } from '../model/finding.ts';
import { removeCommand } from '../model/shell.ts';
import { copiesByDigest } from './copies.ts';
import { commands, count } from './rule.ts';
import type { Rule } from './rule.ts';

export const duplicateStaticLibrary: Rule = {
  id: 'duplicate-static-library',
  title: 'static libraries shipped more than once',
  severity: 'warn',
  check(context) {
    const claims: Claim[] = [];
    for (const copies of copiesByDigest(context, (file) => file.facts?.type === 'ar')) {
      const [first, ...others] = copies;
      if (first === undefined) continue;
      for (const other of others) claims.push({ path: other.path, part: null, bytes: other.size, keeps: first.path });
    }
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'static library is a copy', 'static libraries are copies')} of another one`;
    return [{ title, claims, fix: commands(removeCommand(claims.map(({ path }) => path))) }];
  },
};
