// Takes the members of one artifact in order and keeps one record a path: who is whose hard link, which member won when a path
// came twice, and what its content is. The only state of a scan.
import type { DigestPurpose } from '../bytes/content-digest.ts';
import { FormatError, tooManyEntries } from '../errors.ts';
import type { Member, MemberSink, OpenFile } from '../formats/format.ts';
import type { Ledger } from '../formats/ledger.ts';
import type { StripVersion } from '../inspectors/elf/strip-version.ts';
import type { FactsWanted } from '../inspectors/inspector.ts';
import type { PackageFacts } from '../model/facts.ts';
import { compareNames, normalizePath, parentsOf } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { pathFault } from '../model/path-bounds.ts';
import type { Notice, Superseded } from '../model/snapshot.ts';
import { contentReader } from './content.ts';
import type { Outcome } from './inspection.ts';
import { draftOf, modelDisk } from './draft.ts';
import type { Draft } from './draft.ts';
import { createLinks } from './links.ts';
import type { Links } from './links.ts';

export interface CollectorOptions {
  readonly maxEntries: number;
  readonly maxUnpacked: number;
  /** Whether files with random access are hashed as they come, because their source is gone later (a spool); else by hashing.ts. */
  readonly hashAtOnce: boolean;
  /** What digests are for; SHA-256 where nothing is said. */
  readonly digestPurpose?: DigestPurpose | undefined;
  readonly facts: FactsWanted;
  /** Outcomes by digest, of this artifact and of others that are scanned with the same `facts`. */
  readonly knownFacts?: Map<string, Outcome> | undefined;
  /** Release of GNU strip whose results facts predict. */
  readonly stripVersion?: StripVersion | undefined;
  readonly compressDebug?: boolean | undefined;
  readonly stripShare?: boolean | undefined;
  /** Where to put what files of package managers say, by path; they are not read without it. */
  readonly packageLists?: Map<Name, PackageFacts> | undefined;
  readonly bytecode?: boolean | undefined;
  /** Whether hard links may lead to what lies below, in another layer: then a link without its target is nothing odd. */
  readonly isLayer?: boolean;
  /** Of a layer: whether a hard link can lead to what lies at a path below. Then it does, though a later member may take the path. */
  readonly isBelow?: (path: Name) => boolean;
  /** Entries of the layers before, which count in `maxEntries`, too. */
  readonly taken?: number;
  /** Where stored bytes are taken down, told of each member that comes. */
  readonly ledger?: Ledger | undefined;
}

export interface Collected {
  /** What each path holds. */
  readonly drafts: Map<Name, Draft>;
  /** The directories that paths lie in, whether they are members or not. */
  readonly parents: ReadonlySet<Name>;
  readonly links: Links;
  /** Opens content again; only for files that are yet to be hashed. */
  readonly openers: ReadonlyMap<Draft, () => OpenFile>;
  /** In the order in which they came, replaced ones too; empty without a ledger. */
  readonly members: readonly Draft[];
  readonly superseded: readonly Superseded[];
  readonly notices: Notice[];
  /** Of a layer: hard links whose target, a path, is not in it. */
  readonly unresolved: readonly UnresolvedLink[];
}

export interface UnresolvedLink {
  readonly draft: Draft;
  readonly target: Name;
}

export interface Collector extends MemberSink {
  /** Resolves hard links that came before their target. */
  collected(): Collected;
}

export function createCollector(options: CollectorOptions): Collector {
  const drafts = new Map<Name, Draft>();
  const parents = parentsOf();
  const links = createLinks();
  const openers = new Map<Draft, () => OpenFile>();
  const inodes = new Map<string, Draft>();
  /** Further names of one symlink, and which: its blocks count once, as du has it. */
  const twins = new Map<Draft, Draft>();
  const superseded: Superseded[] = [];
  const notices: Notice[] = [];
  const members: Draft[] = [];
  const early: UnresolvedLink[] = [];
  const lower: UnresolvedLink[] = [];
  const notice = (code: string, path: Name | null, message: string): void => {
    notices.push({ code, path, message });
  };
  const content = contentReader(options, notice);
  const most = options.maxEntries - (options.taken ?? 0);

  /** Puts a member at its path; a second one of the same path replaces the first. */
  function place(member: Member): Draft {
    const { path, absolute, escapes } = normalizePath(member.name);
    // Layers are extracted into a root, so their names may begin with it.
    if (absolute && options.isLayer !== true) notice('absolute-path', path, 'has an absolute name in the archive');
    if (escapes) notice('path-escape', path, 'has ".." in its name; it is counted under that name and never resolved');
    if (member.name === '' || (path === '.' && member.kind !== 'directory')) {
      notice('empty-name', path, `is a ${member.kind} without a name of its own`);
    }
    checkPath(path, member, notice);
    const draft = draftOf(path, member);
    const earlier = drafts.get(path);
    if (earlier !== undefined) replace(earlier, draft);
    else if (drafts.size >= most) {
      throw tooManyEntries(options.maxEntries, { path, offset: member.offset });
    }
    drafts.set(path, draft);
    parents.add(path);
    if (options.ledger !== undefined) {
      options.ledger.begin();
      members.push(draft);
    }
    return draft;
  }

  function replace(earlier: Draft, later: Draft): void {
    if (earlier.kind === 'directory' && later.kind === 'directory') return;
    const { path } = later;
    // Drafts stand in the order in which they count, see merge.ts.
    drafts.delete(path);
    if (earlier.kind === 'directory' || later.kind === 'directory') {
      notice('type-conflict', path, `is a ${earlier.kind} and later a ${later.kind}; the later one counts`);
    } else {
      notice('duplicate-entry', path, 'is in the archive more than once; the last one counts');
    }
    const lost = links.leave(earlier);
    if (lost !== null) superseded.push({ path, size: lost.size });
  }

  function linkTo(draft: Draft, offset: number): void {
    const target = normalizePath(draft.link ?? '').path;
    const fault = target.length > longPath ? pathFault(target) : null;
    if (fault !== null)
      throw new FormatError(fault.code, `is a hard link to ${fault.message}`, { path: draft.path, offset });
    const found = drafts.get(target);
    const holder = found === undefined ? null : links.holderOf(found);
    if (holder !== null) links.join(draft, holder);
    else if (found?.kind === 'symlink') {
      draft.kind = 'symlink';
      draft.link = found.link;
      draft.disk = modelDisk(draft);
      twins.set(draft, twins.get(found) ?? found);
    } else if (options.isBelow?.(target) === true) lower.push({ draft, target });
    else early.push({ draft, target });
  }

  /** What a member is a hard link to that has its own name, as GNU tar writes a linked file that it is given twice; null for others. */
  function itself({ kind, name, link }: Member): Draft | null {
    if (kind !== 'hardlink') return null;
    const { path } = normalizePath(name);
    const earlier = normalizePath(link ?? '').path === path ? drafts.get(path) : undefined;
    return earlier === undefined || earlier.kind === 'directory' ? null : earlier;
  }

  return {
    begin(member) {
      const same = itself(member);
      if (same !== null) {
        notice('self-link', same.path, 'is in the archive once more, as a hard link to itself, which changes nothing');
        options.ledger?.begin();
        if (options.ledger !== undefined) members.push(same);
        content.begin(null, undefined);
        return;
      }
      const draft = place(member);
      if (member.kind === 'hardlink') linkTo(draft, member.offset);
      else if (member.inode !== null) {
        const first = inodes.get(member.inode);
        if (first === undefined) inodes.set(member.inode, draft);
        else twins.set(draft, first);
      }
      content.begin(member.kind === 'file' ? draft : null, member.unreadable);
    },
    data: (piece) => content.data(piece),
    hole: (count) => content.hole(count),
    end: () => content.end(),
    file(member, open) {
      const draft = place(member);
      const known = member.inode === null ? undefined : inodes.get(member.inode);
      if (known !== undefined) {
        links.join(draft, known);
        return;
      }
      if (member.inode !== null) inodes.set(member.inode, draft);
      if (!options.hashAtOnce) openers.set(draft, open);
      content.file(draft, open);
    },
    notice: (given) => {
      notices.push({ ...given, path: given.path === null ? null : normalizePath(given.path).path });
    },
    collected() {
      const unresolved = resolveLate(early.splice(0)).concat(
        lower.filter(({ draft }) => drafts.get(draft.path) === draft),
      );
      if (options.isLayer !== true) {
        for (const { draft } of unresolved) notice(...brokenLink(draft.path));
        chargeTwins();
      }
      return { drafts, parents: parents.found, links, openers, members, superseded, notices, unresolved };
    },
  };

  /** Blocks of a symlink of several names are those of the first in byte order. In a layer any name may outlive the others. */
  function chargeTwins(): void {
    const groups = new Map<Draft, Draft[]>();
    for (const [twin, first] of twins) {
      const group = groups.get(first);
      if (group === undefined) groups.set(first, [first, twin]);
      else group.push(twin);
    }
    for (const group of groups.values()) {
      const live = group.filter((name) => drafts.get(name.path) === name);
      for (const other of live.toSorted((a, b) => compareNames(a.path, b.path)).slice(1)) other.disk = 0;
    }
  }

  /** Links may lead to links that were late themselves: each is followed to its end once. */
  function resolveLate(late: readonly UnresolvedLink[]): UnresolvedLink[] {
    // Replaced meanwhile: nothing is left to resolve.
    const open = late.filter(({ draft }) => drafts.get(draft.path) === draft);
    const ahead = new Map(open.map(({ draft, target }) => [draft, target]));
    for (const { draft } of open) {
      const chain: Draft[] = [];
      let at: Draft | undefined = draft;
      while (at !== undefined) {
        const target = ahead.get(at);
        if (target === undefined) break;
        ahead.delete(at);
        chain.push(at);
        at = drafts.get(target);
      }
      const holder = at === undefined ? null : links.holderOf(at);
      if (holder === null) continue;
      for (const link of chain) {
        links.join(link, holder);
        const message = 'is a hard link that comes before its target; tar cannot extract it in one go';
        notice('link-before-target', link.path, message);
      }
    }
    return open.filter(({ draft }) => links.holderOf(draft) === null);
  }
}

/** The notice on a hard link that leads nowhere. */
export function brokenLink(path: Name): [code: string, path: Name, message: string] {
  const message = 'is a hard link to something that is not a file of this artifact; it counts 0 bytes';
  return ['broken-hardlink', path, message];
}

/** The length from which on no system call takes a path (PATH_MAX of Linux). */
const longPath = 4096;

/** @throws FormatError `path-too-long` or `path-too-deep`. */
function checkPath(path: Name, { offset }: Member, notice: (code: string, path: Name, message: string) => void): void {
  if (path.length <= longPath) return;
  const fault = pathFault(path);
  if (fault !== null)
    throw new FormatError(fault.code, `is ${fault.message}`, { path: `${path.slice(0, 60)}...`, offset });
  notice('long-path', path, `has a name of ${path.length} bytes, too long for most systems`);
}
