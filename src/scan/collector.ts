// Takes the members of one artifact in order and keeps one record a path: who is whose hard link, which member won when a path
// came twice, and what its content is. The only state of a scan.
import { FormatError } from '../errors.ts';
import type { Member, MemberSink, OpenFile } from '../formats/format.ts';
import type { FactsWanted } from '../inspectors/inspector.ts';
import type { Facts } from '../model/facts.ts';
import { compareNames, depth, normalizePath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { EntryKind, Notice, Superseded } from '../model/snapshot.ts';
import { contentReader } from './content.ts';

/** The content that one or more names of a regular file share. */
export interface Inode {
  readonly size: number;
  readonly disk: number | null;
  /** Path under which it was inspected. */
  readonly seenAs: Name;
  digest: string | null;
  facts: Facts | null;
  /** Paths that lead to it now. */
  names: number;
  /** Opens the content again, where the format can (directories). */
  reopen: (() => OpenFile) | null;
}

/** What a path holds. */
export interface Slot {
  readonly path: Name;
  readonly kind: EntryKind;
  readonly member: Member;
  /** Set for regular files and for hard links whose target is known. */
  inode: Inode | null;
}

export interface CollectorOptions {
  readonly maxEntries: number;
  readonly maxUnpacked: number;
  /** Whether files with random access are hashed as they come, because their source is gone later (a spool); else by hashing.ts. */
  readonly hashAtOnce: boolean;
  readonly facts: FactsWanted;
  /** Facts by inspector and digest, of this artifact and of others that are scanned with the same thoroughness. */
  readonly knownFacts?: Map<string, Facts>;
}

export interface Collected {
  readonly slots: ReadonlyMap<Name, Slot>;
  readonly superseded: readonly Superseded[];
  readonly notices: Notice[];
}

export interface Collector extends MemberSink {
  /** Resolves hard links that came before their target. */
  collected(): Collected;
}

export function createCollector(options: CollectorOptions): Collector {
  const slots = new Map<Name, Slot>();
  const inodes = new Map<string, Inode>();
  const superseded: Superseded[] = [];
  const notices: Notice[] = [];
  const early: { slot: Slot; target: Name }[] = [];
  const notice = (code: string, path: Name | null, message: string): void => {
    notices.push({ code, path, message });
  };
  const content = contentReader(options, notice);

  /** Puts a member at its path; a second one of the same path replaces the first. */
  function place(member: Member): Slot {
    const { path, absolute, escapes } = normalizePath(member.name);
    if (absolute) notice('absolute-path', path, 'has an absolute name in the archive');
    if (escapes) notice('path-escape', path, 'has ".." in its name; it is counted under that name and never resolved');
    if (member.name === '' || (path === '.' && member.kind !== 'directory')) {
      notice('empty-name', path, `is a ${member.kind} without a name of its own`);
    }
    checkPath(path, member, notice);
    const slot: Slot = { path, kind: member.kind, member, inode: null };
    const earlier = slots.get(path);
    if (earlier !== undefined) replace(earlier, slot);
    else if (slots.size >= options.maxEntries) {
      throw new FormatError('too-many-entries', `holds more than ${options.maxEntries} entries (see --max-entries)`, {
        path,
        offset: member.offset,
      });
    }
    slots.set(path, slot);
    return slot;
  }

  function replace(earlier: Slot, later: Slot): void {
    if (earlier.kind === 'directory' && later.kind === 'directory') return;
    const { path } = later;
    if (earlier.kind !== later.kind && (earlier.kind === 'directory' || later.kind === 'directory')) {
      notice('type-conflict', path, `is a ${earlier.kind} and later a ${later.kind}; the later one counts`);
    } else {
      notice('duplicate-entry', path, 'is in the archive more than once; the last one counts');
    }
    if (earlier.inode !== null && --earlier.inode.names === 0) superseded.push({ path, size: earlier.inode.size });
  }

  /** The inode of a member that the format identifies as one already seen. */
  function knownInode(member: Member): Inode | null {
    const known = member.inode === null ? undefined : inodes.get(member.inode);
    if (known === undefined) return null;
    known.names++;
    return known;
  }

  function share(slot: Slot, inode: Inode): void {
    slot.inode = inode;
    inode.names++;
  }

  function linkTo(slot: Slot): void {
    const target = normalizePath(slot.member.link ?? '').path;
    const found = target === slot.path ? undefined : slots.get(target);
    if (found?.inode) share(slot, found.inode);
    else if (found?.kind === 'symlink')
      slots.set(slot.path, { ...slot, kind: 'symlink', member: { ...slot.member, link: found.member.link } });
    else early.push({ slot, target });
  }

  return {
    begin(member) {
      const slot = place(member);
      if (member.kind === 'hardlink') linkTo(slot);
      const isFile = member.kind === 'file';
      if (isFile) slot.inode = newInode(slot);
      content.begin(slot, isFile);
    },
    data: (piece) => content.data(piece),
    hole: (count) => content.hole(count),
    end: () => content.end(),
    file(member, open) {
      const slot = place(member);
      const known = knownInode(member);
      slot.inode = known ?? newInode(slot);
      if (known !== null) return;
      if (member.inode !== null) inodes.set(member.inode, slot.inode);
      slot.inode.reopen = open;
      content.file(slot, slot.inode, open);
    },
    notice: (given) => {
      notices.push({ ...given, path: given.path === null ? null : normalizePath(given.path).path });
    },
    collected() {
      resolveLate(early.splice(0));
      return { slots, superseded, notices };
    },
  };

  /** Links may lead to links that were late themselves, so it goes on as long as one more is resolved. */
  function resolveLate(late: readonly { readonly slot: Slot; readonly target: Name }[]): void {
    // Replaced meanwhile: nothing is left to resolve.
    let open = late.filter(({ slot }) => slots.get(slot.path) === slot);
    for (let before = open.length + 1; open.length < before;) {
      before = open.length;
      open = open.filter(({ slot, target }) => {
        const inode = target === slot.path ? null : (slots.get(target)?.inode ?? null);
        if (inode === null) return true;
        share(slot, inode);
        const message = 'is a hard link that comes before its target; tar cannot extract it in one go';
        notice('link-before-target', slot.path, message);
        return false;
      });
    }
    for (const { slot } of open) {
      const message = 'is a hard link to something that is not a file of this artifact; it counts 0 bytes';
      notice('broken-hardlink', slot.path, message);
    }
  }
}

function newInode({ path, member }: Slot): Inode {
  return { size: member.size, disk: member.disk, seenAs: path, digest: null, facts: null, names: 1, reopen: null };
}

/** Longest path in bytes (64 KiB), and the length from which on no system call takes it (PATH_MAX of Linux). */
const maxPath = 65_536;
const longPath = 4096;

/** Most components of a path: more do not fit into `longPath` bytes. Each is a directory that would have to be made. */
const maxDepth = 2048;

/** @throws FormatError `path-too-long` or `path-too-deep`. */
function checkPath(path: Name, { offset }: Member, notice: (code: string, path: Name, message: string) => void): void {
  if (path.length <= longPath) return;
  const shown = `${path.slice(0, 60)}...`;
  if (path.length > maxPath) {
    throw new FormatError('path-too-long', `is a name of ${path.length} bytes, more than ${maxPath}`, {
      path: shown,
      offset,
    });
  }
  const levels = depth(path);
  if (levels > maxDepth) {
    throw new FormatError('path-too-deep', `is a name of ${levels} levels, more than ${maxDepth}`, {
      path: shown,
      offset,
    });
  }
  notice('long-path', path, `has a name of ${path.length} bytes, too long for most systems`);
}

/** The slots of inodes with several names, each group in byte order of its paths. */
export function groupByInode(slots: Iterable<Slot>): Map<Inode, Slot[]> {
  const groups = new Map<Inode, Slot[]>();
  for (const slot of slots) {
    if (slot.inode === null || slot.inode.names < 2) continue;
    const group = groups.get(slot.inode);
    if (group === undefined) groups.set(slot.inode, [slot]);
    else group.push(slot);
  }
  for (const group of groups.values()) group.sort((a, b) => compareNames(a.path, b.path));
  return groups;
}
