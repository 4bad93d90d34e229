// The pycs of an artifact under all of their names: a hard link shares its content, but its place says what it is for.
import { withPathFacts } from '../inspectors/index.ts';
import type { PycFacts } from '../model/facts.ts';
import type { Name } from '../model/name.ts';
import { fileOf } from './rule.ts';
import type { RuleContext } from './rule.ts';

export interface Pyc {
  readonly path: Name;
  readonly facts: PycFacts;
}

export function* pycsOf(context: RuleContext): Iterable<Pyc> {
  for (const [path, entry] of context.paths) {
    if (entry.kind === 'hardlink') {
      const facts = path.endsWith('.pyc') ? fileOf(context, entry)?.facts : null;
      if (facts?.type !== 'pyc') continue;
      const own = withPathFacts(facts, path);
      if (own.type === 'pyc') yield { path, facts: own };
    } else if (entry.facts?.type === 'pyc') yield { path, facts: entry.facts };
  }
}
