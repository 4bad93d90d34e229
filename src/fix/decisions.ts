// What a plan means for the members of an archive: a member is known by its path, and where a path comes more than once the last
// one counts, as on extraction. Paths where that is not all there is to it are in no plan (tangles.ts).
import type { Member } from '../formats/format.ts';
import type { FixAction, FixPlan } from '../model/fix.ts';
import { baseName, normalizePath, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { wholeOf } from './strip-tool.ts';
import type { FileContent, Stripper } from './strip-tool.ts';
import type { Decision, Rewriting, TarDecisions } from './tar.ts';
import { wheelRecord } from './wheel.ts';
import type { WheelRecord } from './wheel.ts';

/** What did not go as promised. */
export type OnBroken = (path: Name, message: string) => void;

type ByKind<Kind extends FixAction['kind']> = FixAction & { kind: Kind };

/** Decisions for members in archive order: to be asked once of each, in that order. */
export function archiveDecisions(
  plan: FixPlan,
  snapshot: Snapshot,
  stripper: Stripper,
  onBroken: OnBroken,
): TarDecisions & { readonly record: WheelRecord | null } {
  const removed = new Set(pathsOf(plan, 'remove').concat(pathsOf(plan, 'remove-directory')));
  const strips = byPath(plan, 'strip');
  const hard = byPath(plan, 'hard-link');
  const soft = byPath(plan, 'symlink');
  const entries = new Map(snapshot.entries.map((entry) => [entry.path, entry]));
  const fileOf = (path: Name): Name => {
    const entry = entries.get(path);
    return entry?.kind === 'hardlink' ? (entry.link ?? path) : path;
  };
  const targets = new Set([...hard.values()].map(({ target }) => target));
  const dropped = new Set(pathsOf(plan, 'drop-superseded'));
  const isReplaced = createReplaced(snapshot);
  const record = wheelRecord(snapshot, removed, onBroken);
  /** Files that a member brought already. */
  const brought = new Set<Name>();
  /** The file that the member brings that was decided on last. */
  let brings: Name | null = null;

  /** Of copies the first in the archive brings the content: nothing moves, and no directory is closed that a link goes into. */
  function mayBring(member: Member, file: Name, target: Name): boolean {
    if (member.kind !== 'file' || brought.has(target)) return false;
    const [own, kept] = [entries.get(file)?.digest, entries.get(target)?.digest];
    return file === target || (own !== null && own !== undefined && own === kept);
  }

  /** What a hard link to a symlink leads to, which is one itself and may stay where the other goes. */
  function orphaned({ kind, link }: Member, path: Name): Name | null {
    const entry = entries.get(path);
    const isOrphan = kind === 'hardlink' && entry?.kind === 'symlink' && removed.has(normalizePath(link ?? '').path);
    return isOrphan ? entry.link : null;
  }

  return {
    decide(member): Decision {
      const { path } = normalizePath(member.name);
      const replaced = isReplaced(member, path);
      brings = null;
      if (removed.has(path)) return { kind: 'drop' };
      if (path === record?.path && !replaced) return { kind: 'rewrite', rewrite: record.update, last: true };
      if (replaced) return { kind: member.kind === 'file' && dropped.has(path) ? 'drop' : 'keep' };
      const symlink = soft.get(path);
      if (symlink !== undefined) return { kind: 'symlink', target: baseName(symlink.target) };
      const text = orphaned(member, path);
      if (text !== null) return { kind: 'symlink', target: text };
      const file = fileOf(path);
      const target = hard.get(path)?.target ?? file;
      if (targets.has(target)) {
        if (mayBring(member, file, target)) {
          brought.add(target);
          brings = target;
        } else if (member.kind === 'file' || hard.has(path)) return { kind: 'hard-link', file: target };
      }
      const strip = member.kind === 'file' ? strips.get(target) : undefined;
      return strip === undefined
        ? { kind: 'keep' }
        : {
            kind: 'rewrite',
            rewrite: rewriter(strip, stripper, onBroken, record),
            stream: () => strippedAsItComes(strip, stripper, onBroken),
          };
    },
    carries: () => brings,
    bare: bareDirectories(snapshot, removed),
    record,
  };
}

/** The deepest of the directories that stay and have no member of their own, as those did in which nothing stays. */
function bareDirectories({ entries }: Snapshot, removed: ReadonlySet<Name>): Name[] {
  const left = new Set([...removed].map(parentPath));
  const bare: Name[] = [];
  // What is in a directory comes before it.
  for (const { path, kind, mtime } of entries.toReversed()) {
    if (removed.has(path)) continue;
    if (kind === 'directory' && mtime === null && path !== '.' && left.has(path)) bare.push(path);
    left.delete(parentPath(path));
  }
  return bare;
}

function rewriter(
  { path, program, mode, after }: ByKind<'strip'>,
  stripper: Stripper,
  onBroken: OnBroken,
  record: WheelRecord | null,
): (content: Buffer) => Buffer | null {
  return (content) => {
    const input = stripper.input();
    input.write(content);
    const { content: found, refused } = input.strip(program, mode);
    reportStrip(path, found, refused, after, onBroken);
    const stripped = found === null ? null : wholeOf(found);
    if (stripped !== null) record?.changed(path, stripped);
    return stripped;
  };
}

/** Of a tar, which has no list of its files to be kept up. */
function strippedAsItComes(
  { path, program, mode, after }: ByKind<'strip'>,
  stripper: Stripper,
  onBroken: OnBroken,
): Rewriting {
  const input = stripper.input();
  return {
    write: (piece) => input.write(piece),
    hole: (count) => input.hole(count),
    end() {
      const { content, refused } = input.strip(program, mode);
      reportStrip(path, content, refused, after, onBroken);
      return content ?? input.whole();
    },
  };
}

/** Tells where strip did otherwise than predicted. */
export function reportStrip(
  path: Name,
  stripped: Pick<FileContent, 'length'> | null,
  refused: string,
  after: number,
  onBroken: OnBroken,
): void {
  if (stripped === null) onBroken(path, `strip refuses it: ${refused}`);
  else if (stripped.length !== after) onBroken(path, `strip left ${stripped.length} bytes, not ${after} as predicted`);
}

function pathsOf(plan: FixPlan, kind: FixAction['kind']): Name[] {
  return plan.actions.filter((action) => action.kind === kind).map(({ path }) => path);
}

export function byPath<Kind extends FixAction['kind']>(plan: FixPlan, kind: Kind): Map<Name, ByKind<Kind>> {
  const isOfKind = (action: FixAction): action is ByKind<Kind> => action.kind === kind;
  return new Map(plan.actions.filter(isOfKind).map((action) => [action.path, action]));
}

/** Tells of each member, in archive order, whether a later one of the same path replaces it, as the scan took it down. */
function createReplaced({ notices }: Snapshot): (member: Member, path: Name) => boolean {
  const left = new Map<Name, number>();
  for (const { code, path } of notices) {
    if (path !== null && (code === 'duplicate-entry' || code === 'type-conflict'))
      left.set(path, (left.get(path) ?? 0) + 1);
  }
  const isDirectory = new Map<Name, boolean>();
  return ({ kind }, path) => {
    const replacements = left.get(path);
    if (replacements === undefined) return false;
    const before = isDirectory.get(path);
    isDirectory.set(path, kind === 'directory');
    // A directory that comes again replaces nothing.
    const replaces = before !== undefined && !(before && kind === 'directory');
    const rest = replaces ? replacements - 1 : replacements;
    left.set(path, rest);
    return rest > 0;
  };
}
