// optimized-bytecode: `.opt-1.pyc` and `.opt-2.pyc` (PEP 488) beside the plain pyc. An interpreter reads exactly one of them.
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { resolveSymlink } from '../model/symlink.ts';
import { advice, commands, count, entryClaims, fileOf } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Deletes an optimised pyc only where its plain one is there. */
const fix = commands([
  `find . -name '*.opt-[12].pyc' -exec sh -c 'for f; do [ ! -e "\${f%.opt-*}.pyc" ] || rm "$f"; done' sh {} +`,
]);
const byHand = advice('remove the files that --json lists; others are what symlinks in place of plain ones lead to');

export const optimizedBytecode: Rule = {
  id: 'optimized-bytecode',
  title: 'bytecode of optimisation levels 1 and 2 whose plain bytecode is shipped too',
  severity: 'warn',
  check(context) {
    const found: Entry[] = [];
    let someRead = false;
    for (const entry of context.snapshot.entries) {
      if (entry.kind !== 'file' && entry.kind !== 'hardlink') continue;
      const plain = plainOf(entry.path);
      const read = plain === null ? null : readAt(context, plain);
      if (read === null) continue;
      // With its target a symlink goes, too, and then there is no plain one.
      if (read !== plain && plainOf(read) !== null) someRead = true;
      else found.push(entry);
    }
    if (found.length === 0) return [];
    const claims = entryClaims(context, found);
    // Further names of the plain pyc take nothing.
    if (claims.length === 0) return [];
    return [
      {
        title: `${count(found.length, 'optimised pyc')} shipped beside the plain one`,
        claims,
        fix: someRead ? byHand : fix,
      },
    ];
  },
};

/** The file at the path or behind a symlink there; null for one that leads nowhere, or somewhere only where the artifact is the root. */
function readAt(context: RuleContext, path: Name): Name | null {
  const entry = context.paths.get(path);
  const resolved = entry?.kind === 'symlink' ? resolveSymlink(entry, context.paths) : null;
  const target = resolved?.absolute === false ? resolved.target : path;
  return fileOf(context, context.paths.get(target)) === null ? null : target;
}

/** The plain pyc of an optimised one's path, or null where the path is no optimised pyc. */
export function plainOf(path: Name): Name | null {
  const suffix = '.opt-1.pyc'.length;
  // The digit first: this is asked of every path.
  const digit = path.charCodeAt(path.length - '1.pyc'.length);
  if (digit !== 0x31 && digit !== 0x32) return null;
  if (!path.endsWith('.opt-1.pyc') && !path.endsWith('.opt-2.pyc')) return null;
  return `${path.slice(0, -suffix)}.pyc`;
}
