// duplicate-file: the same content at several paths. Last in the registry, so that the copy that stays is one that no other
// rule removes: following all findings never loses content.
import type { Claim } from '../model/finding.ts';
import { copiesByDigest, keeperOf } from './copies.ts';
import { commands, count } from './rule.ts';
import type { Rule } from './rule.ts';

export const duplicateFile: Rule = {
  id: 'duplicate-file',
  title: 'files with the same content as another',
  severity: 'info',
  remedy: 'hard-link',
  check(context) {
    const claims: Claim[] = [];
    // What stands in a lower layer of an image, too, is claimed already.
    const isImage = context.snapshot.image !== undefined;
    const files = isImage ? context.files.filter(({ path }) => !context.claimed.has(path)) : context.files;
    for (const copies of copiesByDigest(files)) {
      const keeper = keeperOf(copies, context.claimed);
      if (keeper === undefined) continue;
      for (const copy of copies) {
        if (copy !== keeper) claims.push({ path: copy.path, part: null, bytes: copy.size, keeps: keeper.path });
      }
    }
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'file has', 'files have')} the same content as another`;
    return [{ title, claims, fix: commands('hardlink --content .') }];
  },
};
