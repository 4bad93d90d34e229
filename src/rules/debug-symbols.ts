// debug-symbols: bytes that GNU strip would remove. The arithmetic is the ELF inspector's; here only the mode is chosen that is
// safe for the kind of file, and files that strip would damage are kept apart.
import { exactBytes } from '../bytes/size.ts';
import type { Claim } from '../model/finding.ts';
import type { ArFacts, ElfFacts } from '../model/facts.ts';
import { shellWord } from '../model/shell.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { advice, commands, count } from './rule.ts';
import type { FindingDraft, Rule } from './rule.ts';

/** What claims of this rule call the part of a file that they are on. */
export const debugPart = 'debug';

export const debugSymbols: Rule = {
  id: 'debug-symbols',
  title: 'debug data and symbol tables that strip removes',
  severity: 'warn',
  check({ elfFiles, staticLibraries }) {
    const linked: StripGroup = { claims: [], unsafe: [], plain: new Set() };
    const relocatable: StripGroup = { claims: [], unsafe: [], plain: new Set() };
    const unsafe: UnsafeFile[] = [];
    const files = [...elfFiles, ...staticLibraries].toSorted((a, b) => compareNames(a.entry.path, b.entry.path));
    for (const { entry, facts } of files) {
      const bytes = strippableBytes(entry, facts);
      const group = isLinked(facts) ? linked : relocatable;
      const danger = facts.unsafe[0];
      // A file without symbols is damaged all the same, so no command may touch it.
      if (danger !== undefined) group.unsafe.push(entry.path);
      if (bytes > 0 && danger !== undefined) unsafe.push({ path: entry.path, bytes, why: danger.message });
      if (bytes <= 0 || danger !== undefined) continue;
      group.claims.push({ path: entry.path, part: debugPart, bytes });
      if (entry.mode !== null && (entry.mode & 0o100) === 0) group.plain.add(entry.path);
    }
    const claims = [...linked.claims, ...relocatable.claims];
    const drafts = unsafe.length > 0 ? [unsafeDraft(unsafe)] : [];
    if (claims.length === 0) return drafts;
    const title = `${count(claims.length, 'file')} ${claims.length === 1 ? 'holds' : 'hold'} symbols that strip removes`;
    const fix = commands(...stripCommand(linked, '--strip-unneeded'), ...stripCommand(relocatable, '-g'));
    return [{ title, claims, fix }, ...drafts];
  },
};

/** Files that are stripped in the same way. */
interface StripGroup {
  readonly claims: Claim[];
  /** Paths that the command must leave alone. */
  readonly unsafe: Name[];
  /** Claimed paths that are not executable. */
  readonly plain: Set<Name>;
}

interface UnsafeFile {
  readonly path: Name;
  readonly bytes: number;
  readonly why: string;
}

/** Bytes that the mode we advise removes: `--strip-unneeded` for linked files, `-g` for objects and static libraries. */
export function strippableBytes(entry: Entry, facts: ElfFacts | ArFacts): number {
  const after = isLinked(facts) ? facts.strip.unneeded : facts.strip.debug;
  // A file without symbols can even grow: strip aligns what it rewrites.
  return after === null ? 0 : Math.max(0, entry.size - after);
}

function isLinked(facts: ElfFacts | ArFacts): boolean {
  return facts.type === 'elf' && facts.elfType !== 'REL';
}

function unsafeDraft(unsafe: readonly UnsafeFile[]): FindingDraft {
  const bytes = unsafe.reduce((sum, { bytes: some }) => sum + some, 0);
  const largest = unsafe.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  return {
    severity: 'info',
    title: `strip would damage ${count(unsafe.length, 'file')} (${exactBytes(bytes)} of symbols, not counted): ${largest.why}`,
    claims: unsafe.map(({ path }) => ({ path, part: 'unsafe', bytes: 0 })),
    fix: advice('link these files again without -g, or strip them before they are patched or bundled'),
  };
}

function stripCommand({ claims, unsafe, plain }: StripGroup, mode: string): string[] {
  if (claims.length === 0) return [];
  const except = unsafe.map((path) => ` ! -path ${findPattern(path)}`).join('');
  return [`find ${selection(claims, plain)}${except} -exec strip ${mode} {} +`];
}

/** `find -path` takes a pattern. */
function findPattern(path: Name): string {
  return shellWord(`./${path.replace(/[*?[\\]/g, String.raw`\$&`)}`);
}

/** Tests for `find` that select the claimed files: by suffix where there is one, else by path, or what many files have in common. */
function selection(claims: readonly Claim[], plain: ReadonlySet<Name>): string {
  const tests = new Set<string>();
  const paths: Name[] = [];
  for (const { path } of claims) {
    const suffix = /\.(?:so|node|a|o|ko|rlib)$/.exec(path)?.[0] ?? (/\.so\.[0-9.]+$/.test(path) ? '.so.*' : null);
    if (suffix === null) paths.push(path);
    else tests.add(`-name '*${suffix}'`);
  }
  const many = paths.length > 4;
  const others = paths.map((path) => {
    if (!many) return `-path ${findPattern(path)}`;
    if (!plain.has(path)) return '-perm -100';
    const extension = /\.[A-Za-z]\w*$/.exec(path)?.[0];
    return extension === undefined ? `-path ${findPattern(path)}` : `-name '*${extension}'`;
  });
  const all = [...new Set([...[...tests].toSorted(), ...others])];
  return all.length === 1 ? `. -type f ${all[0]}` : `. -type f \\( ${all.join(' -o ')} \\)`;
}
