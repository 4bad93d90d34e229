// legacy-bytecode: `x.pyc` beside `x.py` and `__pycache__/x.*.pyc`. Where the source is there Python 3 reads the one in
// `__pycache__` (PEP 3147); the other is left from Python 2 or from `compileall -b`.
import type { Name } from '../model/name.ts';
import { pycsOf } from './pycs.ts';
import { advice, commands, count, wholeFileClaims } from './rule.ts';
import type { Rule } from './rule.ts';

const fix = commands(
  `find . -name '*.pyc' ! -path '*/__pycache__/*' -exec sh -c 'for f; do n=\${f##*/}; n=\${n%.pyc}; [ -e "\${f%.pyc}.py" ] && ls "\${f%/*}/__pycache__/$n".*.pyc >/dev/null 2>&1 && rm "$f"; done' sh {} +`,
);
const byHand = advice('Remove the files that --json lists; those of Python 2.7 beside them are in use.');

export const legacyBytecode: Rule = {
  id: 'legacy-bytecode',
  title: 'bytecode beside a source whose bytecode is in __pycache__, too',
  severity: 'warn',
  check(context) {
    const cached = new Set<Name>();
    const beside = new Map<Name, Name>();
    let ofPython2 = false;
    for (const { path, facts } of pycsOf(context)) {
      if (facts.source === null || !context.paths.has(facts.source)) continue;
      if (!facts.legacy) cached.add(facts.source);
      else if (!path.endsWith('.pyc')) continue;
      else if (facts.python === '2.7') ofPython2 = true;
      else if (!context.claimed.has(path)) beside.set(path, facts.source);
    }
    const paths = new Set<Name>();
    for (const [path, source] of beside) if (cached.has(source)) paths.add(path);
    const claims = wholeFileClaims(context, paths);
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'pyc lies', 'pycs lie')} beside the source; Python reads the one in __pycache__`;
    return [{ title, claims, fix: ofPython2 ? byHand : fix }];
  },
};
