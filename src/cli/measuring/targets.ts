// Which artifacts a gate measures, each with the budget that it has: those of the budgets file, or those on the command line.
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { ConfigError, InputError, UsageError, systemCode } from '../../errors.ts';
import type { SizecheckError } from '../../errors.ts';
import { nameFromText } from '../../model/name.ts';
import type { ArtifactBudget, Budgets } from '../../policy/budgets.ts';
import type { Unmeasured } from '../../policy/evidence.ts';
import { globMatcher } from '../../policy/glob.ts';
import { findArtifacts } from './find-artifacts.ts';

export interface Target {
  /** As verdicts name it. */
  readonly name: string;
  /** To be opened; relative to the working directory, `-` for standard input. */
  readonly path: string;
  readonly budget: ArtifactBudget;
  /** What to compare with, as `path`; null for nothing. */
  readonly baseline: string | null;
}

/** What could not be measured, with the error that says why and the path that it is about. */
export interface Broken extends Unmeasured {
  readonly kind: 'broken';
  readonly path: string;
  readonly error: SizecheckError;
}

export interface Targets {
  readonly targets: readonly Target[];
  /** What has to be there, and is not. */
  readonly missing?: readonly Broken[];
  /** Optional artifacts that are not there. */
  readonly absent: readonly Unmeasured[];
  /** Whether every artifact of the budgets file is among them. */
  readonly complete: boolean;
  /** Budgets of which only some files were asked for. */
  readonly partial?: readonly ArtifactBudget[];
}

/** @throws UsageError for an artifact that no budget covers, InputError for one of these that is not there, either. */
export function targetsOf(file: string, budgets: Budgets, artifacts: readonly string[]): Targets {
  return artifacts.length === 0 ? allTargets(file, budgets) : namedTargets(file, budgets, artifacts);
}

function allTargets(file: string, { artifacts }: Budgets): Targets {
  const folder = dirname(file);
  const targets: Target[] = [];
  const absent: Unmeasured[] = [];
  const missing: ArtifactBudget[] = [];
  for (const budget of artifacts) {
    const paths = pathsOf(folder, budget);
    // Not push(...): there may be more than a call takes arguments.
    for (const path of paths) targets.push(targetOf(file, budget, path, paths.length));
    if (paths.length > 0) continue;
    if (budget.optional) {
      absent.push({ budget, kind: 'absent', reason: `"${budget.path}" is optional, and not there` });
    } else missing.push(budget);
  }
  return { targets, missing: missingOf(file, missing), absent, complete: true };
}

/** @throws ConfigError with the place of the pattern. */
function pathsOf(folder: string, { at, path }: ArtifactBudget): string[] {
  try {
    return findArtifacts(folder, path);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(`${at}.path: ${error.message}`, { cause: error });
  }
}

/** One error for all of them. */
function missingOf(file: string, budgets: readonly ArtifactBudget[]): Broken[] {
  const folder = dirname(file);
  const where = folder === '.' ? 'the folder of the file' : `"${folder}"`;
  const places = budgets.map(({ at, path }) => `${at}.path: "${path}" matches nothing`);
  const error = new ConfigError(`${places.join('; ')} (in ${where}); make it, correct it, or mark it "optional"`);
  return budgets.map((budget) => {
    const reason = `"${budget.path}" matches nothing (in ${where})`;
    return { budget, kind: 'broken', reason, path: file, error };
  });
}

/** @param path relative to the folder of the budgets file. @param count how many paths the budget's pattern has. */
function targetOf(file: string, budget: ArtifactBudget, path: string, count: number): Target {
  requireOwnBaseline(budget, count, `"${budget.path}" matches ${count} artifacts`);
  const name = count === 1 ? budget.name : `${budget.name} (${path})`;
  return { name, path: inFolder(file, path), budget, baseline: baselineOf(file, budget) };
}

/** What grew since the baseline of another file would say nothing. */
function requireOwnBaseline({ at, baseline }: ArtifactBudget, count: number, what: string): void {
  if (count < 2 || baseline === null) return;
  throw new ConfigError(`${at}.baseline: ${what}, which one baseline cannot serve; give each its own entry`);
}

function baselineOf(file: string, { baseline }: ArtifactBudget): string | null {
  return baseline === null ? null : inFolder(file, baseline);
}

function inFolder(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

function namedTargets(file: string, budgets: Budgets, artifacts: readonly string[]): Targets {
  const filesOf = filesFinder(file);
  const missing: Broken[] = [];
  const all = artifacts.flatMap((word) => {
    const { name, path } = splitName(word, budgets.artifacts);
    const fault = faultAt(path);
    if (fault === null)
      return (name === null ? coveringBudgets(file, budgets, path, filesOf) : [name]).map((budget) => ({
        budget,
        path,
      }));
    const meant = name === null ? budgets.artifacts.filter((budget) => isHomeOf(file, budget, path)) : [name];
    const said = `"${path}" ${fault.message}`;
    if (meant.length === 0) throw new InputError('not-found', `${said}${misnamed(path, budgets.artifacts)}`);
    missing.push(...meant.map((budget): Broken => ({ budget, kind: 'broken', reason: said, path, error: fault })));
    return [];
  });
  // A file that is given twice, by whatever name, counts once in a group.
  const keyOf = ({ budget, path }: (typeof all)[number]): string => `${budget.at} ${identityOf(path)}`;
  const pairs = [...new Map(all.toReversed().map((pair) => [keyOf(pair), pair])).values()].toReversed();
  const targets = pairs.map(({ budget, path }): Target => {
    const count = pairs.filter((other) => other.budget === budget).length;
    requireOwnBaseline(budget, count, `it is for ${count} of the given artifacts`);
    const name = count === 1 ? budget.name : `${budget.name} (${path})`;
    return { name, path, budget, baseline: baselineOf(file, budget) };
  });
  const partial = budgets.artifacts.filter((budget) => {
    const given = new Set(pairs.filter((pair) => pair.budget === budget).map(({ path }) => identityOf(path)));
    const files = given.size === 0 ? [] : [...filesOf(budget)];
    return files.length > 1 && !files.every((found) => given.has(found));
  });
  const complete =
    partial.length === 0 && budgets.artifacts.every((budget) => pairs.some((pair) => pair.budget === budget));
  return { targets, missing, absent: [], complete, partial };
}

/** `NAME=PATH` where NAME is that of an artifact; a path may hold "=" as well. @throws UsageError for `NAME=`. */
function splitName(word: string, artifacts: readonly ArtifactBudget[]): { name: ArtifactBudget | null; path: string } {
  const equals = word.indexOf('=');
  const named = equals < 1 ? undefined : artifacts.find(({ name }) => name === word.slice(0, equals));
  if (named === undefined) return { name: null, path: word };
  const path = word.slice(equals + 1);
  if (path === '') throw new UsageError(`"${word}" names no path; is a variable not set?`);
  return { name: named, path };
}

/** Why there is nothing at `path`; null where there is something. */
function faultAt(path: string): InputError | null {
  if (path === '-') return null;
  try {
    lstatSync(path);
    return null;
  } catch (error) {
    return new InputError('not-found', `cannot be read (${systemCode(error)})`, { cause: error });
  }
}

/** Whether the budget says that its artifact, and no other, lies there. */
function isHomeOf(file: string, budget: ArtifactBudget, path: string): boolean {
  return resolve(inFolder(file, budget.path)) === resolve(path);
}

/** What to say of a word that may be meant as `NAME=PATH`, with the name of none. */
function misnamed(word: string, artifacts: readonly ArtifactBudget[]): string {
  const budget = artifacts.find(({ name }) => name === word);
  if (budget !== undefined) return `; to measure the artifact "${word}" alone, name its file ("${budget.path}")`;
  const equals = word.indexOf('=');
  if (equals < 1 || !existsSync(word.slice(equals + 1))) return '';
  const names = artifacts.map(({ name }) => `"${name}"`);
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ', …' : '');
  return `; no artifact is called "${word.slice(0, equals)}": there ${names.length === 1 ? 'is' : 'are'} ${shown}`;
}

type FilesOf = (budget: ArtifactBudget) => ReadonlySet<string>;

/** Identities of the files that the path of a budget matches; looked for once, since a shell may give thousands of them. */
function filesFinder(file: string): FilesOf {
  const known = new Map<ArtifactBudget, ReadonlySet<string>>();
  return (budget) => {
    const files =
      known.get(budget) ??
      new Set(findArtifacts(dirname(file), budget.path).map((path) => identityOf(inFolder(file, path))));
    known.set(budget, files);
    return files;
  };
}

/** The same for all spellings of a path, and for symlinks to one file. */
export function identityOf(path: string): string {
  if (path === '-') return path;
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function isNamedLike(path: string, budget: ArtifactBudget): boolean {
  const last = basename(budget.path);
  return last === basename(path) || globMatcher(last)(nameFromText(basename(path)));
}

function coveringBudgets(
  file: string,
  { artifacts }: Budgets,
  path: string,
  filesOf: FilesOf,
): readonly ArtifactBudget[] {
  const identity = identityOf(path);
  const covering = artifacts.filter((budget) => filesOf(budget).has(identity));
  if (covering.length > 0) return covering;
  // It may lie elsewhere than at home, but a budget is for one thing: by another name it would pass by another's limits.
  if (artifacts.length === 1 && (path === '-' || artifacts.some((budget) => isNamedLike(path, budget))))
    return artifacts;
  const known = artifacts.map((budget) => `${budget.name} ("${budget.path}")`).join(', ');
  throw new UsageError(`no budget of "${file}" covers "${path}"; it has ${known}; to choose one write NAME=${path}`);
}

/**
 * `--baseline OLD` for the only artifact, `--baseline NAME=OLD` for one of several; it stands before that of the file. One of an optional
 * artifact that is not there has nothing to be compared with.
 */
export function withBaselines({ targets, ...rest }: Targets, words: readonly string[]): Targets {
  let changed = targets;
  const given = new Map<ArtifactBudget | undefined, string>();
  const wanted = [...targets, ...(rest.missing ?? [])];
  const budgets = [...new Set([...wanted, ...rest.absent].map(({ budget }) => budget))];
  for (const word of words) {
    const { name, path } = splitName(word, budgets);
    // A first run may pass without its baseline: a misspelt name must not look like one.
    const hint = name === null && !existsSync(word) ? misnamed(word, budgets) : '';
    if (hint !== '') throw new UsageError(`--baseline "${word}" is not there${hint}`);
    const [only, second] = wanted;
    if (name === null && (only === undefined || second !== undefined)) {
      throw new UsageError(
        `--baseline "${word}" is for which of ${wanted.length} artifacts? Write --baseline NAME=${word}`,
      );
    }
    const budget = name ?? only?.budget;
    const earlier = given.get(budget);
    if (earlier !== undefined) {
      throw new UsageError(`--baseline "${earlier}" and "${word}" are for one artifact; give one`);
    }
    given.set(budget, word);
    const count = targets.filter((one) => one.budget === budget).length;
    if (count > 1) {
      throw new UsageError(
        `--baseline "${word}" is for ${count} artifacts, which one baseline cannot serve; give each its own entry`,
      );
    }
    changed = changed.map((one) => (one.budget === budget ? { ...one, baseline: path } : one));
  }
  const streams = changed.flatMap(({ path, baseline }) => [path, baseline]).filter((path) => path === '-');
  if (streams.length > 1) throw new UsageError('standard input can be only one of the artifacts and baselines');
  return { targets: changed, ...rest };
}
