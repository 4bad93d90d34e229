// foreign-bytecode: pycs of a Python that the artifact does not hold, where it holds one. An interpreter reads bytecode of its
// own version only; the tag in the name (PEP 3147) and the magic number must agree before a pyc is judged.
import type { Fix } from '../model/finding.ts';
import { addTo } from '../model/grouping.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { bytecodeCommand } from './bytecode-command.ts';
import { count, entryClaims } from './rule.ts';
import type { Pyc, Rule, RuleContext } from './rule.ts';

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
  byAbsence: true,
  sweeps: true,
  check(context) {
    const held = interpreters(context);
    if (held.size === 0) return [];
    const byTag = new Map<string, Entry[]>();
    for (const pyc of context.pycs) {
      const tag = pyc.facts.legacy ? null : foreignTag(pyc, held);
      if (tag === null || context.claimed.has(pyc.entry.path)) continue;
      addTo(byTag, tag, pyc.entry);
    }
    return [...byTag]
      .toSorted(([a], [b]) => compareNames(a, b))
      .map(([tag, entries]) => {
        const claims = entryClaims(context, entries);
        const shipped = [...held].toSorted(compareNames).join(', ');
        const title = `${count(claims.length, 'pyc')} of ${tag}, while the artifact holds ${shipped}`;
        return { title, claims, fix: removal(context, tag, entries) };
      })
      .filter(({ claims }) => claims.length > 0);
  },
};

function removal(context: RuleContext, tag: string, entries: readonly Entry[]): Fix {
  const own = new Set(entries.map(({ path }) => path));
  const plain = `.${tag}.pyc`;
  const isFound = (path: Name): boolean =>
    `/${path}`.includes('/__pycache__/') && path.replace(/\.opt-[^/]\.pyc$/, '.pyc').endsWith(plain);
  const names = `'(' -name '*${plain}' -o -name '*.${tag}.opt-?.pyc' ')'`;
  return bytecodeCommand(
    context,
    own,
    isFound,
    (except) => `find . -path '*/__pycache__/*' ${names}${except} -type f -delete`,
  );
}

/** Tags of the interpreters in the artifact, `cpython-312`. Links are left out: they may lead outside. */
function interpreters({ snapshot: { entries } }: RuleContext): Set<string> {
  const held = new Set<string>();
  for (const { path, kind } of entries) {
    if ((kind !== 'file' && kind !== 'hardlink') || !mayBeSign(path)) continue;
    for (const sign of signs) {
      const match = sign.exec(path);
      if (match === null) continue;
      const digits = (match[2] ?? '').replace('.', '');
      held.add(match[1] === 'pypy' ? `pypy${digits}` : `cpython-${digits}`);
    }
  }
  return held;
}

/** By the end of the path, which tells nearly all others apart: `os.py` and `os.pyc`, or what ends in `.so`, `t`, a digit or a dot. */
function mayBeSign(path: Name): boolean {
  const last = path.charCodeAt(path.length - 1);
  if (last === 0x79) return path.charCodeAt(path.length - 5) === 0x6f && path.endsWith('/os.py');
  if (last === 0x63) return path.charCodeAt(path.length - 6) === 0x6f && path.endsWith('/os.pyc');
  return (last === 0x6f || last === 0x74 || (last >= 0x2e && last <= 0x39)) && path.includes('py');
}

/** The tag of a pyc whose interpreter is not held; null where it is, and where tag and magic number disagree. */
function foreignTag({ entry: { path }, facts }: Pyc, held: ReadonlySet<string>): string | null {
  if (!path.endsWith('.pyc')) return null;
  let end = path.length - '.pyc'.length;
  let dot = path.lastIndexOf('.', end - 1);
  if (path.startsWith('.opt-', dot)) {
    end = dot;
    dot = path.lastIndexOf('.', end - 1);
  }
  if (dot < path.lastIndexOf('/')) return null;
  const tag = path.slice(dot + 1, end);
  if (held.has(tag) || !/^(?:cpython-|pypy)\d+$/.test(tag)) return null;
  if (tag.startsWith('pypy')) return tag;
  return facts.python !== null && tag === `cpython-${facts.python.replace('.', '')}` ? tag : null;
}
