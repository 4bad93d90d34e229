// duplicate-file: the same content at several paths. Last in the registry, so that the copy that stays is one that no other
// rule removes: following all findings never loses content. Names of one file share its permissions, owner and time, so copies are
// claimed only where these may be shared.
import { exactBytes } from '../bytes/size.ts';
import type { Claim } from '../model/finding.ts';
import { addTo } from '../model/grouping.ts';
import type { Entry } from '../model/snapshot.ts';
import { copiesByDigest, keeperOf, layerOf, lowestKeeperOf, rightsOf } from './copies.ts';
import { advice, behindLinks, count, linking } from './rule.ts';
import type { FindingDraft, Rule, RuleContext } from './rule.ts';

/** What claims of this rule call copies that must not be linked: they are told of, and nothing of them is to go. */
export const apartPart = 'apart';

export const duplicateFile: Rule = {
  id: 'duplicate-file',
  title: 'files with the same content as another',
  severity: 'info',
  remedy: 'hard-link',
  check(context) {
    const { groups, timed } = linkableCopies(context, contentsOf(context));
    const claims: Claim[] = [];
    const apart: Entry[] = [];
    for (const classes of groups) {
      for (const copies of classes) claimCopies(copies, context.claimed, claims);
      if (classes.length === 1) continue;
      const stay = classes.flatMap((copies) => copies.find(({ path }) => !context.claimed.has(path)) ?? []);
      for (const copy of stay.slice(1)) apart.push(copy);
    }
    const drafts = apart.length === 0 ? [] : [apartDraft(apart, timed)];
    if (claims.length === 0) return drafts;
    const title = `${count(claims.length, 'file has', 'files have')} the same content as another`;
    return [{ title, claims, fix: linking(context, timed ? linkByTime : link) }, ...drafts];
  },
};

/** Without the option, hardlink wants permissions, owner and time to be equal; `--content` would want nothing. */
const link = ['hardlink --ignore-time .'];
const linkByTime = [String.raw`hardlink --include '\.py$' .`, String.raw`hardlink --ignore-time --exclude '\.py$' .`];

/**
 * Copies by their content. In an image those inside of one layer: what stands in a lower one, too, is told by duplicate-across-layers, and
 * a link to it would store it again.
 */
function contentsOf({ snapshot, files, claimed }: RuleContext): Entry[][] {
  const contents = copiesByDigest(files);
  if (snapshot.image === undefined) return contents;
  return contents.flatMap((copies) => {
    const keeper = lowestKeeperOf(copies, claimed);
    if (keeper === undefined) return [];
    return grouped(
      copies.filter((copy) => layerOf(copy) <= layerOf(keeper)),
      layerOf,
    );
  });
}

interface Copies {
  /** Of each content, the copies that may become names of one file. */
  readonly groups: readonly (readonly Entry[][])[];
  /** Whether those of Python sources have the same time. */
  readonly timed: boolean;
}

function linkableCopies(context: RuleContext, contents: readonly Entry[][]): Copies {
  const byRights = contents.map((copies) =>
    haveOneRight(context, copies) ? [copies] : grouped(copies, (copy) => rightsOf(context, copy)),
  );
  const timed = wouldChangeTimes(context, byRights.flat());
  if (!timed) return { groups: byRights, timed };
  // The commands tell sources by their names alone, and join none with what is named otherwise.
  const timeOf = (copy: Entry): number | null | undefined =>
    copy.path.endsWith('.py') || (context.names.get(copy.path) ?? []).some((name) => name.endsWith('.py'))
      ? copy.mtime
      : undefined;
  return { groups: byRights.map((classes) => classes.flatMap((copies) => grouped(copies, timeOf))), timed };
}

/** Whether links would change the time of a source that bytecode is checked by. */
function wouldChangeTimes(context: RuleContext, classes: readonly Entry[][]): boolean {
  const differing = classes.filter((copies) => !haveOneTime(copies));
  if (differing.length === 0) return false;
  const sources = new Set<Entry | undefined>();
  for (const { facts, source } of context.pycs) {
    if (facts.mode === 'timestamp' && source !== undefined) sources.add(behindLinks(context, source));
  }
  const isChecked = (copy: Entry): boolean =>
    sources.has(copy) || (context.names.get(copy.path) ?? []).some((name) => sources.has(context.paths.get(name)));
  return sources.size > 0 && differing.some((copies) => copies.some(isChecked));
}

/** By their keys; most often these are equal. */
function grouped(copies: Entry[], keyOf: (copy: Entry) => string | number | null | undefined): Entry[][] {
  const [first] = copies;
  if (first === undefined) return [];
  const common = keyOf(first);
  if (copies.every((copy) => keyOf(copy) === common)) return [copies];
  const groups = new Map<string | number | null | undefined, Entry[]>();
  for (const copy of copies) {
    const key = keyOf(copy);
    addTo(groups, key, copy);
  }
  return [...groups.values()];
}

/** As by `rightsOf`; of most copies nothing has to be spelled for it. */
function haveOneRight({ names }: RuleContext, copies: readonly Entry[]): boolean {
  const [first] = copies;
  return copies.every(
    ({ path, mode, uid, gid }) =>
      mode === first?.mode && uid === first?.uid && gid === first?.gid && (names.size === 0 || !names.has(path)),
  );
}

function haveOneTime(copies: readonly Entry[]): boolean {
  return copies.every(({ mtime }) => mtime === copies[0]?.mtime);
}

/** Adds what goes of some copies to `claims`. */
function claimCopies(copies: readonly Entry[], claimed: RuleContext['claimed'], claims: Claim[]): void {
  const keeper = keeperOf(copies, claimed);
  for (const copy of copies) {
    if (keeper === undefined || copy === keeper) continue;
    claims.push({ path: copy.path, part: null, bytes: copy.size, keeps: keeper.path });
  }
}

/** @param apart a copy for each file that stays beside another one of its content. */
function apartDraft(apart: readonly Entry[], timed: boolean): FindingDraft {
  const bytes = exactBytes(apart.reduce((sum, { size }) => sum + size, 0));
  const copies = count(apart.length, 'copy of another file', 'copies of other files');
  const differ = `${apart.length === 1 ? 'differs from it' : 'differ from them'} in permissions or owner`;
  const time = timed ? ', or in the time that bytecode is checked by' : '';
  return {
    title: `${copies} (${bytes}, not counted) ${differ}${time}: links would share these`,
    claims: apart.map(({ path }) => ({ path, part: apartPart, bytes: 0 })),
    fix: advice('make them alike where nothing needs them to differ'),
  };
}
