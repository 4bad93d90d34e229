// duplicate-member: objects that an earlier static library holds too. Libraries that other rules remove as a whole are left out on
// both sides, so that the copy that stays is one that stays.
import type { Claim } from '../model/finding.ts';
import type { ArFacts, MemberContent } from '../model/facts.ts';
import type { Name } from '../model/name.ts';
import { duplicateStaticLibrary } from './duplicate-static-library.ts';
import { linkedStaticLibrary } from './linked-static-library.ts';
import { advice, count } from './rule.ts';
import type { FileWith, Rule, RuleContext } from './rule.ts';
import { staticLibrary } from './static-library.ts';

export const duplicateMember: Rule = {
  id: 'duplicate-member',
  title: 'objects that several static libraries hold',
  severity: 'info',
  check(context) {
    // Nearly always there is nothing, and the other rules need not be asked.
    if (sharedMembers(context.staticLibraries).length === 0) return [];
    const gone = removedLibraries(context);
    const libraries = sharedMembers(context.staticLibraries.filter(({ entry }) => !gone.has(entry.path)));
    if (libraries.length === 0) return [];
    const objects = libraries.reduce((sum, { members }) => sum + members.length, 0);
    const holders = count(libraries.length, 'static library holds', 'static libraries hold');
    return [
      {
        title: `${holders} ${count(objects, 'object')} that another one holds too`,
        claims: libraries.flatMap(claimsOn),
        fix: advice('put the common objects into one library that the others are linked with'),
      },
    ];
  },
};

interface Library {
  readonly path: Name;
  /** Members that an earlier library holds. */
  readonly members: readonly MemberContent[];
  /** The earlier library that holds all of them; null where several do. */
  readonly keeps: Name | null;
}

/** Libraries with members that one before them in byte order has, of equal size and CRC. */
function sharedMembers(files: readonly FileWith<ArFacts>[]): Library[] {
  const holders = new Map<string, Name>();
  const libraries: Library[] = [];
  for (const { entry, facts } of files) {
    const { path } = entry;
    const members: MemberContent[] = [];
    const keepers = new Set<Name>();
    for (const member of facts.contents ?? []) {
      const key = `${member.size} ${member.crc32}`;
      const holder = holders.get(key);
      if (holder === undefined) holders.set(key, path);
      else if (holder !== path) {
        members.push(member);
        keepers.add(holder);
      }
    }
    const [keeps] = keepers;
    if (keeps !== undefined) libraries.push({ path, members, keeps: keepers.size === 1 ? keeps : null });
  }
  return libraries;
}

/** Copies, libraries that were linked in, and those beside their shared library. One that is only there to be linked stays. */
function removedLibraries(context: RuleContext): ReadonlySet<Name> {
  const drafts = [duplicateStaticLibrary, linkedStaticLibrary, staticLibrary].flatMap((rule) => rule.check(context));
  const gone = new Set<Name>();
  for (const { severity, remedy, claims } of drafts) {
    if (severity !== 'info' || remedy !== undefined) for (const { path } of claims) gone.add(path);
  }
  return gone;
}

const header = 60;

/** What strip removes is claimed as such, so that the union with debug-symbols counts no byte twice. */
function claimsOn({ path, members, keeps }: Library): Claim[] {
  let bytes = 0;
  let debug = 0;
  for (const member of members) {
    debug += member.debug;
    bytes += header + member.size + (member.size % 2) - member.debug;
  }
  const copy = keeps === null ? {} : { keeps };
  const rest: Claim = { path, part: 'members', bytes, ...copy };
  return debug === 0 ? [rest] : [rest, { path, part: 'debug', bytes: debug, ...copy }];
}
