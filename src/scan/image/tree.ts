// The merged tree of an image while layers are laid one on the other. Names and contents are apart: a content is there as long as one
// name leads to it, whichever layers they come from. Symlinks in the directories of a path are followed, inside the tree, as
// extraction does.
import type { Name } from '../../model/name.ts';
import { maxLinkText, maxLinks } from '../../model/symlink.ts';
import type { Draft } from '../draft.ts';

/** Content of a regular file, and how many names lead to it. */
export interface Content {
  /** The record of the layer that stores it. */
  readonly draft: Draft;
  readonly stored: number;
  names: number;
}

export interface TreeNode {
  readonly path: Name;
  readonly parent: TreeNode | null;
  /** null for what is no directory. */
  children: Map<Name, TreeNode> | null;
  /** What a layer says of it; null for a directory that is only implied. */
  entry: Draft | null;
  content: Content | null;
  /** Layer that it is of. */
  layer: number;
}

export function rootNode(): TreeNode {
  return { path: '.', parent: null, children: new Map(), entry: null, content: null, layer: 0 };
}

/** The directory at a path, symlinks followed; null where there is none. */
export function findDirectory(root: TreeNode, path: Name): TreeNode | null {
  return walk(root, path, () => null);
}

/** What is at a path; symlinks are followed on the way there, not at its end. */
export function findNode(root: TreeNode, directory: Name, name: Name): TreeNode | null {
  return findDirectory(root, directory)?.children?.get(name) ?? null;
}

/** What is at a path of the tree itself, but the root: nothing is followed. */
export function nodeAt(root: TreeNode, path: Name): TreeNode | null {
  let at: TreeNode | undefined = root;
  for (const part of path.split('/')) {
    at = at.children?.get(part);
    if (at === undefined) return null;
  }
  return at;
}

/**
 * Goes to a directory. `make` stands in for what is missing or no directory; it returns null to give up.
 */
export function walk(
  root: TreeNode,
  path: Name,
  make: (parent: TreeNode, name: Name) => TreeNode | null,
): TreeNode | null {
  // The next component last.
  let parts = path.split('/').toReversed();
  let at = root;
  let links = 0;
  let left = maxLinkText;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      at = at.parent ?? root;
      continue;
    }
    const child = at.children?.get(part);
    if (child !== undefined && child.children !== null) {
      at = child;
      continue;
    }
    const link = child?.entry?.kind === 'symlink' ? child.entry.link : null;
    if (link !== null && links < maxLinks && link.length <= left) {
      links++;
      left -= link.length;
      if (link.startsWith('/')) at = root;
      parts = parts.concat(link.split('/').toReversed());
      continue;
    }
    const made = make(at, part);
    if (made === null) return null;
    at = made;
  }
  return at;
}
