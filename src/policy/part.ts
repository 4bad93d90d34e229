// Findings of which a part does not count. A rule's title and commands are about all that it found: with claims taken out they would
// promise, or delete, what is to stay.
import type { Claim, Finding, Fix } from '../model/finding.ts';
import { rules } from '../rules/index.ts';

/** What is left out, and what to say in place of commands that would take it. */
interface LeftOut {
  readonly how: string;
  readonly advice: string;
}

export const ignored: LeftOut = {
  how: 'ignored',
  advice: 'a command for all of them would take what is ignored, too; "sizecheck fix" with the same --ignore does not',
};

export const inBaseLayers: LeftOut = {
  how: 'in base layers',
  advice: 'a command for all of them would take what base layers hold, too',
};

/** The finding with `claims` only, which are some of its own. */
export function withoutOthers(found: Finding, claims: readonly Claim[], { how, advice }: LeftOut): Finding {
  const left = found.claims.length - claims.length;
  if (left === 0) return found;
  return {
    ...found,
    title: `${found.title} (${left} of ${found.claims.length} ${how})`,
    bytes: claims.reduce((sum, claim) => sum + claim.bytes, 0),
    claims,
    fix: found.fix.commands.length === 0 ? found.fix : { commands: [], advice },
  };
}

/** Without the commands that would take, beside what their own finding claims, what others claimed that are ignored now. */
export function withoutSweeps(findings: readonly Finding[], taken: readonly Claim[]): Finding[] {
  if (!taken.some(({ path, part }) => part === null && path.endsWith('.pyc'))) return [...findings];
  return findings.map((found) =>
    sweeping.has(found.rule) && found.fix.commands.length > 0
      ? { ...found, fix: { commands: [], advice: ignored.advice } }
      : found,
  );
}

const sweeping: ReadonlySet<string> = new Set(rules.filter(({ sweeps }) => sweeps === true).map(({ id }) => id));

/** Findings on a part of an artifact, whose commands may be for more than that, unless they name files. */
export function ofPart(findings: readonly Finding[]): Finding[] {
  const advice = 'its command is for a whole artifact; this is a part of one (--include, --exclude or --layer)';
  return findings.map((found) => (namesFiles(found.fix) ? found : { ...found, fix: { commands: [], advice } }));
}

function namesFiles({ commands }: Fix): boolean {
  return commands.every((command) => /^(?:rm -f|ln -s?f) -- /.test(command));
}
