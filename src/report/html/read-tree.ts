// The tree that a page carries, with the sums of its directories. Put into the page as text, so it uses nothing from outside of itself.
import type { MapNode } from './map-data.ts';

/** A file, a number of small ones, or a directory. */
export interface PageNode {
  readonly name: string;
  /** From the root on; the root's own is `.`. */
  readonly path: string;
  readonly parent: PageNode | null;
  /** Largest first; null for what is no directory. */
  readonly inside: PageNode[] | null;
  files: number;
  size: number;
  content: number;
  removable: number;
  /** Bytes by finding. */
  readonly claims: Map<number, number>;
}

/** The root. @param byPath gets the directories. */
export function readTree(raw: MapNode, byPath: Map<string, PageNode>, parent: PageNode | null = null): PageNode {
  const [name] = raw;
  const files = typeof name === 'number' ? name : 1;
  const rest = files === 0 ? '(directories and links themselves)' : `(${files} more ${files === 1 ? 'file' : 'files'})`;
  const label = typeof name === 'number' ? rest : name;
  const path = parent === null || parent.path === '.' ? label : `${parent.path}/${label}`;
  const node = { name: label, path, parent, files: 0, size: 0, content: 0, removable: 0, claims: new Map() };
  if (raw.length === 5) {
    const [, size, content, removable, pairs] = raw;
    const claims = new Map<number, number>();
    for (let at = 0; at < pairs.length; at += 2) claims.set(pairs[at] ?? 0, pairs[at + 1] ?? 0);
    return { ...node, inside: null, files, size, content, removable, claims };
  }
  if (raw.length === 3) return { ...node, inside: null, size: raw[1], content: raw[1], removable: raw[2] };
  const directory: PageNode = { ...node, inside: [] };
  for (const one of raw[1]) {
    const child = readTree(one, byPath, directory);
    directory.inside?.push(child);
    directory.files += child.files;
    directory.size += child.size;
    directory.content += child.content;
    directory.removable += child.removable;
    for (const [index, bytes] of child.claims) directory.claims.set(index, (directory.claims.get(index) ?? 0) + bytes);
  }
  directory.inside?.sort((a, b) => b.size - a.size);
  byPath.set(path, directory);
  return directory;
}
