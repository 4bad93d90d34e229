// legacy-bytecode: `x.pyc` beside `x.py` and `__pycache__/x.*.pyc`. Where the source is there Python 3 reads the one in
// `__pycache__` (PEP 3147); the other is left from Python 2 or from `compileall -b`.
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { advice, commands, count, entryClaims } from './rule.ts';
import type { Rule } from './rule.ts';

const fix = commands(
  `find . -name '*.pyc' ! -path '*/__pycache__/*' -exec sh -c 'for f; do n=\${f##*/}; n=\${n%.pyc}; if [ -e "\${f%.pyc}.py" ] && ls "\${f%/*}/__pycache__/$n".*.pyc >/dev/null 2>&1; then rm "$f"; fi; done' sh {} +`,
);
const byHand = advice('Remove the files that --json lists; those of Python 2.7 beside them are in use.');

export const legacyBytecode: Rule = {
  id: 'legacy-bytecode',
  title: 'bytecode beside a source whose bytecode is in __pycache__, too',
  severity: 'warn',
  check(context) {
    const beside = new Map<Entry, Name>();
    let ofPython2 = false;
    for (const { entry, facts, source } of context.pycs) {
      if (source === undefined || !facts.legacy || !entry.path.endsWith('.pyc')) continue;
      if (facts.python === '2.7') ofPython2 = true;
      else if (!context.claimed.has(entry.path)) beside.set(entry, source.path);
    }
    if (beside.size === 0) return [];
    const cached = new Set<Name>();
    for (const { facts, source } of context.pycs) if (source !== undefined && !facts.legacy) cached.add(source.path);
    const found: Entry[] = [];
    for (const [entry, source] of beside) if (cached.has(source)) found.push(entry);
    const claims = entryClaims(context, found);
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'pyc lies', 'pycs lie')} beside the source; Python reads the one in __pycache__`;
    return [{ title, claims, fix: ofPython2 ? byHand : fix }];
  },
};
