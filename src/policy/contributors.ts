// What makes a figure large: the few paths that are worth looking at first.
import { rollup } from '../compare/rollup.ts';
import type { Diff } from '../model/diff.ts';
import type { Finding } from '../model/finding.ts';
import { compareNames, parentPath } from '../model/name.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';
import type { Contributor } from '../model/verdict.ts';

/** Contributors of a verdict, at most. */
const most = 3;

/** The largest first, then by path; what adds nothing is left out. */
export function largest(candidates: Iterable<Contributor>): Contributor[] {
  const top: Contributor[] = [];
  for (const candidate of candidates) {
    if (candidate.bytes <= 0) continue;
    const at = top.findIndex((known) => before(candidate, known));
    if (at >= 0) top.splice(at, 0, candidate);
    else if (top.length < most) top.push(candidate);
    if (top.length > most) top.pop();
  }
  return top;
}

function before(a: Contributor, b: Contributor): boolean {
  return a.bytes > b.bytes || (a.bytes === b.bytes && compareNames(a.path, b.path) < 0);
}

/** The largest files; where even they are less than a tenth of the whole, the directories that hold most themselves. */
export function contributorsToContent(snapshot: Snapshot): Contributor[] {
  const files = largest(filesOf(snapshot, ({ size }) => size));
  if (standOut(files, snapshot.totals.content)) return files;
  return largest(rollup(snapshot).map(({ path, own }) => ({ path: `${path}/`, bytes: own.content })));
}

/** The same by bytes of the artifact file, where entries tell: what is large may compress to nothing. Else by content. */
export function contributorsToCompressed(snapshot: Snapshot): Contributor[] {
  if (snapshot.overhead === undefined) return contributorsToContent(snapshot);
  const hidden = hiddenFiles(snapshot);
  const files = largest([...filesOf(snapshot, ({ stored = 0 }) => stored), ...hidden]);
  if (standOut(files, snapshot.totals.compressed ?? 0)) return files;
  const shown = rollup(snapshot).map(({ path, own }) => ({ path: `${path}/`, bytes: own.stored ?? 0 }));
  return largest([...shown, ...byDirectory(hidden)]);
}

/** What layers of an image store and the merged tree does not show weighs as much as what it shows. */
function hiddenFiles({ hidden = [] }: Snapshot): Contributor[] {
  return hidden.map(({ path, compressed = 0, stored }) => ({ path, bytes: compressed, layer: stored }));
}

/** Sums by directory and layer. */
function byDirectory(files: readonly Contributor[]): Contributor[] {
  const sums = new Map<string, Contributor>();
  for (const { path, bytes, layer = 0 } of files) {
    const directory = `${parentPath(path) ?? '.'}/`;
    const key = `${layer} ${directory}`;
    sums.set(key, { path: directory, bytes: (sums.get(key)?.bytes ?? 0) + bytes, layer });
  }
  return [...sums.values()];
}

function standOut(files: readonly Contributor[], whole: number): boolean {
  return files.reduce((total, { bytes }) => total + bytes, 0) * 10 >= whole;
}

function* filesOf({ entries }: Snapshot, bytesOf: (entry: Entry) => number): Iterable<Contributor> {
  for (const entry of entries) if (entry.kind === 'file') yield { path: entry.path, bytes: bytesOf(entry) };
}

/** What grew most. */
export function contributorsToGrowth({ changes }: Diff): Contributor[] {
  return largest(changes.map(({ path, delta }) => ({ path, bytes: delta })));
}

/** The same by bytes of the artifact's file, where both sides tell. */
export function contributorsToCompressedGrowth(diff: Diff): Contributor[] {
  if (diff.stored === undefined) return contributorsToGrowth(diff);
  return largest(diff.changes.map(({ path, stored }) => ({ path, bytes: stored?.delta ?? 0 })));
}

/** The largest claims; where none has bytes, the first ones. */
export function contributorsToRule(findings: readonly Finding[]): Contributor[] {
  const claims = findings.flatMap((found) =>
    found.claims.map(({ path, bytes, layer }) => ({ path, bytes, ...(layer === undefined ? {} : { layer }) })),
  );
  const top = largest(claims);
  return top.length > 0 ? top : claims.toSorted((a, b) => compareNames(a.path, b.path)).slice(0, most);
}
