// Rules may find the same files by different signs (a static library beside a shared one that holds it). Each finding has its command, for
// whoever reads one rule alone; people who read all of them see it once.
import type { Finding } from '../model/finding.ts';

/** The findings as they are to be printed one below the other: where one has the command of one above it, it says so in words. */
export function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const known = new Map<string, Finding[]>();
  return findings.map((found) => {
    const { commands, advice } = found.fix;
    if (commands.length === 0) return found;
    const key = commands.join('\n');
    const alike = known.get(key) ?? [];
    // Commands that go by patterns are alike on different files.
    const first = alike.find(({ claims }) => haveSamePaths(claims, found.claims));
    if (first === undefined) {
      known.set(key, [...alike, found]);
      return found;
    }
    const same = `same files as ${first.rule}`;
    return { ...found, fix: { commands: [], advice: advice === null ? same : `${same}; ${advice}` } };
  });
}

/** Claims are in one order: by bytes, then by path. */
function haveSamePaths(a: Finding['claims'], b: Finding['claims']): boolean {
  return (
    a.length === b.length && a.every(({ path, part }, index) => path === b[index]?.path && part === b[index]?.part)
  );
}
