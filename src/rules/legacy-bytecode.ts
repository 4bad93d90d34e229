// legacy-bytecode: `x.pyc` beside `x.py` and `__pycache__/x.*.pyc`. Where the source is there Python 3 reads the one in
// `__pycache__` (PEP 3147); the other is left from Python 2 or from `compileall -b`.
import type { Fix } from '../model/finding.ts';
import { baseName, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { bytecodeCommand } from './bytecode-command.ts';
import { advice, count, entryClaims } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';

const selection = "-name '*.pyc' ! -path '*/__pycache__/*'";
/** A symlink that leads nowhere here may lead to a source where the artifact is the root. */
const hasSource = '{ [ -e "$s" ] || [ -L "$s" ]; }';
const hasCached = `ls "\${s%/*}/__pycache__/$n".*.pyc >/dev/null 2>&1`;
const loop = `for f; do s=\${f%c}; n=\${s##*/}; n=\${n%.py}; if ${hasSource} && ${hasCached}; then rm "$f"; fi; done`;

export const legacyBytecode: Rule = {
  id: 'legacy-bytecode',
  title: 'bytecode beside a source whose bytecode is in __pycache__, too',
  severity: 'warn',
  sweeps: true,
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
    return [{ title, claims, fix: fixOf(context, ofPython2, found) }];
  },
};

/** The command, which must not take what the rule leaves. */
function fixOf(context: RuleContext, ofPython2: boolean, found: readonly Entry[]): Fix {
  if (ofPython2) return advice('Remove the files that --json lists; those of Python 2.7 beside them are in use.');
  const cached = stemsCached(context);
  const isFound = (path: Name): boolean => {
    const stem = path.slice(0, -'.pyc'.length);
    return !inCache(path) && context.paths.has(`${stem}.py`) && cached.has(stem);
  };
  const own = new Set(found.map(({ path }) => path));
  return bytecodeCommand(
    context,
    own,
    isFound,
    (except) => `find . ${selection}${except} -exec sh -c '${loop}' sh {} +`,
  );
}

/** Paths of sources, without `.py`, of which the command finds bytecode in `__pycache__`: names of more than it is of begin like them. */
function stemsCached({ snapshot: { entries } }: RuleContext): Set<Name> {
  const stems = new Set<Name>();
  for (const { path } of entries) {
    const cache = parentPath(path) ?? '.';
    if (!path.endsWith('.pyc') || baseName(cache) !== '__pycache__') continue;
    const above = cache.slice(0, -'__pycache__'.length);
    const name = baseName(path).slice(0, -'.pyc'.length);
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) stems.add(above + name.slice(0, dot));
  }
  return stems;
}

function inCache(path: Name): boolean {
  return `/${path}`.includes('/__pycache__/');
}
