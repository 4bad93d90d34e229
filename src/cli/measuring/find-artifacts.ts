// Files and directories that a pattern of a budgets file names, relative to the folder of that file.
import { lstatSync, readdirSync, statSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, systemCode } from '../../errors.ts';
import { compareNames, nameFromBytes, nameFromText, nameToText } from '../../model/name.ts';
import { expandBraces, globMatcher } from '../../policy/glob.ts';
import type { Matcher } from '../../policy/glob.ts';

/** Most paths that `**` looks at. */
const maxVisited = 1_000_000;

type Step =
  | { readonly kind: 'literal'; readonly name: string }
  | { readonly kind: 'pattern'; readonly matches: Matcher }
  | { readonly kind: 'directories' };

/**
 * Paths relative to `folder`, in byte order. `*` does not follow symlinks to directories; what is named outright is taken. With a slash at
 * its end a pattern is of directories alone, as in a shell.
 * @throws ConfigError also for a pattern that ends in `**`: a folder and what is in it would be judged alike, and their sizes overlap.
 */
export function findArtifacts(folder: string, pattern: string): string[] {
  const search = { visited: 0, found: new Set<string>(), folder, pattern };
  for (const alternative of expandBraces(pattern)) {
    refuseAllBelow(pattern, alternative);
    walk(search, alternative.startsWith('/') ? '/' : '.', alternative.split('/').map(stepOf));
  }
  return [...search.found].toSorted((a, b) => compareNames(nameFromText(a), nameFromText(b)));
}

function refuseAllBelow(pattern: string, alternative: string): void {
  if (!/(?:^|\/)\*\*$/.test(alternative)) return;
  const folder = alternative.replace(/\*+$/, '');
  throw new ConfigError(
    `"${pattern}" would be every folder and file below; name what is one artifact each, such as "${folder}*.zip" or "${folder}**/*.zip"`,
  );
}

interface Search {
  visited: number;
  readonly found: Set<string>;
  readonly folder: string;
  readonly pattern: string;
}

function stepOf(part: string): Step {
  if (part === '**') return { kind: 'directories' };
  const plain = part.replaceAll(/\\./gs, '');
  if (!/[*?[]/.test(plain)) return { kind: 'literal', name: part.replaceAll(/\\(.)/gs, '$1') };
  return { kind: 'pattern', matches: globMatcher(part) };
}

/** @param at path that the steps so far have led to, `.` for the folder itself. Steps without a name lead to where they begin. */
function walk(search: Search, at: string, steps: readonly Step[]): void {
  const [step, ...rest] = steps;
  if (step === undefined) {
    search.found.add(at);
    return;
  }
  if (step.kind === 'literal') {
    const next = join(at, step.name);
    if (exists(search, next, rest.length > 0)) walk(search, next, rest);
    return;
  }
  if (step.kind === 'directories') walk(search, at, rest);
  for (const entry of list(search, at)) {
    const name = nameFromBytes(entry.name);
    if (step.kind === 'pattern' && !step.matches(name)) continue;
    const next = join(at, textOf(search, name));
    if (step.kind === 'directories') {
      if (entry.isDirectory()) walk(search, next, steps);
    } else if (rest.length === 0 || entry.isDirectory()) walk(search, next, rest);
  }
}

/** @throws ConfigError where it cannot be known: what is optional would pass as if it were not there. */
function exists({ folder, pattern }: Search, path: string, asDirectory: boolean): boolean {
  const onDisk = path.startsWith('/') ? path : join(folder, path);
  try {
    if (asDirectory) return statSync(onDisk).isDirectory();
    lstatSync(onDisk);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(code)) return false;
    throw new ConfigError(`"${pattern}": "${onDisk}" cannot be looked for (${code})`);
  }
}

function list(search: Search, path: string): Dirent<Buffer>[] {
  const onDisk = path.startsWith('/') ? path : join(search.folder, path);
  let entries: Dirent<Buffer>[];
  try {
    entries = readdirSync(onDisk, { encoding: 'buffer', withFileTypes: true });
  } catch (error) {
    throw new ConfigError(`"${search.pattern}": the folder "${onDisk}" cannot be listed (${systemCode(error)})`);
  }
  search.visited += entries.length;
  if (search.visited > maxVisited) {
    throw new ConfigError(`"${search.pattern}" looks at more than ${maxVisited} paths; name a folder to begin in`);
  }
  return entries;
}

/** An artifact whose name is no text cannot be told apart in a report, and leaving it out would leave it ungated. */
function textOf({ pattern }: Search, name: string): string {
  const text = nameToText(name);
  if (text === null) throw new ConfigError(`"${pattern}" meets a name that is not UTF-8, which no artifact can have`);
  return text;
}
