// The processor that an artifact is for: that of most of its programs and libraries.
import type { ElfTarget } from '../model/facts.ts';
import { familyOf, x86 } from '../model/machines.ts';
import type { RuleContext } from './rule.ts';

/** As `familyOf` says it, of equals x86, then the first; null where there are no ELF files and no static libraries of them. */
export function mainFamily({ elfFiles, staticLibraries }: RuleContext): string | null {
  const linked = elfFiles.filter(({ facts }) => facts.elfType === 'EXEC' || facts.elfType === 'DYN');
  const targets: readonly (ElfTarget | undefined)[] =
    linked.length > 0
      ? linked.map(({ facts }) => facts)
      : [...elfFiles.map(({ facts }) => facts), ...staticLibraries.map(({ facts }) => facts.target)];
  const counts = new Map<string, number>();
  for (const target of targets) {
    if (target === undefined) continue;
    const family = familyOf(target);
    counts.set(family, (counts.get(family) ?? 0) + 1);
  }
  let found: string | null = null;
  for (const [family, number] of counts) {
    const best = counts.get(found ?? '') ?? 0;
    if (number > best || (number === best && family === x86)) found = family;
  }
  return found;
}
