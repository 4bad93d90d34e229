// What the map of a page is drawn from: the largest files and directories, and of the rest its sum by directory, so that every
// directory adds up to what it is in tables while a page of an artifact of millions of files stays small.
import { hiddenPart, supersededPart } from '../../model/finding.ts';
import type { Finding } from '../../model/finding.ts';
import { compareNames, comparePaths, isDeeper, parentPath } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import type { Entry } from '../../model/snapshot.ts';
import { removableByPath } from '../../compare/removable.ts';
import { terminalName } from '../escape.ts';
import type { ScanReport } from '../reporter.ts';

/** Bytes by what tables show, of content, and of content that can go; then findings and bytes of theirs in turn. */
type Figures = readonly [size: number, content: number, removable: number, claims: readonly number[]];

/** A file, inertly named; or the number of files that have no node of their own. */
export type MapFile = readonly [name: string | number, ...figures: Figures];
export type MapDirectory = readonly [name: string, inside: readonly MapNode[]];
/** Bytes that are of no file. */
export type MapOther = readonly [name: string, size: number, removable: number];
export type MapNode = MapFile | MapDirectory | MapOther;

/** Which bytes the areas stand for. */
export type MapSize = 'content' | 'disk' | 'stored';

/** Most nodes. A screen shows fewer at once. */
export interface Most {
  readonly files: number;
  readonly directories: number;
}

const most: Most = { files: 12_000, directories: 4000 };

/** For each of several maps that share a page. */
export function shareOfMost(maps: number): Most {
  return { files: Math.ceil(most.files / maps), directories: Math.ceil(most.directories / maps) };
}

/** Deepest level with nodes of its own: below, names are of several parts. */
export const deepest = 100;

/** What a map is made of: a file, or what lies in a directory without being one. */
export interface MapItem {
  readonly path: Name;
  readonly isFile: boolean;
  readonly size: number;
  readonly content: number;
  readonly removable: number;
  readonly claims?: ReadonlyMap<number, number> | undefined;
}

/** A directory with all that is below. */
export interface MapFolder {
  readonly path: Name;
  readonly size: number;
  readonly files: number;
}

interface Holder {
  readonly path: Name;
  readonly inside: MapNode[];
  readonly rest: Rest;
}

interface Rest {
  files: number;
  size: number;
  content: number;
  removable: number;
  readonly claims: Map<number, number>;
}

/** The root of a scan's map. */
export function mapData(report: ScanReport, size: MapSize, limits: Most = most): MapDirectory {
  const { snapshot, findings, tree } = report;
  const removable = removableByPath(snapshot, findings);
  const claims = claimsByPath(findings);
  const items = snapshot.entries.map((entry) => ({
    // What a directory takes itself lies in it.
    path: entry.kind === 'directory' ? `${entry.path}/.` : entry.path,
    isFile: entry.kind === 'file',
    size: sizeOf(entry, size),
    content: entry.size,
    removable: removable.get(entry.path) ?? 0,
    claims: claims.get(entry.path),
  }));
  const folders = tree.map((node) => ({ path: node.path, size: node[size] ?? 0, files: node.files }));
  return mapOf(items, folders, limits);
}

/** The root of a map. @param folders sums of all directories that items lie in. */
export function mapOf(items: readonly MapItem[], folders: readonly MapFolder[], limits: Most = most): MapDirectory {
  const holders = holdersOf(folders, limits.directories);
  const shown = largestFiles(items, limits.files);
  for (const item of items) {
    const holder = nearest(holders, parentPath(item.path) ?? '.');
    if (shown.has(item)) {
      const { path, size, content, removable } = item;
      holder.inside.push([nameIn(holder, path), size, content, removable, flat(item)]);
    } else addTo(holder.rest, item);
  }
  return directoryOf([...holders.values()]);
}

/** The largest directories by path, the root first; with each come all that it lies in, since those are no smaller. */
function holdersOf(folders: readonly MapFolder[], many: number): Map<Name, Holder> {
  const largest = folders
    .filter((node) => node.path === '.' || (node.files > 0 && !isDeeper(node.path, deepest)))
    .toSorted((a, b) => b.size - a.size || comparePaths(a.path, b.path))
    .slice(0, many);
  return new Map(largest.map(({ path }) => [path, { path, inside: [], rest: nothing() }]));
}

function nothing(): Rest {
  return { files: 0, size: 0, content: 0, removable: 0, claims: new Map() };
}

function sizeOf(entry: Entry, size: MapSize): number {
  return size === 'content' ? entry.size : size === 'disk' ? entry.disk : (entry.stored ?? 0);
}

/** The one of this path, or the next one above. */
function nearest(holders: ReadonlyMap<Name, Holder>, path: Name): Holder {
  for (let at: Name | null = upToDeepest(path); at !== null; at = parentPath(at)) {
    const holder = holders.get(at);
    if (holder !== undefined) return holder;
  }
  const root = holders.get('.');
  if (root === undefined) throw new Error('a tree has no root');
  return root;
}

/** However deep it lies, there is no need to look for more holders than there can be. */
export function upToDeepest(path: Name): Name {
  let end = -1;
  for (let level = 0; level < deepest; level++) {
    end = path.indexOf('/', end + 1);
    if (end < 0) return path;
  }
  return path.slice(0, end);
}

function largestFiles(items: readonly MapItem[], many: number): Set<MapItem> {
  const files = items.filter(({ isFile, size }) => isFile && size > 0);
  if (files.length <= many) return new Set(files);
  return new Set(files.toSorted((a, b) => b.size - a.size).slice(0, many));
}

function claimsByPath(findings: readonly Finding[]): Map<Name, Map<number, number>> {
  const byPath = new Map<Name, Map<number, number>>();
  for (const [index, { claims }] of findings.entries()) {
    for (const { path, part, bytes } of claims) {
      if (part === supersededPart || part === hiddenPart || bytes === 0) continue;
      let known = byPath.get(path);
      if (known === undefined) byPath.set(path, (known = new Map()));
      known.set(index, (known.get(index) ?? 0) + bytes);
    }
  }
  return byPath;
}

function flat({ claims, content }: MapItem): number[] {
  return [...(claims ?? [])].flatMap(([index, bytes]) => [index, Math.min(bytes, content)]);
}

function addTo(rest: Rest, { isFile, size, content, removable, claims }: MapItem): void {
  if (isFile) rest.files++;
  rest.size += size;
  rest.content += content;
  rest.removable += removable;
  for (const [index, claimed] of claims ?? [])
    rest.claims.set(index, (rest.claims.get(index) ?? 0) + Math.min(claimed, content));
}

/** Hangs each into the one above it; what lies deeper comes later by name. */
function directoryOf(holders: readonly Holder[]): MapDirectory {
  const byPath = new Map(holders.map((holder) => [holder.path, holder]));
  const below = holders.filter(({ path }) => path !== '.').toSorted((a, b) => compareNames(b.path, a.path));
  for (const holder of below) {
    const above = nearest(byPath, parentPath(holder.path) ?? '.');
    above.inside.push([nameIn(above, holder.path), nodesOf(holder)]);
  }
  return ['.', nodesOf(nearest(byPath, '.'))];
}

function nodesOf({ inside, rest: { files, size, content, removable, claims } }: Holder): MapNode[] {
  return files > 0 || size > 0 ? [...inside, [files, size, content, removable, [...claims].flat()]] : inside;
}

/** Below a directory that is not shown, or a file that others are said to lie in, it takes more than the last part. */
function nameIn({ path }: Holder, of: Name): string {
  return terminalName(path === '.' ? of : of.slice(path.length + 1));
}
