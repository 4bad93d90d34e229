// What a plan means for the members of an archive: a member is known by its path, and where a path comes more than once the last
// one counts, as on extraction.
import type { Member } from '../formats/format.ts';
import type { FixAction, FixPlan } from '../model/fix.ts';
import { baseName, normalizePath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Stripper } from './strip-tool.ts';
import type { Decision, TarDecisions } from './tar.ts';

/** What did not go as promised. */
export type OnBroken = (path: Name, message: string) => void;

type ByKind<Kind extends FixAction['kind']> = FixAction & { kind: Kind };

/** Decisions for members in archive order: to be asked once of each, in that order. */
export function archiveDecisions(
  plan: FixPlan,
  snapshot: Snapshot,
  stripper: Stripper,
  onBroken: OnBroken,
): TarDecisions {
  const removed = new Set(pathsOf(plan, 'remove').concat(pathsOf(plan, 'remove-directory')));
  const strips = byPath(plan, 'strip');
  const hard = byPath(plan, 'hard-link');
  const soft = byPath(plan, 'symlink');
  const files = new Map(
    snapshot.entries.map(({ path, kind, link }) => [path, kind === 'hardlink' ? (link ?? path) : path]),
  );
  const targets = new Set([...hard.values()].map(({ target }) => target));
  const dropped = new Set(pathsOf(plan, 'drop-superseded'));
  const earlier = countPaths(snapshot.superseded);
  const seen = new Map<Name, number>();

  function isSuperseded(member: Member, path: Name): boolean {
    const before = earlier.get(path);
    if (before === undefined || member.kind !== 'file') return false;
    const index = seen.get(path) ?? 0;
    seen.set(path, index + 1);
    return index < before;
  }

  return {
    decide(member): Decision {
      const { path } = normalizePath(member.name);
      if (removed.has(path)) return { kind: 'drop' };
      if (isSuperseded(member, path)) return { kind: dropped.has(path) ? 'drop' : 'keep' };
      const link = hard.get(path);
      if (link !== undefined) return { kind: 'hard-link', file: link.target };
      const symlink = soft.get(path);
      if (symlink !== undefined) return { kind: 'symlink', target: baseName(symlink.target) };
      const strip = member.kind === 'file' ? strips.get(files.get(path) ?? path) : undefined;
      return strip === undefined ? { kind: 'keep' } : { kind: 'rewrite', rewrite: rewriter(strip, stripper, onBroken) };
    },
    carries(member) {
      if (member.kind !== 'file') return null;
      const file = files.get(normalizePath(member.name).path);
      return file !== undefined && targets.has(file) ? file : null;
    },
  };
}

function rewriter(
  { path, program, mode, after }: ByKind<'strip'>,
  stripper: Stripper,
  onBroken: OnBroken,
): (content: Buffer) => Buffer | null {
  return (content) => {
    const { content: stripped, refused } = stripper.content(content, program, mode);
    reportStrip(path, stripped, refused, after, onBroken);
    return stripped;
  };
}

/** Tells where strip did otherwise than predicted. */
export function reportStrip(
  path: Name,
  stripped: Buffer | null,
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

function countPaths(items: readonly { path: Name }[]): Map<Name, number> {
  const counts = new Map<Name, number>();
  for (const { path } of items) counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}
