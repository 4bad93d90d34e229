// Contract of a rule: it judges facts, never bytes, and claims what can go. Its id, title, severity and docs page are data.
import { descending } from '../bytes/numbers.ts';
import { groupDigits } from '../bytes/size.ts';
import { linkLossOf } from '../model/link-loss.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Claim, Finding, Fix, Remedy, Severity } from '../model/finding.ts';
import type { ArFacts, ElfFacts, PycFacts } from '../model/facts.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';
import { resolveSymlink } from '../model/symlink.ts';

/** One kind of bytes that can go away; `judge` runs `rules`, or those that it is given. */
export interface Rule {
  /** Kebab-case; names the docs page (docs/rules/ID.md) and the test (test/rules/ID.test.ts). */
  readonly id: string;
  /** One line that says what the rule finds. */
  readonly title: string;
  /** The gravest severity that it gives. */
  readonly severity: Severity;
  /** How `fix` follows claims on copies of a file: by a link to the copy that stays. It removes what other rules claim as a whole. */
  readonly remedy?: Remedy;
  /** Whether it finds what works and is of use to some: such findings stand apart unless asked for. */
  readonly leftover?: true;
  /** Why `fix` does not remove in place what it claims, unless the rule is named; absent where it does. */
  readonly sparedInPlace?: string;
  /** Whether its commands take bytecode of their kind also where a rule before it claims that as a whole. */
  readonly sweeps?: true;
  /** Whether it finds what something else is missing for, which of a part of an artifact is not known: there it says nothing. */
  readonly byAbsence?: true;
  /**
   * What a scan takes down of the archive itself only where it is asked to: an `account` of each of its bytes, or besides a `sample` of its
   * stream, compressed another way.
   */
  readonly needs?: 'account' | 'sample';
  /** Why it is not known whether there is anything to find; null where it is. Without it, that is known of every snapshot. */
  readonly doubt?: (snapshot: Snapshot) => string | null;
  /** Findings in the snapshot, possibly several of different severity; empty where there is nothing to say. */
  check(context: RuleContext): FindingDraft[];
}

/** A finding before the registry adds what is the same for all findings of its rule. */
export interface FindingDraft {
  readonly title: string;
  readonly severity?: Severity;
  readonly claims: readonly Claim[];
  readonly fix: Fix;
  /** Where some of the rule's findings have another remedy than the others. */
  readonly remedy?: Remedy;
}

/** What a rule looks at: the snapshot, indexed once for all rules. */
export interface RuleContext {
  readonly snapshot: Snapshot;
  /** Regular files, each once, in order of their first paths. */
  readonly files: readonly Entry[];
  /** Those of `files` that are ELF. */
  readonly elfFiles: readonly FileWith<ElfFacts>[];
  /** Those of `files` that are `ar` archives. */
  readonly staticLibraries: readonly FileWith<ArFacts>[];
  /** Bytecode under all of its names. */
  readonly pycs: readonly Pyc[];
  /** Files, and further names of files, whose names are hidden or end as those of junk do: few among many. */
  readonly oddlyNamed: readonly Entry[];
  /** Symlinks that lead to something in the artifact, and what that is; an absolute target may be meant in the artifact. */
  readonly symlinks: readonly { readonly entry: Entry; readonly target: Name }[];
  /** Directories but the root, in byte order. */
  readonly directories: readonly Name[];
  /** All names of a regular file, the first included, by its first path; only for files with further names. */
  readonly names: ReadonlyMap<Name, readonly Name[]>;
  /** Every path of the artifact. */
  readonly paths: ReadonlyMap<Name, Entry>;
  /** Files that rules earlier in the registry claim as a whole. */
  readonly claimed: { has(path: Name): boolean };
}

/** A file, and what its content tells. */
export interface FileWith<Found> {
  readonly entry: Entry;
  /** Those of the entry. */
  readonly facts: Found;
}

/** Bytecode under one of its names. */
export interface Pyc {
  /** A file, or a hard link to one. */
  readonly entry: Entry;
  /** With what the place of this name says. */
  readonly facts: PycFacts;
  /** What lies at `facts.source`; undefined where nothing does. */
  readonly source: Entry | undefined;
}

export function finding(rule: Rule, draft: FindingDraft): Finding {
  const claims = largestFirst(draft.claims);
  const bytes = claims.reduce((sum, claim) => sum + claim.bytes, 0);
  return {
    rule: rule.id,
    severity: draft.severity ?? rule.severity,
    title: draft.title,
    bytes,
    claims,
    fix: draft.fix,
    ...(draft.remedy === undefined ? {} : { remedy: draft.remedy }),
  };
}

/** Then by path. Most rules go through paths in order already, and comparing names is what takes time. */
function largestFirst(claims: readonly Claim[]): readonly Claim[] {
  const sorted = descending(claims, ({ bytes }) => bytes);
  const inOrder = sorted.every((claim, index) => {
    const before = sorted[index - 1];
    return before === undefined || before.bytes !== claim.bytes || compareNames(before.path, claim.path) <= 0;
  });
  return inOrder ? sorted : sorted.toSorted((a, b) => b.bytes - a.bytes || compareNames(a.path, b.path));
}

/**
 * Claims on whole files, given the paths that would be removed: the bytes of a hard-linked file are freed only when all of its
 * names go.
 */
export function wholeFileClaims(context: RuleContext, paths: ReadonlySet<Name>): Claim[] {
  const claims: Claim[] = [];
  const seen = new Set<Name>();
  for (const path of paths) {
    const entry = context.paths.get(path);
    const file = fileOf(context, entry);
    if (file === null || seen.has(file.path)) continue;
    const names = context.names.get(file.path);
    if (names !== undefined) seen.add(file.path);
    if (names === undefined || names.every((name) => paths.has(name)))
      claims.push({ path: file.path, part: null, bytes: file.size });
  }
  return claims;
}

/** Claims on whole files: as `wholeFileClaims`, but most files have one name, and then there is nothing to look up. */
export function entryClaims(context: RuleContext, entries: readonly Entry[]): Claim[] {
  const claims: Claim[] = [];
  const linked = new Set<Name>();
  for (const { path, kind, size } of entries) {
    if (kind === 'file' && (context.names.size === 0 || !context.names.has(path))) {
      claims.push({ path, part: null, bytes: size });
    } else linked.add(path);
  }
  return linked.size === 0 ? claims : [...claims, ...wholeFileClaims(context, linked)];
}

/** The regular file that an entry is or is a further name of; null for all else. */
export function fileOf(context: RuleContext, entry: Entry | undefined): Entry | null {
  if (entry === undefined) return null;
  const file = entry.kind === 'hardlink' ? context.paths.get(entry.link ?? '') : entry;
  return file?.kind === 'file' ? file : null;
}

/** The entry, or what it leads to inside the artifact where it is a symlink: undefined where that is nothing. */
export function behindLinks({ paths }: Pick<RuleContext, 'paths'>, entry: Entry): Entry | undefined {
  return entry.kind === 'symlink' ? paths.get(resolveSymlink(entry, paths)?.target ?? '') : entry;
}

/** All names of the regular file whose first path is `path`. */
export function namesOf({ names }: Pick<RuleContext, 'names'>, path: Name): readonly Name[] {
  return names.get(path) ?? [path];
}

export function commands(list: readonly string[]): Fix {
  return { commands: list, advice: null };
}

export function advice(text: string): Fix {
  return { commands: [], advice: text };
}

/** What to do with copies in a package of npm: whoever unpacks it gets no file where a link was. */
export const npmLinks = 'npm unpacks no links: what reads a copy would have to read the file that stays';

/** How copies become one file: by these commands, which make hard links, where what the artifact is packed in keeps those. */
export function linking({ snapshot }: RuleContext, list: readonly string[]): Fix {
  switch (linkLossOf(snapshot)) {
    case 'zip':
      return advice(
        'a zip has no hard links; symlinks (ln -s, zip -y) help only where unpacking makes them: unzip does, pip does not',
      );
    case 'npm':
      return advice(npmLinks);
    case null:
      break;
  }
  return commands(list);
}

/** "1 file", "3 files". */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${groupDigits(number)} ${number === 1 ? noun : plural}`;
}
