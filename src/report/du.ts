// `--format du`: the lines of `du -Sh` of the unpacked tree, its own disk usage a directory. Subdirectories come before the
// directory that holds them, as in du; among each other in byte order. Of a diff: the lines of `diff -U0` over both, by path.
import { duSize } from '../bytes/size.ts';
import type { Units } from '../bytes/size.ts';
import type { TreeNode } from '../compare/rollup.ts';
import { addTo } from '../model/grouping.ts';
import { compareNames, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { terminalName } from './escape.ts';
import type { ReporterOf } from './reporter.ts';

/** `--format du`. */
export const duReporter: ReporterOf<'scan' | 'diff'> = {
  *scan({ tree }, { units }) {
    for (const { path, own } of postOrder(tree)) yield duLine(own.disk, path, units);
  },
  *diff({ diff }, { units }) {
    const lines = diff.directories.flatMap(({ path, from, before, after }) => {
      const [old, now] = [before?.disk ?? null, after?.disk ?? null];
      if (old === now && from === null) return [];
      // Different sizes that round alike are printed exactly, as everywhere.
      const alike = old !== null && now !== null && duSize(old, units) === duSize(now, units);
      const shown = alike && from === null ? 'bytes' : units;
      return [...oneSide('-', old, from ?? path, shown), ...oneSide('+', now, path, shown)];
    });
    // By path, and what was comes before what is.
    lines.sort((a, b) => compareNames(a.path, b.path) || compareNames(b.sign, a.sign));
    for (const { sign, bytes, path, units: own } of lines) yield sign + duLine(bytes, path, own);
  },
};

interface Line {
  readonly sign: '-' | '+';
  readonly bytes: number;
  readonly path: Name;
  readonly units: Units;
}

/** Nothing where the side has no such directory. */
function oneSide(sign: Line['sign'], bytes: number | null, path: Name, units: Units): Line[] {
  return bytes === null ? [] : [{ sign, bytes, path, units }];
}

function duLine(bytes: number, path: Name, units: Units): string {
  return `${duSize(bytes, units)}\t${path === '.' ? '.' : `./${terminalName(path)}`}\n`;
}

function postOrder(tree: readonly TreeNode[]): TreeNode[] {
  const children = new Map<Name | null, TreeNode[]>();
  const known = new Set(tree.map(({ path }) => path));
  for (const node of tree) {
    let up = parentPath(node.path);
    while (up !== null && !known.has(up)) up = parentPath(up);
    addTo(children, up, node);
  }
  // Reversed pre-order with the last child first is post-order; no recursion, since trees may be 40,000 levels deep.
  const reversed: TreeNode[] = [];
  const stack = [...(children.get(null) ?? [])];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    reversed.push(node);
    // Not push(...): there may be more than a call takes arguments.
    const below = (children.get(node.path) ?? []).toSorted((a, b) => compareNames(a.path, b.path));
    for (const one of below) stack.push(one);
  }
  return reversed.toReversed();
}
