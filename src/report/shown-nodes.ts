// Directories of a scan in the order of tables.
import type { TreeNode } from '../compare/rollup.ts';
import { comparePaths, isDeeper } from '../model/name.ts';
import type { ReportOptions } from './reporter.ts';

/** Which bytes of a directory tables show. */
export function sizeKey({ size, stored }: Pick<ReportOptions, 'size' | 'stored'>): 'content' | 'disk' | 'stored' {
  return stored === true ? 'stored' : size;
}

/** Those that are not too deep, in the order that was asked for. */
export function shownNodes(tree: readonly TreeNode[], options: ReportOptions): TreeNode[] {
  const size = sizeKey(options);
  const shown = tree.filter(({ path }) => !isDeeper(path, options.depth));
  return options.sort === 'path'
    ? shown.toSorted((a, b) => comparePaths(a.path, b.path))
    : shown.toSorted((a, b) => (b[size] ?? 0) - (a[size] ?? 0) || comparePaths(a.path, b.path));
}
