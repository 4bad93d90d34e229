// Random snapshots for property tests: few names, so that paths, contents and links of two of them meet often.
import fc from 'fast-check';
import { normalizePath, parentPath } from '../../src/model/name.ts';
import type { Entry, Snapshot } from '../../src/model/snapshot.ts';
import { digest, directory, file, hardlink, snapshot } from './snapshot.ts';

const components = ['a', 'b', 'a-b', 'python3.9', 'python3.10', 'python3.11', 'lib', '\xff'];

type Kind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';

interface Item {
  readonly path: readonly string[];
  readonly kind: Kind;
  readonly content: number;
  readonly mode: number | null;
  readonly hashed: boolean;
}

const item: fc.Arbitrary<Item> = fc.record({
  path: fc.array(fc.constantFrom(...components), { minLength: 1, maxLength: 4 }),
  kind: fc.constantFrom<Kind>('file', 'file', 'file', 'directory', 'symlink', 'hardlink', 'other'),
  content: fc.nat(6),
  mode: fc.constantFrom(null, 0o644, 0o755),
  hashed: fc.boolean(),
});

/** Snapshots as a scan makes them, and some that only a hand can make: implied directories, entries below files. */
export const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({ items: fc.array(item, { maxLength: 14 }), wrapper: fc.constantFrom('', 'a', 'lib/b'), named: fc.boolean() })
  .map(({ items, wrapper, named }) => {
    const entries = new Map<string, Entry>();
    for (const { path, kind, content, mode, hashed } of items) {
      const full = normalizePath([wrapper, ...path].join('/')).path;
      entries.set(full, entryOf(full, kind, content, mode, hashed, entries));
    }
    if (named) for (const path of entries.keys()) addAbove(path, entries);
    return snapshot(withoutDangling([...entries.values()]));
  });

function entryOf(
  path: string,
  kind: Kind,
  content: number,
  mode: number | null,
  hashed: boolean,
  entries: ReadonlyMap<string, Entry>,
): Entry {
  switch (kind) {
    case 'directory':
      return { ...directory(path), mode };
    case 'symlink':
      return file(path, 0, { kind, disk: 0, mode, link: `target-${content}` });
    case 'other':
      return file(path, 0, { kind, disk: 0, mode });
    case 'hardlink': {
      const targets = [...entries.values()].filter((entry) => entry.kind === 'file' && entry.path < path);
      const target = targets[content % Math.max(1, targets.length)];
      return target === undefined ? hardlink(path, 'nowhere') : hardlink(path, target.path);
    }
    case 'file':
      break;
  }
  // Few contents, so that files move; a size tells nothing of the content.
  const size = content === 0 ? 0 : 1000 * (1 + (content % 3));
  return file(path, size, { mode, digest: hashed ? digest(`content ${content}`) : null });
}

function addAbove(path: string, entries: Map<string, Entry>): void {
  for (let up = parentPath(path); up !== null && up !== '.'; up = parentPath(up)) {
    if (!entries.has(up)) entries.set(up, directory(up));
  }
}

/** A later entry may have replaced the file that a hard link led to. */
function withoutDangling(entries: readonly Entry[]): Entry[] {
  const files = new Set(entries.filter(({ kind }) => kind === 'file').map(({ path }) => path));
  return entries.map((entry) =>
    entry.kind === 'hardlink' && entry.link !== null && !files.has(entry.link) ? { ...entry, link: 'nowhere' } : entry,
  );
}

/** Whether something lies below what is no directory. */
export function hasTwofold({ entries }: Snapshot): boolean {
  const others = new Set(entries.flatMap(({ kind, path }) => (kind === 'directory' ? [] : [path])));
  return entries.some(({ path }) =>
    path.split('/').some((_, at, parts) => at > 0 && others.has(parts.slice(0, at).join('/'))),
  );
}
