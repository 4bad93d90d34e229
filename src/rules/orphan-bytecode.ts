// orphan-bytecode: pycs in `__pycache__` whose source is not shipped. Python looks into `__pycache__` only for a source that it
// has found (PEP 3147), so nothing reads them.
import type { Entry } from '../model/snapshot.ts';
import { commands, count, entryClaims } from './rule.ts';
import type { Rule } from './rule.ts';

const fix = commands(
  `find . -path '*/__pycache__/*.pyc' ! -name '*-pytest-*' -exec sh -c 'for f; do n=\${f##*/}; n=\${n%.pyc}; n=\${n%.opt-?}; [ -e "\${f%/__pycache__/*}/\${n%.*}.py" ] || rm "$f"; done' sh {} +`,
);

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
    const claims = entryClaims(context, orphans);
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'pyc')} in __pycache__ without a source, which Python never imports`;
    return [{ title, claims, fix }];
  },
};
