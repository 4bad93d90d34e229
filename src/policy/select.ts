// Which entries and which claims count: --include, --exclude and --ignore.
import { UsageError } from '../errors.ts';
import type { Claim, Finding } from '../model/finding.ts';
import { parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { withPathFacts } from '../inspectors/index.ts';
import type { Entry, Overhead, Snapshot } from '../model/snapshot.ts';
import { totalsOf } from '../scan/entries.ts';
import { storedOf } from '../scan/stored.ts';
import { treeMatcher } from './glob.ts';
import type { Matcher } from './glob.ts';
import { didYouMean } from './nearest.ts';
import { ignored, withoutOthers, withoutSweeps } from './part.ts';

/** What `--include` and `--exclude` choose; null where they choose everything. */
export interface Selection {
  readonly chosen: Matcher;
  /** Whether there is an `--include`: directories of their own are chosen without one alone. */
  readonly named: boolean;
}

/** What a pattern of `include` matches and none of `exclude`. @throws UsageError for a pattern that is none. */
export function parseSelection(include: readonly string[], exclude: readonly string[]): Selection | null {
  if (include.length === 0 && exclude.length === 0) return null;
  const named = include.length > 0;
  const included = orAbove(include.map(treeMatcher));
  const excluded = orAbove(exclude.map(treeMatcher));
  return { chosen: (path) => (!named || included(path)) && !excluded(path), named };
}

/**
 * The snapshot with only the entries that are chosen, and the directories above.
 * @throws UsageError where nothing is left, unless `mayBeEmpty`.
 */
export function selectEntries(snapshot: Snapshot, selection: Selection | null, mayBeEmpty = false): Snapshot {
  if (selection === null) return snapshot;
  const { chosen, named } = selection;
  const kept = new Set<Name>(['.']);
  for (const { path, kind } of snapshot.entries) {
    if ((kind === 'directory' && named) || !chosen(path)) continue;
    kept.add(path);
    for (let up = parentPath(path); up !== null && !kept.has(up); up = parentPath(up)) kept.add(up);
  }
  const entries = keepContent(snapshot, kept);
  if (!mayBeEmpty && isEmpty(entries) && !isEmpty(snapshot.entries)) {
    throw new UsageError('--include and --exclude leave nothing of the artifact to measure');
  }
  const { archive, compressed } = snapshot.totals;
  return {
    ...snapshot,
    isPart: true,
    // They are of the whole.
    packages: undefined,
    entries,
    totals: totalsOf(entries, archive, compressed),
    superseded: snapshot.superseded.filter(({ path }) => chosen(path)),
    ...(snapshot.hidden === undefined ? {} : { hidden: snapshot.hidden.filter(({ path }) => chosen(path)) }),
    ...(snapshot.overhead === undefined ? {} : { overhead: withExcluded(snapshot, snapshot.overhead, entries) }),
  };
}

/** Stored bytes of entries that are left out are overhead of those that stay. */
function withExcluded(whole: Snapshot, overhead: Overhead, kept: readonly Entry[]): Overhead {
  const excluded = storedOf(whole.entries) - storedOf(kept);
  return excluded === 0 ? overhead : { ...overhead, excluded: (overhead.excluded ?? 0) + excluded };
}

/** The kept entries; where only further names of a hard-linked file are kept, the first of them carries its content. */
function keepContent({ entries }: Snapshot, kept: ReadonlySet<Name>): Entry[] {
  const files = new Map(entries.filter(({ kind }) => kind === 'file').map((entry) => [entry.path, entry]));
  const heirs = new Map<Name, Name>();
  return entries.flatMap((entry) => {
    if (!kept.has(entry.path)) return [];
    if (entry.kind !== 'hardlink' || entry.link === null || kept.has(entry.link)) return [entry];
    const heir = heirs.get(entry.link);
    if (heir !== undefined) return [{ ...entry, link: heir }];
    const file = files.get(entry.link);
    if (file === undefined) return [entry];
    heirs.set(entry.link, entry.path);
    const { kind, size, disk, stored, digest, facts } = file;
    return [
      {
        ...entry,
        kind,
        size,
        disk,
        ...(stored === undefined ? {} : { stored }),
        digest,
        link: null,
        facts: facts === null ? null : withPathFacts(facts, entry.path),
      },
    ];
  });
}

/** Whether there is nothing but directories. */
export function isEmpty(entries: readonly Entry[]): boolean {
  return entries.every(({ kind }) => kind === 'directory');
}

/** A pattern that matches a directory takes in all below it. */
function orAbove(matchers: readonly Matcher[]): Matcher {
  const known = new Map<Name, boolean>();
  const test = (path: Name): boolean => {
    let result = known.get(path);
    if (result === undefined) {
      const up = parentPath(path);
      result = matchers.some((matcher) => matcher(path)) || (up !== null && up !== '.' && test(up));
      known.set(path, result);
    }
    return result;
  };
  return test;
}

/** One `--ignore`. */
export interface Ignore {
  /** As it was given: `RULE:GLOB`. */
  readonly text: string;
  /** Id of a rule, or `*` for all. */
  readonly rule: string;
  readonly matches: Matcher;
}

/** @throws UsageError where one has no colon, names no rule of `ruleIds`, or a pattern that is none. */
export function parseIgnores(texts: readonly string[], ruleIds: readonly string[]): Ignore[] {
  return texts.map((text) => {
    const colon = text.indexOf(':');
    const rule = text.slice(0, colon);
    if (colon < 0) throw new UsageError(`--ignore takes RULE:GLOB, not "${text}"`);
    if (rule !== '*' && !ruleIds.includes(rule))
      throw new UsageError(`--ignore names the unknown rule "${rule}"${didYouMean(rule, ruleIds)}`);
    return { text, rule, matches: orAbove([treeMatcher(text.slice(colon + 1))]) };
  });
}

/** Findings without the claims that are ignored; a finding that loses its last claim goes. */
export function ignoreClaims(findings: readonly Finding[], ignores: readonly Ignore[]): Finding[] {
  if (ignores.length === 0) return [...findings];
  const taken: Claim[] = [];
  const kept = findings.flatMap((found) => {
    const own = ignores.filter((ignore) => isOn(ignore, found.rule));
    const claims: Claim[] = [];
    for (const claim of found.claims) (own.some(({ matches }) => matches(claim.path)) ? taken : claims).push(claim);
    return claims.length === 0 ? [] : [withoutOthers(found, claims, ignored)];
  });
  return withoutSweeps(kept, taken);
}

/** Those that cover no claim of `findings`, of rules that looked; `rules` are the ids of those. */
export function idleIgnores(
  ignores: readonly Ignore[],
  findings: readonly Finding[],
  rules: readonly string[],
): Ignore[] {
  return ignores.filter(
    (ignore) =>
      (ignore.rule === '*' || rules.includes(ignore.rule)) &&
      !findings.some(({ rule, claims }) => isOn(ignore, rule) && claims.some(({ path }) => ignore.matches(path))),
  );
}

function isOn(ignore: Ignore, rule: string): boolean {
  return ignore.rule === '*' || ignore.rule === rule;
}
