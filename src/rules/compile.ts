// How to compile the modules of a tree again: with the Python that their bytecode is of. Another one adds its own files beside, and leaves
// the old ones as they are.
import type { Fix } from '../model/finding.ts';
import { baseName, parentPath, pathIn } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { advice, commands } from './rule.ts';
import type { Pyc, RuleContext } from './rule.ts';

const mode = '--invalidation-mode unchecked-hash';

/** For sources that have no bytecode yet. @param versions of the bytecode that there is (`3.9`), null where it is not known. */
export function compileFix(versions: ReadonlySet<string | null>): Fix {
  const version = knownVersion(versions, '-q');
  return typeof version === 'string' ? commands([compileAll(version, '-q')]) : version;
}

/** For bytecode in `__pycache__` that is to be written anew; sources that have none of its level stay without. */
export function recompileFix(context: RuleContext, pycs: readonly Pyc[]): Fix {
  const flags = '-f -q';
  const version = knownVersion(new Set(pycs.map(({ facts }) => facts.python)), flags);
  if (typeof version !== 'string') return version;
  const found = new Set(pycs.map(({ facts }) => facts.optimization));
  const known = levels.filter(({ level }) => found.has(level));
  if (known.length === 0) return advice(`compile them again as they were, with ${mode}`);
  return commands(
    known.map(({ level, option }) => {
      const end = `.cpython-${version.replace('.', '')}${level === '' ? '' : `.opt-${level}`}.pyc`;
      const isThere = ({ path, kind }: Entry): boolean =>
        kind === 'directory' || !path.endsWith('.py') || context.paths.has(cached(path, end));
      return context.snapshot.entries.every(isThere)
        ? compileAll(version, flags, option)
        : compileThose(version, flags, option, end);
    }),
  );
}

const levels = [
  { level: '', option: '' },
  { level: '1', option: ' -O' },
  { level: '2', option: ' -OO' },
];

/** The version, or what to do where no command is of use. */
function knownVersion(versions: ReadonlySet<string | null>, flags: string): string | Fix {
  const [version = null] = versions;
  if (versions.size !== 1 || version === null) {
    return advice(`compile each with the Python that it is of: -m compileall ${flags} ${mode}`);
  }
  // PEP 552 came with Python 3.7.
  if (version !== '2.7' && !/^3\.[0-6]$/.test(version)) return version;
  return advice(
    `Python ${version} knows bytecode by time only: keep the times and sizes of sources as they were when it was compiled`,
  );
}

function compileAll(version: string, flags: string, option = ''): string {
  // Before 3.9 it goes no deeper than ten directories by itself.
  return `python${version}${option} -m compileall ${flags} ${mode}${/^3\.[78]$/.test(version) ? ' -r 99' : ''} .`;
}

/** Only of the sources whose bytecode of that name is there. */
function compileThose(version: string, flags: string, option: string, end: string): string {
  const there = `[ ! -e "\${f%/*}/__pycache__/\${b%.py}${end}" ]`;
  const choose = `for f; do shift; b=\${f##*/}; ${there} || set -- "$@" "$f"; done`;
  const compile = `[ $# = 0 ] || python${version}${option} -m compileall ${flags} ${mode} "$@"`;
  return `find . -name '*.py' ! -type d -exec sh -c '${choose}; ${compile}' sh {} +`;
}

/** Where the bytecode of a source lies (PEP 3147). */
function cached(source: Name, end: string): Name {
  const directory = parentPath(source) ?? '.';
  const name = `__pycache__/${baseName(source).slice(0, -'.py'.length)}${end}`;
  return pathIn(directory, name);
}
