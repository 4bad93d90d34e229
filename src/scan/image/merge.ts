// Lays layers one on the other. Every byte that a layer stores and the merged tree no longer shows is charged to the layer that hid
// it, so the bytes of all layers are those of the tree and the waste of all layers, always.
import { baseName, compareNames, isIn, parentPath, pathIn } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import type { Difference, HiddenFile } from '../../model/snapshot.ts';
import { brokenLink } from '../collector.ts';
import type { UnresolvedLink } from '../collector.ts';
import { modelDisk } from '../draft.ts';
import type { Draft } from '../draft.ts';
import { clearingOf } from './clear.ts';
import type { Cleared, Clearing } from './clear.ts';
import { findDirectory, findNode, nodeAt, rootNode, walk } from './tree.ts';
import type { Content, TreeNode } from './tree.ts';
import type { RemovingMark } from './whiteouts.ts';

/** One layer, as merging takes it. */
export interface LayerContent {
  /**
   * Settled records in the order of the tar: of two that lead to one path, through a symlink, the last one counts. Hard links point to the
   * file of the layer that they are a name of.
   */
  readonly drafts: readonly Draft[];
  /** Those that are hard links to files below. */
  readonly unresolved: readonly UnresolvedLink[];
  /** In the order of the tar, too: which directory a whiteout lies in hangs on the symlinks that are there by then. */
  readonly whiteouts: readonly Whiteout[];
}

export interface Whiteout {
  /** How many of `drafts` come before it. */
  readonly after: number;
  readonly mark: RemovingMark;
}

/** Bytes of regular files; see `ImageLayer`. */
export interface LayerFigures {
  readonly content: number;
  readonly added: number;
  readonly changed: number;
  readonly deleted: number;
  readonly waste: number;
}

export interface Merge {
  readonly root: TreeNode;
  /** What is hidden by now, by the layer that hid it and by path. */
  readonly hidden: readonly HiddenFile[];
  /** Whether there is something at a path by now that hard links can lead to. */
  has(path: Name): boolean;
  add(layer: LayerContent): LayerFigures;
}

/** A content without a name, and the path of its last one. */
interface Lost {
  readonly content: Content;
  readonly path: Name;
}

/** @param onImplied told of each directory that is made because paths lie in it. */
export function createMerge(
  notice: (code: string, path: Name, message: string) => void,
  onImplied: (path: Name) => void,
): Merge {
  const root = rootNode();
  const hidden: HiddenFile[] = [];
  let layer = -1;
  let lost: Lost[] = [];
  /** Paths that whiteouts of this layer took away. */
  let removed = new Set<Name>();

  function drop(node: TreeNode): void {
    const { content } = node;
    if (content !== null && --content.names === 0) lost.push({ content, path: node.path });
    for (const pending = [...(node.children?.values() ?? [])]; pending.length > 0;) {
      const next = pending.pop();
      if (next === undefined) break;
      if (next.content !== null && --next.content.names === 0) lost.push({ content: next.content, path: next.path });
      if (next.children !== null) for (const child of next.children.values()) pending.push(child);
    }
  }

  function forget({ gone }: Cleared): void {
    for (const { path, content } of gone) {
      removed.add(path);
      if (content !== null && --content.names === 0) lost.push({ content, path });
    }
  }

  /** What containerd and Docker take away as well counts all the same: the specification says that it stays. */
  function doubt(path: Name, message: string): void {
    notice('ambiguous-whiteout', path, `${message}; which of it is there depends on what unpacks the image`);
  }

  function whiteOut(mark: RemovingMark, clearing: Clearing): void {
    const path = mark.kind === 'gone' ? mark.path : mark.directory;
    const found = findNode(root, parentPath(path) ?? '.', baseName(path));
    if (mark.kind === 'gone') {
      if (found === null) return;
      const cleared = clearing.whiteOut(found);
      forget(cleared);
      const { doubtful } = cleared;
      if (doubtful !== null) doubt(doubtful.path, `has content of layer ${layer}, which whites it out after that`);
      return;
    }
    const directory = findDirectory(root, path);
    if (directory === null) return;
    const cleared = clearing.empty(directory);
    forget(cleared);
    const { doubtful, gone } = cleared;
    if (doubtful !== null) {
      doubt(
        doubtful.path,
        `got content of layer ${layer} before that empties a directory above, and is no member of it by this name`,
      );
    } else if (found?.entry?.kind === 'symlink' && gone.length > 0) {
      doubt(found.path, `is a symlink, through which layer ${layer} empties a directory`);
    }
  }

  function put(parent: TreeNode, name: Name, entry: Draft | null, content: Content | null): TreeNode {
    const known = parent.children?.get(name);
    if (content !== null) content.names++;
    const isDirectory = entry === null || entry.kind === 'directory';
    if (known !== undefined && isDirectory && known.children !== null) {
      known.entry = entry ?? known.entry;
      known.layer = layer;
      return known;
    }
    if (known !== undefined) drop(known);
    const path = pathIn(parent.path, name);
    const node = { path, parent, children: isDirectory ? new Map<Name, TreeNode>() : null, entry, content, layer };
    parent.children?.set(name, node);
    return node;
  }

  function makeDirectory(parent: TreeNode, name: Name): TreeNode {
    const known = parent.children?.get(name);
    if (known !== undefined) {
      const message = `is a ${known.entry?.kind ?? 'file'}, and layer ${layer} has members below it as if it were a directory`;
      notice('not-a-directory', known.path, message);
    }
    const made = put(parent, name, null, null);
    onImplied(made.path);
    return made;
  }

  function directoryFor(path: Name): TreeNode {
    return walk(root, path, makeDirectory) ?? root;
  }

  function add(given: LayerContent): LayerFigures {
    layer++;
    lost = [];
    removed = new Set();
    const below = new Map(given.unresolved.map(({ draft, target }) => [draft, target]));
    const clearing = clearingOf(layer);
    const { drafts, whiteouts } = given;
    let done = 0;
    /** By the path of the file; a name of it may come before. */
    const linked = new Map<Name, Content | null>();
    for (const { kind, link } of drafts) if (kind === 'hardlink' && link !== null) linked.set(link, null);
    for (const draft of drafts) {
      if (draft.kind === 'file' && linked.has(draft.path)) linked.set(draft.path, { draft, stored: layer, names: 0 });
    }
    let [content, changed] = [0, 0];
    const top: { readonly path: Name; readonly node: TreeNode } = { path: '.', node: root };
    let last = top;
    const whiteOutUntil = (position: number): void => {
      for (let next = whiteouts[done]; next !== undefined && next.after <= position; next = whiteouts[++done]) {
        whiteOut(next.mark, clearing);
        // It may have been on the way there.
        last = top;
      }
    };
    let position = 0;
    for (const draft of drafts) {
      whiteOutUntil(position++);
      const { path, kind, size } = draft;
      if (path === '.') {
        root.entry = draft;
        continue;
      }
      const up = isIn(path, last.path) ? last.path : (parentPath(path) ?? '.');
      if (up !== last.path) last = { path: up, node: directoryFor(up) };
      const parent = last.node;
      const name = baseName(path);
      const target = below.get(draft);
      if (target !== undefined) {
        put(parent, name, draft, linkBelow(draft, target));
        continue;
      }
      const before = parent.children?.get(name);
      if (kind === 'file') {
        content += size;
        if (removed.has(pathIn(parent.path, name)) || (before !== undefined && before.layer < layer)) changed += size;
      }
      let own: Content | null = null;
      if (kind === 'file') own = linked.get(path) ?? { draft, stored: layer, names: 0 };
      if (kind === 'hardlink') own = linked.get(draft.link ?? '') ?? null;
      put(parent, name, draft, own);
    }
    whiteOutUntil(position);
    return { content, added: content - changed, changed, ...charge() };
  }

  /** The content that a hard link to a file of a layer below leads to; one to a symlink becomes one. */
  function linkBelow(draft: Draft, target: Name): Content | null {
    const found = findNode(root, parentPath(target) ?? '.', baseName(target));
    if (found?.entry?.kind === 'symlink') {
      draft.kind = 'symlink';
      draft.link = found.entry.link;
      draft.disk = modelDisk(draft);
    } else if (found === null || found.content === null) notice(...brokenLink(draft.path));
    return found?.content ?? null;
  }

  /** Settles why each lost content was lost, when all of the layer is in place. */
  function charge(): Pick<LayerFigures, 'deleted' | 'waste'> {
    let [deleted, waste] = [0, 0];
    // A name may be taken away and another one come before the layer is complete.
    const gone = new Map(lost.filter(({ content }) => content.names === 0).map(({ content, path }) => [content, path]));
    const sorted = [...gone].toSorted(([a, left], [b, right]) => compareNames(left, right) || a.stored - b.stored);
    for (const [content, path] of sorted) {
      const { draft, stored } = content;
      const now = nodeAt(root, path);
      // By a directory, too: what is in that is another path.
      const replaced = now !== null;
      const same = draft.digest !== null && now?.content?.draft.digest === draft.digest;
      const cause = same ? 'metadata' : replaced ? 'overwritten' : 'deleted';
      waste += draft.size;
      if (cause === 'deleted' && stored < layer) deleted += draft.size;
      const told = draft.stored === undefined ? {} : { compressed: draft.stored };
      if (draft.size === 0) continue;
      const again = same && now?.entry ? { differs: differences(draft, now.entry) } : {};
      hidden.push({ path, size: draft.size, stored, layer, cause, ...again, ...told });
    }
    lost = [];
    return { deleted, waste };
  }

  const has = (path: Name): boolean => {
    const found = findNode(root, parentPath(path) ?? '.', baseName(path));
    return found !== null && found.children === null;
  };

  return { root, hidden, has, add };
}

function differences(before: Draft, after: Draft): Difference[] {
  const differs: Difference[] = [];
  if (before.mode !== after.mode) differs.push('mode');
  if (before.uid !== after.uid || before.gid !== after.gid) differs.push('owner');
  if (before.mtime !== after.mtime) differs.push('times');
  return differs;
}
