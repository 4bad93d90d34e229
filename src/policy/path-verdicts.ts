// Limits on files by their path: on each file that a glob matches, and on all of them together. A glob that matches nothing
// guards nothing, so it is unknown unless it may.
import type { Name } from '../model/name.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';
import { compressedPaths } from '../model/verdict.ts';
import type { Contributor } from '../model/verdict.ts';
import type { PathBudget } from './path-budgets.ts';
import { largest } from './contributors.ts';
import type { Limit } from './limits.ts';
import { treeMatcher } from './glob.ts';
import { judgeLimit, notKnown, notThere } from './verdicts.ts';
import type { Ranked, Subject } from './verdicts.ts';

export function pathVerdicts(
  about: Omit<Subject, 'measure' | 'path'>,
  budgets: readonly PathBudget[],
  { entries, overhead }: Pick<Snapshot, 'entries' | 'overhead'>,
  doubt: string | null,
): Ranked[] {
  if (budgets.length === 0) return [];
  const named = entries.filter(({ kind }) => kind === 'file' || kind === 'hardlink');
  const others = {
    directories: entries.filter(({ kind }) => kind === 'directory'),
    symlinks: entries.filter(({ kind }) => kind === 'symlink'),
  };
  const contents = new Map(named.map(({ path, size }) => [path, size]));
  const stored = new Map(named.map(({ path, stored: bytes = 0 }) => [path, bytes]));
  return budgets.flatMap((budget) => {
    const { compressed } = budget;
    const sizes = compressed ? stored : contents;
    const why = budget.reason ?? about.why;
    const subject: Subject = { ...about, why, measure: 'path', path: budget.match.pattern };
    const files = matching(budget, named, sizes);
    const top = largest(files);
    const judge = (limit: Limit, actual: number, said: string | null): Ranked => {
      // What was not seen may hold some.
      if (files.length === 0 && doubt === null) return nothing(subject, limit, budget, others);
      if (compressed && overhead === undefined) return notKnown(subject, limit, unknownStored);
      const remark = [...(compressed ? [compressedPaths] : []), ...(said === null ? [] : [said])].join(', ');
      return judgeLimit(subject, limit, { actual, remark: remark === '' ? null : remark, doubt, top });
    };
    const ranked: Ranked[] = [];
    if (budget.max !== null) {
      const { max } = budget.max;
      const over = files.filter(({ bytes }) => bytes > max).length;
      const largestFile = files.reduce((most, { bytes }) => Math.max(most, bytes), 0);
      ranked.push(judge(budget.max, largestFile, over > 1 ? `${over} files are over` : null));
    }
    if (budget.total !== null) {
      const sum = files.reduce((total, { bytes }) => total + bytes, 0);
      ranked.push(judge(budget.total, sum, `${files.length} ${files.length === 1 ? 'file' : 'files'} together`));
    }
    return ranked;
  });
}

const unknownStored =
  'the compressed bytes of files are not known of a directory, a zip or deb inside a codec, and an old snapshot';

/** Files that the glob matches under any of their names, each once. */
function matching({ match }: PathBudget, named: readonly Entry[], sizes: ReadonlyMap<Name, number>): Contributor[] {
  const seen = new Set<Name>();
  const files: Contributor[] = [];
  for (const { path, kind, link } of named) {
    if (!match.matches(path)) continue;
    const first = kind === 'hardlink' ? (link ?? path) : path;
    if (seen.has(first)) continue;
    seen.add(first);
    files.push({ path, bytes: sizes.get(first) ?? 0 });
  }
  return files;
}

/** Entries that are no files, by kind: few of very many. */
interface Others {
  readonly directories: readonly Entry[];
  readonly symlinks: readonly Entry[];
}

function nothing(subject: Subject, limit: Limit, { match, optional }: PathBudget, others: Others): Ranked {
  if (optional) return notThere(subject, limit, 'matches no file, which is optional');
  const matches = treeMatcher(match.pattern);
  const isAmong = (entries: readonly Entry[]): boolean => entries.some(({ path }) => matches(path));
  if (isAmong(others.directories))
    return notKnown(subject, limit, `matches a directory and no file; write ${match.pattern.replace(/\/+$/, '')}/**`);
  const why = isAmong(others.symlinks)
    ? 'matches a symlink and no file; a symlink has no content'
    : match.pattern.startsWith('!')
      ? 'matches no file; "!" negates nothing here'
      : 'matches no file';
  return notKnown(subject, limit, `${why}; correct it, or make it "optional"`);
}
