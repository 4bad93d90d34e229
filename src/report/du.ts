// `--format du`: what `du -S` prints of the unpacked tree, its own disk usage a directory. Subdirectories come before the
// directory that holds them, as in du; among each other in byte order.
import { duSize } from '../bytes/size.ts';
import type { TreeNode } from '../compare/rollup.ts';
import { compareNames, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { terminalName } from './escape.ts';
import type { Reporter } from './reporter.ts';

export const duReporter: Reporter = {
  *scan({ tree }, { units }) {
    for (const { path, own } of postOrder(tree)) {
      yield `${duSize(own.disk, units)}\t${path === '.' ? '.' : `./${terminalName(path)}`}\n`;
    }
  },
};

function postOrder(tree: readonly TreeNode[]): TreeNode[] {
  const children = new Map<Name | null, TreeNode[]>();
  const known = new Set(tree.map(({ path }) => path));
  for (const node of tree) {
    let up = parentPath(node.path);
    while (up !== null && !known.has(up)) up = parentPath(up);
    const siblings = children.get(up);
    if (siblings === undefined) children.set(up, [node]);
    else siblings.push(node);
  }
  // Reversed pre-order with the last child first is post-order; no recursion, since trees may be 40,000 levels deep.
  const reversed: TreeNode[] = [];
  const stack = [...(children.get(null) ?? [])];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    reversed.push(node);
    stack.push(...(children.get(node.path) ?? []).toSorted((a, b) => compareNames(a.path, b.path)));
  }
  return reversed.toReversed();
}
