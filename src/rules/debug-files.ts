// debug-files: debug data that was split off programs, libraries and object files (`objcopy --only-keep-debug`, `gcc -gsplit-dwarf`). strip
// would make useless husks of these files, so they go as a whole or stay. And what is apart from the first on Windows: `.pdb`.
import { debugAlone } from '../model/facts.ts';
import type { Claim } from '../model/finding.ts';
import { exceptPaths, removeCommands } from '../model/shell.ts';
import type { Entry } from '../model/snapshot.ts';
import { commands, count, namesOf } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';

const suffixes = ['.debug', '.dwo', '.pdb'] as const;

/** Files of such a suffix which a command leaves out one by one. */
const mostSpared = 8;

export const debugFiles: Rule = {
  id: 'debug-files',
  title: 'files of debug data alone, split off others',
  severity: 'warn',
  check(context) {
    const found = context.files.filter(isDebugAlone);
    if (found.length === 0) return [];
    const claims = found.map(({ path, size }): Claim => ({ path, part: null, bytes: size }));
    const title = `${count(found.length, 'file holds', 'files hold')} debug data alone, of programs and libraries that run without`;
    return [{ title, claims, fix: commands(removal(context, claims)) }];
  },
};

/** The format of `.pdb` files has other uses: by another name, one may be of those. */
function isDebugAlone({ path, facts }: Entry): boolean {
  if (facts === null) return false;
  return facts.type === 'elf' ? facts.unsafe[0]?.code === debugAlone : facts.type === 'pdb' && path.endsWith('.pdb');
}

/** By suffix where they have one, else by name. */
function removal(context: RuleContext, claims: readonly Claim[]): string[] {
  const own = new Set(claims.flatMap(({ path }) => namesOf(context, path)));
  const found: string[] = [];
  for (const suffix of suffixes) {
    const alike = context.snapshot.entries.filter(
      ({ path, kind }) => path.endsWith(suffix) && (kind === 'file' || kind === 'hardlink'),
    );
    const spared = alike.flatMap(({ path }) => (own.has(path) ? [] : [path]));
    if (spared.length === alike.length || spared.length > mostSpared) continue;
    found.push(`find . -type f -name '*${suffix}'${exceptPaths(spared)} -delete`);
    for (const { path } of alike) own.delete(path);
  }
  return [...found, ...removeCommands([...own])];
}
