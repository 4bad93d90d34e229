// duplicate-static-library: the same .a at several paths. Copies can go where a library of their file name stays; under another name
// `-lNAME` finds nothing else, so these can become links; and so can all where libraries of one name differ, and all that are there to be
// linked: then each directory may be for a processor, a libc or an ABI of its own, and its linker looks nowhere else.
import type { Claim } from '../model/finding.ts';
import { baseName } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { hardLinkCommand, removeCommands } from '../model/shell.ts';
import { copiesByDigest, keeperOf, rightsOf } from './copies.ts';
import { linkingNeeds } from './linking.ts';
import { commands, count, linking, namesOf } from './rule.ts';
import type { FindingDraft, Rule, RuleContext } from './rule.ts';

export const duplicateStaticLibrary: Rule = {
  id: 'duplicate-static-library',
  title: 'static libraries shipped more than once',
  severity: 'warn',
  check(context) {
    const again: Claim[] = [];
    const apart: Claim[] = [];
    // Debian packages are ar archives, too.
    const libraries = context.staticLibraries.filter(({ entry }) => entry.path.endsWith('.a'));
    if (libraries.length < 2) return [];
    const differing = differingNames(context, libraries);
    const isLinked = linkedTest(context, libraries);
    for (const copies of copiesByDigest(libraries.map(({ entry }) => entry))) {
      // Not one that lies in a test suite that goes: then the last copy would go with it.
      const keeper = keeperOf(copies, context.claimed);
      if (keeper === undefined) continue;
      const staying = new Set(fileNames(context, keeper.path));
      for (const copy of copies) {
        if (copy === keeper) continue;
        const { path, size } = copy;
        const claim = { path, part: null, bytes: size, keeps: keeper.path };
        // The bytes of a hard-linked file are freed only when all of its names go.
        const names = fileNames(context, path);
        const stays = names.every((name) => staying.has(name) && !differing.has(name));
        if (stays && !isLinked(path)) again.push(claim);
        else {
          // Links share permissions and owner.
          if (rightsOf(context, copy) === rightsOf(context, keeper)) apart.push(claim);
          if (!context.claimed.has(path)) for (const name of names) staying.add(name);
        }
      }
    }
    return [...draftAgain(context, again), ...draftApart(context, apart)];
  },
};

function fileNames(context: RuleContext, path: Name): Name[] {
  return namesOf(context, path).map(baseName);
}

/** Whether linkers of the artifact may look for a library at its own path. One without members is there for nothing else. */
function linkedTest(context: RuleContext, libraries: RuleContext['staticLibraries']): (path: Name) => boolean {
  const isNeeded = linkingNeeds(context);
  if (isNeeded === null) return () => true;
  const empty = new Set(libraries.flatMap(({ entry, facts }) => (facts.members === 0 ? [entry.path] : [])));
  return (path) => empty.has(path) || namesOf(context, path).some(isNeeded);
}

/** Last names that libraries of different content have. */
function differingNames(context: RuleContext, libraries: RuleContext['staticLibraries']): Set<Name> {
  const contents = new Map<Name, string>();
  const differing = new Set<Name>();
  for (const { entry } of libraries) {
    // What has no digest has a length of its own.
    const content = entry.digest ?? entry.path;
    for (const name of fileNames(context, entry.path)) {
      if ((contents.get(name) ?? content) !== content) differing.add(name);
      contents.set(name, content);
    }
  }
  return differing;
}

function draftAgain(context: RuleContext, claims: readonly Claim[]): FindingDraft[] {
  if (claims.length === 0) return [];
  const title = `${count(claims.length, 'static library is a copy', 'static libraries are copies')} of another one`;
  const paths = claims.flatMap(({ path }) => namesOf(context, path));
  return [{ title, claims, fix: commands(removeCommands(paths)) }];
}

function draftApart(context: RuleContext, claims: readonly Claim[]): FindingDraft[] {
  if (claims.length === 0) return [];
  const what = count(claims.length, 'static library is a copy', 'static libraries are copies');
  const title = `${what} of one that linkers do not find in ${claims.length === 1 ? 'its' : 'their'} place`;
  const links = claims.flatMap(({ path, keeps = '' }) =>
    namesOf(context, path).map((name) => hardLinkCommand(keeps, name)),
  );
  return [{ severity: 'info', title, claims, remedy: 'hard-link', fix: linking(context, links) }];
}
