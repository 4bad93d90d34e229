// The figures that dive prints, by its own definition (wagoodman/dive, filetree.Efficiency and image.Analyze), quirks included: a path
// is inefficient where layers have it twice, and then all its copies count, the last one too; a deleted directory counts as an access
// of its own. What is told apart here in one walk a layer, dive finds by stacking all layers anew for each whiteout.
import { compareNames } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import type { DiveFigures, DiveFile } from '../../model/snapshot.ts';

/** A path in one layer. */
interface LayerNode {
  size: number;
  isDirectory: boolean;
  children: Map<Name, LayerNode> | null;
}

/** A path in any layer so far. */
interface PathNode {
  children: Map<Name, PathNode> | null;
  /** Whether it is in the stacked tree, and as what. */
  stacked: boolean;
  /** Children that are in the stacked tree: of all that ever were, walks would take longer with each layer. */
  present: Set<PathNode> | null;
  size: number;
  isDirectory: boolean;
  /** Over all layers that have it as a leaf; null where none has. */
  leaf: Leaf | null;
}

interface Leaf {
  bytes: number;
  /** -1 until there is a first size: dive keeps it so where a layer whites out what is not there, and sums it up. */
  least: number;
  count: number;
}

export interface Dive {
  /** A member of the current layer, by its normalised path. */
  member(path: Name, size: number, isDirectory: boolean): void;
  endLayer(): void;
  figures(): DiveFigures;
}

const whiteout = '.wh.';
/** Marks of AUFS, the opaque one among them; dive does not see them. */
const mark = '.wh..wh..';

export function createDive(): Dive {
  const paths = pathNode();
  let layer = layerNode();
  const layers: number[] = [];
  let layerBytes = 0;
  let hasWhiteouts = false;

  return {
    member(path, size, isDirectory) {
      // Also of what a later member of the path replaces.
      layerBytes += size;
      if (path === '.') return;
      let node = layer;
      for (const name of path.split('/')) {
        if (name.startsWith(mark)) return;
        if (name.startsWith(whiteout)) hasWhiteouts = true;
        node.children ??= new Map();
        let child = node.children.get(name);
        if (child === undefined) node.children.set(name, (child = layerNode()));
        node = child;
      }
      node.size = size;
      node.isDirectory = isDirectory;
    },
    endLayer() {
      // For the lowest layer the stacked tree is that layer itself.
      if (layers.length === 0) stack(layer, paths, true);
      countLeaves(layer, paths, hasWhiteouts);
      stack(layer, paths, false);
      layers.push(layerBytes);
      layerBytes = 0;
      layer = layerNode();
      hasWhiteouts = false;
    },
    figures() {
      const sizeBytes = layers.reduce((sum, bytes) => sum + bytes, 0);
      const userSizeBytes = sizeBytes - (layers[0] ?? 0);
      return { ...summary(paths), sizeBytes, userSizeBytes, layers, ...wasted(paths, userSizeBytes) };
    },
  };
}

function layerNode(): LayerNode {
  return { size: 0, isDirectory: false, children: null };
}

function pathNode(): PathNode {
  return { children: null, stacked: false, present: null, size: 0, isDirectory: false, leaf: null };
}

function childOf(node: PathNode, name: Name): PathNode {
  node.children ??= new Map();
  let child = node.children.get(name);
  if (child === undefined) node.children.set(name, (child = pathNode()));
  return child;
}

/** In the order in which dive walks; it matters only where a walk ends early. */
function childrenOf<Node>(children: ReadonlyMap<Name, Node> | null, sorted: boolean): (readonly [Name, Node])[] {
  const all = [...(children ?? [])];
  return sorted ? all.toSorted(([a], [b]) => compareNames(a, b)) : all;
}

/** Adds up the leaves of a layer. Returns false where dive gives up on the rest of it: at a whiteout of what is not there. */
function countLeaves(node: LayerNode, at: PathNode, sorted: boolean): boolean {
  for (const [name, child] of childrenOf(node.children, sorted)) {
    if (child.children !== null) {
      if (!countLeaves(child, childOf(at, name), sorted)) return false;
      continue;
    }
    const isWhiteout = name.startsWith(whiteout);
    const path = childOf(at, isWhiteout ? name.slice(whiteout.length) : name);
    const leaf = (path.leaf ??= { bytes: 0, least: -1, count: 0 });
    if (isWhiteout && !path.stacked) return false;
    const size = isWhiteout ? (path.isDirectory ? stackedBytes(path) : 0) : child.size;
    leaf.bytes += size;
    leaf.least = leaf.least < 0 ? size : Math.min(leaf.least, size);
    leaf.count++;
  }
  return true;
}

/** @param node is in the stacked tree. */
function stackedBytes(node: PathNode): number {
  let bytes = 0;
  const pending = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    bytes += next.size;
    if (next.present !== null) for (const child of next.present) pending.push(child);
  }
  return bytes;
}

/** Children first, as dive stacks; a whiteout takes away what is there by then. @param asIs copies a layer, whiteouts and all. */
function stack(node: LayerNode, at: PathNode, asIs: boolean): void {
  for (const [name, child] of childrenOf(node.children, true)) {
    if (!asIs && name.startsWith(whiteout)) {
      stack(child, childOf(at, name), asIs);
      const gone = at.children?.get(name.slice(whiteout.length));
      if (gone !== undefined) unstack(at, gone);
      continue;
    }
    const path = childOf(at, name);
    stack(child, path, asIs);
    path.stacked = true;
    (at.present ??= new Set()).add(path);
    path.size = child.size;
    path.isDirectory = child.isDirectory;
  }
}

function unstack(parent: PathNode, node: PathNode): void {
  if (parent.present?.delete(node) !== true) return;
  const pending = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    next.stacked = false;
    if (next.present !== null) for (const child of next.present) pending.push(child);
    next.present = null;
  }
}

function summary(paths: PathNode): Pick<DiveFigures, 'efficiency'> {
  let [least, discovered] = [0, 0];
  const pending = [paths];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    least += next.leaf?.least ?? 0;
    discovered += next.leaf?.bytes ?? 0;
    if (next.children !== null) for (const child of next.children.values()) pending.push(child);
  }
  return { efficiency: discovered === 0 ? 1 : least / discovered };
}

function wasted(
  paths: PathNode,
  userSizeBytes: number,
): Pick<DiveFigures, 'wastedBytes' | 'userWastedPercent' | 'inefficientFiles'> {
  const files: DiveFile[] = [];
  const pending: (readonly [Name, PathNode])[] = [['', paths]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [path, { children, leaf }] = next;
    if (leaf !== null && leaf.count > 1) files.push({ path, count: leaf.count, bytes: leaf.bytes });
    if (children !== null) for (const [name, child] of children) pending.push([`${path}/${name}`, child]);
  }
  files.sort((a, b) => b.bytes - a.bytes || compareNames(a.path, b.path));
  const wastedBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const userWastedPercent = userSizeBytes === 0 ? null : wastedBytes / userSizeBytes;
  return { wastedBytes, userWastedPercent, inefficientFiles: files };
}
