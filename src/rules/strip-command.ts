// The commands that strip some files of an artifact and leave all others alone: strip knows more formats than ELF, damages some files,
// makes some longer, and may take more off a file the second time.
import type { ArFacts, ElfFacts } from '../model/facts.ts';
import type { Claim } from '../model/finding.ts';
import { addTo } from '../model/grouping.ts';
import { exceptPaths, findPattern } from '../model/shell.ts';
import { baseName, compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { fileOf, namesOf } from './rule.ts';
import type { RuleContext } from './rule.ts';
import { isLinked, lengthAfter } from './strippable.ts';

/** Files that are stripped in the same way. */
export interface StripGroup {
  /** The program that strips them. */
  readonly program: string;
  /** Whether the program knows the processor of a file. */
  readonly knows: (facts: ElfFacts | ArFacts) => boolean;
  readonly isLinked: boolean;
  readonly claims: Claim[];
  /** Paths that the command must leave alone. */
  readonly unsafe: Name[];
  /** Claimed paths that are not executable, or do not begin as ELF files do. */
  readonly plain: Set<Name>;
}

/** Commands that strip the claimed files of a group. */
export function stripCommands(group: StripGroup, context: RuleContext): string[] {
  const strip = `${group.program} ${group.isLinked ? '--strip-unneeded' : '-g'}`;
  return spell(choose(group, context), strip, context);
}

/** How each of the claimed files is found. */
interface Choice {
  /** By these suffixes, but for `spared`. */
  readonly suffixes: readonly string[];
  /** By name. */
  readonly paths: readonly Name[];
  readonly spared: ReadonlySet<Name>;
  /** By suffixes that files of other kinds have, too: what begins as ELF files do is stripped, but for `apart`. */
  readonly mixed: readonly { readonly suffix: string; readonly apart: readonly Name[] }[];
  /** By what they begin with alone, as there are many executables; null where there are not. */
  readonly executables: Executables | null;
  /** Files that strip would damage, which every command leaves out; none where they are many. */
  readonly damaged: readonly Name[];
}

interface Executables {
  /** Whether executable files alone are looked at. */
  readonly byMode: boolean;
  /** ELF files that stay. */
  readonly left: readonly Name[];
  /** Suffixes of which other commands take care. */
  readonly done: readonly string[];
}

function choose(group: StripGroup, context: RuleContext): Choice {
  const { suffixes, paths, executables } = kindsOf(group);
  // A file is damaged under any of its names. They are named where they need not be, too, as long as they are few.
  const unsafe = group.unsafe.flatMap((path) => namesOf(context, path));
  const damaged = unsafe.length > mostSpared ? [] : unsafe;
  const spared = new Set(damaged);
  const bySuffix: string[] = [];
  const mixed: { readonly suffix: string; readonly apart: readonly Name[] }[] = [];
  const done: string[] = [];
  const isElf = elfTest(context);
  const others = namesOfOthers(
    group,
    context,
    suffixes.map(([suffix]) => suffix),
  );
  for (const [suffix, own] of suffixes.toSorted(([x], [y]) => compareNames(x, y))) {
    const alike = others.get(suffix) ?? [];
    const byOwn = isShorter(own, alike);
    const isMany = byOwn && group.isLinked && own.length > mostPaths;
    const apart = isMany ? alike.filter((name) => isElf(fileOf(context, context.paths.get(name)))) : null;
    const isMixed = apart !== null && apart.length <= mostSpared;
    // Executables are no part of `own` where the suffix says nothing.
    if (isMixed || !byOwn || own.some((path) => suffixOf(path) !== null)) done.push(suffix);
    if (isMixed) mixed.push({ suffix, apart });
    else if (byOwn) for (const path of own) paths.push(path);
    else {
      bySuffix.push(suffix);
      for (const name of alike) spared.add(name);
    }
  }
  // Nothing says which permissions they get: without any in a zip, those of a plain file.
  const byMode = executables.every((path) => context.paths.get(path)?.mode !== null);
  const left = executables.length === 0 ? [] : elfFilesLeft(group, context, byMode, isElf);
  const byPath = isShorter(executables, left);
  if (byPath) for (const path of executables) paths.push(path);
  // Not twice, by its path and by a suffix.
  const isDone = (path: Name): boolean => mixed.some(({ suffix }) => path.endsWith(suffix));
  return {
    suffixes: bySuffix,
    paths: paths.filter((path) => !isDone(path)),
    spared,
    mixed,
    executables: executables.length === 0 || byPath ? null : { byMode, left, done },
    damaged,
  };
}

function spell(
  { suffixes, paths, spared, mixed, executables, damaged }: Choice,
  strip: string,
  context: RuleContext,
): string[] {
  const testOf = paths.length + spared.size > mostPaths ? shortTests(context, [...paths, ...spared]) : pathTest;
  const tests = [...suffixes.map((suffix) => `-name '*${suffix}'`), ...paths.map((path) => testOf(path))];
  const found: string[] = [];
  if (tests.length > 0) {
    const selection = tests.length === 1 ? tests[0] : `\\( ${tests.join(' -o ')} \\)`;
    const except = [...spared].map((path) => ` ! ${testOf(path)}`).join('');
    found.push(`find . -type f ${selection}${except} -exec ${strip} {} +`);
  }
  const each = `for f; do if head -c4 "$f" | grep -q ELF; then ${strip} "$f"; fi; done`;
  const versions = suffixes.includes(versioned) ? exceptSuffix(versioned) : '';
  for (const { suffix, apart } of mixed) {
    const except = versions + exceptPaths(new Set([...damaged, ...apart]));
    found.push(`find . -type f -name '*${suffix}'${except} -exec sh -c '${each}' sh {} +`);
  }
  if (executables !== null) {
    const except =
      executables.done.map(exceptSuffix).join('') + exceptPaths(new Set([...damaged, ...executables.left]));
    found.push(`find . -type f${executables.byMode ? ' -perm -100' : ''}${except} -exec sh -c '${each}' sh {} +`);
  }
  return found;
}

function exceptSuffix(suffix: string): string {
  return ` ! -name '*${suffix}'`;
}

function pathTest(path: Name): string {
  return `-path ${findPattern(path)}`;
}

/** Tells many files by their last names alone, where nothing else has these: bundled libraries lie deep and are named by a hash. */
function shortTests({ files, names }: RuleContext, told: readonly Name[]): (path: Name) => string {
  const lasts = new Set(told.map(lastUnit));
  const seen = new Set<Name>();
  const twice = new Set<Name>();
  const add = (path: Name): void => {
    // By the last letter first: this is asked of every file.
    if (!lasts.has(lastUnit(path))) return;
    const name = baseName(path);
    (seen.has(name) ? twice : seen).add(name);
  };
  for (const { path } of files) add(path);
  for (const all of names.values()) for (const further of all.slice(1)) add(further);
  const isShort = (path: Name): boolean => path.includes('/') && !twice.has(baseName(path));
  return (path) => (isShort(path) ? `-name ${findPattern(baseName(path), '')}` : pathTest(path));
}

/** Whether a command names the claimed files rather than those that it leaves out. */
function isShorter(claimed: readonly Name[], others: readonly Name[]): boolean {
  return others.length > mostSpared && claimed.length < others.length;
}

interface Kinds {
  /** With the claimed files that have them. */
  readonly suffixes: readonly (readonly [suffix: string, own: readonly Name[]])[];
  readonly paths: Name[];
  /** Many, so that a command knows them by what they begin with. */
  readonly executables: readonly Name[];
}

/** How to tell the claimed files: by suffix where there is one, else by path; many executables by what they begin with. */
function kindsOf({ claims, plain }: StripGroup): Kinds {
  const suffixes = new Map<string, Name[]>();
  const select = (suffix: string, path: Name): void => {
    addTo(suffixes, suffix, path);
  };
  const others: Name[] = [];
  for (const { path } of claims) {
    const suffix = suffixOf(path);
    if (suffix === null) others.push(path);
    else select(suffix, path);
  }
  if (others.length <= mostPaths) return { suffixes: [...suffixes], paths: others, executables: [] };
  const paths: Name[] = [];
  for (const path of others) {
    if (!plain.has(path)) continue;
    const extension = /\.[A-Za-z]\w*$/.exec(path)?.[0];
    if (extension === undefined) paths.push(path);
    else select(extension, path);
  }
  return { suffixes: [...suffixes], paths, executables: others.filter((path) => !plain.has(path)) };
}

/** Files without a telling suffix that a command names one by one. */
const mostPaths = 4;
/** Files like the claimed ones that a command leaves out one by one, unless the claimed ones are more. */
const mostSpared = 8;

/** What `find -name` knows files to strip by, or null. */
function suffixOf(path: Name): string | null {
  return /\.(?:so|node|a|o|ko|rlib)$/.exec(path)?.[0] ?? (isVersioned(path) ? versioned : null);
}

const versioned = '.so.*';

/** Whether `find -name '*.so.*'` finds the file. */
function isVersioned(path: Name): boolean {
  return path.lastIndexOf('.so.') > path.lastIndexOf('/');
}

/** What may be executable: not all archives say. */
export function isExecutable({ mode }: Entry): boolean {
  return mode === null || (mode & 0o100) !== 0;
}

/** Whether a command for the group may come to the file: strip does nothing to it but what is claimed, if anything. */
function mayStrip({ facts, size }: Entry, group: StripGroup): boolean {
  if ((facts?.type !== 'elf' && facts?.type !== 'ar') || facts.unsafe.length > 0) return false;
  if (!group.knows(facts)) return false;
  if (isLinked(facts) !== group.isLinked || (facts.type === 'ar' && facts.objects === 0)) return false;
  const after = lengthAfter(facts);
  return after !== null && after <= size;
}

/** Tells what begins as ELF files do; what an inspector could not read may be ELF all the same. */
function elfTest({ snapshot }: RuleContext): (entry: Entry | null) => boolean {
  const odd = new Set(snapshot.notices.map(({ path }) => path));
  return (entry) => entry !== null && (entry.facts === null ? odd.has(entry.path) : entry.facts.type === 'elf');
}

/** ELF files that the command for many executables must leave out. @param byMode whether it looks at executable files alone. */
function elfFilesLeft(
  group: StripGroup,
  context: RuleContext,
  byMode: boolean,
  isElf: (entry: Entry) => boolean,
): Name[] {
  const mayCome = (entry: Entry): boolean => (!byMode || isExecutable(entry)) && isElf(entry);
  const left = context.files.filter((entry) => mayCome(entry) && !mayStrip(entry, group));
  return left.flatMap(({ path }) => namesOf(context, path));
}

/** By suffix, names of files that strip would damage or lengthen, or that are no business of the group. */
function namesOfOthers(
  group: StripGroup,
  { files, names, paths }: RuleContext,
  suffixes: readonly string[],
): ReadonlyMap<string, readonly Name[]> {
  const found = new Map(suffixes.map((suffix) => [suffix, new Array<Name>()]));
  const anyVersion = found.get(versioned);
  const lasts = new Set(suffixes.map(lastUnit));
  const add = (name: Name, entry: Entry): void => {
    // By the last letter first: this is asked of every file. Each suffix has one dot, but for that of versions.
    const alike = lasts.has(lastUnit(name)) ? found.get(name.slice(name.lastIndexOf('.'))) : undefined;
    if (alike !== undefined && !mayStrip(entry, group)) alike.push(name);
    if (anyVersion !== undefined && isVersioned(name) && !mayStrip(entry, group)) anyVersion.push(name);
  };
  for (const entry of files) add(entry.path, entry);
  for (const [path, all] of names) {
    const entry = paths.get(path);
    if (entry !== undefined) for (const name of all.slice(1)) add(name, entry);
  }
  return found;
}

function lastUnit(text: string): number {
  return text.charCodeAt(text.length - 1);
}
