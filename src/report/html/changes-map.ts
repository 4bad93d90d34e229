// The map of a diff: areas are bytes of change, and what grew is told from what shrank. What has the same size on both sides has no
// area; a file that only moved has none.
import { parentPath } from '../../model/name.ts';
import type { Diff } from '../../model/diff.ts';
import type { Name } from '../../model/name.ts';
import type { ReportOptions } from '../reporter.ts';
import { overheadLabel, shownFiles, unchangedRow } from '../stored-view.ts';
import { mapOf, upToDeepest } from './map-data.ts';
import type { MapDirectory, MapFolder, MapItem, MapOther, Most } from './map-data.ts';
import { placeOnNewSide } from './paired-places.ts';

/** The root: what grew minus what shrank is the difference of the contents, or of the files where it is of compressed bytes. */
export function changesMap(diff: Diff, options: Pick<ReportOptions, 'stored'>, limits?: Most): MapDirectory {
  const { changes, unchanged } = shownFiles(diff, { ...options, size: 'content' });
  const overhead = options.stored === true ? (diff.stored?.overhead ?? { before: 0, after: 0 }) : null;
  const place = placeOnNewSide(diff);
  const items = changes
    .filter(({ delta }) => delta !== 0)
    .map(({ kind, path, delta }) => itemOf(kind === 'removed' ? place(path) : path, delta));
  const others = [
    otherOf(unchangedRow, unchanged),
    otherOf(overheadLabel(diff), overhead === null ? 0 : overhead.after - overhead.before),
  ].filter(([, size]) => size > 0);
  const [name, inside] = mapOf(items, foldersOf(items), limits);
  return [name, [...inside, ...others]];
}

function otherOf(name: string, delta: number): MapOther {
  return [name, Math.abs(delta), Math.max(delta, 0)];
}

function itemOf(path: Name, delta: number): MapItem {
  const size = Math.abs(delta);
  return { path, isFile: true, size, content: size, removable: Math.max(delta, 0) };
}

function foldersOf(items: readonly MapItem[]): MapFolder[] {
  const folders = new Map<Name, { path: Name; size: number; files: number }>([['.', { path: '.', size: 0, files: 0 }]]);
  for (const { path, size } of items) {
    for (let at: Name | null = upToDeepest(parentPath(path) ?? '.'); at !== null; at = parentPath(at)) {
      const folder = folders.get(at) ?? { path: at, size: 0, files: 0 };
      folder.size += size;
      folder.files++;
      folders.set(at, folder);
    }
  }
  return [...folders.values()];
}
