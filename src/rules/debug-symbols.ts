// debug-symbols: bytes that GNU strip would remove. The arithmetic is the ELF inspector's; here only the mode is chosen that is
// safe for the kind of file, and files that strip would damage are kept apart.
import { exactBytes } from '../bytes/size.ts';
import { debugAlone } from '../model/facts.ts';
import type { ArFacts, ElfFacts } from '../model/facts.ts';
import type { Fix } from '../model/finding.ts';
import { familyOf, toolsOf } from '../model/machines.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { mainFamily } from './machine.ts';
import { advice, count } from './rule.ts';
import type { FindingDraft, Rule, RuleContext } from './rule.ts';
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
    const machines = groupsOf(context);
    const unsafe: UnsafeFile[] = [];
    const files = [...elfFiles, ...staticLibraries].toSorted((a, b) => compareNames(a.entry.path, b.entry.path));
    for (const { entry, facts } of files) {
      const bytes = strippableBytes(entry, facts);
      const { linked, relocatable } = machines.of(facts);
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
    const groups = machines.all();
    const claims = groups.flatMap(({ linked, relocatable }) => [...linked.claims, ...relocatable.claims]);
    const drafts = unsafe.length > 0 ? [unsafeDraft(unsafe)] : [];
    if (claims.length === 0) return drafts;
    const title = `${count(claims.length, 'file')} ${claims.length === 1 ? 'holds' : 'hold'} symbols that strip removes`;
    return [{ title, claims, fix: fixOf(groups, context) }, ...drafts];
  },
};

/** Files of processors that one program strips. */
interface Machine {
  /** Null where no program is known that strips them. */
  readonly program: string | null;
  readonly linked: StripGroup;
  readonly relocatable: StripGroup;
}

/** Makes groups by processor: the plain program strips those of the artifact's own, and of static libraries that do not say theirs. */
function groupsOf(context: RuleContext): { of(facts: ElfFacts | ArFacts): Machine; all(): readonly Machine[] } {
  const main = mainFamily(context);
  const families = new Map<string | null, Machine>();
  const familyIn = (facts: ElfFacts | ArFacts): string | null => {
    const target = facts.type === 'ar' ? facts.target : facts;
    return target === undefined ? main : familyOf(target);
  };
  const make = (family: string | null, facts: ElfFacts | ArFacts): Machine => {
    const target = facts.type === 'ar' ? facts.target : facts;
    const tools = target === undefined ? null : toolsOf(target);
    const cross = tools === null ? null : `${tools.triplet}-strip`;
    const program = family === main ? 'strip' : cross;
    const group = (linked: boolean): StripGroup => ({
      program: program ?? 'strip',
      knows: (other) => familyIn(other) === family,
      isLinked: linked,
      claims: [],
      unsafe: [],
      plain: new Set(),
    });
    return { program, linked: group(true), relocatable: group(false) };
  };
  return {
    of(facts) {
      const family = familyIn(facts);
      const machine = families.get(family) ?? make(family, facts);
      families.set(family, machine);
      return machine;
    },
    all() {
      const machines = [...families.values()];
      const others = machines.filter(({ program }) => program !== 'strip');
      return [...machines.filter(({ program }) => program === 'strip'), ...others];
    },
  };
}

function fixOf(machines: readonly Machine[], context: RuleContext): Fix {
  const list: string[] = [];
  const programs: string[] = [];
  let left = 0;
  for (const { program, linked, relocatable } of machines) {
    const claimed = linked.claims.length + relocatable.claims.length;
    if (claimed === 0) continue;
    if (program === null) {
      left += claimed;
      continue;
    }
    if (program !== 'strip') programs.push(program);
    list.push(...stripCommands(linked, context), ...stripCommands(relocatable, context));
  }
  const others = programs.length === 0 ? [] : [`files of other processors need ${programs.join(', ')}`];
  if (left > 0) others.push(`the commands leave out ${count(left, 'file')} of processors with no common strip`);
  return { commands: list, advice: others.length === 0 ? null : others.join('; ') };
}

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
