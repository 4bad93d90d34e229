// Commands on bytecode go by names and places, which others may have that the rule leaves: damaged files, above all. What a command comes
// to must be what the rule claims.
import type { Fix } from '../model/finding.ts';
import type { Name } from '../model/name.ts';
import { exceptPaths } from '../model/shell.ts';
import { advice, commands } from './rule.ts';
import type { RuleContext } from './rule.ts';

/** Files that a command leaves out one by one. */
const mostSpared = 8;

const byHand = advice('remove the files that --json lists; others are like them and stay');

/**
 * @param own all names that are to go.
 * @param isFound whether the command comes to a regular file whose name ends in `.pyc`.
 * @param command given the words of `find` that leave out the files it must not take.
 * @returns advice in place of a command where these are too many, or where it does not come to all that is to go.
 */
export function bytecodeCommand(
  { snapshot: { entries }, claimed }: RuleContext,
  own: ReadonlySet<Name>,
  isFound: (path: Name) => boolean,
  command: (except: string) => string,
): Fix {
  const spared: Name[] = [];
  for (const { path, kind } of entries) {
    if ((kind !== 'file' && kind !== 'hardlink') || !path.endsWith('.pyc')) continue;
    const found = isFound(path);
    if (own.has(path) && !found) return byHand;
    // What other rules remove as a whole may go; a rule with such a command is marked so (`sweeps`).
    if (found && !own.has(path) && !claimed.has(path)) spared.push(path);
  }
  return spared.length > mostSpared ? byHand : commands([command(exceptPaths(spared))]);
}
