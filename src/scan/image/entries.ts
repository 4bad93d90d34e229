// From the merged tree of an image to the entries of its snapshot. As everywhere, the first of a file's names in byte order is the
// file, and the others are its hard links, whichever layers they come from.
import { withPathFacts } from '../../inspectors/index.ts';
import { addTo } from '../../model/grouping.ts';
import { compareNames } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import type { Entry } from '../../model/snapshot.ts';
import { modelBlock } from '../draft.ts';
import type { Draft } from '../draft.ts';
import { sortEntries } from '../entries.ts';
import type { Content, TreeNode } from './tree.ts';

export function mergedEntries(root: TreeNode): Entry[] {
  const entries: Entry[] = [];
  const shared = new Map<Content, TreeNode[]>();
  const pending: TreeNode[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.children !== null) for (const child of node.children.values()) pending.push(child);
    const { content } = node;
    if (content === null || content.names < 2) entries.push(content === null ? plain(node) : holding(node, content));
    else addTo(shared, content, node);
  }
  for (const [content, names] of shared) {
    const [first, ...others] = names.toSorted((a, b) => compareNames(a.path, b.path));
    if (first === undefined) continue;
    entries.push(holding(first, content));
    for (const other of others) entries.push(linking(other, first.path));
  }
  return sortEntries(entries);
}

function plain({ path, entry, layer }: TreeNode): Entry {
  const nothing = { size: 0, mode: null, uid: null, gid: null, mtime: null, digest: null, link: null, facts: null };
  if (entry === null) return { path, kind: 'directory', disk: modelBlock, ...nothing };
  return at(entry, path, layer);
}

/** Of the layer that stores the content, whichever layer the name is of: that one is charged for it. */
function holding({ path, entry, layer }: TreeNode, { draft, stored: storing }: Content): Entry {
  if (entry === draft) return at(draft, path, layer);
  const { size, disk, digest, facts, stored } = draft;
  const own = facts === null || draft.path === path ? facts : withPathFacts(facts, path);
  return {
    ...(entry ?? draft),
    path,
    kind: 'file',
    size,
    disk,
    digest,
    link: null,
    facts: own,
    layer: storing,
    ...storedBytes(stored),
  };
}

function storedBytes(stored: number | undefined): Pick<Entry, 'stored'> {
  return stored === undefined ? {} : { stored };
}

function linking({ path, entry, layer }: TreeNode, first: Name): Entry {
  const { mode = null, uid = null, gid = null, mtime = null } = entry ?? {};
  return {
    path,
    kind: 'hardlink',
    size: 0,
    disk: 0,
    mode,
    uid,
    gid,
    mtime,
    digest: null,
    link: first,
    facts: null,
    layer,
  };
}

/** The record itself where nothing differs: most entries are just what their layer has. */
function at(draft: Draft, path: Name, layer: number): Entry {
  if (draft.path !== path) {
    const facts = draft.facts === null || draft.path === path ? draft.facts : withPathFacts(draft.facts, path);
    return { ...draft, path, layer, facts };
  }
  draft.layer = layer;
  return draft;
}
