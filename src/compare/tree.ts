// The entries of one side as a tree, for pairing. Every entry has exactly one node; directories that no entry names, but paths
// imply, have one too, so that no byte is without a place.
import { firstIndex } from '../bytes/search.ts';
import { baseName, compareNames, isIn, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';

/** The names that share one content. */
export interface Inode {
  /** First name in byte order, which has the content's size, digest and facts. */
  readonly file: Entry;
  /** In byte order. */
  readonly names: TreeEntry[];
  /** The name that the content is charged to among changes; links.ts chooses it. */
  carrier: TreeEntry | null;
}

interface Own {
  content: number;
  disk: number;
  /** Bytes of the artifact file that carry them; 0 where entries do not tell. */
  stored: number;
}

/** One path of a side. There may be millions: what most have not is shared. */
export interface TreeEntry {
  readonly path: Name;
  /** Last component. */
  readonly name: Name;
  /** null where only paths below it imply it. */
  readonly entry: Entry | null;
  children: TreeEntry[];
  /** Own sizes as `du -S` counts them; zeros for what is no directory. */
  own: Own;
  /** Set for regular files with further names. */
  inode: Inode | null;
  /** What it is compared with on the other side. */
  partner: TreeEntry | null;
}

export interface Tree {
  readonly root: TreeEntry;
  /** In the order of the snapshot's entries; implied directories where they first appear. */
  readonly all: readonly TreeEntry[];
  /** null where there is no such path. */
  find(path: Name): TreeEntry | null;
}

/** Shared by everything without children, which is nearly everything. */
const childless: TreeEntry[] = [];
const nothing: Own = Object.freeze({ content: 0, disk: 0, stored: 0 });

export function treeOf(snapshot: Snapshot): Tree {
  const { root, all } = nodesOf(snapshot);
  const find = finder(
    root,
    new Map(all.filter(({ children }) => children.length > 0).map((made) => [made.path, made])),
  );
  joinLinks(all, find);
  return { root, all, find };
}

/** Paths by directory and name: a map of all paths, held until the end, would take as much as their entries. */
function finder(root: TreeEntry, directories: ReadonlyMap<Name, TreeEntry>): Tree['find'] {
  return (path) => {
    if (path === '.') return root;
    const up = directories.get(parentPath(path) ?? '.');
    return up === undefined ? null : childNamed(up.children, baseName(path));
  };
}

function childNamed(children: readonly TreeEntry[], name: Name): TreeEntry | null {
  const found = children[firstIndex(children, (child) => child.name >= name)];
  return found?.name === name ? found : null;
}

function nodesOf(snapshot: Snapshot): Pick<Tree, 'root' | 'all'> {
  const all: TreeEntry[] = [];
  const byPath = new Map<Name, TreeEntry>();
  const unsorted = new Set<TreeEntry>();

  function add(path: Name, entry: Entry | null): TreeEntry {
    const name = baseName(path);
    const made: TreeEntry = {
      path,
      name,
      entry,
      children: childless,
      own: nothing,
      inode: null,
      partner: null,
    };
    all.push(made);
    byPath.set(path, made);
    const up = path === '.' ? null : parentOf(path);
    if (up !== null) {
      if ((up.children.at(-1)?.name ?? '') > name) unsorted.add(up);
      if (up.children.length === 0) up.children = [made];
      else up.children.push(made);
    }
    charge(made, up, entry);
    return made;
  }

  let last: TreeEntry | null = null;

  /** Entries come sorted, so that most lie in the directory that the one before lay in. */
  function parentOf(path: Name): TreeEntry {
    if (last !== null && isIn(path, last.path)) return last;
    const up = parentPath(path) ?? '.';
    return (last = byPath.get(up) ?? imply(up));
  }

  /** Missing ones are made from the top down, without recursion: paths may be thousands of levels deep. */
  function imply(path: Name): TreeEntry {
    const missing: Name[] = [path];
    for (let up = parentPath(path) ?? '.'; !byPath.has(up); up = parentPath(up) ?? '.') missing.push(up);
    let made = root;
    for (const above of missing.toReversed()) made = add(above, null);
    return made;
  }

  const given = snapshot.entries[0]?.path === '.' ? snapshot.entries[0] : null;
  const root = add('.', given);
  for (const entry of snapshot.entries) if (entry !== given) add(entry.path, entry);
  for (const { children } of unsorted) children.sort((a, b) => compareNames(a.name, b.name));
  return { root, all };
}

/** A directory's own blocks are its own; all else counts for the directory it lies in. */
function charge(made: TreeEntry, up: TreeEntry | null, entry: Entry | null): void {
  if (entry === null) return;
  const holder = entry.kind === 'directory' || up === null ? made : up;
  if (holder.own === nothing) holder.own = { content: 0, disk: 0, stored: 0 };
  holder.own.content += entry.size;
  holder.own.disk += entry.disk;
  holder.own.stored += entry.stored ?? 0;
}

function joinLinks(all: readonly TreeEntry[], find: Tree['find']): void {
  for (const made of all) {
    if (made.entry?.kind !== 'hardlink' || made.entry.link === null) continue;
    const first = find(made.entry.link);
    if (first?.entry?.kind !== 'file') continue;
    first.inode ??= { file: first.entry, names: [first], carrier: null };
    first.inode.names.push(made);
    made.inode = first.inode;
  }
}

/** Whether the path holds others: what is stored below a file makes it a directory, as in `rollup`. */
export function isDirectory({ entry, children }: TreeEntry): boolean {
  return entry === null || entry.kind === 'directory' || children.length > 0;
}

/** A directory, named or implied, and nothing else. */
export function isPlainDirectory({ entry }: TreeEntry): boolean {
  return entry === null || entry.kind === 'directory';
}

/** The entry that has the content of a regular file's name; null for all else, and for a hard link that leads nowhere. */
export function contentOf({ entry, inode }: TreeEntry): Entry | null {
  if (inode !== null) return inode.file;
  return entry?.kind === 'file' ? entry : null;
}

/** Bytes that a name is charged among changes: each content once, at its carrier. */
export function bytesOf(name: TreeEntry): number {
  return chargedTo(name)?.size ?? 0;
}

/** The same of the bytes that carry it in the artifact file. */
export function storedOf(name: TreeEntry): number {
  return chargedTo(name)?.stored ?? 0;
}

function chargedTo(name: TreeEntry): Entry | null {
  if (name.inode !== null) return name.inode.carrier === name ? name.inode.file : null;
  return name.entry;
}
