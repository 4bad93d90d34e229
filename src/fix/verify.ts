// Whether a result is the artifact with the plan carried out and nothing else: every path is compared, by content and permissions.
// This is what lets `fix` promise that nothing is lost.
import { InputError } from '../errors.ts';
import type { FixOutcome, FixPlan, RulePromise } from '../model/fix.ts';
import { supersededPart } from '../model/finding.ts';
import type { Claim, Finding } from '../model/finding.ts';
import { baseName } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { pathsOf } from '../model/paths.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';
import { debugSymbols } from '../rules/debug-symbols.ts';
import { byPath } from './decisions.ts';
import type { WheelRecord } from './wheel.ts';

/**
 * @param record the list of files that was brought up to date, if there is one.
 * @throws InputError `not-as-planned` naming the first path that is not what the plan makes of it.
 */
export function verifyFix(
  before: Snapshot,
  after: Snapshot,
  plan: FixPlan,
  record: Pick<WheelRecord, 'path' | 'digest'> | null = null,
): void {
  const gone = new Set([...byPath(plan, 'remove').keys(), ...byPath(plan, 'remove-directory').keys()]);
  const strips = byPath(plan, 'strip');
  const hard = byPath(plan, 'hard-link');
  const soft = byPath(plan, 'symlink');
  const [old, now] = [pathsOf(before), pathsOf(after)];
  for (const [path, entry] of old) {
    const result = now.get(path);
    if (gone.has(path)) {
      if (result !== undefined) throw wrong(path, 'is still there');
      continue;
    }
    if (result === undefined) throw wrong(path, 'is missing');
    const text = soft.get(path)?.target;
    if (text !== undefined) {
      if (result.kind !== 'symlink' || result.link !== baseName(text)) throw wrong(path, 'is no symlink to its copy');
      continue;
    }
    const expected = contentOf(old, old.get(hard.get(path)?.target ?? path) ?? entry);
    const stripped = expected !== null && strips.has(expected.path);
    const list = path === record?.path ? record.digest() : null;
    if (list !== null && result.digest !== list) throw wrong(path, 'is not the list of files that was written');
    compare(path, entry, result, expected, contentOf(now, result), stripped || list !== null);
  }
  for (const path of now.keys()) if (!old.has(path)) throw wrong(path, 'was not there before');
  verifyLinks(before, after);
}

/** Hard links that a program could not unpack, though it could before. */
const unusable = new Map([
  ['link-before-target', 'is a hard link that comes before its target'],
  ['broken-hardlink', 'is a hard link that leads nowhere'],
]);

function verifyLinks(before: Snapshot, after: Snapshot): void {
  const known = new Set(before.notices.map(({ code, path }) => `${code} ${path}`));
  for (const { code, path } of after.notices) {
    const what = unusable.get(code);
    if (what !== undefined && path !== null && !known.has(`${code} ${path}`)) throw wrong(path, what);
  }
}

/** Links that lead elsewhere and files of another length than planned, each in one sentence. */
export function shortfalls(after: Snapshot, plan: FixPlan): FixOutcome['broken'] {
  const now = pathsOf(after);
  const broken: { path: Name; message: string }[] = [];
  for (const action of plan.actions) {
    const { path } = action;
    if (action.kind === 'hard-link' && fileAt(now, path) !== fileAt(now, action.target))
      broken.push({ path, message: 'is a copy still, not a hard link' });
    const size = fileAt(now, path)?.size;
    if (action.kind === 'strip' && size !== action.after)
      broken.push({ path, message: `has ${size ?? 0} bytes, not ${action.after} as predicted` });
  }
  return broken;
}

function compare(
  path: Name,
  entry: Entry,
  result: Entry,
  expected: Entry | null,
  found: Entry | null,
  stripped: boolean,
): void {
  if ((expected === null) !== (found === null)) throw wrong(path, 'changed its kind');
  if (expected === null || found === null) {
    if (entry.kind !== result.kind || entry.link !== result.link) throw wrong(path, 'changed its kind or target');
  } else if (!stripped && (expected.size !== found.size || expected.digest !== found.digest)) {
    throw wrong(path, 'has other content than before');
  }
  // A directory that only members implied may have got one of its own.
  if (entry.kind === 'directory' && entry.mode === null) return;
  if (entry.mode !== result.mode || entry.uid !== result.uid || entry.gid !== result.gid) {
    throw wrong(path, 'has other permissions or owners than before');
  }
}

/** The file that an entry is or is a further name of; null for all else. */
function contentOf(entries: ReadonlyMap<Name, Entry>, entry: Entry): Entry | null {
  const file = entry.kind === 'hardlink' ? entries.get(entry.link ?? '') : entry;
  return file?.kind === 'file' ? file : null;
}

function fileAt(entries: ReadonlyMap<Name, Entry>, path: Name): Entry | null {
  const entry = entries.get(path);
  return entry === undefined ? null : contentOf(entries, entry);
}

function wrong(path: Name, what: string): InputError {
  const message = `${what} in the result; the artifact may have changed meanwhile, and nothing is kept of it`;
  return new InputError('not-as-planned', message, { path });
}

/** What each rule's promise came to: bytes that its claims named and that are gone. */
export function achievements(
  before: Snapshot,
  after: Snapshot,
  plan: FixPlan,
  findings: readonly Finding[],
): RulePromise[] {
  const [old, now] = [pathsOf(before), pathsOf(after)];
  const removed = new Set(byPath(plan, 'remove').keys());
  const [hard, soft] = [byPath(plan, 'hard-link'), byPath(plan, 'symlink')];
  const strips = byPath(plan, 'strip');
  const superseded = totalSuperseded(before) - totalSuperseded(after);
  const achieved = (rule: string, { path, bytes }: Claim): number => {
    if (removed.has(path)) return now.has(path) ? 0 : bytes;
    if (soft.has(path)) return now.get(path)?.kind === 'symlink' ? bytes : 0;
    const link = hard.get(path);
    if (link !== undefined) return fileAt(now, path) === fileAt(now, link.target) ? bytes : 0;
    // Others claim shares of what strip removes.
    if (!strips.has(path) || rule !== debugSymbols.id) return 0;
    return (old.get(path)?.size ?? 0) - (fileAt(now, path)?.size ?? 0);
  };
  return plan.rules.map((promise) => {
    const claims = findings.filter(({ rule }) => rule === promise.rule).flatMap((finding) => finding.claims);
    const bytes = claims.reduce((sum, claim) => sum + achieved(promise.rule, claim), 0);
    const isArchive = claims.some(({ part }) => part === supersededPart);
    return { ...promise, achieved: isArchive ? superseded : bytes };
  });
}

function totalSuperseded({ superseded }: Snapshot): number {
  return superseded.reduce((sum, { size }) => sum + size, 0);
}
