// duplicate-entry: a path that an archive holds more than once. Extraction keeps the last; the earlier bytes are dead.
import { supersededPart } from '../model/finding.ts';
import { advice, count } from './rule.ts';
import type { Rule } from './rule.ts';

export const duplicateEntry: Rule = {
  id: 'duplicate-entry',
  title: 'earlier members of a path that an archive holds more than once',
  severity: 'warn',
  check({ snapshot }) {
    if (snapshot.superseded.length === 0) return [];
    const claims = snapshot.superseded.map(({ path, size }) => ({ path, part: supersededPart, bytes: size }));
    const title = `${count(claims.length, 'member is', 'members are')} overwritten by a later one of the same path`;
    return [
      { title, claims, fix: advice('unpack the archive and pack it anew, or do not append (tar -r, zip -u) to it') },
    ];
  },
};
