// Paths of a tar whose content hangs on the order of its members: a name that comes more than once and that hard links lead to by then,
// or names that are unpacked through a symlink. A plan is made of paths, so it leaves these as they are.
import { decode } from '../codecs/decode.ts';
import { detectCodec } from '../codecs/index.ts';
import type { MemberSink } from '../formats/format.ts';
import { openArtifact } from '../formats/open.ts';
import { tarReader } from '../formats/tar/tar.ts';
import { compareNames, normalizePath, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { looksLikeSnapshot } from '../scan/snapshot-file.ts';

/** Why a path is left as it is; null where nothing speaks against acting on it. */
export type Tangles = (path: Name) => string | null;

export const noTangles: Tangles = () => null;

/** What a scan finds odd of every archive that has tangles; any other is not read once more. */
const signs = new Set(['duplicate-entry', 'self-link', 'type-conflict', 'not-a-directory', 'broken-hardlink']);

const repeated = 'hard links lead to an earlier member of a path that the archive holds more than once';
const through = 'the archive unpacks members through a symlink, so that names do not tell what they replace';

/** @param artifact the file that `before` was scanned from. */
export async function findTangles(
  artifact: string,
  before: Snapshot,
  options: { readonly maxWindow: number; readonly onProgress?: (bytes: number) => void },
): Promise<Tangles> {
  if (before.artifact.format !== 'tar' || !before.notices.some(({ code }) => signs.has(code))) return noTangles;
  const opened = await openArtifact(artifact);
  if (opened.kind === 'directory') return noTangles;
  try {
    // A saved snapshot has no members: its plan is only looked at.
    if (looksLikeSnapshot(opened.input.head)) return noTangles;
    const names = createNames();
    const reader = tarReader(names.sink);
    await decode(detectCodec(opened.input.head), opened.input, options, (piece) => reader.write(piece));
    reader.finish();
    return names.tangles();
  } finally {
    opened.close();
  }
}

const nothing = (): void => {};

/** The first of them that is not before `name`. */
function firstFrom(sorted: readonly Name[], name: Name): Name | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareNames(sorted[middle] ?? '', name) < 0) low = middle + 1;
    else high = middle;
  }
  return sorted[low];
}

/** Takes the names of members and which of them hard links join. */
export function createNames() {
  const counts = new Map<Name, number>();
  /** Towards the name that stands for all that hard links join; names that none joins are not in it. */
  const joined = new Map<Name, Name>();
  const symlinks = new Set<Name>();
  const directories = new Set<Name>();

  function rootOf(path: Name): Name {
    let root = path;
    for (let up = joined.get(root); up !== undefined && up !== root; up = joined.get(root)) root = up;
    // All on the way: a chain of links is walked once, however often it is asked for.
    for (let at = path; at !== root;) {
      const up = joined.get(at) ?? root;
      joined.set(at, root);
      at = up;
    }
    return root;
  }

  function isThroughSymlink(): boolean {
    const sorted = [...directories].toSorted(compareNames);
    return [...symlinks].some(
      (path) => directories.has(path) || firstFrom(sorted, `${path}/`)?.startsWith(`${path}/`) === true,
    );
  }

  const noteParent = (path: Name): void => {
    const parent = parentPath(path);
    if (parent !== null) directories.add(parent);
  };

  const sink: MemberSink = {
    begin({ name, kind, link }) {
      const { path } = normalizePath(name);
      noteParent(path);
      counts.set(path, (counts.get(path) ?? 0) + 1);
      if (kind === 'symlink') symlinks.add(path);
      if (kind !== 'hardlink') return;
      const target = normalizePath(link ?? '').path;
      noteParent(target);
      const [from, to] = [rootOf(path), rootOf(target)];
      joined.set(to, to);
      joined.set(from, to);
    },
    data: nothing,
    hole: nothing,
    end: nothing,
    file: nothing,
    notice: nothing,
  };

  return {
    sink,
    tangles(): Tangles {
      if (isThroughSymlink()) return () => through;
      const tangled = new Set<Name>();
      for (const [path, count] of counts) if (count > 1 && joined.has(path)) tangled.add(rootOf(path));
      return (path) => (joined.has(path) && tangled.has(rootOf(path)) ? repeated : null);
    },
  };
}
