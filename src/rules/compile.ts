// How to compile the modules of a tree again: with the Python that their bytecode is of. Another one adds its own files beside, and leaves
// the old ones as they are.
import type { Fix } from '../model/finding.ts';
import { advice, commands } from './rule.ts';

const mode = '--invalidation-mode unchecked-hash';

/**
 * @param versions of the bytecode (`3.9`), null where it is not known.
 * @param flags of compileall, such as `-f`.
 */
export function compileFix(versions: ReadonlySet<string | null>, flags: string): Fix {
  const [version] = versions;
  if (versions.size !== 1 || version === undefined || version === null) {
    return advice(`compile each with the Python that it is of: -m compileall ${flags} ${mode}`);
  }
  // PEP 552 came with Python 3.7.
  return version === '2.7' || /^3\.[0-6]$/.test(version)
    ? advice(
        `Python ${version} knows bytecode by time only: keep the times and sizes of sources as they were when it was compiled`,
      )
    : // Before 3.9 it goes no deeper than ten directories by itself.
      commands([`python${version} -m compileall ${flags} ${mode}${/^3\.[78]$/.test(version) ? ' -r 99' : ''} .`]);
}
