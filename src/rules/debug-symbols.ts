// debug-symbols: bytes that GNU strip would remove. The arithmetic is the ELF inspector's; here only the mode is chosen that is
// safe for the kind of file, and files that strip would damage are kept apart.
import { exactBytes } from '../bytes/size.ts';
import { debugAlone } from '../model/facts.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { advice, commands, count } from './rule.ts';
import type { FindingDraft, Rule } from './rule.ts';
import { isExecutable, stripCommands } from './strip-command.ts';
import type { StripGroup } from './strip-command.ts';
import { isLinked, strippableBytes } from './strippable.ts';

/** What claims of this rule call the part of a file that they are on. */
export const debugPart = 'debug';

export const debugSymbols: Rule = {
  id: 'debug-symbols',
  title: 'debug data and symbol tables that strip removes',
  severity: 'warn',
  check(context) {
    const { elfFiles, staticLibraries } = context;
    const linked: StripGroup = { isLinked: true, claims: [], unsafe: [], plain: new Set() };
    const relocatable: StripGroup = { isLinked: false, claims: [], unsafe: [], plain: new Set() };
    const unsafe: UnsafeFile[] = [];
    const files = [...elfFiles, ...staticLibraries].toSorted((a, b) => compareNames(a.entry.path, b.entry.path));
    for (const { entry, facts } of files) {
      const bytes = strippableBytes(entry, facts);
      const group = isLinked(facts) ? linked : relocatable;
      const danger = facts.unsafe[0];
      // A file without symbols is damaged all the same, so no command may touch it.
      if (danger !== undefined) group.unsafe.push(entry.path);
      // Debug data alone has a rule of its own; nobody strips a library without a single ELF object.
      const isMeant = danger?.code !== debugAlone && !(facts.type === 'ar' && facts.objects === 0);
      if (bytes > 0 && danger !== undefined && isMeant)
        unsafe.push({ path: entry.path, bytes, why: danger.message, isArchive: facts.type === 'ar' });
      if (bytes <= 0 || danger !== undefined) continue;
      group.claims.push({ path: entry.path, part: debugPart, bytes });
      if (facts.type === 'ar' || !isExecutable(entry)) group.plain.add(entry.path);
    }
    const claims = [...linked.claims, ...relocatable.claims];
    const drafts = unsafe.length > 0 ? [unsafeDraft(unsafe)] : [];
    if (claims.length === 0) return drafts;
    const title = `${count(claims.length, 'file')} ${claims.length === 1 ? 'holds' : 'hold'} symbols that strip removes`;
    const fix = commands([...stripCommands(linked, context), ...stripCommands(relocatable, context)]);
    return [{ title, claims, fix }, ...drafts];
  },
};

interface UnsafeFile {
  readonly path: Name;
  readonly bytes: number;
  readonly why: string;
  readonly isArchive: boolean;
}

function unsafeDraft(unsafe: readonly UnsafeFile[]): FindingDraft {
  const bytes = unsafe.reduce((sum, { bytes: some }) => sum + some, 0);
  const largest = unsafe.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  return {
    severity: 'info',
    title: `strip would take ${exactBytes(bytes)} off ${count(unsafe.length, 'file')} and damage ${unsafe.length === 1 ? 'it' : 'them'} (not counted): ${largest.why}`,
    claims: unsafe.map(({ path }) => ({ path, part: 'unsafe', bytes: 0 })),
    fix: advice(
      [
        ...(unsafe.every(({ isArchive }) => isArchive)
          ? []
          : ['link these files again without -g, or strip them before they are patched, bundled or signed']),
        ...(unsafe.some(({ isArchive }) => isArchive) ? ['strip objects before they are put into a library'] : []),
      ].join('; '),
    ),
  };
}
