// orphan-bytecode: pycs in `__pycache__` whose source is not shipped. Python looks into `__pycache__` only for a source that it
// has found (PEP 3147), so nothing reads them.
import type { Fix } from '../model/finding.ts';
import { baseName, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { bytecodeCommand } from './bytecode-command.ts';
import { advice, count, entryClaims } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';

const selection = "-path '*/__pycache__/*.pyc' ! -name '*-pytest-*'";
/** The source of one, as `sourceSought` has it. A symlink that leads nowhere here may lead to a source where the artifact is the root. */
const sought = `n=\${f##*/}; n=\${n%.pyc}; n=\${n%.opt-?}; s=\${f%/__pycache__/*}/\${n%.*}.py`;
const loop = `for f; do ${sought}; [ -e "$s" ] || [ -L "$s" ] || rm "$f"; done`;

export const orphanBytecode: Rule = {
  id: 'orphan-bytecode',
  title: 'bytecode in __pycache__ whose source is not shipped',
  severity: 'warn',
  byAbsence: true,
  sweeps: true,
  check(context) {
    const orphans: Entry[] = [];
    for (const { entry, facts, source } of context.pycs) {
      if (source !== undefined || facts.legacy || context.claimed.has(entry.path)) continue;
      if (!isOfPytest(entry.path)) orphans.push(entry);
    }
    if (orphans.length === 0) return [];
    const linked = linkedBytecode(context);
    const unread = orphans.filter(({ path }) => !linked.has(path) && !linked.has(parentPath(path) ?? '.'));
    const claims = entryClaims(context, unread);
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'pyc')} in __pycache__ without a source, which Python never imports`;
    return [{ title, claims, fix: fixOf(context, orphans, unread) }];
  },
};

/** pytest keeps what it rewrote under names of its own, beside sources that are there. */
function isOfPytest(path: Name): boolean {
  return path.includes('-pytest-') && baseName(path).includes('-pytest-');
}

/** The command, which must not take what the rule leaves. */
function fixOf(context: RuleContext, orphans: readonly Entry[], unread: readonly Entry[]): Fix {
  if (unread.length < orphans.length) {
    return advice('remove the files that --json lists; symlinks beside sources lead to others');
  }
  const own = new Set(unread.map(({ path }) => path));
  const isFound = (path: Name): boolean => {
    const source = sourceSought(path);
    return source !== null && !context.paths.has(source);
  };
  return bytecodeCommand(
    context,
    own,
    isFound,
    (except) => `find . ${selection}${except} -exec sh -c '${loop}' sh {} +`,
  );
}

/** Where the command looks for the source of a pyc; null for what it does not come to. */
function sourceSought(path: Name): Name | null {
  const cache = `/${path}`.lastIndexOf('/__pycache__/');
  if (cache < 0 || isOfPytest(path)) return null;
  const name = baseName(path)
    .slice(0, -'.pyc'.length)
    .replace(/\.opt-.$/s, '');
  const dot = name.lastIndexOf('.');
  return `${path.slice(0, cache)}${dot < 0 ? name : name.slice(0, dot)}.py`;
}

/** Pycs and `__pycache__` directories that a symlink leads to, which may lie beside their sources. */
function linkedBytecode({ symlinks }: RuleContext): Set<Name> {
  const ofBytecode = symlinks.filter(({ entry }) => /(?:\.pyc|(?:^|\/)__pycache__)$/.test(entry.path));
  return new Set(ofBytecode.map(({ target }) => target));
}
