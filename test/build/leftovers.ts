// Trees by their paths alone, for tests of the rules on leftovers: each file is as large as its path is long.
import { parentPath } from '../../src/model/name.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Entry, Snapshot } from '../../src/model/snapshot.ts';
import { directory, file, snapshot } from './snapshot.ts';

/** With all the directories that the paths imply. */
export function tree(...items: readonly (string | Entry)[]): Snapshot {
  const entries = items.map((item) => (typeof item === 'string' ? file(item, item.length) : item));
  const directories = new Set<string>();
  for (const { path } of entries) {
    for (let up = parentPath(path); up !== null && up !== '.'; up = parentPath(up)) directories.add(up);
  }
  return snapshot([...[...directories].map(directory), ...entries]);
}

/** What makes a directory the standard library of a Python. */
export function library(path: string): string[] {
  return ['os.py', 'site.py', 'encodings/utf_8.py'].map((name) => `${path}/${name}`);
}

export function claimedPaths(found: Finding | undefined): string[] {
  return (found?.claims ?? []).map(({ path }) => path).toSorted();
}
