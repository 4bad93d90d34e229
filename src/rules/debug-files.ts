// debug-files: debug data that was split off programs and libraries (`objcopy --only-keep-debug`). strip would make useless husks of these
// files, so they go as a whole or stay.
import { debugAlone } from '../model/facts.ts';
import type { Claim } from '../model/finding.ts';
import type { Name } from '../model/name.ts';
import { exceptPaths, removeCommand } from '../model/shell.ts';
import { commands, count, namesOf } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';

const suffix = '.debug';

/** Files of that suffix which the command leaves out one by one. */
const mostSpared = 8;

export const debugFiles: Rule = {
  id: 'debug-files',
  title: 'files of debug data alone, split off others',
  severity: 'warn',
  check(context) {
    const found = context.elfFiles.filter(({ facts }) => facts.unsafe[0]?.code === debugAlone);
    if (found.length === 0) return [];
    const claims = found.map(({ entry: { path, size } }): Claim => ({ path, part: null, bytes: size }));
    const title = `${count(found.length, 'file holds', 'files hold')} debug data alone, of programs and libraries that run without`;
    return [{ title, claims, fix: commands(...removal(context, claims)) }];
  },
};

/** By suffix where they have it, else by name. */
function removal(context: RuleContext, claims: readonly Claim[]): string[] {
  const own = new Set(claims.flatMap(({ path }) => namesOf(context, path)));
  const alike = new Set<Name>();
  for (const { path, kind } of context.snapshot.entries) {
    if (path.endsWith(suffix) && (kind === 'file' || kind === 'hardlink')) alike.add(path);
  }
  const spared = [...alike].filter((path) => !own.has(path));
  const isShort = alike.size > spared.length && spared.length <= mostSpared;
  const others = isShort ? [...own].filter((path) => !alike.has(path)) : [...own];
  return [
    ...(isShort ? [`find . -type f -name '*${suffix}'${exceptPaths(spared)} -delete`] : []),
    ...(others.length === 0 ? [] : [removeCommand(others)]),
  ];
}
