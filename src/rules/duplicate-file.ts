// duplicate-file: the same content at several paths. Last in the registry, so that the copy that stays is one that no other
// rule removes: following all findings never loses content. Names of one file share its permissions, owner and time, so copies are
// claimed only where these may be shared.
import { exactBytes } from '../bytes/size.ts';
import type { Claim } from '../model/finding.ts';
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { copiesByDigest, keeperOf } from './copies.ts';
import { advice, commands, count } from './rule.ts';
import type { FindingDraft, Rule, RuleContext } from './rule.ts';

export const duplicateFile: Rule = {
  id: 'duplicate-file',
  title: 'files with the same content as another',
  severity: 'info',
  remedy: 'hard-link',
  check(context) {
    // What stands in a lower layer of an image, too, is claimed already.
    const isImage = context.snapshot.image !== undefined;
    const files = isImage ? context.files.filter(({ path }) => !context.claimed.has(path)) : context.files;
    const { groups, timed } = linkableCopies(context, copiesByDigest(files));
    const claims: Claim[] = [];
    const apart: Entry[] = [];
    for (const classes of groups) {
      for (const copies of classes) claims.push(...claimsOn(copies, context.claimed));
      const stay = classes.flatMap((copies) => copies.find(({ path }) => !context.claimed.has(path)) ?? []);
      apart.push(...stay.slice(1));
    }
    const drafts = apart.length === 0 ? [] : [apartDraft(apart, timed)];
    if (claims.length === 0) return drafts;
    const title = `${count(claims.length, 'file has', 'files have')} the same content as another`;
    return [{ title, claims, fix: timed ? linkByTime : link }, ...drafts];
  },
};

/** Without the option, hardlink wants permissions, owner and time to be equal; `--content` would want nothing. */
const link = commands('hardlink --ignore-time .');
const linkByTime = commands(
  String.raw`hardlink --include '\.py$' .`,
  String.raw`hardlink --ignore-time --exclude '\.py$' .`,
);

interface Copies {
  /** Of each content, the copies that may become names of one file. */
  readonly groups: readonly (readonly (readonly Entry[])[])[];
  /** Whether those of Python sources have the same time. */
  readonly timed: boolean;
}

function linkableCopies(context: RuleContext, contents: readonly Entry[][]): Copies {
  const byRights = contents.map((copies) => grouped(copies, (copy) => rightsOf(context, copy)));
  const sources = new Set<Name>();
  for (const { facts } of context.pycs)
    if (facts.mode === 'timestamp' && facts.source !== null) sources.add(facts.source);
  const isChecked = (copy: Entry): boolean => namesOf(context, copy).some((name) => sources.has(name));
  const timed = byRights.flat().some((copies) => !haveOneTime(copies) && copies.some(isChecked));
  if (!timed) return { groups: byRights, timed };
  // The command tells sources by their names alone.
  const timeOf = (copy: Entry): string =>
    namesOf(context, copy).some((name) => name.endsWith('.py')) ? `${copy.mtime}` : '';
  return { groups: byRights.map((classes) => classes.flatMap((copies) => grouped(copies, timeOf))), timed };
}

function grouped(copies: readonly Entry[], keyOf: (copy: Entry) => string): Entry[][] {
  const groups = new Map<string, Entry[]>();
  for (const copy of copies) {
    const key = keyOf(copy);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [copy]);
    else group.push(copy);
  }
  return [...groups.values()];
}

/** Equal where files may be linked. An archive records them with each name; where they differ, the file is like no other. */
function rightsOf(context: RuleContext, copy: Entry): string {
  const own = ownRights(copy);
  const names = context.names.get(copy.path);
  if (names === undefined) return own;
  const others = names.flatMap((name) => context.paths.get(name) ?? []);
  return others.every((entry) => ownRights(entry) === own) ? own : `${own} ${copy.path}`;
}

function ownRights({ mode, uid, gid }: Entry): string {
  return `${mode} ${uid} ${gid}`;
}

function haveOneTime(copies: readonly Entry[]): boolean {
  return copies.every(({ mtime }) => mtime === copies[0]?.mtime);
}

function namesOf({ names }: RuleContext, { path }: Entry): readonly Name[] {
  return names.get(path) ?? [path];
}

function claimsOn(copies: readonly Entry[], claimed: ReadonlySet<Name>): Claim[] {
  const keeper = keeperOf(copies, claimed);
  if (keeper === undefined) return [];
  const others = copies.filter((copy) => copy !== keeper);
  return others.map(({ path, size }) => ({ path, part: null, bytes: size, keeps: keeper.path }));
}

/** @param apart a copy for each file that stays beside another one of its content. */
function apartDraft(apart: readonly Entry[], timed: boolean): FindingDraft {
  const bytes = exactBytes(apart.reduce((sum, { size }) => sum + size, 0));
  const copies = count(apart.length, 'copy of another file', 'copies of other files');
  const differ = `${apart.length === 1 ? 'differs from it' : 'differ from them'} in permissions or owner`;
  const time = timed ? ', or in the time that bytecode is checked by' : '';
  return {
    title: `${copies} (${bytes}, not counted) ${differ}${time}: links would share these`,
    claims: apart.map(({ path }) => ({ path, part: 'apart', bytes: 0 })),
    fix: advice('make them alike where nothing needs them to differ'),
  };
}
