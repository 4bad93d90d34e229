// dive's figures the slow way, step by step as wagoodman/dive defines them: trees of layers, all lower ones stacked anew at every
// whiteout. Written apart from src/scan/image/dive.ts, so that the two check each other.

export interface DiveMember {
  readonly path: string;
  readonly size: number;
  readonly directory: boolean;
}

interface Node {
  name: string;
  parent: Node | null;
  children: Map<string, Node>;
  size: number;
  directory: boolean;
}

function node(name: string, parent: Node | null): Node {
  return { name, parent, children: new Map(), size: 0, directory: false };
}

function add(root: Node, path: string, size: number, directory: boolean): void {
  const names = path.split('/').filter((name) => name !== '');
  let at = root;
  for (const [index, name] of names.entries()) {
    let child = at.children.get(name);
    if (child === undefined) {
      if (name.startsWith('.wh..wh..')) return;
      child = node(name, at);
      at.children.set(name, child);
    }
    at = child;
    if (index === names.length - 1) {
      at.size = size;
      at.directory = directory;
    }
  }
}

function find(root: Node, path: string): Node | null {
  let at: Node | undefined = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    at = at.children.get(name);
    if (at === undefined) return null;
  }
  return at;
}

function pathOf(given: Node): string {
  const names: string[] = [];
  for (let at: Node | null = given; at !== null && at.parent !== null; at = at.parent) {
    names.unshift(at === given ? at.name.replace(/^\.wh\./, '') : at.name);
  }
  return `/${names.join('/')}`;
}

/** Every node but the root, children first and in order; stops where `visit` returns false. */
function visitAll(from: Node, visit: (one: Node) => boolean, only: (one: Node) => boolean = () => true): boolean {
  for (const name of [...from.children.keys()].toSorted()) {
    const child = from.children.get(name);
    if (child !== undefined && !visitAll(child, visit, only)) return false;
  }
  return from.parent === null || !only(from) || visit(from);
}

function copyOf(from: Node, parent: Node | null = null): Node {
  const copy = { ...node(from.name, parent), size: from.size, directory: from.directory };
  for (const [name, child] of from.children) copy.children.set(name, copyOf(child, copy));
  return copy;
}

function stackOf(trees: readonly Node[], count: number): Node {
  const first = trees[0];
  if (first === undefined) throw new Error('no layer');
  const stacked = copyOf(first);
  for (const tree of trees.slice(0, count)) {
    visitAll(tree, (one) => {
      if (one.name.startsWith('.wh.')) {
        const gone = find(stacked, pathOf(one));
        gone?.parent?.children.delete(gone.name);
      } else add(stacked, pathOf(one), one.size, one.directory);
      return true;
    });
  }
  return stacked;
}

export function naiveDive(layers: readonly (readonly DiveMember[])[]): object {
  const trees = layers.map((members) => {
    const root = node('', null);
    for (const { path, size, directory } of members) add(root, path, size, directory);
    return root;
  });
  const records = new Map<string, { sizes: number[]; least: number }>();
  for (const [index, tree] of trees.entries()) {
    visitAll(
      tree,
      (one) => {
        const path = pathOf(one);
        const record = records.get(path) ?? { sizes: [], least: -1 };
        records.set(path, record);
        let { size } = one;
        if (one.name.startsWith('.wh.')) {
          size = 0;
          const before = find(stackOf(trees, index), path);
          if (before === null) return false;
          if (before.directory) {
            visitAll(before, (inner) => {
              size += inner.size;
              return true;
            });
          }
        }
        record.sizes.push(size);
        if (record.least < 0 || size < record.least) record.least = size;
        return true;
      },
      (one) => one.children.size === 0,
    );
  }
  const total = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);
  const all = [...records].map(([path, { sizes, least }]) => ({
    path,
    count: sizes.length,
    bytes: total(sizes),
    least,
  }));
  const discovered = total(all.map(({ bytes }) => bytes));
  const bytesOf = (members: readonly DiveMember[]): number => total(members.map(({ size }) => size));
  const userSizeBytes = total(layers.slice(1).map(bytesOf));
  const inefficient = all.filter(({ count }) => count > 1);
  const wastedBytes = total(inefficient.map(({ bytes }) => bytes));
  return {
    layers: layers.map(bytesOf),
    efficiency: discovered === 0 ? 1 : total(all.map(({ least }) => least)) / discovered,
    sizeBytes: total(layers.map(bytesOf)),
    userSizeBytes,
    wastedBytes,
    userWastedPercent: userSizeBytes === 0 ? null : wastedBytes / userSizeBytes,
    inefficientFiles: inefficient
      .toSorted((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1))
      .map(({ path, count, bytes }) => ({ path, count, bytes })),
  };
}
