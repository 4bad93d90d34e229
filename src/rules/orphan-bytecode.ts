// orphan-bytecode: pycs in `__pycache__` whose source is not shipped. Python looks into `__pycache__` only for a source that it
// has found (PEP 3147), so nothing reads them.
import type { Name } from '../model/name.ts';
import { pycsOf } from './pycs.ts';
import { commands, count, wholeFileClaims } from './rule.ts';
import type { Rule } from './rule.ts';

const fix = commands(
  `find . -path '*/__pycache__/*.pyc' ! -name '*-pytest-*' -exec sh -c 'for f; do n=\${f##*/}; n=\${n%.pyc}; n=\${n%.opt-?}; [ -e "\${f%/__pycache__/*}/\${n%.*}.py" ] || rm "$f"; done' sh {} +`,
);

export const orphanBytecode: Rule = {
  id: 'orphan-bytecode',
  title: 'bytecode in __pycache__ whose source is not shipped',
  severity: 'warn',
  check(context) {
    const paths = new Set<Name>();
    for (const { path, facts } of pycsOf(context)) {
      if (facts.legacy || context.claimed.has(path)) continue;
      // pytest keeps what it rewrote under names of its own, beside sources that are there.
      const orphan = facts.source === null || !context.paths.has(facts.source);
      if (orphan && !path.includes('-pytest-')) paths.add(path);
    }
    const claims = wholeFileClaims(context, paths);
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'pyc')} in __pycache__ without a source, which Python never imports`;
    return [{ title, claims, fix }];
  },
};
