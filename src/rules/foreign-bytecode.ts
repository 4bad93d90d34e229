// foreign-bytecode: pycs of a Python that the artifact does not hold, where it holds one. An interpreter reads bytecode of its
// own version only; the tag in the name (PEP 3147) and the magic number must agree before a pyc is judged.
import { baseName, compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { pycsOf } from './pycs.ts';
import type { Pyc } from './pycs.ts';
import { commands, count, wholeFileClaims } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Paths that only an interpreter has, with its version; `pypy` in them for PyPy. */
const signs: readonly RegExp[] = [
  /(?:^|\/)bin\/(python|pypy)(\d\.\d+)t?$/,
  /(?:^|\/)lib(python|pypy)(\d\.\d+)[a-z]*(?:-c)?\.so(?:\.[\d.]+)?$/,
  /(?:^|\/)(python|pypy)(\d\.\d+)t?\/os\.pyc?$/,
];

export const foreignBytecode: Rule = {
  id: 'foreign-bytecode',
  title: 'bytecode of a Python that the artifact does not hold',
  severity: 'warn',
  check(context) {
    const held = interpreters(context);
    if (held.size === 0) return [];
    const byTag = new Map<string, Set<Name>>();
    for (const pyc of pycsOf(context)) {
      const tag = pyc.facts.legacy || context.claimed.has(pyc.path) ? null : foreignTag(pyc, held);
      if (tag === null) continue;
      const known = byTag.get(tag);
      if (known === undefined) byTag.set(tag, new Set([pyc.path]));
      else known.add(pyc.path);
    }
    return [...byTag]
      .toSorted(([a], [b]) => compareNames(a, b))
      .map(([tag, paths]) => {
        const claims = wholeFileClaims(context, paths);
        const shipped = [...held].toSorted(compareNames).join(', ');
        const title = `${count(claims.length, 'pyc')} of ${tag}, while the artifact holds ${shipped}`;
        return { title, claims, fix: commands(removal(tag)) };
      })
      .filter(({ claims }) => claims.length > 0);
  },
};

function removal(tag: string): string {
  return `find . -path '*/__pycache__/*' '(' -name '*.${tag}.pyc' -o -name '*.${tag}.opt-?.pyc' ')' -delete`;
}

/** Tags of the interpreters in the artifact, `cpython-312`. Links are left out: they may lead outside. */
function interpreters({ paths }: RuleContext): Set<string> {
  const held = new Set<string>();
  for (const [path, { kind }] of paths) {
    // All signs hold the letters of "pyt" or "pypy"; most paths do not.
    if ((kind !== 'file' && kind !== 'hardlink') || !path.includes('py')) continue;
    for (const sign of signs) {
      const match = sign.exec(path);
      if (match === null) continue;
      const digits = (match[2] ?? '').replace('.', '');
      held.add(match[1] === 'pypy' ? `pypy${digits}` : `cpython-${digits}`);
    }
  }
  return held;
}

/** The tag of a pyc whose interpreter is not held; null where it is, and where tag and magic number disagree. */
function foreignTag({ path, facts }: Pyc, held: ReadonlySet<string>): string | null {
  const tag = /\.((?:cpython-|pypy)\d+)(?:\.opt-[^.]*)?\.pyc$/.exec(baseName(path))?.[1];
  if (tag === undefined || held.has(tag)) return null;
  if (tag.startsWith('pypy')) return tag;
  return facts.python !== null && tag === `cpython-${facts.python.replace('.', '')}` ? tag : null;
}
