// Where symlinks lead inside an artifact. The way is walked as a system does it, so that `..` behind a symlink is the parent of what that
// leads to. Nothing is looked up outside.
import { parentPath, pathIn } from './name.ts';
import type { Name } from './name.ts';
import type { Entry } from './snapshot.ts';

export interface Resolved {
  /** What is there, and is no symlink itself. */
  readonly target: Name;
  /** Directories on the way that do not lie above the target (`x` of `x/../a`): without them it leads nowhere. */
  readonly detours: readonly Name[];
  /** Whether it leads there only where the artifact is a root directory: it or a symlink on the way has an absolute text. */
  readonly absolute: boolean;
}

/** Symlinks that are followed in one path, as Linux does. */
export const maxLinks = 40;
/** Bytes of their texts, of which Linux takes 4,095 each: else forty long ones cost a second for each path through them. */
export const maxLinkText = 1 << 14;

/** null for what is no symlink, and for one that leads to nothing, in circles or out of the artifact. */
export function resolveSymlink(entry: Entry, paths: ReadonlyMap<Name, Entry>): Resolved | null {
  const way = walk(entry, paths);
  return way === null || 'left' in way ? null : way;
}

/** Directories that a symlink passes before it leaves the artifact (`x` of `x/../../a`); none where it stays inside. */
export function detoursOut(entry: Entry, paths: ReadonlyMap<Name, Entry>): readonly Name[] {
  const way = walk(entry, paths);
  return way !== null && 'left' in way ? way.left : [];
}

function walk(
  { path, kind, link }: Entry,
  paths: ReadonlyMap<Name, Entry>,
): Resolved | { readonly left: readonly Name[] } | null {
  if (kind !== 'symlink' || link === null || link === '') return null;
  const passed = new Set<Name>();
  let at = parentPath(path) ?? '.';
  let absolute = false;
  // It is one itself.
  let links = 1;
  let left = maxLinkText;
  /** The next component last. */
  let parts: Name[] = [];
  const follow = (text: Name): boolean => {
    left -= text.length;
    if (left < 0) return false;
    if (text.startsWith('/')) {
      absolute = true;
      at = '.';
    }
    parts = parts.concat(text.split('/').toReversed());
    return true;
  };
  if (!follow(link)) return null;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      const up = parentPath(at);
      // The root of a file system is its own parent.
      if (up === null && !absolute) return { left: [...passed] };
      at = up ?? '.';
      continue;
    }
    const next = pathIn(at, part);
    const entry = paths.get(next);
    if (entry === undefined) return null;
    if (entry.kind === 'symlink') {
      if (entry.link === null || entry.link === '' || ++links > maxLinks || !follow(entry.link)) return null;
      continue;
    }
    // Also with nothing but a slash behind it.
    if (entry.kind !== 'directory' && parts.length > 0) return null;
    at = next;
    passed.add(at);
  }
  const detours = [...passed].filter((name) => name !== at && !at.startsWith(`${name}/`));
  return { target: at, detours, absolute };
}
