// debug-symbols: bytes that GNU strip would remove. The arithmetic is the ELF inspector's; here only the mode is chosen that is
// safe for the kind of file, and files that strip would damage are kept apart.
import type { Claim } from '../model/finding.ts';
import type { ArFacts, ElfFacts } from '../model/facts.ts';
import { shellWord } from '../model/shell.ts';
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { advice, commands, count } from './rule.ts';
import type { FindingDraft, Rule } from './rule.ts';

export const debugSymbols: Rule = {
  id: 'debug-symbols',
  title: 'debug data and symbol tables that strip removes',
  severity: 'warn',
  check({ files }) {
    const linked: Claim[] = [];
    const relocatable: Claim[] = [];
    const unsafe: { entry: Entry; bytes: number; why: string }[] = [];
    for (const entry of files.values()) {
      if (entry.facts?.type !== 'elf' && entry.facts?.type !== 'ar') continue;
      const bytes = strippableBytes(entry, entry.facts);
      if (bytes <= 0) continue;
      const danger = entry.facts.unsafe[0];
      if (danger !== undefined) unsafe.push({ entry, bytes, why: danger.message });
      else (isLinked(entry.facts) ? linked : relocatable).push({ path: entry.path, part: 'debug', bytes });
    }
    const drafts: FindingDraft[] = [];
    const claims = [...linked, ...relocatable];
    if (claims.length > 0) {
      const title = `${count(claims.length, 'file')} ${claims.length === 1 ? 'holds' : 'hold'} symbols that strip removes`;
      drafts.push({
        title,
        claims,
        fix: commands(
          ...stripCommands(
            linked,
            relocatable,
            unsafe.map(({ entry }) => entry.path),
          ),
        ),
      });
    }
    if (unsafe.length > 0) drafts.push(unsafeDraft(unsafe));
    return drafts;
  },
};

/** Bytes that the mode we advise removes: `--strip-unneeded` for linked files, `-g` for objects and static libraries. */
export function strippableBytes(entry: Entry, facts: ElfFacts | ArFacts): number {
  const after = isLinked(facts) ? facts.strip.unneeded : facts.strip.debug;
  // A file without symbols can even grow: strip aligns what it rewrites.
  return after === null ? 0 : Math.max(0, entry.size - after);
}

function isLinked(facts: ElfFacts | ArFacts): boolean {
  return facts.type === 'elf' && facts.elfType !== 'REL';
}

function unsafeDraft(unsafe: readonly { entry: Entry; bytes: number; why: string }[]): FindingDraft {
  const bytes = unsafe.reduce((sum, { bytes: some }) => sum + some, 0);
  const largest = unsafe.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  return {
    severity: 'info',
    title: `strip would damage ${count(unsafe.length, 'file')} (${bytes} bytes of symbols, not counted): ${largest.why}`,
    claims: unsafe.map(({ entry }) => ({ path: entry.path, part: 'unsafe', bytes: 0 })),
    fix: advice('link these files again without -g, or strip them before they are patched or bundled'),
  };
}

function stripCommands(linked: readonly Claim[], relocatable: readonly Claim[], unsafe: readonly Name[]): string[] {
  const except = unsafe.map((path) => ` ! -path ${shellWord(`./${path}`)}`).join('');
  const list: string[] = [];
  if (linked.length > 0) list.push(`find ${selection(linked)}${except} -exec strip --strip-unneeded {} +`);
  if (relocatable.length > 0) list.push(`find ${selection(relocatable)}${except} -exec strip -g {} +`);
  return list;
}

/** Tests for `find` that select the claimed files: by suffix where there is one, else by path. */
function selection(claims: readonly Claim[]): string {
  const tests = new Set<string>();
  const paths: Name[] = [];
  for (const { path } of claims) {
    const suffix = /\.(?:so|node|a|o)$/.exec(path)?.[0] ?? (/\.so\.[0-9.]+$/.test(path) ? '.so.*' : null);
    if (suffix === null) paths.push(path);
    else tests.add(`-name '*${suffix}'`);
  }
  const listed = paths.slice(0, 4).map((path) => `-path ${shellWord(`./${path}`)}`);
  const all = [...[...tests].toSorted(), ...(paths.length > listed.length ? ['-perm -100'] : listed)];
  return all.length === 1 ? `. -type f ${all[0]}` : `. -type f \\( ${all.join(' -o ')} \\)`;
}
