// orphan-bytecode: pycs in `__pycache__` whose source is not shipped. Python looks into `__pycache__` only for a source that it
// has found (PEP 3147), so nothing reads them.
import type { Entry } from '../model/snapshot.ts';
import { parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { resolveSymlink } from '../model/symlink.ts';
import { advice, commands, count, entryClaims } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';

const fix = commands(
  `find . -path '*/__pycache__/*.pyc' ! -name '*-pytest-*' -exec sh -c 'for f; do n=\${f##*/}; n=\${n%.pyc}; n=\${n%.opt-?}; [ -e "\${f%/__pycache__/*}/\${n%.*}.py" ] || rm "$f"; done' sh {} +`,
);
const byHand = advice('remove the files that --json lists; symlinks beside sources lead to others');

export const orphanBytecode: Rule = {
  id: 'orphan-bytecode',
  title: 'bytecode in __pycache__ whose source is not shipped',
  severity: 'warn',
  check(context) {
    const orphans: Entry[] = [];
    for (const { entry, facts, source } of context.pycs) {
      if (source !== undefined || facts.legacy || context.claimed.has(entry.path)) continue;
      // pytest keeps what it rewrote under names of its own, beside sources that are there.
      if (!entry.path.includes('-pytest-')) orphans.push(entry);
    }
    if (orphans.length === 0) return [];
    const linked = linkedBytecode(context);
    const unread = orphans.filter(({ path }) => !linked.has(path) && !linked.has(parentPath(path) ?? '.'));
    const claims = entryClaims(context, unread);
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'pyc')} in __pycache__ without a source, which Python never imports`;
    return [{ title, claims, fix: unread.length === orphans.length ? fix : byHand }];
  },
};

/** Pycs and `__pycache__` directories that a symlink leads to, which may lie beside their sources. */
function linkedBytecode({ snapshot: { entries }, paths }: RuleContext): Set<Name> {
  const linked = new Set<Name>();
  for (const entry of entries) {
    if (entry.kind !== 'symlink' || !/(?:\.pyc|(?:^|\/)__pycache__)$/.test(entry.path)) continue;
    const resolved = resolveSymlink(entry, paths);
    if (resolved !== null) linked.add(resolved.target);
  }
  return linked;
}
