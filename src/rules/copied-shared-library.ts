// copied-shared-library: one shared library as full copies under its several names (`libz.so`, `libz.so.1`, `libz.so.1.3`).
// They were symlinks once; zip files and wheels lose those.
import type { ElfFacts } from '../model/facts.ts';
import type { Claim, Fix } from '../model/finding.ts';
import { addTo } from '../model/grouping.ts';
import { linkLossOf } from '../model/link-loss.ts';
import { baseName, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { hardLinkCommand, symlinkCommand } from '../model/shell.ts';
import type { Entry } from '../model/snapshot.ts';
import { copiesByDigest, rightsOf } from './copies.ts';
import { advice, count, namesOf, npmLinks } from './rule.ts';
import type { FileWith, Rule, RuleContext } from './rule.ts';

export const copiedSharedLibrary: Rule = {
  id: 'copied-shared-library',
  title: 'shared libraries shipped as full copies under each of their names',
  severity: 'warn',
  remedy: 'symlink',
  check(context) {
    const claims: Claim[] = [];
    const shared = context.elfFiles.filter(isShared).map(({ entry }) => entry);
    for (const copies of copiesByDigest(shared)) {
      for (const group of byLibrary(context, copies)) {
        // The most precise name is the file; the others are links to it.
        const keeper = group.reduce((a, b) => (b.path.length > a.path.length ? b : a));
        for (const { path, size } of group) {
          if (path !== keeper.path) claims.push({ path, part: null, bytes: size, keeps: keeper.path });
        }
      }
    }
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'name of a shared library is', 'names of shared libraries are')} a full copy of it`;
    return [{ title, claims, fix: fixOf(context, claims) }];
  },
};

function fixOf(context: RuleContext, claims: readonly Claim[]): Fix {
  const loss = linkLossOf(context.snapshot);
  if (loss === 'npm') return advice(npmLinks);
  const links = claims.flatMap((claim) => linkCommands(context, claim));
  // Without the option, zip stores what a symlink leads to.
  const pack = loss === 'zip' ? 'pack with zip -y; pip restores no symlinks' : null;
  return { commands: links, advice: pack };
}

/** As `fix` does it: a symlink in place of one name frees nothing where the copy has others, in whatever directory. */
function linkCommands(context: RuleContext, { path, keeps = '' }: Claim): string[] {
  const names = namesOf(context, path);
  if (names.length === 1) return [symlinkCommand(baseName(keeps), path)];
  return names.map((name) => hardLinkCommand(keeps, name));
}

function isShared({ entry, facts }: FileWith<ElfFacts>): boolean {
  return facts.elfType === 'DYN' && stemOf(entry.path) !== null;
}

/** Groups of two or more names of one library in one directory, in byte order; of equal permissions and owner, which links share. */
function byLibrary(context: RuleContext, copies: readonly Entry[]): Entry[][] {
  const groups = new Map<Name, Entry[]>();
  for (const copy of copies) {
    const key = `${rightsOf(context, copy)} ${parentPath(copy.path) ?? '.'}/${stemOf(copy.path) ?? ''}`;
    addTo(groups, key, copy);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

/** `libz` of `libz.so.1.3`; null for what is not named as a shared library. */
function stemOf(path: Name): Name | null {
  return /^(.+?)\.so(?:\.[0-9][^/]*)?$/.exec(baseName(path))?.[1] ?? null;
}
