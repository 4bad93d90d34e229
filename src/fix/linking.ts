// Whether a copy may become a link to the file that stays: names of one file share its permissions, owner and time.
import { linkLossOf } from '../model/link-loss.ts';
import type { LinkLoss } from '../model/link-loss.ts';
import { parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';
import { resolveSymlink } from '../model/symlink.ts';
import type { Tangles } from './tangles.ts';

/** Why a file must not become a link to the keeper; null where it may. */
export type LinkJudge = (file: Entry, keeper: Entry) => string | null;

interface Files {
  readonly snapshot: Snapshot;
  readonly paths: ReadonlyMap<Name, Entry>;
  /** All names of each file. */
  readonly names: ReadonlyMap<Name, readonly Name[]>;
}

interface Traits {
  readonly isUniform: boolean;
  /** Whether bytecode is checked by its time. */
  readonly isTimed: boolean;
  /** Whether a name of it lies in a directory that is read-only. */
  readonly isClosed: boolean;
}

const losses: Readonly<Record<LinkLoss, string>> = {
  zip: 'a zip has no hard links, and not all that unpacks it makes symlinks',
  npm: 'npm unpacks no links of a package, neither hard nor symbolic ones, so the files would be missing',
};

export function linkJudge(files: Files, options: { readonly tangles: Tangles }): LinkJudge {
  const { snapshot, paths, names } = files;
  const loss = linkLossOf(snapshot);
  const timed = timedFiles(files);
  const known = new Map<Name, Traits>();

  /** What speaks against linking a file, of all of its names; looked up once, as one file can be the copy that stays of very many. */
  function traitsOf(file: Entry): Traits {
    const found = known.get(file.path);
    if (found !== undefined) return found;
    const all = names.get(file.path) ?? [];
    const traits = {
      // An archive records permissions and owner with each name, and those of the first one count.
      isUniform: all.every((name) => sharePermissions(paths.get(name) ?? file, file)),
      isTimed: all.some((name) => timed.has(name)),
      isClosed: all.some((name) => isReadOnly(files, name)),
    };
    known.set(file.path, traits);
    return traits;
  }

  return (file, keeper) => {
    if (loss !== null) return losses[loss];
    const tangled = options.tangles(file.path) ?? options.tangles(keeper.path);
    if (tangled !== null) return tangled;
    const traits = [traitsOf(file), traitsOf(keeper)];
    if (!sharePermissions(file, keeper) || traits.some(({ isUniform }) => !isUniform)) {
      return 'their permissions or owners differ from those of the copy that stays, and linked files share them';
    }
    if (traits.some(({ isTimed }) => isTimed) && file.mtime !== keeper.mtime) {
      return 'their bytecode is checked by their time, which linked files share';
    }
    // The link has to come behind its target, and tar has closed the directory by then.
    const isTar = snapshot.artifact.format === 'tar';
    if (isTar && file.digest !== keeper.digest && traits.some(({ isClosed }) => isClosed)) {
      return 'its directory is read-only, and tar has closed it before a link could come behind what it leads to';
    }
    return null;
  };
}

/** Files whose bytecode is checked by their time. */
function timedFiles({ snapshot, paths }: Files): ReadonlySet<Name> {
  const timed = new Set<Name>();
  for (const { facts } of snapshot.entries) {
    if (facts?.type !== 'pyc' || facts.mode !== 'timestamp' || facts.source === null) continue;
    const source = paths.get(facts.source);
    timed.add(source?.kind === 'symlink' ? (resolveSymlink(source, paths)?.target ?? source.path) : facts.source);
  }
  return timed;
}

function sharePermissions(a: Entry, b: Entry): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
}

function isReadOnly({ paths }: Files, name: Name): boolean {
  const mode = paths.get(parentPath(name) ?? '')?.mode;
  return typeof mode === 'number' && (mode & 0o200) === 0;
}
