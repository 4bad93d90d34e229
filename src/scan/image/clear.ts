// What a whiteout does to the merged tree: it takes away what layers below have at a path, and nothing that its own layer has put there,
// before or after it. So the specification of OCI images has it, and umoci does it.
import { baseName } from '../../model/name.ts';
import type { TreeNode } from './tree.ts';

export interface Cleared {
  /** All that went, whole directories with what was in them. */
  readonly gone: readonly TreeNode[];
  /** Something that stays because the layer itself put it there, where containerd and Docker take it away with the rest; null for none. */
  readonly doubtful: TreeNode | null;
}

export interface Clearing {
  /** Takes away a node with all below it. */
  whiteOut(node: TreeNode): Cleared;
  /** Takes away all that is in a directory, which stays. */
  empty(directory: TreeNode): Cleared;
}

/** @param layer that has the whiteouts. */
export function clearingOf(layer: number): Clearing {
  /** Directories that hold nothing but what this layer put there: many marks may lead to one, and none walks through it again. */
  const own = new Set<TreeNode>();

  function isOwn(node: TreeNode | null): boolean {
    for (let up = node; up !== null; up = up.parent) if (own.has(up)) return true;
    return false;
  }

  /** What is at `top` and below it, parents first, and which of it holds something of this layer. */
  function look(top: TreeNode): { nodes: TreeNode[]; kept: Set<TreeNode> } {
    const nodes: TreeNode[] = [];
    const kept = new Set<TreeNode>();
    const pending = [top];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      nodes.push(node);
      const isDone = own.has(node);
      if (node.layer === layer || (isDone && (node.children?.size ?? 0) > 0)) {
        for (let up: TreeNode | null = node; up !== null && !kept.has(up); up = up === top ? null : up.parent)
          kept.add(up);
      }
      if (node.children !== null && !isDone) for (const child of node.children.values()) pending.push(child);
    }
    return { nodes, kept };
  }

  return {
    whiteOut(node) {
      if (node.children === null) {
        if (node.layer === layer) return { gone: [], doubtful: node };
        node.parent?.children?.delete(baseName(node.path));
        return { gone: [node], doubtful: null };
      }
      if (isOwn(node.parent)) return { gone: [], doubtful: node };
      const { nodes, kept } = look(node);
      const gone = takeAway(nodes, kept);
      if (!kept.has(node)) return { gone, doubtful: null };
      own.add(node);
      return { gone, doubtful: node };
    },
    empty(directory) {
      if (isOwn(directory)) return { gone: [], doubtful: null };
      const { nodes, kept } = look(directory);
      kept.add(directory);
      const gone = takeAway(nodes, kept);
      own.add(directory);
      kept.delete(directory);
      // They keep what came before as a member of that very path: no directory for what is in it, nothing that came through a symlink.
      const doubtful = [...kept].find((node) => node.layer !== layer || node.entry?.path !== node.path);
      return { gone, doubtful: doubtful ?? null };
    },
  };
}

/** @param nodes parents first. */
function takeAway(nodes: readonly TreeNode[], kept: ReadonlySet<TreeNode>): TreeNode[] {
  const gone = nodes.filter((node) => !kept.has(node));
  for (const { parent, path } of gone) parent?.children?.delete(baseName(path));
  return gone;
}
