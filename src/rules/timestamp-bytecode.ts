// timestamp-bytecode: pycs that are checked against their source's mtime and size (PEP 552). Normalised times make them stale:
// the interpreter compiles such a module again at every start, silently.
import type { Claim } from '../model/finding.ts';
import type { PycFacts } from '../model/facts.ts';
import type { Entry } from '../model/snapshot.ts';
import { commands, count, fileOf } from './rule.ts';
import type { FindingDraft, Rule, RuleContext } from './rule.ts';

const fix = commands('python3 -m compileall -f -q --invalidation-mode unchecked-hash .');

export const timestampBytecode: Rule = {
  id: 'timestamp-bytecode',
  title: 'bytecode that is valid only while its source keeps its mtime and size',
  severity: 'warn',
  check(context) {
    const fresh: Claim[] = [];
    const stale = new Map<string, Claim[]>();
    for (const file of context.files) {
      if (file.facts?.type !== 'pyc' || file.facts.mode !== 'timestamp') continue;
      const claim: Claim = { path: file.path, part: 'header', bytes: 0 };
      const reason = staleness(context, file.facts);
      if (reason === null) fresh.push(claim);
      else if (stale.get(reason)?.push(claim) === undefined) stale.set(reason, [claim]);
    }
    const drafts: FindingDraft[] = [...stale].map(([reason, claims]) => ({
      title: `${count(claims.length, 'pyc is', 'pycs are')} stale and compiled again at each start: ${reason}`,
      claims,
      fix,
    }));
    if (fresh.length > 0) {
      const title = `${count(fresh.length, 'pyc is', 'pycs are')} checked by the source's time; changed times make them stale`;
      drafts.push({ severity: 'info', title, claims: fresh, fix });
    }
    return drafts;
  },
};

/** Why the interpreter would not take the pyc, or null where it would or where that cannot be known. */
function staleness(context: RuleContext, facts: PycFacts): string | null {
  const source = sourceOf(context, facts);
  if (source === null) return null;
  const { entry, size } = source;
  const time = facts.sourceMtime !== null && entry.mtime !== null && entry.mtime >>> 0 !== facts.sourceMtime;
  const length = facts.sourceSize !== null && size % 2 ** 32 !== facts.sourceSize;
  if (time && length) return "the source's mtime and size differ from the header's";
  if (time) return "the source's mtime differs from the header's";
  return length ? "the source's size differs from the header's" : null;
}

function sourceOf(context: RuleContext, facts: PycFacts): { entry: Entry; size: number } | null {
  const entry = facts.source === null ? undefined : context.paths.get(facts.source);
  const file = fileOf(context, entry);
  return entry === undefined || file === null ? null : { entry, size: file.size };
}
