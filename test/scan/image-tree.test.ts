// Symlinks on the way to a directory of the merged tree: followed as far as their texts are not too long in all.
import { expect, it } from 'vitest';
import { findDirectory, rootNode } from '../../src/scan/image/tree.ts';
import { pathIn } from '../../src/model/name.ts';
import type { TreeNode } from '../../src/scan/image/tree.ts';
import { draftOf } from '../../src/scan/draft.ts';
import { maxLinkText } from '../../src/model/symlink.ts';

const nothing = {
  kind: 'symlink',
  size: 0,
  mode: 0,
  uid: 0,
  gid: 0,
  mtime: 0,
  offset: 0,
  disk: null,
  inode: null,
} as const;

function put(parent: TreeNode, name: string, link: string | null): TreeNode {
  const path = pathIn(parent.path, name);
  const entry = link === null ? null : draftOf(path, { ...nothing, name, link });
  const node = { path, parent, children: link === null ? new Map() : null, entry, content: null, layer: 0 };
  parent.children?.set(name, node);
  return node;
}

it('texts of symlinks are followed up to a limit in all', () => {
  const root = rootNode();
  const found = put(put(root, 'd', null), 'ee', null);
  const rest = (length: number): string => `${'./'.repeat((length - 2) / 2)}ee`;
  put(root, 'short', 'dd');
  put(root, 'dd', 'd');
  for (const [name, length] of [
    ['d/most', maxLinkText],
    ['d/more', maxLinkText + 2],
  ] as const) {
    put(root.children?.get('d') ?? root, name.slice(2), rest(length));
    expect(findDirectory(root, name)).toBe(length > maxLinkText ? null : found);
  }
  // What was followed before counts.
  expect(findDirectory(root, 'dd/most')).toBe(null);
  expect(findDirectory(root, '.')).toBe(root);
  expect(findDirectory(root, '../d/./../d')).toBe(root.children?.get('d'));
});
